"""What the offline model says or which tool it calls, one file a kind of request.

Handlers that take a request that was read and return a reply or calls.
"""
