"""Fuzzing of all that reads what others have written: ``python -m fuzz PARSER ... --inputs 200000``.

`parsers` has the table of what is fuzzed, `checks` what must hold of every input, `mutators` how documents are changed
so that what comes out still parses, `corpus` the inputs that are kept, which the tests replay. Only ``__main__`` needs
atheris.
"""
