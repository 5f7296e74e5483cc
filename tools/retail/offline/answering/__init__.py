"""What is said about orders and goods, or which tool is called, one file a kind of request.

Handlers that take a request that was read and return a reply or calls.
"""
