"""Turn help articles into a searchable index and find passages in it."""
