"""Proof of who a customer in an open chat is: details, one-time codes, and how codes are sent.

What links a conversation to an account. Tokens of the HTTP API are for server/.
"""
