"""Servers, worlds and peers that benchmarks start on loopback.

Nothing the product imports.
"""
