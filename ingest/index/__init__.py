"""Published versions of the index: written whole, opened verified, switched by one pointer.

What lies on disk. How it is searched is for search/.
"""
