"""The questions of frames on DuckDB: the bits of the definition, on any number of partitions, with bounds that hold."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
from frames_of_edges import Row, exact, folded, levels_of, many, turned

import graphdiff as gd
from graphdiff.errors import (
    CycleError,
    FormatError,
    MissingExtraError,
    UnknownNodeError,
    UsageError,
    ValueOverflowError,
    WeightError,
)

duckdb = pytest.importorskip("duckdb", reason="frames are asked on DuckDB")
pa = pytest.importorskip("pyarrow", reason="frames are asked on DuckDB")
parquet = pytest.importorskip("pyarrow.parquet", reason="frames are asked on DuckDB")

ask = gd.distributed
INTS, FLOATS = many(100, floats=False), many(100, floats=True)
of_each_kind = pytest.mark.parametrize("rows, seeds", [INTS, FLOATS], ids=["ints", "floats"])


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Have temporary folders made in one that a test can look into."""
    made = tmp_path / "temporary"
    made.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(made))
    return made


def frame(rows: list[Row], session: Any = None) -> Any:
    table = pa.table(
        {
            name: list(column)
            for name, column in zip(("source", "target", "weight"), zip(*rows, strict=True), strict=True)
        }
    )
    return (session or duckdb.connect()).from_arrow(table)


def in_parts(rows: list[Row], n_parts: int, folder: Path) -> Any:
    """Return the rows in another order, as so many files read by as many threads."""
    rows = random.Random(n_parts).sample(rows, len(rows))
    for part in range(n_parts):
        table = frame(rows[part::n_parts]).to_arrow_table()
        parquet.write_table(table, folder / f"{n_parts}-{part}.parquet")
    session = duckdb.connect(config={"threads": n_parts})
    return session.read_parquet(f"{folder}/{n_parts}-*.parquet")


def bits(values: dict[Any, Any]) -> dict[Any, Any]:
    return {node: value.hex() if isinstance(value, float) else value for node, value in values.items()}


def values_of(answer: Any) -> dict[Any, Any]:
    return dict(answer.project("node, value").fetchall())


