"""A graph as arrays: taken in, put into topological order, saved and opened again.

In comes a networkx graph, arrays or a frame, out goes a frozen `CompiledGraph`; all that computes starts from one.
`compiled` is the door, `options` refuses what is none of its options, `intake` takes labels, edges and weights out and
checks each once, `topology` orders them (ids, rows, components; edges by name), `presets` are weights that follow from
the shape (also: weightings), `labels` and `attributes` hold names and columns without an object each, `encoding` values
of any kind, `particulars` is what networkx says beside edges and weights, `lookup` finds the node that a word means,
`storage` is the file in words and `arrayfile` its arrays, `views` shows such a file as a networkx graph.
"""
