"""``graphdiff compile``, and every verb on what it makes: the report is the one on the file itself."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import networkx as nx
import pytest
from conftest import Run
from samples import DATA, SAMPLES

import graphdiff as gd
from graphdiff.graph.lookup import named

#: What is asked of a file of each format, where A and B are two nodes of it with a path between them.
FEW = ("why FILE A B", "rank FILE -o json", "draw FILE A B", "compare FILE FILE -o json")
#: What is asked of some.
MANY = (
    *FEW, "why FILE B", "why FILE B A -o json", "why FILE A B -w even --exact", "why FILE A B -w weight",
    "why FILE A B --cycles solve -o json", "why FILE Axyz B", "rank FILE --target B", "what-if FILE A B",
    "cut FILE A B",
    "paths FILE A B --all -o json", "cycles FILE -o json", "jacobian FILE -o csv", "jacobian FILE --plan",
    "draw FILE --group prefix:1", "diagnose FILE", "factored FILE A B", "compare FILE FILE A B -o json",
)  # fmt: skip
#: One file of each format, and those that are asked everything: packages with kinds, modules with lines, a path model
#: with errors, parallel edges, a cycle.
FILES = sorted({format: name for name, format in SAMPLES.items() if "reversed" not in name}.values())
ASKED_MANY = [
    "debian/small.Packages", "pathmodels/lavaan.csv", "python/grimp.json", "python/workspace.uv.lock",
    "rust/metadata.json", "tools/gprof2dot.dot", "vcg/shop.ci",
]  # fmt: skip


def ends_of(path: Path) -> tuple[str, str]:
    """Return two nodes of a file, one of which leads to the other by the longest of the shortest ways."""
    graph = named(gd.read(path))
    every = (nx.single_source_shortest_path(graph, node).values() for node in list(graph)[:20])
    way = max((way for ways in every for way in ways), key=len)
    return str(way[0]), str(way[-1])


@pytest.mark.parametrize("name", sorted({*FILES, *ASKED_MANY}))
def test_every_verb_reports_of_a_saved_graph_what_it_does_of_the_file(name: str, run: Run, tmp_path: Path) -> None:
    file, saved = str(DATA / name), str(tmp_path / "saved.gdiff")
    first, last = ends_of(DATA / name)
    assert run("compile", file, "-O", saved).status == 0
    questions = MANY if name in ASKED_MANY else FEW
    answered = 0
    for question in questions:
        words = [{"A": first, "B": last, "Axyz": f"{first}xyz"}.get(word, word) for word in question.split()]
        expected, done = (run(*(path if word == "FILE" else word for word in words)) for path in (file, saved))
        assert (done.status, done.out, done.err.replace(saved, file)) == expected, question
        answered += done.status == 0
    assert answered > len(questions) / 2


def test_a_saved_graph_compares_with_the_file_it_is_of(run: Run, tmp_path: Path) -> None:
    before, after = str(DATA / "python/versions.uv.lock"), str(DATA / "python/workspace.uv.lock")
    saved = str(tmp_path / "saved.gdiff")
    run("compile", before, "-O", saved)
    for words in ([], ["-o", "json"], ["-o", "markdown"]):
        expected, done = run("compare", before, after, *words), run("compare", saved, after, *words)
        assert (done.status, done.out.replace(saved, before)) == (expected.status, expected.out)


# -- the options


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "calls.csv"
    rows = ["app,db,0.5,x,0.1", "app,web,2,y,0.2", "web,db,0.25,x,0.1", "db,web,0.5,y,0.1"]
    path.write_text("\n".join(["source,target,cost,kind,se", *rows]) + "\n")
    return path


def test_the_weights_and_the_policy_that_it_was_saved_with_are_those_it_is_asked_by(
    run: Run, table: Path, tmp_path: Path
) -> None:
    saved = str(tmp_path / "x.gdiff")
    done = run("compile", str(table), "-w", "cost", "--cycles", "solve", "-O", saved)
    assert (done.status, done.out) == (0, "")
    assert done.err.endswith(f"wrote {saved}, by cost\n")
    asked = ["--cycles", "solve", "-w", "cost"]
    for words in (["why", "FILE", "app", "db"], ["rank", "FILE"], ["diagnose", "FILE", "app", "db"]):
        expected = run(*[str(table) if word == "FILE" else word for word in words], *asked)
        assert expected.status == 0
        done = run(*[saved if word == "FILE" else word for word in words])
        assert (done.status, done.err) == (0, expected.err)
        assert _body(done.out) == _body(expected.out)  # the head may say that nobody named the weights
        assert run(*[saved if word == "FILE" else word for word in words], *asked) == expected


def _body(report: str) -> str:
    return report.partition("\n")[2]


def test_presets_and_the_other_attributes_can_be_asked_and_no_others(run: Run, table: Path, tmp_path: Path) -> None:
    saved = str(tmp_path / "x.gdiff")
    run("compile", str(table), "-w", "cost", "-O", saved)
    for words in (["-w", "even"], ["-w", "unit"], ["-w", "se", "--cycles", "solve"]):
        assert run("why", saved, "app", "db", *words).out == run("why", str(table), "app", "db", *words).out
    sure = ["why", "FILE", "web", "db", "-w", "cost", "--sd", "se", "--cycles", "solve"]
    expected, done = (run(*[path if word == "FILE" else word for word in sure]) for path in (str(table), saved))
    assert done == expected
    assert done.status == 0
    assert done.out != run(*[saved if word == "FILE" else word for word in sure[:6]], *sure[8:]).out
    done = run("why", saved, "app", "db", "-w", "price")
    assert done.status == 65
    assert "none of the 4 edges has 'price'; these edges have: cost" in done.err


def test_kinds_are_chosen_when_it_is_saved(run: Run, tmp_path: Path) -> None:
    file, saved = str(DATA / "rust/metadata.json"), str(tmp_path / "x.gdiff")
    assert run("compile", file, "--kind", "normal", "-O", saved).status == 0
    expected = run("rank", file, "--kind", "normal")
    assert run("rank", saved).out == expected.out
    assert run("rank", file).out != expected.out
    done = run("rank", saved, "--kind", "dev")
    assert done.status == 2
    assert "format gdiff takes no option --kind" in done.err


def test_a_value_of_nodes_is_added_up(run: Run, tmp_path: Path) -> None:
    file, saved = tmp_path / "x.json", str(tmp_path / "x.gdiff")
    graph = nx.DiGraph([("a", "b"), ("b", "c")])
    nx.set_node_attributes(graph, {"a": 1, "b": 2.5}, "size")
    gd.write(graph, file)
    run("compile", str(file), "-O", saved)
    expected = run("rank", str(file), "--value", "size")
    assert expected.status == 0
    assert run("rank", saved, "--value", "size") == expected


def test_nothing_is_replaced_without_force_or_written_half(
    run: Run, table: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    saved = tmp_path / "x.gdiff"
    saved.write_text("mine")
    done = run("compile", str(table), "-w", "cost", "-O", str(saved))
    assert (done.status, saved.read_text()) == (73, "mine")
    assert "exists; --force replaces it" in done.err
    monkeypatch.setattr("os.replace", lambda *_: (_ for _ in ()).throw(OSError(28, "No space left on device")))
    assert run("compile", str(table), "-w", "cost", "-O", str(saved), "--force").status == 73
    assert (saved.read_text(), sorted(os.listdir(tmp_path))) == ("mine", ["calls.csv", "x.gdiff"])
    monkeypatch.undo()


def test_force_replaces_it(run: Run, table: Path, tmp_path: Path) -> None:
    saved = tmp_path / "x.gdiff"
    saved.write_text("mine")
    assert run("compile", str(table), "-w", "cost", "-O", str(saved), "--force").status == 0
    assert gd.CompiledGraph.load(saved).n_edges == 4


REFUSED: dict[str, tuple[list[str], str]] = {
    "nowhere": ([], "-O FILE.gdiff says where"),
    "standard output": (["-O", "-"], "-O FILE.gdiff says where"),
    "another suffix": (["-O", "x.json"], "-O FILE.gdiff says where"),
    "a report": (["-O", "x.gdiff", "-o", "json"], "compile prints no report"),
    "two weightings": (["-O", "x.gdiff", "-w", "unit", "-w", "even"], "compile takes one --weight"),
    "exact fractions": (["-O", "x.gdiff", "-w", "even", "--exact"], "and no exact fractions"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_it_does_not_do_is_said(what: str, run: Run, table: Path, monkeypatch: Any) -> None:
    monkeypatch.chdir(table.parent)
    words, message = REFUSED[what]
    done = run("compile", str(table), *words)
    assert done.status == 2
    assert message in done.err
    assert os.listdir(table.parent) == ["calls.csv"]


@pytest.mark.parametrize("name", ["x.gdiff", "x.bin", "x.gdiff.gz"])
def test_it_is_told_by_its_content_too(name: str, run: Run, table: Path, tmp_path: Path) -> None:
    import gzip

    run("compile", str(table), "-w", "cost", "-O", str(tmp_path / "saved.gdiff"))
    data = (tmp_path / "saved.gdiff").read_bytes()
    (tmp_path / name).write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
    assert run("paths", str(tmp_path / name), "app", "web", "-w", "unit").status == 0
    assert run("paths", str(tmp_path / name), "app", "web", "-w", "unit", "--format", "gdiff").status == 0


def test_a_damaged_file_is_one_line(run: Run, table: Path, tmp_path: Path) -> None:
    saved = tmp_path / "x.gdiff"
    run("compile", str(table), "-w", "cost", "-O", str(saved))
    data = saved.read_bytes()
    for place in (9, 40, len(data) - 1):
        saved.write_bytes(data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :])
        done = run("why", str(saved), "app", "db")
        assert done.status == 65
        assert len(done.err.splitlines()) == 1
