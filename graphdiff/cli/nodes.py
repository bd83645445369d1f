"""Nodes on the command line: both ends of a question, as all verbs take them, and names completed from the file."""

from __future__ import annotations

import functools
import os
import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import click

from graphdiff.cli.renamings import ONE_WAS_SOURCE, tell_one_name
from graphdiff.cli.streams import tell
from graphdiff.errors import AmbiguousNodeError, GraphdiffError, UsageError
from graphdiff.graph.lookup import Names, named

if TYPE_CHECKING:
    import networkx as nx

    from graphdiff.cli.options import Settings
    from graphdiff.io.targets import Targets

#: The source that is all nodes.
EVERY = "*"

#: Files up to this size are read for completing a node's name.
MAX_COMPLETED = 2_000_000


@dataclass(frozen=True)
class Listed:
    """The targets that a file lists: its name, and how it is read."""

    path: str
    options: Mapping[str, Any] = field(default_factory=dict)

    def of(self, graph: nx.DiGraph) -> Targets:
        """Return the weights by node; what is to be said of them is told on standard error."""
        from graphdiff.io.targets import read_targets

        targets = read_targets(self.path, graph, **self.options)
        for line in targets.warnings:
            tell(line)
        return targets

    def of_either(self, graphs: tuple[nx.DiGraph, nx.DiGraph]) -> Targets:
        """Return the weights by node, where a node may be in one of two graphs only."""
        import networkx

        either = networkx.DiGraph()
        for graph in graphs:
            either.add_nodes_from(graph.nodes(data=True))
        targets = self.of(either)
        if targets.format != "table":
            raise UsageError(
                f"{self.path}: which versions are vulnerable is another question in each of two files: compare takes a "
                "table of --targets, and rank a report, file by file"
            )
        return targets


