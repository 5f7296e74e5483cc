"""Offer every capability as a command of `support-agent`."""
