"""Judges of a finished conversation, one file a kind.

Functions that take a transcript and return a verdict.
"""
