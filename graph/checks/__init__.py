"""Check what a reply says against what the turn may rely on, without asking a model."""
