"""Each question is computed once: how many sweeps, restrictions and rankings it takes, and that looking takes none."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from dataclasses import FrozenInstanceError
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import networkx as nx
import pytest
from conftest import Run
from counting import counting
from graphs import ENGINES, chain, engine, weighted

import graphdiff as gd
from graphdiff import kernels
from graphdiff.why.explain import explain_each

OPENSSH = Path(__file__).resolve().parents[1] / "data" / "openssh-server.Packages"
ENDS = ("openssh-server", "liblzma5")
EVEN: dict[str, Any] = {"weight": gd.weights.even, "cycles": "collapse"}

#: Paths of both signs: x > m > y is worth 2.5, x > n > y -1.5.
SIGNS = (("x", "m", 2.5), ("m", "y", 1.0), ("x", "n", 1.5), ("n", "y", -1.0), ("x", "y", 0.25))


@pytest.fixture(scope="module")
def openssh() -> gd.CompiledGraph:
    return gd.compile(gd.read(OPENSSH), **EVEN)


def work(question: Callable[[], Any]) -> dict[str, int]:
    """Return what a question takes."""
    with counting() as counts:
        question()
    return counts.work


def look(result: Any) -> None:
    str(result)
    repr(result)
    result.to_dict()


class TestExplain:
    def test_the_total_costs_one_sweep_through_what_lies_between(self, openssh: gd.CompiledGraph) -> None:
        for name in ENGINES:
            sweeps = 2 if name == "kernels" and kernels.available() else 1  # the other tells what is in range
            with engine(name):
                assert work(lambda: gd.explain(openssh, *ENDS).total) == {"restrictions": 1, "sweeps": sweeps}
        assert work(lambda: gd.total_influence(openssh, *ENDS)) == {"sweeps": 1}

    def test_everything_together_costs_a_forward_a_reverse_and_the_place(self, openssh: gd.CompiledGraph) -> None:
        expected = {"restrictions": 1, "sweeps": 3, "semirings": 1, "rankings": 2}  # by strength, and by length
        with engine("plain Python"):
            assert work(lambda: look(gd.explain(openssh, *ENDS))) == expected

    def test_absolute_values_are_swept_only_where_a_weight_is_negative(self) -> None:
        sweeps = {
            name: work(lambda sign=sign: look(gd.explain(weighted([(*e[:2], sign(e[2])) for e in SIGNS]), "x", "y")))
            for name, sign in (("as they are", float), ("positive", abs), ("exact", lambda w: abs(Fraction(w))))
        }
        assert {name: counts["sweeps"] for name, counts in sweeps.items()} == {
            "as they are": 5,
            "positive": 3,
            "exact": 3,
        }

    @pytest.mark.parametrize("edges", [SIGNS, [(*edge[:2], abs(edge[2])) for edge in SIGNS]], ids=["signs", "positive"])
    def test_to_look_again_computes_nothing(self, edges: Any) -> None:
        why = gd.explain(weighted(edges), "x", "y")
        look(why)
        assert work(lambda: look(why)) == {}
        assert work(lambda: [why.edge_shares, why.node_shares, why.cut, why.coverage, why.last_steps()]) == {}

    def test_a_report_after_all_parts_were_read_computes_nothing(self, openssh: gd.CompiledGraph) -> None:
        why = gd.explain(openssh, *ENDS)
        for name in dir(type(why)):
            if not name.startswith("_"):
                getattr(why, name)
        assert work(lambda: str(why)) == {}

    def test_the_picture_sweeps_only_to_count_the_paths_through_each_edge(self, openssh: gd.CompiledGraph) -> None:
        why = gd.explain(openssh, *ENDS)
        look(why)
        assert work(why._repr_html_)["sweeps"] == 2
        unit = gd.explain(openssh.with_preset(gd.weights.unit), *ENDS)
        look(unit)
        assert "sweeps" not in work(unit._repr_html_)

    def test_two_weightings_share_what_lies_between(self, openssh: gd.CompiledGraph) -> None:
        graphs = [openssh.with_preset(gd.weights.unit), openssh]
        with engine("plain Python"):
            assert work(lambda: [why.total for why in explain_each(graphs, *ENDS)]) == {"restrictions": 1, "sweeps": 2}
        each = [gd.explain(graph, *ENDS).to_dict() for graph in graphs]
        assert [why.to_dict() for why in explain_each(graphs, *ENDS)] == each

    def test_graphs_of_other_shapes_or_policies_share_nothing(self) -> None:
        graph = weighted([("a", "b", 0.5), ("b", "a", 0.5), ("b", "c", 1.0)])
        graphs = [gd.compile(graph, cycles=policy) for policy in ("solve", "collapse")]
        graphs.append(gd.compile(weighted([("a", "c", 7.0)])))
        assert [why.total for why in explain_each(graphs, "a", "c")] == [pytest.approx(0.5 / 0.75), 1.0, 7.0]

    def test_it_stays_frozen_and_can_be_pickled_before_and_after_it_is_read(self) -> None:
        why = gd.explain(weighted(SIGNS), "x", "y")
        fresh = pickle.loads(pickle.dumps(why))
        with pytest.raises(FrozenInstanceError, match="total"):
            why.total = 2  # type: ignore[misc]
        look(why)
        assert fresh.to_dict() == pickle.loads(pickle.dumps(why)).to_dict() == why.to_dict()


class TestErrorsComeAtTheCall:
    """What may be refused is asked for at once; of most weights a look at them rules that out."""

    def test_a_part_that_overflows(self) -> None:
        with pytest.raises(gd.errors.ValueOverflowError, match="larger than the largest float"):
            gd.explain(chain([1e-200, 1e-200, 1e200, 1e200]), 0, 4)
        with pytest.raises(gd.errors.ValueOverflowError, match="larger than the largest Decimal"):
            gd.explain(chain([Decimal("1e-600000"), Decimal("1e-600000"), *[Decimal("1e600000")] * 2]), 0, 4)

    def test_walks_none_of_which_is_the_strongest(self) -> None:
        graph = weighted([("a", "b", Decimal("1e600")), ("b", "a", Decimal("1e-601")), ("b", "c", Decimal(1))])
        with pytest.raises(gd.errors.ValueOverflowError, match="weights on a cycle"):
            gd.explain(graph, "a", "c", cycles="solve")

    def test_ends_that_are_swapped_round_a_cycle(self) -> None:
        graph = weighted([("a", "b", 1.0), ("b", "c", 1.0), ("c", "b", 0.5), ("c", "d", 1.0)])
        with pytest.raises(gd.errors.CycleError, match="b -> c -> b"):
            gd.explain(graph, "d", "a")

    def test_large_products_without_an_overflow_are_still_answered(self) -> None:
        why = gd.explain(chain([1e200, 1e-200, 1e200, 1e-200]), 0, 4)
        assert why.total == pytest.approx(1)
        assert work(lambda: why.certificate) == {}


class TestOtherQuestions:
    def test_what_if(self, openssh: gd.CompiledGraph) -> None:
        def asked() -> gd.WhatIf:
            return gd.what_if(openssh, *ENDS, remove_edges=[("libsystemd0", "liblzma5")])

        assert work(asked) == {"restrictions": 3, "sweeps": 5}
        result = asked()
        assert work(lambda: str(result)) == {"sweeps": 1, "semirings": 2}
        assert work(lambda: look(result)) == {}

    def test_what_if_round_edges_that_lie_between(self) -> None:
        graph = gd.compile(weighted([("a", "b", 1.0), ("b", "d", 2.0), ("a", "c", 3.0), ("c", "d", 4.0)]))
        expected = {"restrictions": 2, "sweeps": 3}
        assert work(lambda: gd.what_if(graph, "a", "d", reweight={("a", "b"): 5.0})) == expected

    def test_annotate_and_its_picture(self, openssh: gd.CompiledGraph) -> None:
        assert work(lambda: gd.annotate(openssh, *ENDS)) == {"restrictions": 1, "sweeps": 4}
        unit = openssh.with_preset(gd.weights.unit)
        assert work(lambda: gd.annotate(unit, *ENDS)) == {"restrictions": 1, "sweeps": 2}
        assert work(lambda: gd.annotate(unit, target=ENDS[1])) == {"sweeps": 1}
        drawn = gd.annotate(openssh, *ENDS)
        assert work(lambda: gd.to_pydot(drawn)) == {
            "compilations": 1, "restrictions": 1, "semirings": 6,  # which nodes are drawn is chosen by what passes each
        }  # fmt: skip

    def test_diagnose(self, openssh: gd.CompiledGraph) -> None:
        assert work(lambda: gd.diagnose(openssh, *ENDS)) == {"restrictions": 1, "semirings": 2}
        found = gd.diagnose(openssh, *ENDS)
        assert work(lambda: look(found)) == {}

    @pytest.mark.parametrize("name", ["python", "kernels"])
    def test_cut(self, openssh: gd.CompiledGraph, name: str) -> None:
        # Of arrays the totals among what is cut tell what each takes away: two sweeps of all, and one of what is left.
        n_sweeps = 3 if name == "kernels" and kernels.available() else 5
        expected = {"restrictions": 1, "sweeps": 1, "semirings": 1, "cut_sweeps": n_sweeps}
        with engine(name):
            assert work(lambda: gd.cut(openssh, *ENDS)) == expected
            found = gd.cut(openssh, *ENDS)
            assert work(lambda: look(found)) == {}

    def test_sensitivities_and_uncertainty(self) -> None:
        graph = weighted(SIGNS)
        for *_, data in graph.edges(data=True):
            data |= {"se": 0.1, "low": data["weight"] - 1, "high": data["weight"] + 1}
        once = {"compilations": 1, "restrictions": 1, "sweeps": 2}
        assert work(lambda: look(gd.sensitivities(graph, "x", "y"))) == once
        assert work(lambda: look(gd.uncertainty(graph, "x", "y", sd="se", low="low", high="high"))) == once

    def test_rank(self, openssh: gd.CompiledGraph) -> None:
        once = {"restrictions": 1, "sweeps": 1}
        assert work(lambda: look(gd.rank(openssh))) == once
        assert work(lambda: look(gd.rank(openssh, ENDS[0], by="exclusive"))) == once
        assert work(lambda: look(gd.rank(openssh, target=ENDS[1]))) == once
        both = [openssh, openssh.with_preset(gd.weights.unit)]
        assert work(lambda: gd.rank(openssh, ENDS[0], weightings=both)) == {"restrictions": 1, "sweeps": 2}

    def test_questions_that_look_once_at_what_lies_between(self, openssh: gd.CompiledGraph) -> None:
        for question, expected in (
            (gd.edge_contributions, {"sweeps": 2}),
            (gd.node_contributions, {"sweeps": 2}),
            (gd.strongest_paths, {"rankings": 1}),
            (gd.prune, {"semirings": 1, "rankings": 1, "sweeps": 2}),  # from each of two kept nodes past the others
            (gd.factored, {"semirings": 1}),
        ):
            with engine("plain Python"):  # with kernels a pass over everything is as quick as to look
                assert work(lambda ask=question: ask(openssh, *ENDS)) == {"restrictions": 1, **expected}, question

    def test_paths_are_counted_in_one_sweep(self, openssh: gd.CompiledGraph) -> None:
        assert work(lambda: gd.count_paths(openssh, *ENDS)) == {"semirings": 1}

    def test_a_jacobian_of_one_pair_is_one_sweep(self, openssh: gd.CompiledGraph) -> None:
        assert work(lambda: gd.jacobian(openssh, *ENDS)) == {"sweeps": 1}

    def test_a_table_sweeps_once_for_the_totals_and_once_for_the_paths_and_twice_for_errors(self) -> None:
        graph = gd.compile(weighted(SIGNS))
        known = dict.fromkeys(graph.edges(), 0.1)
        assert work(lambda: look(gd.table(graph, "x", "y"))) == {"sweeps": 2}
        # Of one target: a sweep from it for all that lies between, and one from the source.
        assert work(lambda: look(gd.table(graph, "x", "y", sd=known))) == {"restrictions": 1, "sweeps": 4}
        # Of all four nodes that reach y: as many as nodes, or as one target where these are fewer.
        assert work(lambda: look(gd.table(graph, targets="y")))["sweeps"] == 2

    def test_totals_that_are_certified(self) -> None:
        from graphdiff.graph.ends import Seeds
        from graphdiff.sums.certificate import certified, rough_bound

        ends = gd.compile(weighted(SIGNS)), Seeds([0]), Seeds([3])
        assert work(lambda: certified(ends)) == {"restrictions": 1, "sweeps": 3}
        assert work(lambda: rough_bound(ends))["sweeps"] == 2


#: What the command line takes, the file being read; two weightings, unit and even, where it has no weights.
COMMANDS = {
    "why": {"compilations": 1, "restrictions": 1, "sweeps": 4, "semirings": 1, "rankings": 1},
    "why -o json": {"compilations": 1, "restrictions": 1, "sweeps": 6, "semirings": 1, "rankings": 3},
    "paths": {"compilations": 1, "restrictions": 1, "semirings": 1, "rankings": 1},
    "what-if": {"compilations": 1, "restrictions": 2, "sweeps": 4},
    "diagnose": {"compilations": 1, "restrictions": 1, "semirings": 2},
    "cut": {"compilations": 1, "restrictions": 1, "sweeps": 1, "semirings": 1, "cut_sweeps": 5},
    "factored": {"compilations": 1, "restrictions": 1, "semirings": 1},
}


@pytest.mark.parametrize("command", COMMANDS, ids=str)
def test_commands(command: str, run: Run) -> None:
    verb, *options = command.split()
    run("--help")
    with engine("python"), counting() as counts:
        assert run(verb, str(OPENSSH), *ENDS, *options).status == 0
    assert counts.work == COMMANDS[command]


def test_a_picture_beside_the_report_is_of_the_same_sweeps(run: Run, tmp_path: Path) -> None:
    with counting() as counts:
        assert run("why", str(OPENSSH), *ENDS, "-O", str(tmp_path / "why.dot")).status == 0
    assert counts.work["compilations"] == 2  # the graph, and the annotated one that is drawn
    assert counts.work["sweeps"] == 4 + 2  # and the paths through each edge
    again = gd.read(tmp_path / "why.dot")
    assert nx.number_of_edges(again) > 0


def test_what_is_counted() -> None:
    graph = weighted([("a", "b", 1.0), ("b", "c", 1.0)])
    with counting() as counts, engine("plain Python"):
        gd.forward(gd.compile(graph), "a")
        gd.strongest_paths(graph, "a", "c")
        gd.cut(graph, "a", "c")
    assert counts.work == {
        "compilations": 3, "restrictions": 2, "sweeps": 2, "semirings": 1, "cut_sweeps": 3, "rankings": 1,
    }  # fmt: skip
    assert {"sweeps.py", "strongest.py", "cut.py"} <= {Path(name).name for name in counts.files}
