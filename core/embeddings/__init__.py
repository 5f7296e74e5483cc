"""Vectors of texts: the embedded model, its 8-bit arithmetic, the cache of queries, and rerankers.

Whatever turns text into numbers. How passages are searched with them is for ingest/search.
"""
