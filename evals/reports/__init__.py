"""What came out of a run: results, rates, comparison, plots, LangSmith.

Reading finished trials.
"""
