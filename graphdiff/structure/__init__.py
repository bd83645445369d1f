"""A graph apart from one total: what it costs to ask, where it has cycles, how its nodes rank, how gradients flow.

In comes a graph, out go `Diagnosis`, `CycleReport` and rankings, to users and the command line. `diagnose` says what a
question would cost and what was read, `components` which cycles there are (strongly connected components),
`feedback_arcs` which edges break them, `rank` orders nodes by influence beside sets, `gradients` follows the size of
adjoints back from the target.
"""
