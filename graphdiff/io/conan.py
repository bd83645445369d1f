"""What ``conan graph info --format=json`` prints: the packages of a C or C++ project and what each requires."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from graphdiff.errors import FormatError
from graphdiff.io.documents import Record, mapping, parse_json, text, text_in
from graphdiff.io.packages import Need, PackageGraph, package_graph, place_of

__all__ = ["KINDS", "read_conan"]

#: What is required for: to link or run with, to build (in a context of its own), to test.
KINDS = ("normal", "build", "test")


def read_conan(data: bytes, *, name: str, kinds: str | Collection[str] | None = None) -> PackageGraph:
    """Read what ``conan graph info --format=json`` of Conan 2 prints: the tail of an edge depends on its head.

    A package is one node, whether it is for the host or for building. An edge has its ``kind`` (normal, build or
    test) and the version or range asked for as ``clause``. The file also lists what a package gets through others;
    that makes no edge. The recipe whose graph it is is the root.

    Parameters
    ----------
    kinds : str or collection of str, optional
        Only requirements of these kinds, and the packages that the root reaches by them.

    Returns
    -------
    networkx.DiGraph or networkx.MultiDiGraph
        Nodes have ``name``, ``version``, ``licence``, ``type`` (of the package: static-library, application, …) and
        ``deprecated``; ``G.graph["warnings"]`` has what Conan says is wrong with the graph, which ends there.

    Raises
    ------
    FormatError
        Broken JSON, no package, or values of another shape.
    UsageError
        A kind that Conan does not have.

    References
    ----------
    Conan's documentation, *conan graph info*, https://docs.conan.io/2/reference/commands/graph/info.html

    Examples
    --------
    >>> said = b'''{"graph": {"root": {"0": "app/1.0"}, "nodes": {
    ... "1": {"ref": "zlib/1.3", "name": "zlib", "version": "1.3"},
    ... "0": {"ref": "app/1.0", "name": "app", "version": "1.0", "dependencies": {
    ...     "1": {"require": "zlib/[>=1.2]", "direct": true}}}}}}'''
    >>> list(read_conan(said, name="info.json").edges(data=True))
    [('app', 'zlib', {'clause': '[>=1.2]', 'kind': 'normal'})]
    """
    graph = mapping(mapping(parse_json(data, name), name).get("graph"), f"{name}: graph")
    roots = mapping(graph.get("root"), f"{name}: root")
    nodes = mapping(graph.get("nodes"), f"{name}: nodes")
    recipes = {key: mapping(value, f"{name}: nodes: {key}") for key, value in nodes.items()}
    packages = [_attributes(key, recipe, roots, f"{name}: nodes: {key}") for key, recipe in recipes.items()]
    needs = _needs(recipes, name)
    made = package_graph(packages, needs, name=name, format="conan graph info", known=KINDS, kinds=kinds)
    if (error := graph.get("error")) is not None:
        wrong = _wrong(mapping(error, f"{name}: error"))
        made.graph.setdefault("warnings", []).append(f"{name}: Conan found {wrong}, so the graph is not whole")
    return made


def _needs(recipes: Mapping[str, Record], name: str) -> Iterator[Need]:
    places = {key: place for place, key in enumerate(recipes)}
    for key, recipe in recipes.items():
        where = f"{name}: nodes: {key}: dependencies"
        for needed, value in mapping(recipe.get("dependencies"), where).items():
            required = mapping(value, where)
            if _is(required, "direct"):
                attributes = {"clause": _clause(required, where)}
                yield Need(places[key], place_of(needed, places, where), _kind(required), attributes)


def _attributes(key: str, recipe: Record, roots: Collection[str], where: str) -> Record:
    # The project's own file has a name only where it says one.
    called = text(recipe.get("name"), where) or text(recipe.get("label"), where) or text(recipe.get("ref"), where)
    if not called:
        raise FormatError(f"{where}: no name")
    licence = recipe.get("license")
    licences = [text(one, f"{where}: license") for one in (licence if isinstance(licence, list) else [licence])]
    kind = text(recipe.get("package_type"), where)
    return {
        "name": called,
        "version": text(recipe.get("version"), where),
        "licence": ", ".join(filter(None, licences)),
        "type": "" if kind == "unknown" else kind,
        "deprecated": recipe["deprecated"] if isinstance(recipe.get("deprecated"), str) else "",
        **({"root": True} if key in roots else {}),
    }


def _is(required: Record, trait: str) -> bool:
    """Tell whether a requirement has a trait, which the first versions of Conan 2 wrote as a text."""
    return required.get(trait) in (True, "True")


def _kind(required: Record) -> str:
    return "build" if _is(required, "build") else "test" if _is(required, "test") else "normal"


def _clause(required: Record, where: str) -> str:
    """Return the version or range of a reference such as ``zlib/[>=1.2 <2]@user/channel``."""
    reference = text(required.get("require") or required.get("ref"), where)
    return reference.partition("/")[2].partition("@")[0].partition("#")[0]


def _wrong(error: Record) -> str:
    """Return what Conan says is wrong: of what kind it is, and who requires what.

    Examples
    --------
    >>> _wrong({"type": "missing", "node": {"ref": "app/1.0"}, "require": {"ref": "zlib/1.3"}})
    'an error (missing): app/1.0 requires zlib/1.3'
    """
    requiring = []
    for one in (error.get("branch1"), error.get("branch2"), error):
        if isinstance(one, dict) and isinstance(required := one.get("require"), dict):
            node = one.get("node") if isinstance(one.get("node"), dict) else {"ref": one.get("src_ref")}
            requiring.append(f"{text_in(node or {}, 'ref')} requires {text_in(required, 'ref')}")
    return f"an error ({text_in(error, 'type')})" + (f": {', '.join(requiring)}" if requiring else "")
