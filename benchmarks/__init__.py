"""graphdiff beside its peers: ``python -m benchmarks``. Ratios in one run; times are those of the machine."""
