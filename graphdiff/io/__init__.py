"""Files: which format one is in, a reader a format, a writer a format; graphs in, graphs out.

In come files, out go networkx graphs, and the other way round; users and the command line call it. `read` and `write`
are the doors. `formats` is the table of what is read: a row and a function a format; families have folders: js,
python, sbom. `sniff` and `outline` say what tells a format, `plugins` finds those of other packages, `listing` says
what is known of each, `refused` what is known and not read. `source` gives bytes within limits, `documents` JSON, TOML,
YAML and XML within limits, `rows`, `ends` and `frames` tables; `building` and `packages` make graphs, `table` makes
compiled ones (`read_edges`), `coefficients` are the errors of a model's, `out` has what is written. `targets` reads
which nodes are asked about (`read_targets`), from a table or from what scanners report in `advisories`.

What all readers have in common says `graphdiff.Format`: what they take, return and raise, and that none turns an edge
round. Text is UTF-8, UTF-16 with a byte-order mark, or else Latin-1. A docstring says what is particular to its
format, its row what its options take.
"""
