"""What is understood and said about orders in other languages than English.

One class over the other: what is told, what is done, and how a message is heard; the words stand in `languages/`.
"""
