"""Files: which format one is in, a reader a format, a writer a format; graphs in, graphs out.

`read` and `write` are the doors, `formats` the table of what is read (`marks`, `sniff`, `outline` say by which
marks), `refused` what is known and not read, `source` bytes within limits, `documents` JSON, TOML, YAML and XML
within limits, `building` and `packages` make graphs. A format is a row and a function; families have folders: js,
python, sbom.
"""
