"""The τ³ retail tasks: their gold actions through our tools and rules, and through our graph under their harness.

What drives or is driven by the benchmark τ³ (package `tau2`).
"""
