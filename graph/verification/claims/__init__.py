"""Claims in a reply: actions done, states of records, promises without a bound.

One file a way of claiming; the evidence comes as an argument.
"""
