"""A graph apart from one total: what it costs to ask, where it has cycles, how its nodes rank, how gradients flow.

In comes a graph, out go `Diagnosis`, `CycleReport` and rankings. `diagnose` and `overview` say what a question would
cost, `components`, `feedback_arcs` and `arc_order` which edges break the cycles, `rank` orders nodes by influence
beside sets, `gradients` follows the size of adjoints back from the target.
"""
