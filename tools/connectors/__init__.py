"""Connectors: tools by declaration, from Python, an MCP server, an OpenAPI description or a shop.

What reads a connector's file, opens what it names, and makes tools of it. Our declaration decides what a tool may do;
nothing here knows a trade.
"""
