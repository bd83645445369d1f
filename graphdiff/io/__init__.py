"""Files: which format one is in, a reader a format, a writer a format; graphs in, graphs out.

In come files, out go networkx graphs, and the other way round; users and the command line call it. `read` and `write`
are the doors, `formats` the table of what is read, with the marks that `sniff` and `outline` look for, `refused` what
is known and not read, `source` bytes within limits, `documents` JSON, TOML, YAML and XML within limits, `rows`, `ends`
and `frames` tables; `building` and `packages` make graphs, `table` makes compiled ones (`read_edges`), `out` writes.
Families have folders: js, python, sbom.
"""
