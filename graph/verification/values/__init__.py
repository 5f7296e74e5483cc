"""Values in a text: amounts, dates, durations, units, and what may be calculated with them.

Reading and comparing values; nothing here knows a conversation.
"""
