"""Readers of source documents, one file a format, and the guarded fetching of web pages.

A new format is one file here and one line in documents.py.
"""
