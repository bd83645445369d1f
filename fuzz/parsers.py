"""The table of what is fuzzed: every reader of the table of formats, and all else that parses what others wrote.

A parser takes bytes and returns what it made of them: a graph, or any value that can be compared with itself. What it
may raise is the documented errors, all of them `GraphdiffError`.
"""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import os
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, partial
from pathlib import Path
from typing import Any
from zlib import crc32

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from samples import DATA, SAMPLES

from graphdiff.io.formats import READERS

__all__ = ["PARSERS", "Parser"]

#: Larger samples are left out: an input of them takes long, and tells no more.
LARGEST = 1 << 14
#: Read from the machine, not from a file.
WITHOUT_FILE = ("env", "imports")

LOCKED: tuple[dict[str, Any], ...] = ({}, {"markers": "here"}, {"extras": "nodes"}, {"extras": "all", "groups": "dev"})
EXTRAS: tuple[dict[str, Any], ...] = ({}, {"extras": "all"}, {"extras": "nodes"}, {"extras": "none"})
KINDS: tuple[dict[str, Any], ...] = ({}, {"kinds": "all"}, {"omit": ["dev"]})
TABLES: tuple[dict[str, Any], ...] = ({}, {"columns": "source=1,target=2"}, {"where": "weight!=1"})
#: By which options a format is read, one of them for each input.
OPTIONS: dict[str, tuple[dict[str, Any], ...]] = {
    "uv": LOCKED, "poetry": LOCKED, "pdm": LOCKED, "pylock": ({}, {"markers": "here"}),
    "pip-inspect": EXTRAS, "pip-report": EXTRAS, "pip-compile": ({}, {"markers": "python_version=3.12"}),
    "npm-lock": KINDS, "npm-ls": KINDS, "pnpm": KINDS, "yarn": KINDS, "bun": KINDS,
    "yarn-berry": ({}, {"omit": ["peer"]}), "cargo-metadata": KINDS, "csv": TABLES, "parquet": TABLES, "arrow": TABLES,
    "debian": ({}, {"alternatives": "all"}, {"kinds": ["Recommends"]}), "onnx": ({}, {"tensors": "keep"}),
    "dot": ({}, {"follow_arrows": True}),
    "pprof-proto": ({}, {"stacks": "drop"}), "speedscope": ({}, {"stacks": "drop"}),
    "expr": ({"set": {"a": 2, "b": "1/3", "x": 0.5}}, {"set": {"a": 2, "b": 3, "x": 1}, "symbolic": True}, {}),
}  # fmt: skip
SYNTAXES = {
    ".json": "json", ".cpuprofile": "json", ".jsonl": "json", ".xml": "xml", ".graphml": "xml", ".gexf": "xml",
    ".yml": "yaml", ".yaml": "yaml", ".toml": "toml",
    ".pb": "protobuf", ".prof": "marshal", ".gdiff": "saved", ".parquet": "parquet", ".feather": "arrow",
}  # fmt: skip
BY_FORMAT = {
    "uv": "toml", "poetry": "toml", "pdm": "toml", "pylock": "toml", "cargo-lock": "toml", "composer": "json",
    "yarn-berry": "yaml", "pixi": "yaml", "onnx": "protobuf", "gprof": "text",
}  # fmt: skip


@dataclass(frozen=True)
class Parser:
    """What is fuzzed.

    Attributes
    ----------
    parse : callable
        Takes bytes, returns what was made of them.
    syntaxes : tuple of str
        Keys of `fuzz.mutators.MUTATORS`.
    seeds : callable
        Returns the inputs to start from.
    """

    parse: Callable[[bytes], Any]
    syntaxes: tuple[str, ...] = ("text",)
    seeds: Callable[[], Sequence[bytes]] = field(default=tuple)


# -- the readers


def _chosen(choices: Sequence[dict[str, Any]], data: bytes) -> dict[str, Any]:
    """Return one of several options, always the same for an input; for most inputs the first."""
    return choices[place] if (place := crc32(data) % 8) < len(choices) else choices[0]


def read_as(key: str, data: bytes) -> Any:
    """Return the graph by the reader of a format, by options that the content chooses."""
    from graphdiff.io.read import read

    options = _chosen(OPTIONS.get(key, ({},)), data)
    if READERS[key].prefix:
        return READERS[key].function(data, name="x", **options)
    return read(io.BytesIO(data), format=key, **options)


def _samples_of(key: str) -> list[bytes]:
    files = [file for file, format in SAMPLES.items() if format == key]
    contents = [(DATA / file).read_bytes() for file in files]
    small = [content for content in contents if len(content) <= LARGEST]
    return [*small, *(seed.encode() for seed in SEEDS.get(key, ())), *_files(key)]


def _files(name: str) -> list[bytes]:
    """Return the seeds of a parser that are files."""
    return [path.read_bytes() for path in sorted(Path(__file__).with_name("seeds").glob(f"{name}.*"))]


