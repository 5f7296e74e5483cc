"""Conversation memory: checkpointers, message rows, fencing, erasure, old threads.

What stores a conversation between turns.
"""
