"""What a shop's policy allows for an order, and what money may flow back.

Pure functions over records; nothing here touches a database.
"""