def _syntaxes_of(key: str) -> tuple[str, ...]:
    suffixes = [Path(file).suffix for file, format in SAMPLES.items() if format == key]
    found = {BY_FORMAT.get(key) or SYNTAXES.get(suffix, "text") for suffix in suffixes}
    return tuple(sorted(found)) or (BY_FORMAT.get(key, "json"),)


#: Seeds of formats without a sample, and more of those that have several forms.
SEEDS: dict[str, tuple[str, ...]] = {
    "expr": (
        "e = (a + b) * (b + 1)", "c = a + b; d = b + 1; e = c * d", "exp(a) / sqrt(b) - log(x) ** 2", "-a ** -b % 3",
        "y = tanh(x)\nz = maximum(y, 0.5)", "1j * a", "abs(a) if a else b", "where(a < b, a, b)",
    ),
    "csv": (
        "a,b,1\nb,c,2\n", "source\ttarget\tweight\na\tb\t1\n", "from;to;w\na;b;1,5\n", "a b\nb c\n",
        '"a ""x""","b\nc",1\n', "\ufeffsource,target\na,b\n", "caller,callee,calls\nf,g,3\n",
    ),
    "dot": (
        "digraph { a -> b [weight=2]; b -> c }",
        'strict digraph "x" { a:n -> {b c} [dir=back, label=<b>]; subgraph s { d } }',
        "digraph graphdiff { graph [graphdiff=1]; n0 [name=a]; n0 -> n1 [weight=2, key=x] }",
        "digraph a { a -> b } digraph b { b -> c }", "digraph { edge [dir=both]; a -> b; c -> d [dir=none] }",
    ),
    "adjacency": ('{"a": ["b"], "b": {"c": 2}, "c": []}', '{"a": {"b": {"weight": 1}}}'),
}  # fmt: skip


def _of_format(key: str) -> Parser:
    seeds = {"onnx": _models, "gdiff": saved_graphs}.get(key, partial(_samples_of, key))
    return Parser(partial(read_as, key), _syntaxes_of(key), seeds)


def _view(key: str, data: bytes) -> Any:
    """Return the graph that stays arrays, of a table."""
    from graphdiff.io.read import read

    return read(io.BytesIO(data), format=key, frozen=True, **_chosen(TABLES, data))


def _models() -> list[bytes]:
    """Return models of ONNX; none where it is not installed."""
    try:
        from onnx import TensorProto, helper
    except ImportError:
        return []
    ends = [helper.make_tensor_value_info(name, TensorProto.FLOAT, ["n", 2]) for name in "xy"]
    stored = helper.make_tensor("w", TensorProto.FLOAT, [2, 2], [1.0, 2.0, 3.0, 4.0])
    branch = helper.make_graph([helper.make_node("Neg", ["x"], ["z"])], "b", [], [ends[1]])
    chains = (
        [helper.make_node("MatMul", ["x", "w"], ["a"], name="/l/MatMul"), helper.make_node("Add", ["a", "x"], ["y"])],
        [helper.make_node("If", ["c"], ["y"], then_branch=branch, else_branch=branch)],
        [helper.make_node("Constant", [], ["c"], value=stored), helper.make_node("Mul", ["x", "c"], ["y"], axis=1)],
    )
    graphs = (helper.make_graph(chain, "g", ends[:1], ends[1:], [stored]) for chain in chains)
    return [helper.make_model(graph).SerializeToString() for graph in graphs]


@cache
def saved_graphs() -> Sequence[bytes]:
    """Return saved graphs: small, with cycles, keys and attributes, and of arrays alone."""
    import networkx as nx

    from graphdiff.graph.compiled import CompiledGraph
    from graphdiff.graph.compiled import compile as compiled

    olah = nx.MultiDiGraph([("a", "c", {"weight": 2.0, "kind": "x"}), ("a", "c", {"weight": 1.0})])
    olah.add_edge("c", "a", weight=0.25)
    olah.add_edge("c", ("e", 1), weight=0.5)
    olah.add_node("a", title="A", size=3)
    whole = CompiledGraph.from_arrays([0, 1], [1, 2], [1, 2])
    long = CompiledGraph.from_arrays(list(range(70)), list(range(1, 71)))
    with tempfile.TemporaryDirectory() as folder:
        for number, graph in enumerate([compiled(olah, cycles="solve").with_attributes(olah), whole, long]):
            graph.save(f"{folder}/{number}")
        return [path.read_bytes() for path in sorted(Path(folder).iterdir())]


def _load(data: bytes, *, mmap: bool) -> Any:
    """Return what a saved graph answers that was opened from a file, and let loops in machine code walk it."""
    from graphdiff.graph.compiled import CompiledGraph

    folder = "/dev/shm" if os.path.isdir("/dev/shm") else None
    with tempfile.NamedTemporaryFile(dir=folder) as file:
        file.write(data)
        file.flush()
        return _walked(CompiledGraph.load(file.name, mmap=mmap))


def _walked(graph: Any) -> Any:
    import graphdiff as gd

    answers: list[Any] = [repr(graph), graph.edges()[:100]]
    labels = list(graph.topology.labels)
    for node in [*labels[:2], *labels[-1:]]:
        for sweep in (gd.forward, gd.reverse):
            try:
                answers.append(dict(sweep(graph, node)))
            except gd.errors.GraphdiffError as error:
                answers.append(str(error))
    return answers


