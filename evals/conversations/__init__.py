"""Conversation files, the customers that play them, and the world each trial runs in.

What is needed to play a conversation.
"""
