"""A graph as arrays: taken in, put into topological order, saved and opened again.

In comes a networkx graph, arrays or a frame, out goes a frozen `CompiledGraph`. `intake` takes labels, edges and
weights out and checks each once, `topology` orders them (ids, rows, components; edges by name), `presets` are weights
that follow from the shape, `labels` and `attributes` hold names and values without an object each, `lookup` finds the
node that a word means, `storage` and `arrayfile` are the file. All that computes starts from here.
"""
