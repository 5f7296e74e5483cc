"""Keep the nodes of the graph, one function and one file each."""
