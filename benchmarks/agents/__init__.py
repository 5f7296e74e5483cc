"""Agents to compare the graph with: a bare loop around the same tools, and bad ones that the evaluators must catch.

An agent that stands in the graph's place in a run of the evaluation library.
"""