# -- what is not a reader of a graph


def _sniffed(data: bytes) -> Any:
    """Return the graph of a file without a name, by its content, unpacked where it is packed."""
    from graphdiff.io.read import read

    return read(io.BytesIO(data))


def _of_all() -> list[bytes]:
    small = [content for file in SAMPLES if len(content := (DATA / file).read_bytes()) < 1500]
    packed = [pack(small[0]) for pack in (gzip.compress, bz2.compress, lzma.compress)]
    return [*small, *packed]


def _targets(data: bytes) -> Any:
    """Return which nodes a table or a report of advisories means, in a graph of packages."""
    import networkx as nx

    from graphdiff.io.targets import read_targets

    graph = nx.DiGraph([("app", "web"), ("web", "log"), ("log", "bignum")], node_meaning="packages", ecosystem="pypi")
    nx.set_node_attributes(graph, {"web": "1.0", "log": "2.3.1", "bignum": "0.1"}, "version")
    default = 5.0 if crc32(data) % 2 else None
    return dict(read_targets(io.BytesIO(data), graph, default_severity=default, missing="skip"))


def _matrices(data: bytes) -> Any:
    from graphdiff.io.coefficients import read_covariance, read_draws

    matrix = (read_covariance, read_draws)[crc32(data) % 2](io.BytesIO(data))
    return matrix.index, matrix.columns, matrix.to_numpy().tolist()


def _allowances(data: bytes) -> Any:
    from graphdiff.io.allowances import read_allowances

    return [str(one) for one in read_allowances(io.BytesIO(data))]


def _condition(data: bytes) -> Any:
    from graphdiff.cli.conditions import Condition
    from graphdiff.cli.measures import MEASURES

    verbs = list(MEASURES)
    return str(Condition.parse(data.decode("utf-8", "surrogateescape"), verbs[crc32(data) % len(verbs)]))


def _arguments(data: bytes) -> Any:
    """Return what the command line answers to a line of arguments, on a small table; nothing is written."""
    from fuzz.command_line import answered

    return answered(data.decode("utf-8", "replace").split("\n")[:12])


#: Command lines, an argument a line: the file comes by itself.
LINES = (
    "why\na\nd\n-w\nunit\n-o\njson", "paths\na\nd\n-n\n3", "rank\na\n--by\nexclusive\n--top\n3\n--weight\nattr:weight",
    "what-if\na\nd\n--reweight\na\nb\n1/3\n--add\na\nz\n-", "what-if\na\nd\n--remove-edge\na\nb#0\n--remove-node\nc",
    "cut\na\nd\n--reduce\n90%", "cut\n-s\na\n--reduce\n0.5\n--nodes", "cycles\n--fail-if\ncycles > 0",
    "why\na\nd\n--fail-if\npaths > 1\n--default-weight\n1e3\n--cycles\nsolve", "table\n-w\nweight\n--wide",
    "diagnose\na\n--columns\nsource=1,target=2,weight=3", "why\na*\n*d\n--where\nweight!=1\n--kind\nx",
    "rank\n--group\nprefix:2\n-o\ncsv\n--spreadsheet-safe",
    "why\na\nd\n--format\ncsv\n--max-bytes\n100\n--timeout\n0.5",
    "what-if\na\nd\n--faster\na\n30%\n--fewer-calls\na\nb\n50%", "why\na\nd\n--option\nextras=all\n--set\na=2",
)  # fmt: skip


def _texts(*texts: str) -> Callable[[], Sequence[bytes]]:
    return lambda: [text.encode() for text in texts]


_PLAIN: Mapping[str, Parser] = {
    "csv-arrays": Parser(partial(_view, "csv"), ("text",), partial(_samples_of, "csv")),
    "parquet-arrays": Parser(partial(_view, "parquet"), ("parquet",), partial(_samples_of, "parquet")),
    "load": Parser(partial(_load, mmap=False), ("saved",), saved_graphs),
    "load-mapped": Parser(partial(_load, mmap=True), ("saved",), saved_graphs),
    "any": Parser(_sniffed, ("json", "text", "xml", "toml"), _of_all),
    "targets": Parser(_targets, ("json", "text"), partial(_files, "targets")),
    "coefficients": Parser(_matrices, ("text",), _texts(",a,b\na,0.04,0\nb,0,0.01\n", "a;b\n0,5;0,4\n")),
    "allowances": Parser(
        _allowances, ("toml",), _texts('[[allow]]\npackage = "left-pad"\nreason = "reviewed"\nuntil = 2027-01-01\n')
    ),
    "conditions": Parser(
        _condition,
        ("text",),
        _texts("appeared > 5", "relative > 5 %", "licence ~ 'GPL*'", "total >= 1e3", "package = a@1"),
    ),
    "command-line": Parser(_arguments, ("text",), _texts(*LINES)),
}

PARSERS: dict[str, Parser] = {key: _of_format(key) for key in READERS if key not in WITHOUT_FILE} | dict(_PLAIN)
