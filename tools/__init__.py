"""What the agent can look up and do: tools, the ticket desk, identity, and the record of actions.

What all tools share. Nothing here knows the graph.
"""
