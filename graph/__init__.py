"""The conversation as a graph: state, routing, fixed sentences, and the assembly of its parts.

What the whole graph shares. A step of a turn is for nodes/; what a node works with has a room of its own.
"""
