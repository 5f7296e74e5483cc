"""A message before the model reads it: voice heard, identity claimed, an open question answered.

What `receive` works with.
"""
