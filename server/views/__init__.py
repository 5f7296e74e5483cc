"""What pages and API show: conversations, cards, the desk's queue, insight.

Reading and putting together; nothing here changes anything.
"""
