"""Every error of the command line, over a corpus of mistakes, speaks of options and not of Python."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from conftest import KEYWORD, Run

CYCLE = "source,target,weight\na,b,2\nb,a,2\n"
FILES = {
    "plain.csv": "source,target\na,b\nb,c\n",
    "model.csv": "source,target,weight,cost\na,b,.5,x\nb,c,.25,y\n",
    "loop.csv": CYCLE,
    "holes.json": json.dumps(
        {
            "directed": True,
            "nodes": [{"id": "a"}, {"id": "b"}, {"id": "c"}],
            "edges": [{"source": "a", "target": "b", "weight": 1}, {"source": "b", "target": "c"}],
        }
    ),
    "huge.csv": "source,target,weight\na,b,1e300\nb,c,1e300\n",
    "two.dot": "digraph one { a -> b } digraph two { a -> c }",
    "undirected.dot": "graph { a -- b }",
    "tree.txt": "app\n├── web\n└── log\n",
    "prose.txt": "This is no graph.\nIt is prose, and long.\n",
    "taken.svg": "here already",
    "log.spdx": "SPDXVersion: SPDX-2.3\nPackageName: a\nSPDXID: SPDXRef-a\nPackageName: b\nSPDXID: SPDXRef-b\n"
    "Relationship: SPDXRef-a AMENDS SPDXRef-b\n",
    "graph.dot": "digraph { a -> b }",
    "uv.lock": 'version = 1\nrequires-python = ">=3.11"\n\n[[package]]\nname = "a"\nversion = "1"\n'
    'source = { virtual = "." }\n',
}
#: A mistake, and what its line says.
MISTAKES = {
    "no weights of that name": (["why", "plain.csv", "a", "c", "-w", "cost"],
                                "none of the 2 edges has 'cost'; --weight unit counts paths; --weight even spreads"),
    "weights that some lack": (["why", "holes.json", "a", "c"], "--default-weight 1 would stand in"),
    "a cycle": (["why", "loop.csv", "a", "b"], "(spectral radius 2: they do not converge); --cycles reduced-form so"),
    "a cycle that is solved": (["why", "loop.csv", "a", "b", "--cycles", "solve"],
                               "--cycles solve cannot sum its walks: their spectral radius is 2 and must be below 1"),
    "ends on one cycle": (["cut", "loop.csv", "a", "b", "-w", "unit", "--reduce", "50%"],
                          "without --reduce every path is cut"),
    "paths round a cycle": (["paths", "loop.csv", "a", "b", "--cycles", "solve", "--all"],
                            "graphdiff why says how they lead to each other"),
    "too many paths": (["paths", "model.csv", "a", "c", "--all", "--max-paths", "0"], "1 path, more than --max-paths"),
    "an overflow": (["why", "huge.csv", "a", "c"], "--exact has no such limit"),
    "an unknown format": (["why", "plain.csv", "a", "--format", "cargo"],
                          "no format 'cargo'; did you mean 'cargo-metadata' or 'cargo-lock'? graphdiff --help lists"),
    "a format in no name": (["why", "plain.csv", "a", "--format", "npm"], "did you mean 'npm-lock' or 'npm-ls'?"),
    "an option of another format": (["why", "plain.csv", "a", "--kind", "dev"], "csv takes no option --kind: it is"),
    "wrong columns": (["why", "plain.csv", "a", "--columns", "source=x"], "--columns"),
    "no column of that name": (["why", "plain.csv", "a", "--columns", "source=x,target=y"], "'x'"),
    "an unknown graph": (["why", "two.dot", "a", "--graph", "three"], "it has 'one', 'two'"),
    "undirected": (["why", "undirected.dot", "a", "b"], "undirected"),
    "a tree": (["why", "tree.txt", "app"], "a tree for people"),
    "prose": (["why", "prose.txt", "app"], "no format that is known"),
    "too large": (["why", "plain.csv", "a", "--max-bytes", "5"], "more than 5 bytes; --max-bytes 22 reads it"),
    "too slow": (["why", "graph.dot", "a", "--timeout", "0.001"], "reading took over 0.001 seconds; --timeout 0.01"),
    "output that exists": (["draw", "plain.csv", "-O", "taken.svg"], "taken.svg exists; --force replaces it"),
    "an unknown suffix": (["draw", "plain.csv", "-O", "x.pdf"], ".pdf"),
    "relationships that are no needs": (["why", "log.spdx", "a"], "AMENDS (1); --kind all reads them"),
    "rows of a matrix": (["table", "model.csv", "--wide", "--top", "3"], "pairs are listed: --wide lists none"),
    "cut by more than the whole": (["cut", "model.csv", "a", "c", "--reduce", "200%"], "--reduce 200% is not above 0"),
    "gradients that only vanish": (["diagnose", "model.csv", "--vanishing", "2"], "--vanishing 2, --explod"),
    "groups by no attribute": (["draw", "model.csv", "--group", "layer"], "'layer'"),
    "groups by no part of names": (["draw", "model.csv", "--group", "prefix:0"], "--group prefix:0: at least one part"),
    "an edge that cost nothing knows": (["cycles", "loop.csv", "-w", "kind"], "none of the 2 edges has 'kind'"),
    "no value of nodes": (["rank", "plain.csv", "--value", "size"], "--value size"),
    "ends that are swapped": (["what-if", "model.csv", "a", "c", "--remove-edge", "b", "a"], "are the ends swapped?"),
    "an unknown node": (["why", "plain.csv", "aa"], "'aa'"),
    "markers of nothing": (["rank", "uv.lock", "--markers", "pythn=3"], "pythn"),
    "extras of a format without": (["rank", "graph.dot", "--extras", "nodes"], "dot takes no option --extras: it"),
}  # fmt: skip


@pytest.mark.parametrize("mistake", MISTAKES, ids=str)
def test_a_mistake_is_told_in_options(run: Run, tmp_path: Path, mistake: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, text in FILES.items():
        (tmp_path / name).write_text(text)
    monkeypatch.chdir(tmp_path)
    arguments, message = MISTAKES[mistake]
    done = run(*arguments)
    assert done.status not in (0, 1)
    assert message in done.err
    said = done.err.replace("source=NAME,target=NAME,weight=NAME", "")
    for argument in arguments:
        said = said.replace(argument, "")
    assert not KEYWORD.search(said), done.err
    assert done.err.count("\n") == 1


@pytest.mark.parametrize("verb", ["paths", "cut", "why --formula", "draw"])
def test_verbs_that_take_one_weighting_refuse_several(run: Run, tmp_path: Path, verb: str) -> None:
    path = tmp_path / "model.csv"
    path.write_text(FILES["model.csv"])
    done = run(*verb.split(), str(path), "a", "c", "-w", "unit", "-w", "even")
    assert (done.status, done.out) == (2, "")
    assert done.err == f"graphdiff: {verb} takes one --weight, and 2 are given\n"
    assert run(*verb.split(), str(path), "a", "c", "-w", "even").status == 0
