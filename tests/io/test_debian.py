"""The Debian reader against hand-worked stanzas and against apt's own lists."""

from __future__ import annotations

import csv
import gzip
import lzma
import re
from pathlib import Path

import networkx as nx
import pytest

from graphdiff.errors import FormatError, UsageError
from graphdiff.io.debian import read_debian
from graphdiff.sets.sets import exclusive

DATA = Path(__file__).resolve().parents[2] / "data"
PACKAGE = re.compile(r"^Package: (.*)$", re.MULTILINE)
SIZE = re.compile(r"^Installed-Size: (.*)$", re.MULTILINE)


def read(text: str, **options: str) -> nx.DiGraph:
    return read_debian(text.encode(), name="Packages", **options)


def stanza(package: str, **fields: str) -> str:
    lines = [f"{key.replace('_', '-')}: {value}" for key, value in fields.items()]
    return "\n".join([f"Package: {package}", *lines, "", ""])


@pytest.fixture(scope="module")
def index(shared_data: Path) -> bytes:
    return lzma.decompress((shared_data / "debian" / "bookworm-main-amd64.Packages.xz").read_bytes())


@pytest.fixture(scope="module")
def stripped() -> bytes:
    return lzma.decompress((DATA / "bookworm.Packages.xz").read_bytes())


@pytest.fixture(scope="module")
def bookworm(stripped: bytes) -> nx.DiGraph:
    return read_debian(stripped, name="bookworm.Packages")


@pytest.fixture(scope="module")
def everything(stripped: bytes) -> nx.DiGraph:
    return read_debian(stripped, name="bookworm.Packages", alternatives="all")


@pytest.fixture(scope="module")
def literal(stripped: bytes) -> nx.DiGraph:
    """Return the graph of literal names: apt's lists of who depends on a package pass by Provides."""
    without = re.sub(rb"^Provides:.*\n", b"", stripped, flags=re.MULTILINE)
    return read_debian(without, name="bookworm.Packages", alternatives="all")


@pytest.fixture(scope="module")
def small() -> nx.DiGraph:
    return read_debian((DATA / "openssh-server.Packages").read_bytes(), name="openssh-server.Packages")


def test_an_edge_says_that_the_tail_depends_on_the_head() -> None:
    graph = read(stanza("ssh", Depends="ssl") + stanza("ssl"))
    assert list(graph.edges) == [("ssh", "ssl")]
    assert graph.graph["edge_meaning"] == "depends on"
    assert graph.graph["weight_meaning"] == "none"
    assert graph.graph["format"] == "Debian Packages"


CLAUSES = {
    "a plain name": ("real", ["real"], ["real"]),
    "the first real alternative, though a virtual one precedes it": (
        "virtual | real",
        ["real"],
        ["p1", "p2", "real"],
    ),
    "the first provider by name, where no alternative is real": ("virtual", ["p1"], ["p1", "p2"]),
    "the first virtual name decides among virtual ones": ("other | virtual", ["p2"], ["p1", "p2"]),
    "a real name with a provider": ("p1", ["p1"], ["p1", "p2"]),
    "version, architecture, profile and qualifier are passed over": (
        "real:any (>= 1.0~rc1) [amd64 !i386] <!nocheck>|p2",
        ["real"],
        ["p2", "real"],
    ),
    "a bound without a space": ("real(>= 1)", ["real"], ["real"]),
    "trailing comma": ("real, ", ["real"], ["real"]),
    "nobody satisfies it": ("nothing | nobody", [], []),
    "the package satisfies it itself": ("asker", [], []),
    "twice the same is one edge": ("real (>= 1), real (<< 2)", ["real"], ["real"]),
}


@pytest.mark.parametrize("clause, first, every", CLAUSES.values(), ids=CLAUSES.keys())
def test_what_a_clause_resolves_to(clause: str, first: list[str], every: list[str]) -> None:
    text = (
        stanza("asker", Depends=clause)
        + stanza("p2", Provides="virtual, other, p1")
        + stanza("p1", Provides="virtual (= 1)")
        + stanza("real")
    )
    assert sorted(read(text)["asker"]) == first
    assert sorted(read(text, alternatives="all")["asker"]) == every


def test_only_depends_and_pre_depends_make_edges_and_the_stronger_kind_stays() -> None:
    fields = {"Depends": "a, b", "Pre-Depends": "b, c", "Recommends": "d", "Suggests": "d", "Enhances": "d"}
    text = "Package: asker\n" + "".join(f"{key}: {value}\n" for key, value in fields.items()) + "\n"
    graph = read(text + "".join(map(stanza, "abcd")))
    kinds = {head: data["kind"] for _, head, data in graph.edges(data=True)}
    assert kinds == {"a": "Depends", "b": "Pre-Depends", "c": "Pre-Depends"}


