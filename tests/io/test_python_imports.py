"""Import graphs: a small package on disk, grimp itself as the oracle, pydeps, exports, times."""

from __future__ import annotations

import ast
import importlib
import subprocess
import sys
from pathlib import Path

import grimp
import networkx as nx
import pytest
from conftest import Run

import graphdiff as gd
from graphdiff.errors import FormatError, InputError, MissingExtraError, UsageError
from graphdiff.io.python.scopes import deferred_lines
from graphdiff.io.read import read
from graphdiff.io.write import write

DATA = Path(__file__).parents[1] / "data" / "python"
SHOP = {
    "__init__.py": "from shop import cart\n",
    "cart.py": "import shop\nfrom shop.price import net\nfrom shop.price import gross\nif 1:\n\n import shop.price\n",
    "price.py": "import os\nraise SystemExit('never run')\n",
    "sub/__init__.py": "",
    "sub/deep.py": "from ..price import (\n net,\n)\nimport typing\nif typing.TYPE_CHECKING:\n from .. import cart\n",
}
EDGES = {("shop", "shop.cart"), ("shop.cart", "shop"), ("shop.cart", "shop.price")}


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    for name, text in SHOP.items():
        path = tmp_path / "src" / "shop" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path / "src" / "shop"


def test_an_import_graph_with_its_lines(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(shop.parent.parent)
    before = list(sys.path)
    graph = read("imports:src/shop")
    assert sys.path == before
    assert "shop" not in sys.modules
    assert set(graph.edges) == EDGES | {("shop.sub.deep", "shop.price"), ("shop.sub.deep", "shop.cart")}
    assert graph.edges["shop.cart", "shop.price"] == {
        "statements": 3,
        "lines": [
            "src/shop/cart.py:2: from shop.price import net",
            "src/shop/cart.py:3: from shop.price import gross",
            "src/shop/cart.py:6: import shop.price",
        ],
        "kind": "runtime",
    }
    assert graph.nodes["shop.sub"]["file"] == "src/shop/sub/__init__.py"
    assert (graph.graph["edge_meaning"], graph.graph["weight_meaning"]) == ("imports", "none")


def test_a_package_in_the_current_folder_goes_first(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(shop.parent)
    graph = read("imports:shop")
    assert graph.edges["shop", "shop.cart"]["lines"] == ["shop/__init__.py:1: from shop import cart"]


def test_reach_is_what_grimp_says() -> None:
    import grimp

    graph, oracle = read("imports:graphdiff"), grimp.build_graph("graphdiff", cache_dir=None)
    assert set(graph) == oracle.modules
    for module in ("graphdiff.io.debian", "graphdiff.graph.compiled", "graphdiff.errors", "graphdiff"):
        assert nx.descendants(graph, module) - {module} == oracle.find_upstream_modules(module) - {module}
        assert nx.ancestors(graph, module) - {module} == oracle.find_downstream_modules(module) - {module}


def test_every_line_stands_in_its_file() -> None:
    root = Path(gd.__file__).parents[1]
    for *_, places in read(f"imports:{root / 'graphdiff'}").edges(data="lines"):
        for place in places:
            file, line, statement = place.split(":", 2)
            assert statement.split()[0] in (root / file).read_text().splitlines()[int(line) - 1]


@pytest.mark.parametrize("suffix", ["graphml", "json", "dot", "csv", "mmd"])
def test_an_import_graph_is_written_in_every_format(shop: Path, tmp_path: Path, suffix: str) -> None:
    write(read(f"imports:{shop}"), tmp_path / f"out.{suffix}")
    assert (tmp_path / f"out.{suffix}").stat().st_size > 100


def test_a_module_that_is_no_python(shop: Path) -> None:
    (shop / "cart.py").write_text("import shop\nfrom from import\n")
    with pytest.raises(FormatError, match=r"^imports:.*cart\.py"):
        read(f"imports:{shop}")


@pytest.mark.parametrize(
    "name, kind, message",
    [
        ("imports:", UsageError, r"^imports:: which package\?"),
        ("imports:no_such_package", InputError, r"no package 'no_such_package' is installed or in the current folder"),
        ("imports:./nowhere", InputError, r"no folder of a package: no __init__\.py in it"),
        ("imports:networkx.classes", UsageError, r"not a top-level package; give imports:networkx$"),
        ("imports:sys", UsageError, r"a module of one file or built in"),
        ("imports:this", UsageError, r"a module of one file or built in"),
        ("imports:a..b", InputError, r"no package"),
    ],
)
def test_what_is_no_package(name: str, kind: type[Exception], message: str) -> None:
    with pytest.raises(kind, match=message):
        read(name)
    assert "this" not in sys.modules


def test_another_package_of_a_loaded_one(tmp_path: Path) -> None:
    (tmp_path / "networkx").mkdir()
    (tmp_path / "networkx" / "__init__.py").touch()
    with pytest.raises(UsageError, match=r"Python has loaded another networkx already, from "):
        read(f"imports:{tmp_path / 'networkx'}")


def test_without_grimp(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "grimp", None)
    with pytest.raises(MissingExtraError, match=r"this needs grimp: pip install grimp"):
        read("imports:networkx")


@pytest.mark.parametrize("file", ["grimp.json", "pydeps.json"])
def test_other_tools_say_the_same(file: str) -> None:
    graph = read(DATA / file)
    assert set(graph.edges) == EDGES
    assert set(graph) == {"shop", "shop.cart", "shop.price"}
    assert graph.graph["edge_meaning"] == "imports"


def test_exports_keep_the_number_of_statements() -> None:
    assert read(DATA / "grimp.json").edges["shop.cart", "shop.price"] == {"statements": 3}
    assert read(DATA / "pydeps.json").nodes["shop.cart"] == {"file": "/x/shop/cart.py", "bacon": 2}


def test_times() -> None:
    log = DATA / "import.importtime"
    graph = read(log)
    assert set(graph.edges) == {("shop", "shop.cart"), ("shop.cart", "shop.price")}
    assert graph.nodes["shop.cart"] == {"import_time": 50, "cumulative": 350}
    timed = read(DATA / "grimp.json", times=str(log))
    assert dict(timed.nodes(data="import_time")) == {"shop": 20, "shop.cart": 50, "shop.price": 300}
    assert set(timed.edges) == EDGES


def test_a_log_that_python_writes(tmp_path: Path) -> None:
    done = subprocess.run([sys.executable, "-X", "importtime", "-c", "import json"], capture_output=True, check=True)
    log = tmp_path / "log.txt"
    log.write_bytes(b"another line\n" + done.stderr)
    graph = read(log)
    assert graph.has_edge("json", "json.decoder")
    lines = [line for line in done.stderr.decode().splitlines() if line.startswith("import time:")][1:]
    assert sum(time for _, time in graph.nodes(data="import_time")) == sum(int(x[12:].split("|")[0]) for x in lines)
    for module in ("json", "json.decoder"):  # what it took is its own time and that of what it imported first
        node = graph.nodes[module]
        below = sum(graph.nodes[inner]["cumulative"] for inner in graph[module])
        assert abs(node["cumulative"] - node["import_time"] - below) <= 20  # rounded to microseconds


WRONG = [
    ("grimp", b"[]", r"no import graph"),
    ("grimp", b'{"nodes": [1], "edges": []}', r"no import graph"),
    ("grimp", b'{"nodes": ["a"], "edges": [["a", "b", 1]]}', r"edges\[0\] is not importer, imported"),
    ("grimp", b'{"nodes": ["a"], "edges": [["a", "a", true]]}', r"edges\[0\] is not importer, imported"),
    ("pydeps", b"[]", r"not what pydeps --show-deps prints"),
    ("pydeps", b'{"a": 1}', r"'a' is no object"),
    ("pydeps", b'{"a": {"imports": "b"}}', r"imports: expected a list, found the text 'b'"),
    ("importtime", b"import time", r"no line of python -X importtime"),
]


@pytest.mark.parametrize("format, data, message", WRONG)
def test_a_broken_file_gets_one_line(format: str, data: bytes, message: str, tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes(data)
    with pytest.raises(FormatError, match=message):
        read(path, format=format)


def test_times_of_another_package() -> None:
    with pytest.raises(FormatError, match=r"none of the \d+ modules is in it; was their package imported\?"):
        read("imports:networkx", times=str(DATA / "import.importtime"))
    with pytest.raises(InputError, match="No such file"):
        read(DATA / "grimp.json", times="nowhere.log")


# -- imports for type checking


@pytest.fixture
def checked(tmp_path: Path) -> str:
    """A package whose modules need each other, one of them for type checking only."""
    files = {
        "__init__": "",
        "upper": "from checked.lower import foo\nimport checked.other\nclass Bar: ...\n",
        "lower": "import typing\nif typing.TYPE_CHECKING:\n    from checked.upper import Bar\n",
        "other": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from checked import lower\n"
        "def late() -> None:\n    import checked.lower\n",
        "third": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from checked import other, upper\n",
    }
    (tmp_path / "checked").mkdir()
    for name, text in files.items():
        (tmp_path / f"checked/{name}.py").write_text(text)
    return f"imports:{tmp_path / 'checked'}"


RUNTIME = {("checked.upper", "checked.lower"), ("checked.upper", "checked.other")}
LOCAL = {("checked.other", "checked.lower")}
CHECKED = {("checked.lower", "checked.upper"), ("checked.third", "checked.other"), ("checked.third", "checked.upper")}


def test_an_import_says_when_it_runs(checked: str) -> None:
    graph = read(checked)
    kinds = {
        kind: {(u, v) for u, v, its in graph.edges(data="kind") if its == kind}
        for kind in ("runtime", "local", "type-checking")
    }
    assert kinds == {"runtime": RUNTIME, "local": LOCAL, "type-checking": CHECKED}
    # One that stands in both places is made when the function is called; each line says where it stands.
    lines = graph.edges["checked.other", "checked.lower"]["lines"]
    assert [line.partition("other.py:")[2] for line in lines] == [
        "5: import checked.lower (local)",  # which gives the kind
        "3: from checked import lower (type-checking)",
    ]
    assert graph.graph["not_run"] == "type-checking"
    for kind, edges in kinds.items():
        assert set(read(checked, kinds=kind).edges) == edges
    assert set(read(checked, omit="type-checking").edges) == RUNTIME | LOCAL
    for options in ({"kinds": "all"}, {"omit": "type-checking"}):
        assert "not_run" not in read(checked, **options).graph
    with pytest.raises(UsageError, match=r"^no edge is of the kind 'x'; there are runtime, local, type-checking$"):
        read(checked, kinds="x")


def test_the_old_name_of_a_kind_is_still_read(checked: str) -> None:
    for options, edges in (({"kinds": "run-time"}, RUNTIME | LOCAL), ({"omit": "run-time"}, CHECKED)):
        with pytest.warns(DeprecationWarning, match="^the kind run-time is an old name, .*: write runtime,local$"):
            graph = read(checked, **options)
        assert set(graph.edges) == edges
        assert graph.graph["warnings"] == [
            f"{checked}: the kind run-time is an old name, which goes with the next version: write runtime,local"
        ]


#: Where statements stand that run with their module, although code that looks like a function is near, and those that
#: do not; what the line says is what is expected.
STANDING = '''
import top  # runtime
try:
    import tried  # runtime
except ImportError:
    import fallen  # runtime
else:
    if True:
        import deep  # runtime
class Outer:
    """
def shown():
    """
    import inner  # runtime
    def method(
        self,
    ) -> None:
        import called  # local
        class Within:
            import within  # local
        try:
            pass
        finally:
            import at_last  # local
    async def other(self): import short  # local
    import after  # runtime
def outer():
    text = """
at the left
    """
    import behind  # local
    if text:
        # import no
# a remark at the left
        import branch  # local
    match text:
        case 1:
            import case  # local
for x in ():
    import looped  # runtime
if True: \\
import odd  # runtime
def late(): \\
import odder  # local
with x: import managed  # runtime
if __name__ == "__main__":
    import script  # local
    if text:
        import deeper  # local
elif x:
    import other  # runtime
else:
    import neither  # runtime
if '__main__' == __name__ and x: import also  # local
if __name__ == "__main__" or x: import always  # runtime
if __name__ != "__main__":
    import imported  # runtime
else:
    import not_imported  # runtime
'''


def test_which_imports_stand_deferred_lines() -> None:
    lines = STANDING.split("\n")
    numbers = {number for number, line in enumerate(lines, 1) if "# runtime" in line or "# local" in line}
    local = {number for number in numbers if "# local" in lines[number - 1]}
    assert len(local) == 11
    for ending in ("\n", "\r\n", "\r"):
        source = STANDING.replace("\n", ending).encode()
        assert deferred_lines(source, numbers) == local
        for number in numbers:  # whatever else is asked for
            assert deferred_lines(source, [number]) == local & {number}


def test_an_import_in_a_file_that_this_python_cannot_parse_counts_as_one_that_runs(
    checked: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert deferred_lines(b"def f(:\n    import a\n", [2]) is None
    monkeypatch.setattr("graphdiff.io.python.imports.deferred_lines", lambda source, lines: None if lines else set())
    graph = read(checked, kinds="all")
    assert graph.edges["checked.other", "checked.lower"]["kind"] == "runtime"
    first, *others = graph.graph["warnings"]
    assert first.endswith("checked/other.py: not parsed by this Python: its imports in functions count as runtime")
    assert ["checked/upper.py" in other for other in others] == [True]


def test_which_imports_stand_deferred_lines_is_what_the_whole_file_says() -> None:
    counted = 0
    names = "inspect", "pydoc", "doctest", "zipfile", "os", "tarfile", "platform", "unittest.mock", "logging.config"
    for name in names:
        source = Path(str(importlib.import_module(name).__file__)).read_bytes()
        tree = ast.parse(source)
        functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
        functions += [node for node in tree.body if ast.unparse(node).startswith("if __name__ == '__main__':")]
        inside = {line for f in functions for line in range(f.body[0].lineno, (f.end_lineno or 0) + 1)}
        imports = {node.lineno for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom)}
        assert deferred_lines(source, imports) == imports & inside
        counted += len(imports & inside)
    assert counted > 50


@pytest.mark.parametrize("package", ["networkx", "graphdiff"])
def test_cycles_are_those_of_grimp(package: str) -> None:
    numbers = []
    for kinds in ("all", None):
        imports = grimp.build_graph(package, cache_dir=None, exclude_type_checking_imports=kinds is None)
        pairs = ((m, head) for m in imports.modules for head in imports.find_modules_directly_imported_by(m))
        cyclic = [inside for inside in nx.strongly_connected_components(nx.DiGraph(pairs)) if len(inside) > 1]
        report = gd.find_cycles(read(f"imports:{package}", kinds=kinds), weight=None)
        assert {frozenset(one.members) for one in report.components} == set(map(frozenset, cyclic))
        numbers.append(len(cyclic))
    assert numbers[0] > 0  # with what only type checkers run


def test_the_edges_that_run_are_those_of_grimp_without_type_checking(checked: str) -> None:
    for name in ("graphdiff", "networkx"):
        running = grimp.build_graph(name, cache_dir=None, exclude_type_checking_imports=True)
        assert read(f"imports:{name}", omit="type-checking").number_of_edges() == running.count_imports()


def test_cycles_at_run_time_are_those_that_are_reported(checked: str, run: Run) -> None:
    report = gd.find_cycles(read(checked), weight=None)
    assert (report.components, report.breaking, report.not_run) == ((), [], 3)
    left_out = "3 imports under TYPE_CHECKING are left out: --kind all brings them back"
    assert str(report).splitlines() == ["No cycles", left_out]
    assert report.to_dict()["not_run"] == 3
    every = gd.find_cycles(read(checked, kinds="all"), weight=None)
    assert [set(one.members) for one in every.components] == [{"checked.lower", "checked.upper", "checked.other"}]
    assert every.not_run == 0
    done = run("cycles", checked)
    assert f"No cycles\n{left_out}" in done.out
    assert "5 modules, 6 imports (3 under TYPE_CHECKING) · " in done.out
    assert not done.err
    assert "1 component with cycles" in run("cycles", checked, "--kind", "all").out


def test_a_cycle_that_runs_on_import_is_shown_before_a_shorter_one(tmp_path: Path) -> None:
    (tmp_path / "ring").mkdir()
    sources = {"a": "import ring.b\n", "b": "import ring.c\n", "c": "import ring.d\ndef f():\n    import ring.b\n",
               "d": "import ring.a\n", "e": "import ring.f\n",
               "f": "x = 1\nif __name__ == '__main__':\n    import ring.e\n"}  # fmt: skip
    for name, source in {"__init__": "", **sources}.items():
        (tmp_path / f"ring/{name}.py").write_text(source)
    report = gd.find_cycles(read(f"imports:{tmp_path / 'ring'}"), weight=None)
    lines = [line.strip() for line in str(report).splitlines()]
    assert "a shortest cycle without local imports: ring.a -> ring.b -> ring.c -> ring.d -> ring.a" in lines
    assert "a shortest cycle (each has local imports): ring.e -> ring.f -> ring.e (local)" in lines or (
        "a shortest cycle (each has local imports): ring.f -> ring.e (local) -> ring.f" in lines
    )
    assert [one.to_dict()["deferred"] for one in report.components] == ["local", "local"]


def test_a_cycle_at_run_time_is_not_broken_at_an_import_for_type_checking(tmp_path: Path) -> None:
    (tmp_path / "ring").mkdir()
    (tmp_path / "ring/__init__.py").write_text("")
    (tmp_path / "ring/a.py").write_text(
        "import ring.b\nfrom typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import ring.c\n"
    )
    (tmp_path / "ring/b.py").write_text("import ring.a\n")
    (tmp_path / "ring/c.py").write_text("import ring.a\n")
    report = gd.find_cycles(read(f"imports:{tmp_path / 'ring'}"), weight=None)
    assert [set(one.members) for one in report.components] == [{"ring.a", "ring.b"}]
    assert str(report).splitlines()[1] == "1 import under TYPE_CHECKING is left out: --kind all brings it back"


def test_the_reported_package_has_no_cycle(shared_data: Path) -> None:
    name = f"imports:{shared_data / 'reported/26/tc'}"
    assert not gd.find_cycles(read(name), weight=None).components
    assert list(read(name, kinds="runtime").edges) == [("tc.upper", "tc.lower")]