@dataclass(frozen=True)
class Ends:
    """Both ends of a question by the names that were given, or by a file; an end that was left out has none.

    Examples
    --------
    >>> Ends(targets=("x", "y")).nodes(str.upper)
    (None, ['X', 'Y'])
    """

    sources: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()
    listed: Listed | None = None
    is_one_name: bool = field(default=False, compare=False)

    @property
    def has_target(self) -> bool:
        """Whether a target is given, by name or by file."""
        return bool(self.targets or self.listed)

    def is_from_all(self, *graphs: nx.DiGraph) -> bool:
        """Return whether the source is ``*``, where no node is called so."""
        return self.sources == (EVERY,) and all(EVERY not in graph for graph in graphs)

    def nodes(self, find: Callable[[str], Any]) -> tuple[Any, Any]:
        """Return source and target by what finds a node: None where left out, one node, or several as a list."""
        return _end(self.sources, find, "-s"), _end(self.targets, find, "-t")

    def of(self, graph: nx.DiGraph) -> tuple[Any, Any]:
        """Return source and target in a graph: None where left out, one node, several as a list, or weights by node.

        The source ``*`` is all nodes, where none is called so.
        """
        from graphdiff.graph.ends import NODES

        if self.is_from_all(graph):
            return NODES, replace(self, sources=()).of(graph)[1]
        source, target = self._turned(*self.nodes(Names(graph).end), graph)
        self._tell_if_unreached(target, graph)
        return source, self.listed.of(graph) if self.listed else target

    def of_either(self, graphs: tuple[nx.DiGraph, nx.DiGraph]) -> tuple[Any, Any]:
        """Return source and target, each of which may be in one of two graphs only."""
        from graphdiff.change.match import in_either
        from graphdiff.graph.ends import NODES

        if self.is_from_all(*graphs):
            return NODES, replace(self, sources=()).of_either(graphs)[1]
        source, target = self._turned(*self.nodes(functools.partial(in_either, graphs)), *graphs)
        self._tell_if_unreached(target, *graphs)
        return source, self.listed.of_either(graphs) if self.listed else target

    def _turned(self, source: Any, target: Any, *graphs: nx.DiGraph) -> tuple[Any, Any]:
        """Return both ends; a token that is the only name is the source, as nothing leads to it."""
        return (target, None) if self.is_one_name and _are_tokens(target, *graphs) else (source, target)

    def _tell_if_unreached(self, target: Any, *graphs: nx.DiGraph) -> None:
        """Say of one name after the file that it is the target, where that has no answer as no root leads to it."""
        verb = str(click.get_current_context().info_name)
        if target is None or not (self.is_one_name and verb in ONE_WAS_SOURCE):
            return
        nodes = target if isinstance(target, list) else [target]
        if not any(_is_led_to(graph, nodes) for graph in graphs):
            tell_one_name(verb, self.targets[0])

    def each(self, graph: nx.DiGraph) -> tuple[list[Any] | None, list[Any] | None]:
        """Return the nodes that the sources mean and the targets, patterns too, weights aside; None where left out.

        Sources that are left out are the roots that the file marks: a project, or the members of a workspace. Of an
        attribution graph targets that are left out are its logits.
        """
        from graphdiff.graph.measured import is_attribution

        names = Names(graph)
        sources, targets = (
            list(dict.fromkeys(node for word in words for node in names.nodes(word)))
            for words in (self.sources, self.targets)
        )
        if self.is_one_name and _are_tokens(targets, graph):
            sources, targets = targets, []
        roots = [node for node, root in graph.nodes(data="root") if root is True]
        leaves = [node for node, leaf in graph.nodes(data="leaf") if leaf is not None] if is_attribution(graph) else []
        return sources or roots or None, self._listed_apart(graph) if self.listed else targets or leaves or None

    def _listed_apart(self, graph: nx.DiGraph) -> list[Any]:
        """Return the targets that a file lists, each for itself: that their weights are passed over is told."""
        assert self.listed is not None
        weights = self.listed.of(graph)
        if any(weight != 1 for weight in weights.values()):
            tell(f"{self.listed.path}: the weights are passed over, as each target has a place of its own here")
        return list(weights)

    def between(self, graph: nx.DiGraph) -> tuple[Any, Any]:
        """Return source and target of a question about the way between: what is left out is all roots, all leaves.

        Raises
        ------
        UsageError
            If neither is named, and the file does not mark both.
        """
        from graphdiff.graph.ends import LEAVES, ROOTS
        from graphdiff.graph.measured import has_both_ends, is_attribution

        if not (self.sources or self.has_target or has_both_ends(graph) or is_attribution(graph)):
            verb = click.get_current_context().info_name
            raise UsageError(
                f"{verb} needs a target or a source: FILE [SOURCE] TARGET, or FILE -s SOURCE; the end that is left out "
                "is all roots, or all leaves"
            )
        source, target = self.of(graph)
        return ROOTS if source is None else source, LEAVES if target is None else target


def _are_tokens(nodes: Any, *graphs: nx.DiGraph) -> bool:
    """Return whether an end is tokens of the prompt of an attribution graph."""
    drives = [graph for graph in graphs if graph.graph.get("edge_meaning") == "drives"]
    listed = nodes if isinstance(nodes, list) else [nodes]
    kinds = {graph.nodes[node].get("kind") for node in listed for graph in drives if node in graph}
    return kinds == {"token"}


def _is_led_to(graph: nx.DiGraph, nodes: list[Any]) -> bool:
    """Return whether a path leads from another root to one of some nodes, of which not all need be there."""
    from networkx import ancestors

    above = {before for node in nodes if node in graph for before in ancestors(graph, node)}
    roots = {node for node, root in graph.nodes(data="root") if root is True}
    return not above.isdisjoint(roots) if roots else bool(above)


def _end(names: tuple[str, ...], find: Callable[[str], Any], option: str) -> Any:
    try:
        ends = map(find, names)  # a name may mean several
        nodes = list(dict.fromkeys(node for end in ends for node in (end if isinstance(end, list) else [end])))
    except AmbiguousNodeError as error:
        each = " ".join(f"{option} {shlex.quote(str(node))}" for node in error.matches[:3])
        error.how = f"; give one of them, or each: {each}{' …' * (len(error.matches) > 3)}"
        raise
    return nodes if len(nodes) > 1 else nodes[0] if nodes else None


