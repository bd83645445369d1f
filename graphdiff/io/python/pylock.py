"""``pylock.toml``, the lock file of PEP 751, where it says what its packages depend on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from packaging.pylock import Pylock, PylockValidationError

from graphdiff.errors import FormatError
from graphdiff.io.documents import parse_toml, texts
from graphdiff.io.python.graph import PackageGraph, python_graph
from graphdiff.io.python.requirements import Package, Requirement, canonical, environment_of, requirements_of
from graphdiff.showing import in_our_words

__all__ = ["read_pylock"]


def read_pylock(data: bytes, *, name: str, markers: str = "all") -> PackageGraph:
    r"""Read a ``pylock.toml``: the tail of an edge depends on its head.

    The file may leave out what packages depend on, as those that uv and pip write do: such a file is refused, as its
    graph would say that nothing rests on anything. PDM writes them into a table of its own, which is read, without
    those that an extra brings.

    Parameters
    ----------
    markers : str
        ``"all"``: all packages are taken, their ``marker`` says in which environments they are there. ``"here"`` or
        ``"python_version=3.12,sys_platform=win32"``: markers are evaluated, for no extra and the default groups.

    Returns
    -------
    networkx.DiGraph
        Nodes have ``name``, ``version``, ``size`` (bytes of the largest wheel, else of the sdist) and ``marker``.

    Raises
    ------
    FormatError
        Broken TOML, a file that is not as PEP 751 has it, or one without dependencies.

    References
    ----------
    PEP 751, *A file format to record Python dependencies for installation reproducibility*.

    Examples
    --------
    >>> top = b'lock-version = "1.0"\ncreated-by = "x"\n'
    >>> a = b'[[packages]]\nname = "a"\ndirectory = { path = "a" }\ndependencies = [{ name = "b" }]\n'
    >>> b = b'[[packages]]\nname = "b"\ndirectory = { path = "b" }\n'
    >>> list(read_pylock(top + a + b, name="pylock.toml").edges)
    [('a', 'b')]
    """
    environment = environment_of(markers)
    try:
        lock = Pylock.from_dict(parse_toml(data, name))
    except (PylockValidationError, SyntaxError) as error:  # of what is quoted in a marker, in packaging 26.0
        raise FormatError(f"{name}: no pylock.toml as PEP 751 has it: {in_our_words(error)}") from error
    packages = [_package(package, f"{name}: {package.name}") for package in lock.packages]
    if not any(package.needs for package in packages):
        raise FormatError(
            f"{name}: {len(lock.packages):,} packages, but not what they depend on, which a pylock.toml may leave out; "
            "give uv.lock, pip inspect or env: instead"
        )
    if environment is not None:
        environment = {**environment, "dependency_groups": frozenset(lock.default_groups or ())}
    options = {"markers": markers}
    return python_graph(packages, name=name, format="pylock.toml", environment=environment, options=options)


def _package(entry: Any, where: str) -> Package:
    return Package(
        name=canonical(entry.name),
        version=str(entry.version or ""),
        needs=(*map(_need, entry.dependencies or ()), *_needs_by_pdm(entry, where)),
        marker=entry.marker,
        attributes={"marker": str(entry.marker) if entry.marker else None, "size": max(_sizes(entry), default=None)},
    )


def _need(table: Mapping[str, Any]) -> Requirement:
    return Requirement(canonical(str(table.get("name", ""))), version=str(table.get("version", "")))


def _needs_by_pdm(entry: Any, where: str) -> Iterator[Requirement]:
    table = (entry.tool or {}).get("pdm")
    for text in texts(table.get("dependencies"), f"{where}: dependencies") if isinstance(table, dict) else ():
        yield from requirements_of(text, where=where)


def _sizes(entry: Any) -> Iterator[int]:
    for file in entry.wheels or [entry.sdist or entry.archive]:
        if file is not None and file.size is not None:
            yield file.size
