"""Models and endpoints that stand in for real ones: scripted, strict, faulty.

What answers in the place of a model; the rest of a benchmark's world is in benchmarks/support.
"""
