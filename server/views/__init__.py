"""What pages and API show: conversations, cards, the desk's queue and lists.

Reading and putting together; nothing here changes anything.
"""
