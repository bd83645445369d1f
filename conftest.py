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

collect_ignore = [f"graphdiff/{module}" for module, library in NEEDED.items() if find_spec(library) is None]
