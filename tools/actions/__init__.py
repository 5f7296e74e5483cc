"""Writes from the wish to the told result: planned, agreed to, approved, carried out once, looked up when unsure.

The ledger and the steps around it, for any trade.
"""
