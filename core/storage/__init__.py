"""SQL databases opened by URL, their tables made on first use, and deleted rows wiped from their files.

What every store shares. A store's own tables and statements stand beside its owner.
"""
