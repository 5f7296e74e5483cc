"""What procedures are measured by: other people's benchmarks, planted mistakes, cost.

One file for each source of figures; `__main__` prints them and checks the targets.
"""
