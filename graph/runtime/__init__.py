"""What runs around every node: budgets, synchronous calls, logs and spans.

Nothing here knows what a node does.
"""