@pytest.mark.parametrize(
    "kinds, needed",
    [
        (None, {"a": "Depends", "b": "Pre-Depends", "c": "Pre-Depends"}),
        ("recommends", {"a": "Recommends", "c": "Recommends", "d": "Recommends"}),
        (
            "Depends, Pre-Depends,Recommends",
            {"a": "Depends", "b": "Pre-Depends", "c": "Pre-Depends", "d": "Recommends"},
        ),
        ("Depends", {"a": "Depends", "b": "Depends"}),
    ],
)
def test_kinds_are_fields_and_the_strongest_stays(kinds: str | None, needed: dict[str, str]) -> None:
    fields = {"Depends": "a, b", "Pre-Depends": "b, c", "Recommends": "a, c, d | a", "Suggests": "d", "Enhances": "d"}
    text = "Package: asker\n" + "".join(f"{key}: {value}\n" for key, value in fields.items()) + "\n"
    graph = read(text + "".join(map(stanza, "abcd")), **({"kinds": kinds} if kinds else {}))
    assert {head: data["kind"] for _, head, data in graph.edges(data=True)} == needed


def test_all_kinds_and_all_alternatives() -> None:
    text = stanza("a", Depends="b", Recommends="c | d") + "".join(map(stanza, "bcd"))
    assert sorted(read(text, kinds="all", alternatives="all")["a"]) == ["b", "c", "d"]


CLAUSE_TEXTS = {
    "as written": ({"Depends": "libc  (>= 2) | other"}, "libc  (>= 2) | other"),
    "two bounds hold together": ({"Depends": "libc (>= 2), libc (<< 3)"}, "libc (>= 2), libc (<< 3)"),
    "of both kinds": ({"Pre-Depends": "libc (>= 2)", "Depends": "libc (>= 1)"}, "libc (>= 1), libc (>= 2)"),
    "once what is the same": ({"Pre-Depends": "libc (>= 2)", "Depends": "libc (>= 2)"}, "libc (>= 2)"),
}


@pytest.mark.parametrize("fields, clause", CLAUSE_TEXTS.values(), ids=CLAUSE_TEXTS.keys())
def test_an_edge_has_the_text_of_its_clauses(fields: dict[str, str], clause: str) -> None:
    text = "Package: a\n" + "".join(f"{key}: {value}\n" for key, value in fields.items())
    assert read(f"{text}\n{stanza('libc')}").edges["a", "libc"]["clause"] == clause


def test_a_size_that_is_no_number_is_none() -> None:
    assert read("Package: a\nInstalled-Size: large\n").nodes["a"] == {"version": ""}


def test_what_goes_with_a_package_in_bytes(index: bytes) -> None:
    """Beside sums of the index's own lines over what networkx reaches with the package and not without it."""
    graph = read_debian(index, name="Packages")
    texts = index.decode().strip().split("\n\n")
    # Some packages have no size.
    kibibytes = {PACKAGE.findall(text)[0]: sum(map(int, SIZE.findall(text))) for text in texts}
    without = nx.restricted_view(graph, ["totem"], [])
    goes = nx.descendants(graph, "gnome-core") - nx.descendants(without, "gnome-core") - {"totem"}
    assert len(goes) > 5
    found = exclusive(graph, "totem", ["gnome-core"])
    assert found == goes
    assert found.total(graph.nodes(data="size", default=0)) == 1024 * sum(kibibytes[package] for package in goes)


def test_an_unknown_kind_lists_those_there_are() -> None:
    with pytest.raises(UsageError, match=r"^no edge is of the kind 'Suggests'; there are Recommends, "):
        read("Package: a\n", kinds="Suggests")


def test_clauses_that_nobody_satisfies_are_named() -> None:
    text = stanza("a", Depends="x | y, b") + stanza("b", Pre_Depends="x")
    assert read(text).graph["unmet"] == {"x | y": ["a"], "x": ["b"]}


def test_a_package_listed_twice_is_one_node_with_the_dependencies_of_both() -> None:
    text = stanza("doc", Version="1", Depends="a") + stanza("a") + stanza("b") + stanza("doc", Version="2", Depends="b")
    graph = read(text)
    assert list(graph) == ["doc", "a", "b"]
    assert list(graph.edges) == [("doc", "a"), ("doc", "b")]
    assert graph.nodes["doc"] == {"version": "2"}


def test_continuation_lines_windows_line_ends_and_a_byte_order_mark() -> None:
    text = "\ufeffPackage: a\nDepends: b,\n c\nDescription: of: a\n .\n \n\n\nPackage: b\n \t\nPackage: c"
    text = text.replace("\n", "\r\n")
    assert list(read(text).edges) == [("a", "b"), ("a", "c")]


def test_a_field_given_twice_counts_once() -> None:
    assert list(read("Package: a\nDepends: b\nDepends: c\n\nPackage: b\n\nPackage: c\n").edges) == [("a", "c")]


def test_bytes_that_are_not_utf_8_are_no_obstacle() -> None:
    graph = read_debian(b"Package: a\nMaintainer: Ren\xe9\nDepends: b\n\nPackage: b\n", name="Packages")
    assert list(graph.edges) == [("a", "b")]


