"""The shop behind its own REST API.

The client and the translation to records.
"""
