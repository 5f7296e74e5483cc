"""The agent over HTTP: nothing accepted is lost, and nobody reaches what is not theirs.

The application, its services and tokens. A route only reads a request and answers it.
"""
