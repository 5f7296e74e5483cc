"""Measure the agent on conversations and records whose right outcome is known."""
