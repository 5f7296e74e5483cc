"""Draw and run the conversation: state, nodes, routing and their assembly."""
