"""The records of a business as people speak of them: which one words describe, which one they pick out.

Nothing here knows what the records are of.
"""
