"""What people wrote, read by rule: a yes, a no, a wish, anger, the language, names and addresses.

Rules over one text that need neither a model nor a conversation, used by more than one reader.
"""
