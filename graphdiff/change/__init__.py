"""Two graphs: what appeared, what is gone, which edges moved a total, and by how much.

In come two graphs (or compiled ones), out go `Difference`, `Comparison` and `Changes`, to users and the verb
``compare``. `compare` is the door, `match` finds which node is which, `edges` pairs them, `union` lays both over each
other, `ways` is what their shape says, `entries` what brought a node in, `sweeps` each sweep once, `attribution`
divides the change exactly, `gains` counts whole paths, `bounds` is how far that can be off, `totals` those of all
nodes; `networks` is what changed between two networks, by what `layers` finds operation by operation; `report`,
`markdown` and `overlay` show it. One graph with a wish is in `whatif`.
"""
