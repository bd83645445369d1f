"""Many totals at once: blocks of sweeps over threads, or vertex elimination, whichever `plan` counts as cheaper.

In come a compiled graph, sources and targets, out goes a `Jacobian` (rows are targets). `blocks` runs sweeps eight
columns at a time, `elimination` takes nodes out and keeps every total, `plan` counts what each way costs before it is
gone.
"""
