"""The format of procedures: files read and compiled against the business's tools.

Knows no conversation.
"""
