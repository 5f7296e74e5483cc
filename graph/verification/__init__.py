"""Replies checked before a customer reads them: sentence by sentence, against what the turn may rely on.

What decides whether a sentence may be shown. Values are read in values/, claims of actions in claims/.
"""
