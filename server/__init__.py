"""Serve customers and operators over HTTP: what was accepted is not lost, and nobody reaches what is not theirs."""
