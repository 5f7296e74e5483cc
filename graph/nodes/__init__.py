"""The nodes, one function and one file each.

A node names its needs in its signature and knows neither the builder nor another node.
"""
