"""Personal data found in texts, and the protocol of every store that holds some.

Finding and masking personal data. Each store's own export and erasure stands beside that store.
"""
