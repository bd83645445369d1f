"""What pytest does not look into: modules that need an extra when they are loaded, where that is not installed."""

from __future__ import annotations

from importlib.util import find_spec

#: The library without which a module is not loaded.
NEEDED = {
    "tracing/whole.py": "autograd",
    "tracing/derivatives.py": "autograd",
    "tracing/jaxprs.py": "jax",
    "tracing/products.py": "jax",
}

#: And of the tests' own.
PROGRAMS = {"tests/jax_programs.py": "jax", "tests/torch_programs.py": "torch"}

needed = {f"graphdiff/{module}": library for module, library in NEEDED.items()} | PROGRAMS
collect_ignore = [module for module, library in needed.items() if find_spec(library) is None]
