"""Measure what the README claims: `python -m benchmarks.NAME`."""
