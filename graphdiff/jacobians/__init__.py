"""Many totals at once: blocks of sweeps over threads, or vertex elimination, whichever `plan` counts as cheaper.

In come a compiled graph, sources and targets, out goes a `Jacobian` (rows are targets; a gradient is one row, the
Leontief inverse all of it). `jacobian` is the door, `blocks` runs sweeps eight columns at a time, `elimination` takes
nodes out and keeps every total, `plan` counts what each way costs before it is gone. Users call it, `factored` for the
order of elimination, and `check`.
"""
