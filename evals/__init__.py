"""Whole conversations run against the agent and judged by what happened.

The evaluation library; benchmarks with targets are for benchmarks/.
"""