@pytest.mark.parametrize(
    "text, message",
    [
        (
            "Package: a\n\nVersion: 1\n\nPackage: b\n",
            "Packages: the stanza above line 4 has no Package field",
        ),
        ("Version: 1", "Packages: the stanza above line 2 has no Package field"),
        ("Package:\nVersion: 1\n", "Packages: the stanza above line 3 has no Package field"),
        ("Package: a\nnonsense\n", "Packages, line 2: no 'Field: value' but 'nonsense'"),
        (
            "Package: a\nDepends: (>= 2)\n",
            r"Packages: no package name in an alternative of the clause '\(>= 2\)'",
        ),
        (
            "Package: a\nDepends: b | | c\n",
            r"Packages: no package name in an alternative of the clause 'b \| \| c'",
        ),
        (": a\n", "Packages, line 1: no 'Field: value' but ': a'"),
        ("\n \n", "Packages: no package in it"),
    ],
)
def test_malformed_indexes_are_refused_in_one_line(text: str, message: str) -> None:
    with pytest.raises(FormatError, match=f"^{message}$"):
        read(text)


def test_an_unknown_rule_for_alternatives_is_refused() -> None:
    with pytest.raises(UsageError, match=r"^alternatives=.some. is not one of 'first', 'all'$"):
        read("Package: a\n", alternatives="some")


def test_the_stripped_index_of_data_has_the_size_of_debian(bookworm: nx.DiGraph) -> None:
    assert (len(bookworm), bookworm.number_of_edges()) == (63_436, 264_191)
    assert not list(nx.selfloop_edges(bookworm))


def test_the_stripped_index_of_data_gives_the_graph_of_the_full_one(bookworm: nx.DiGraph, index: bytes) -> None:
    full = read_debian(index, name="Packages")
    assert list(full.nodes(data="version")) == list(bookworm.nodes(data="version"))
    assert list(full.edges(data=True)) == list(bookworm.edges(data=True))
    assert full.graph == bookworm.graph


def test_the_small_file_of_data_keeps_every_out_degree_of_the_whole_index(
    small: nx.DiGraph, bookworm: nx.DiGraph
) -> None:
    assert (len(small), small.number_of_edges()) == (72, 183)
    closure = nx.descendants(bookworm, "openssh-server") | {"openssh-server"}
    assert set(small) == closure
    assert set(small.edges) == set(bookworm.subgraph(closure).edges)
    assert dict(small.out_degree) == dict(bookworm.out_degree(closure))


@pytest.mark.parametrize("file", ["small", "bookworm"])
def test_openssh_server_reaches_liblzma5_by_26_paths(file: str, request: pytest.FixtureRequest) -> None:
    graph = request.getfixturevalue(file)
    between = nx.descendants(graph, "openssh-server") & nx.ancestors(graph, "liblzma5")
    graph = graph.subgraph(between | {"openssh-server", "liblzma5"})
    assert nx.is_directed_acyclic_graph(graph)
    assert (len(graph), graph.number_of_edges()) == (13, 20)
    assert sum(1 for _ in nx.all_simple_paths(graph, "openssh-server", "liblzma5")) == 26


def names_in(path: Path) -> set[str]:
    """Return the packages at the left margin of one of apt's lists, without the ``<virtual>`` ones."""
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8") as lines:
        return {line.strip() for line in lines if line[0] not in " <"}


def test_recommends_are_those_of_a_reader_of_another_hand(index: bytes, shared_data: Path) -> None:
    clauses: dict[tuple[str, str], list[str]] = {}
    with lzma.open(shared_data / "debian" / "bookworm-main-amd64.edges.csv.xz", "rt") as lines:
        for row in csv.DictReader(lines):
            if row["type"] == "Recommends":
                clauses.setdefault((row["source"], row["clause"]), []).append(row["target"])
    graph = read_debian(index, name="Packages", kinds="Recommends")
    first = [(source, next((t for t in targets if t in graph), None)) for (source, _), targets in clauses.items()]
    wanted = {(source, target) for source, target in first if target not in (None, source)}
    assert len(wanted) > 20_000
    # Besides, there are the providers of names that no package has.
    assert wanted <= set(graph.edges)
    virtual = {source for source, target in first if target is None}
    assert {source for source, _ in set(graph.edges) - wanted} <= virtual


@pytest.mark.parametrize("package, count", [("git", 50), ("python3-numpy", 64), ("gnome-core", 2_251)])
def test_all_alternatives_give_the_descendants_that_apt_lists(
    package: str, count: int, everything: nx.DiGraph, shared_data: Path
) -> None:
    [path] = (shared_data / "debian").glob(f"apt-cache-depends-recurse.{package}.txt*")
    listed = names_in(path)
    assert nx.descendants(everything, package) | {package} == listed
    assert len(listed) == count


@pytest.mark.parametrize("package, count", [("git", 183), ("python3-numpy", 991)])
def test_all_alternatives_give_the_ancestors_that_apt_lists(
    package: str, count: int, literal: nx.DiGraph, shared_data: Path
) -> None:
    listed = names_in(shared_data / "debian" / f"apt-cache-rdepends-recurse.{package}.names.txt.gz")
    assert nx.ancestors(literal, package) | {package} == listed
    assert len(listed) == count