class TestBits:
    @of_each_kind
    @pytest.mark.parametrize("n_parts", [1, 2, 7, 64])
    def test_any_number_of_partitions_has_those_of_the_definition(
        self, rows: list[Row], seeds: dict[Any, Any], n_parts: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("graphdiff.engines.duck.BATCH", 2048 if n_parts == 1 else 5 * n_parts)
        answer = ask.forward(in_parts(rows, n_parts, tmp_path), seeds, in_one_task=0)
        assert bits(values_of(answer)) == bits(folded(rows, seeds))

    @of_each_kind
    @pytest.mark.parametrize("in_one_task", [40, 300, 10**6])
    def test_what_is_folded_in_one_task_has_the_same(
        self, rows: list[Row], seeds: dict[Any, Any], in_one_task: int
    ) -> None:
        assert bits(values_of(ask.forward(frame(rows), seeds, in_one_task=in_one_task))) == bits(folded(rows, seeds))

    @of_each_kind
    @pytest.mark.parametrize("in_one_task", [0, 10**6])
    def test_reverse_is_forward_on_turned_edges(self, rows: list[Row], seeds: dict[Any, Any], in_one_task: int) -> None:
        assert bits(values_of(ask.reverse(frame(rows), seeds, in_one_task=in_one_task))) == bits(
            folded(turned(rows), seeds)
        )

    def test_machine_code_has_the_same_as_python(self, monkeypatch: pytest.MonkeyPatch) -> None:
        rows, seeds = FLOATS
        answers = []
        for visits in (0, 10**9):
            monkeypatch.setattr("graphdiff.kernels.WARM_VISITS", visits)
            monkeypatch.setattr("graphdiff.kernels.COLD_VISITS", visits)
            answers.append(sorted(ask.forward(frame(rows), seeds, in_one_task=100).fetchall()))
        assert answers[0] == answers[1]


class TestCertificate:
    @of_each_kind
    def test_the_exact_sum_is_within_the_bound(self, rows: list[Row], seeds: dict[Any, Any]) -> None:
        truth = exact(rows, seeds)
        for node, value, _, bound in ask.forward(frame(rows), seeds).fetchall():
            assert abs(Fraction(value) - truth[node]) <= Fraction(bound)
            assert bound == 0 or isinstance(value, float)

    @of_each_kind
    def test_the_engine_in_memory_agrees_within_both(self, rows: list[Row], seeds: dict[Any, Any]) -> None:
        graph = gd.compile(rows)
        in_memory = gd.forward(graph, seeds)
        for node, value, _, bound in ask.forward(frame(rows), seeds).fetchall():
            assert abs(in_memory[node] - value) <= 2 * bound  # both are within bounds of one form, in two orders

    def test_the_size_is_the_sum_of_absolute_paths(self) -> None:
        rows, seeds = FLOATS
        sizes = exact([(t, h, abs(Fraction(w))) for t, h, w in rows], {n: abs(Fraction(s)) for n, s in seeds.items()})
        for node, _, size, _ in ask.forward(frame(rows), seeds).fetchall():
            assert size == pytest.approx(float(sizes[node]), rel=1e-12, abs=0)

    def test_it_is_that_of_the_engine_in_memory_on_a_chain(self) -> None:
        rows = [(i, i + 1, 0.1 + i) for i in range(20)]
        certificate = gd.explain(rows, 0, 20).certificate
        (_, value, size, bound), *_ = ask.forward(frame(rows), 0, target=20).filter("node = 20").fetchall()
        assert (value, size) == (certificate.value, certificate.abs_sum)
        assert bound == pytest.approx(certificate.error_bound, rel=1e-9, abs=0)

    def test_it_counts_what_is_below_the_smallest_normal_float(self) -> None:
        rows = [(0, 1, 1e-200), (1, 2, 1e-200), (2, 3, 1e200), (3, 4, 1e200)]
        (value, bound), *_ = ask.forward(frame(rows), 0).filter("node = 4").project("value, error_bound").fetchall()
        assert value == 0
        assert bound >= 1


class TestBetween:
    def test_only_what_leads_to_the_target_is_walked(self) -> None:
        rows = [("a", "b", 2), ("b", "c", 3), ("a", "x", 5), ("x", "y", 1), ("y", "x", 1), ("z", "c", 7)]
        assert values_of(ask.forward(frame(rows), "a", target="c")) == {"a": 1, "b": 2, "c": 6}
        assert values_of(ask.reverse(frame(rows), "c", source="a")) == {"a": 6, "b": 3, "c": 1}

    def test_a_target_that_is_not_reached_leaves_no_row(self) -> None:
        rows = [("a", "b", 2), ("c", "d", 3)]
        assert ask.forward(frame(rows), "a", target="d").fetchall() == []
        assert ask.edge_contributions(frame(rows), "a", "d").fetchall() == []
        assert ask.count_paths(frame(rows), "a", "d") == 0

    def test_a_node_reads_one_unit_of_itself(self) -> None:
        assert ask.forward(frame([("a", "b", 2.0)]), "b").fetchall() == [("b", 1.0, 1.0, 0.0)]

    @pytest.mark.parametrize("in_one_task", [0, 10**6])
    def test_contributions_are_those_in_memory(self, in_one_task: int) -> None:
        for rows, seeds in (INTS, FLOATS):
            source = next(iter(seeds))
            level = levels_of(rows, [source])
            target = max(level, key=lambda node: level[node])
            expected = sorted((u, v, n) for (u, v, *_), n in gd.edge_contributions(rows, source, target).items() if n)
            answer = ask.edge_contributions(frame(rows), source, target, in_one_task=in_one_task)
            found = sorted((u, v, n) for u, v, _, n, *_ in answer.fetchall() if n)
            assert [each[:2] for each in found] == [each[:2] for each in expected]
            assert [each[2] for each in found] == pytest.approx([each[2] for each in expected], rel=1e-9)

    def test_the_exact_contribution_is_within_its_bound(self) -> None:
        rows = [(i, j, 0.1 * i - 0.07 * j) for i in range(9) for j in range(i + 1, 9)]
        there, back = exact(rows, {0: 1}), exact(turned(rows), {8: 1})
        answer = ask.edge_contributions(frame(rows), 0, 8).fetchall()
        assert len(answer) == len(rows)
        for tail, head, weight, passed, size, bound in answer:
            truth = there[tail] * Fraction(weight) * back[head]
            assert 0 < abs(Fraction(passed) - truth) <= Fraction(bound) < 1e-13 * Fraction(size) or passed == truth


class TestPaths:
    @pytest.mark.parametrize("in_one_task", [0, 10**6])
    def test_counts_are_those_in_memory(self, in_one_task: int) -> None:
        rows, seeds = INTS
        source = max(seeds, key=lambda node: len(levels_of(rows, [node])))
        graph, options = gd.compile(rows), {"in_one_task": in_one_task}
        there = dict(ask.count_paths(frame(rows), source, **options).fetchall())
        assert there == {node: n for node, n in gd.count_paths(graph, source).items() if n}
        target = max(there, key=there.__getitem__)
        assert ask.count_paths(frame(rows), source, target, **options) == there[target] > 1
        back = dict(ask.count_paths(frame(rows), target=target, **options).fetchall())
        assert back == {node: n for node, n in gd.count_paths(graph, target=target).items() if n}

    def test_a_seed_plays_no_part(self) -> None:
        assert ask.count_paths(frame([(0, 1, 5), (2, 1, 5)]), {0: 7, 2: 9}, 1) == 2

    @pytest.mark.parametrize("in_one_task", [0, 10**6])
    def test_more_than_ints_hold_are_counted_modulo_a_number(self, in_one_task: int) -> None:
        edges = duckdb.sql("SELECT i AS source, i + 1 AS target FROM range(20) a(i), range(9) b(j)")
        with pytest.raises(
            ValueOverflowError, match=r"larger than ints of 64 bits; modulus=2_305_843_009_213_693_951 counts"
        ):
            ask.count_paths(edges, 0, 20, in_one_task=in_one_task)
        assert ask.count_paths(edges, 0, 20, modulus=10**9 + 7, in_one_task=in_one_task) == 9**20 % (10**9 + 7)

    def test_what_a_modulus_is(self) -> None:
        with pytest.raises(UsageError, match=r"modulus=1: an int from 2 to 2\*\*62"):
            ask.count_paths(frame([(0, 1, 1)]), 0, 1, modulus=1)
        with pytest.raises(UsageError, match="give source= or target=, or both"):
            ask.count_paths(frame([(0, 1, 1)]))


class TestRefused:
    """What is no answer leaves nothing behind, neither files nor tables of the session."""

    @pytest.fixture
    def refused(self, temporary: Path) -> Iterator[Callable[..., Any]]:
        session = duckdb.connect()

        def asked(rows: list[Row], *ends: Any, **options: Any) -> Any:
            return ask.forward(frame(rows, session), *ends, **options)

        yield asked
        assert list(temporary.iterdir()) == []
        assert [name for (name,) in session.sql("SELECT view_name FROM duckdb_views() WHERE NOT internal").fetchall()
                if name.startswith("graphdiff")] == []  # fmt: skip
        assert session.sql("SELECT * FROM duckdb_tables()").fetchall() == []

    @pytest.mark.parametrize("in_one_task", [0, 10**6])
    def test_a_cycle_is_told(self, refused: Callable[..., Any], in_one_task: int) -> None:
        rows = [("s", "a", 1), ("a", "b", 1), ("b", "c", 1), ("c", "a", 1), ("c", "t", 1), ("t", "u", 1)]
        with pytest.raises(CycleError, match=r"cycle: (a -> b -> c -> a|b -> c -> a -> b|c -> a -> b -> c)\. It lies"):
            refused(rows, "s", in_one_task=in_one_task)

    @pytest.mark.parametrize("in_one_task", [0, 10**6])
    def test_a_loop_is_told(self, refused: Callable[..., Any], in_one_task: int) -> None:
        with pytest.raises(CycleError, match=r"cycle: 2 -> 2\. It lies"):
            refused([(1, 2, 1), (2, 2, 1)], 1, in_one_task=in_one_task)

    def test_of_a_long_cycle_one_member(self, refused: Callable[..., Any]) -> None:
        with pytest.raises(CycleError, match=r"cycle: \d+\. That is one of its members, of more than 12") as told:
            refused([(-1, 0, 1), *((i, (i + 1) % 50, 1) for i in range(50)), (7, 99, 1), (99, 100, 1)], -1)
        assert 0 <= told.value.cycle[0] < 50

    def test_a_cycle_elsewhere_is_none(self) -> None:
        assert values_of(ask.forward(frame([(1, 2, 1), (8, 9, 1), (9, 8, 1)]), 1)) == {1: 1, 2: 1}

    @pytest.mark.parametrize(
        ("rows", "message", "kind"),
        [
            ([("a", "b", 1.0), ("b", "c", None)], r"'b' -> 'c' has no weight \(1 such row of 2\); fill", WeightError),
            ([("a", "b", float("nan"))], r"the row 'a' -> 'b' has the weight nan \(1 such row of 1\)", WeightError),
            ([("a", "b", float("-inf"))] * 2, r"the weight -inf \(2 such rows of 2\)", WeightError),
            ([("a", None, 1), ("a", "b", 1)], r"the row 'a' -> None lacks an end \(1 such row of 2\)", FormatError),
            ([("a", "b", "1")], r"the column 'weight' is text; .* cast it; weight=None counts paths", WeightError),
            ([(0.5, 1.5, 1)], "the ends are float and float; both are text, or ints", UsageError),
            ([("a", 1, 1)], "the ends are text and int; both", UsageError),
            ([("a", "b", 2**61), ("b", "c", 2)], "than ints of 64 bits; cast the weights", ValueOverflowError),
            ([("a", "b", 1e200), ("b", "c", 1e200)], r"larger than the largest float \(1.8e308\)", ValueOverflowError),
        ],
    )  # fmt: skip
    def test_a_row_that_is_no_edge(
        self, refused: Callable[..., Any], rows: list[Row], message: str, kind: type[Exception]
    ) -> None:
        with pytest.raises(kind, match=message):
            refused(rows, "a")

    def test_a_sum_that_wraps_on_the_way_and_comes_back(self, refused: Callable[..., Any]) -> None:
        with pytest.raises(ValueOverflowError, match="may be larger than ints of 64 bits"):
            refused([(0, 1, 2**62), (1, 2, 4), (2, 3, 0)], 0)

    def test_a_node_that_is_not_there(self, refused: Callable[..., Any]) -> None:
        rows = [("loss", "b", 1), ("b", "weights", 1)]
        with pytest.raises(UnknownNodeError, match="no node 'los'; did you mean 'loss'"):
            refused(rows, "los")
        with pytest.raises(UnknownNodeError, match=r"no node .it's"):
            refused(rows, "b", target="it's")
        with pytest.raises(UnknownNodeError, match="no node 1; there are nodes such as"):
            refused(rows, 1)
        with pytest.raises(UnknownNodeError, match="no node '7'; did you mean 7"):
            refused([(7, 8, 1)], "7")
        with pytest.raises(UnknownNodeError, match="no node 1000000000000000000000"):
            refused([(7, 8, 1)], 10**21)

    def test_a_column_that_is_not_there(self, refused: Callable[..., Any]) -> None:
        with pytest.raises(UsageError, match=r'no column source_column="sorce"; did you mean .source.'):
            refused([(1, 2, 1)], 1, source_column="sorce")
        with pytest.raises(UsageError, match=r"no column weight=\"w\"; it has 'source', 'target', 'weight'"):
            refused([(1, 2, 1)], 1, weight="w")
        with pytest.raises(TypeError, match="unexpected keyword argument 'wieght'"):
            refused([(1, 2, 1)], 1, wieght="w")

    def test_seeds(self, refused: Callable[..., Any]) -> None:
        with pytest.raises(UsageError, match="the seed nan is no finite number"):
            refused([(1, 2, 1)], {1: float("nan")})
        with pytest.raises(UsageError, match="the node 1 stands twice"):
            refused([(1, 2, 1)], [1, 1])
        with pytest.raises(UsageError, match="the seed 9223372036854775808 does not fit 64 bits"):
            refused([(1, 2, 1)], {1: 2**63})
        with pytest.raises(WeightError, match=r"beyond 2\*\*53 beside floats"):
            refused([(1, 2, 2**53 + 1)], {1: 0.5})

    @pytest.mark.parametrize(
        ("absent", "message"),
        [
            ("pyarrow", "this needs pyarrow: pip install duckdb pyarrow"),
            ("duckdb", "this needs DuckDB: pip install duckdb pyarrow"),
            ("narwhals", "this needs narwhals: pip install narwhals pyarrow"),
        ],
    )
    def test_what_is_not_installed(self, absent: str, message: str, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("graphdiff.engines.opening.find_spec", lambda name: None if name == absent else name)
        with pytest.raises(MissingExtraError, match=message):
            ask.forward({"source": [1]}, 1)

    def test_a_cluster_needs_a_folder_that_all_nodes_see(self) -> None:
        from graphdiff.engines.spark import folder_of

        class Session:
            conf = MappingProxyType({"spark.master": "spark://host:7077"})

        with pytest.raises(UsageError, match="on a cluster checkpoint= names a folder that all nodes see"):
            folder_of("", Session())
        assert folder_of("/shared", Session()) == "/shared"

    def test_what_is_no_frame(self) -> None:
        with pytest.raises(UsageError, match=r"a frame is needed, .*, not int; files"):
            ask.forward(5, 1)
        with pytest.raises(UsageError, match="DuckDB keeps its steps in a folder of this machine"):
            ask.forward(frame([(1, 2, 1)]), 1, checkpoint="s3://bucket/x")


class TestCheckpoint:
    class Stopped(Exception):
        pass

    def stopped_at(self, step: int, edges: Any, folder: Path, **options: Any) -> None:
        steps: list[int] = []

        def stop(done: int, _: int | None) -> None:
            steps.append(done)
            if len(steps) == step:
                raise self.Stopped

        with pytest.raises(self.Stopped):
            ask.forward(edges, 0, checkpoint=str(folder), in_one_task=0, progress=stop, **options)

    ROWS = tuple((i, j, 0.3 * j - i / 7) for i in range(12) for j in range(i + 1, 12))

    @pytest.mark.parametrize("step", [1, 3, 6, 11])
    def test_a_repeated_call_goes_on(self, step: int, tmp_path: Path) -> None:
        edges = frame(list(self.ROWS))
        whole: list[int] = []
        expected = ask.forward(edges, 0, in_one_task=0, progress=lambda done, _: whole.append(done)).fetchall()
        self.stopped_at(step, edges, tmp_path / "steps")
        for half_written in ("sum_6_state", "reach_2_news"):  # of a step after the last whole one
            if not (tmp_path / "steps" / half_written).exists():
                (tmp_path / "steps" / half_written).mkdir()
                (tmp_path / "steps" / half_written / "torn.parquet").write_bytes(b"PAR1")
        rest: list[int] = []
        again = frame(list(reversed(self.ROWS)))
        answer = ask.forward(
            again, 0, checkpoint=str(tmp_path / "steps"), in_one_task=0, progress=lambda done, _: rest.append(done)
        )
        assert sorted(answer.fetchall()) == sorted(expected)
        assert rest == whole[step:]
        assert len(rest) == len(whole) - step

    def test_an_answer_is_kept(self, tmp_path: Path) -> None:
        steps: list[int] = []
        options = {"checkpoint": str(tmp_path / "steps"), "progress": lambda done, _: steps.append(done)}
        first = ask.forward(frame(list(self.ROWS)), 0, **options).fetchall()
        taken = len(steps)
        assert sorted(ask.forward(frame(list(self.ROWS)), 0, **options).fetchall()) == sorted(first)
        assert len(steps) == taken > 0

    def test_other_edges_and_other_questions_are_not_gone_on_with(self, tmp_path: Path) -> None:
        self.stopped_at(4, frame(list(self.ROWS)), tmp_path)
        told = "holds steps of another question, or of other edges"
        with pytest.raises(UsageError, match=told):
            ask.forward(frame([*self.ROWS[:-1], (10, 11, 0.5)]), 0, checkpoint=str(tmp_path))
        with pytest.raises(UsageError, match=told):
            ask.forward(frame(list(self.ROWS)), 1, checkpoint=str(tmp_path))
        with pytest.raises(UsageError, match=told):
            ask.reverse(frame(list(self.ROWS)), 0, checkpoint=str(tmp_path))


class TestShapes:
    def test_a_node_with_300_000_edges(self) -> None:
        edges = duckdb.sql("""
            SELECT 0::BIGINT AS source, i AS target, 0.1 * i::DOUBLE AS weight FROM range(1, 300001) t(i) UNION ALL
            SELECT i, 300001, 1.0 / i::DOUBLE FROM range(1, 300001) t(i)""")
        (value,), *_ = ask.forward(edges, 0, in_one_task=0).filter("node = 300001").project("value").fetchall()
        expected = 0.0
        for number in range(1, 300_001):
            expected += (0.1 * number) * (1.0 / number)
        assert value == expected

    def test_forty_levels_of_a_ladder(self) -> None:  # of which some tables become one, on the way and back
        rows = [(i, j, 0.9 / (j - i)) for i in range(40) for j in (i + 1, i + 2)]
        assert bits(values_of(ask.forward(frame(rows), 0, in_one_task=0))) == bits(folded(rows, {0: 1.0}))

    def test_a_chain_of_20_000_in_one_task(self) -> None:
        steps: list[int] = []
        rows = [(tail, head, 1.0001) for tail, head in pairwise(range(20_001))]
        answer = ask.forward(frame(rows), 0, progress=lambda done, _: steps.append(done))
        assert bits(values_of(answer)) == bits(folded(rows, {0: 1.0}))
        assert len(steps) < 9

    def test_other_columns_and_other_types(self) -> None:
        edges = duckdb.sql('SELECT 1::UTINYINT AS "a ""b""", 2::INTEGER AS t, 0.5::FLOAT AS weight, \'x\' AS note')
        assert values_of(ask.forward(edges, 1, source_column='a "b"', target_column="t")) == {1: 1.0, 2: 0.5}
        assert values_of(ask.forward(edges, 1, source_column='a "b"', target_column="t", weight=None)) == {1: 1, 2: 1}

    def test_a_lazy_frame_of_polars_and_a_table_of_pandas(self) -> None:
        polars, pandas = pytest.importorskip("polars"), pytest.importorskip("pandas")
        columns = {"source": ["a", "b"], "target": ["b", "c"], "weight": [2.0, 3.0]}
        for given in (
            polars.LazyFrame(columns),
            polars.DataFrame(columns),
            pandas.DataFrame(columns),
            pa.table(columns),
        ):
            assert values_of(ask.forward(given, "a")) == {"a": 1.0, "b": 2.0, "c": 6.0}

    def test_the_answer_is_a_frame_of_the_session(self) -> None:
        session = duckdb.connect()
        session.execute("CREATE TABLE names AS SELECT 2 AS node, 'two' AS name")
        answer = ask.forward(frame([(1, 2, 3)], session), 1)
        assert answer.join(session.table("names"), "node").project("name, value").fetchall() == [("two", 3)]


@pytest.mark.parametrize("folder", ["g*", "g?", "r[1]"])
def test_a_checkpoint_is_no_pattern(folder: str, tmp_path: Path) -> None:
    frame = duckdb.sql("SELECT 1 AS source, 2 AS target, 7.0::DOUBLE AS weight")
    with pytest.raises(UsageError, match=r"DuckDB takes \*, \? and \[ in a path for a pattern"):
        gd.distributed.forward(frame, 1, checkpoint=str(tmp_path / folder))
    assert not (tmp_path / folder).exists()


def test_the_least_int_is_a_weight_or_refused_in_one_line() -> None:
    frame = duckdb.sql("SELECT 1 AS source, 2 AS target, (-9223372036854775808)::BIGINT AS weight")
    with pytest.raises(gd.errors.GraphdiffError, match="ints of 64 bits"):
        gd.distributed.edge_contributions(frame, 1, 2)
