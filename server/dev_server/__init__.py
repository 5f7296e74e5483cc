"""Guards and memory for LangGraph's own server.

What langgraph.json names.
"""
