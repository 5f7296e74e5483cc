"""Accepted messages: durable rows, leases, the worker that runs turns, dead letters.

What happens between a message's arrival and its stored reply.
"""
