"""Mutation testing of the modules at the heart: ``python -m mutation [MODULE ...] [--sample N]``, with mutmut.

A mutant is the module with one thing changed; a test should fail. What survives and may, being the same function by
another text, is listed in ``equivalent.md`` with the reason.
"""