def with_ends(function: Callable[..., None]) -> Callable[..., None]:
    """Give a verb ``[SOURCE] [TARGET]`` after the file, ``-s``, ``-t`` and ``--targets``; it receives one `Ends`."""

    @functools.wraps(function)
    def run(settings: Settings, names: tuple[str, ...], **given: Any) -> None:
        listed = _listed(given.pop("listed"), given.pop("default_severity"), settings)
        function(settings, ends=_ends(names, given.pop("sources"), given.pop("targets"), listed), **given)

    run = click.option(
        "--default-severity", type=float, metavar="W",
        help="With --targets: what an advisory without severity counts as.",
    )(run)  # fmt: skip
    run = click.option(
        "--targets", "listed", metavar="FILE",
        help="Targets with weights: a table of node,weight, or a report of vulnerable packages by OSV-Scanner, Trivy "
        "or Grype (JSON), by CVSS.",
    )(run)  # fmt: skip
    run = click.option(
        "-t", "--target", "targets", multiple=True, metavar="NODE", shell_complete=complete_node,
        help="The target, as one name after FILE is. Repeat for several.",
    )(run)  # fmt: skip
    run = click.option(
        "-s", "--source", "sources", multiple=True, metavar="NODE", shell_complete=complete_node,
        help="The source; * is all nodes. Repeat for several.",
    )(run)  # fmt: skip
    return click.argument(
        "names", nargs=-1, metavar="[SOURCE] [TARGET]", shell_complete=complete_node, callback=_require_two
    )(run)


def _listed(path: str | None, severity: float | None, settings: Settings) -> Listed | None:
    if path is None:
        if severity is not None:
            raise UsageError("--default-severity is of the advisories in --targets FILE, which is not given")
        return None
    return Listed(path, {"default_severity": severity, "max_bytes": settings.reading.get("max_bytes")})


def _require_two(ctx: click.Context, param: click.Parameter, names: tuple[str, ...]) -> tuple[str, ...]:
    if len(names) > 2:
        raise click.UsageError(
            f"{len(names)} nodes given: after FILE stand SOURCE and TARGET; several are -s a -s b -t x -t y", ctx
        )
    return names


def _ends(names: tuple[str, ...], sources: tuple[str, ...], targets: tuple[str, ...], listed: Listed | None) -> Ends:
    """Return the ends: here they come from, after FILE or by option, each by one of these only."""
    if listed and (names or targets):
        raise UsageError(
            f"the target is given twice: {(targets or names)[-1]!r}, and --targets {listed.path}; a source is -s NODE"
        )
    first, last = names[:-1], names[-1:]
    for what, by_place, option, by_option in (("source", first, "-s", sources), ("target", last, "-t", targets)):
        if by_place and by_option:
            raise UsageError(f"the {what} is given twice: {by_place[0]!r} after FILE, and {option} {by_option[0]}")
    return Ends(first or sources, last or targets, listed, is_one_name=bool(last) and not (first or sources))


def complete_node(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    """Complete a node's name from the file, where that is small, or from what is no file."""
    names = map(str, graph_to_complete(ctx) or ())
    return sorted(name for name in names if name.startswith(incomplete))[:100]


def graph_to_complete(ctx: click.Context, **options: Any) -> nx.DiGraph | None:
    """Return the graph of the file that a command line names so far, where that is small, for completing from it."""
    from graphdiff.io.read import by_prefix, read

    # Where the last word is an option that still lacks its value, click leaves the arguments before it unnamed.
    file = ctx.params.get("file") or next(iter(ctx.args), None)
    if not file or not (by_prefix(file) or (os.path.isfile(file) and os.path.getsize(file) <= MAX_COMPLETED)):
        return None
    try:
        return named(read(file, format=ctx.params.get("format_"), **options))
    except GraphdiffError:  # a file that cannot be read completes nothing; running the command says why
        return None
