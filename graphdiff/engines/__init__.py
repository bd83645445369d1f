"""Past one machine's memory: edges stay where they lie, and an engine that sorts and joins on disk reads them.

In come files or frames of edges, larger than the memory, out go a saved graph that is swept from its file, or a frame
of numbers, one a node.
"""
