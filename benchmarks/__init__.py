"""Measurements with targets: `python -m benchmarks.NAME`, a table, `--json`, `--check`.

A file a measurement; what several share is in support/.
"""
