graphdiff: standard input: it is closed
