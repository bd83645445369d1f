"""(5) Whole processes, from the shell's point of view: start, read, answer, end.

This module imports nothing large: a child's peak memory is counted from that of the process that starts it.
"""

from __future__ import annotations

import json
import random
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.report import Row, Size, compare_processes

FOLDER = Path(__file__).parent
DATA = FOLDER.parent / "data"
QUESTION = (str(DATA / "bookworm.Packages.xz"), "openssh-server", "liblzma5")
#: A whole index with sizes of packages, which does not come with this project.
INDEX = FOLDER.parents[1] / "shared" / "data" / "debian" / "bookworm-main-amd64.Packages.xz"
#: What the README asks of small files.
VERBS = (
    ("why", "shop.uv.lock", "bignum"),
    ("compare", "before.uv.lock", "after.uv.lock"),
    ("rank", "jupyter-stack.json", "--by", "exclusive", "--value", "size", "--top", "3"),
    ("cut", "shop.uv.lock", "-s", "shop", "--targets", "shop.osv.json", "--reduce", "90%"),
    ("rank", "site.callgrind", "escape"),
    ("what-if", "site.callgrind", "main", "--fewer-calls", "export", "render", "50%"),
    ("table", "mediation.csv", "-w", "coefficient", "--sd", "se"),
    ("why", "digits.json"),
)


def run(size: Size) -> Iterator[Row]:
    """Time `graphdiff why` on the whole of Debian beside scripts in plain networkx, and `--help` beside nothing."""
    graphdiff = (sys.executable, "-m", "graphdiff")
    script = (sys.executable, str(FOLDER / "plain_why.py"))
    questions = {
        "graphdiff": (*graphdiff, "why", *QUESTION),
        "networkx, all_simple_paths": (*script, "paths", *QUESTION),
        "networkx, dict loop": (*script, "loop", *QUESTION),
    }
    yield from compare_processes("why, whole process", "Debian, 63,436 nodes, 264,191 edges", questions, size)
    with tempfile.TemporaryDirectory() as folder:
        for what, path, ends in (rows_of(Path(folder), size), lock_of(Path(folder), size)):
            own = {"graphdiff": (*graphdiff, "why", str(path), *ends, "-w", "even")}
            peer = {"networkx, dict loop": (*script, "loop", str(path), *ends)}
            alone = {"json alone": parsing("json", f"json.load(open({str(path)!r}))")} if path.suffix == ".json" else {}
            yield from compare_processes("why, whole process", what, own | peer | alone, size)
        what, path, ends = rows_of(Path(folder), size)
        columns = in_columns(path)
        own = {"graphdiff": (*graphdiff, "why", str(columns), *ends)}
        peer = {"graphdiff, of the same in CSV": (*graphdiff, "why", str(path), *ends)}
        yield from compare_processes("why, whole process", what.replace("CSV", "Parquet"), own | peer, size)
    if INDEX.is_file():
        ranking = {
            "graphdiff": (*graphdiff, "rank", str(INDEX), "--by", "exclusive", "--value", "size"),
            "lzma alone": parsing("lzma", f"lzma.open({str(INDEX)!r}).read()"),
        }
        yield from compare_processes("rank --by exclusive --value size, whole process", "Debian, 46 MB", ranking, size)
    for verb, file, *rest in VERBS:
        names = [str(DATA / each) if (DATA / each).is_file() else each for each in (file, *rest)]
        small = {"graphdiff": (*graphdiff, verb, *names), "import networkx": parsing("networkx", "0")}
        yield from compare_processes(f"{verb}, whole process", file, small, size)
    helps = {"graphdiff": (*graphdiff, "--help"), "python -c pass": (sys.executable, "-c", "pass")}
    yield from compare_processes("--help, whole process", "no file", helps, size)


def parsing(library: str, expression: str) -> tuple[str, ...]:
    """Return the command that does by a library alone what any answer needs first."""
    return sys.executable, "-c", f"import gc, {library}; gc.disable(); {expression}"


Question = tuple[str, Path, tuple[str, str]]


def steps(n_nodes: int, n_edges: int) -> Iterator[tuple[int, int]]:
    """Yield edges to nodes not far behind, among them one from each node to the next."""
    choose = random.Random(1)
    yield from zip(range(n_nodes - 1), range(1, n_nodes), strict=True)
    for _ in range(n_edges - n_nodes + 1):
        tail = choose.randrange(n_nodes - 1)
        yield tail, min(n_nodes - 1, tail + 1 + int(choose.expovariate(1 / 50)))


def rows_of(folder: Path, size: Size) -> Question:
    """Write 2.2M rows of a table, and ask for two nodes near its end."""
    n_nodes, n_edges = size.of(200_000), size.of(2_200_000)
    path, choose = folder / "edges.csv", random.Random(2)
    lines = (f"node{tail},node{head},{choose.random():.6f}\n" for tail, head in steps(n_nodes, n_edges))
    with open(path, "w") as file:
        file.write("source,target,weight\n")
        file.writelines(lines)
    ends = f"node{max(0, n_nodes - 1000)}", f"node{n_nodes - 1}"
    return f"CSV, {n_edges:,} rows, {n_nodes:,} names", path, ends


def in_columns(path: Path) -> Path:
    """Write the same rows in Parquet, in another process: pyarrow would count as this one's memory."""
    columns = path.with_suffix(".parquet")
    script = "import sys; from pyarrow import csv, parquet; parquet.write_table(csv.read_csv(sys.argv[1]), sys.argv[2])"
    subprocess.run([sys.executable, "-c", script, str(path), str(columns)], check=True)
    return columns


def lock_of(folder: Path, size: Size) -> Question:
    """Write a lock of npm's with 100,000 packages, each of which needs some behind it."""
    n_packages = size.of(100_000)
    needs: dict[str, dict[str, str]] = {f"p{place}": {} for place in range(n_packages)}
    for tail, head in steps(n_packages, 3 * n_packages):
        needs[f"p{tail}"][f"p{head}"] = "^1.0.0"
    packages = {f"node_modules/{name}": {"version": "1.0.0", "dependencies": heads} for name, heads in needs.items()}
    root = {"": {"name": "app", "version": "1.0.0", "dependencies": {"p0": "^1.0.0"}}}
    path = folder / "package-lock.json"
    path.write_text(json.dumps({"name": "app", "lockfileVersion": 3, "packages": root | packages}, indent=2))
    ends = f"p{max(0, n_packages - 1000)}", f"p{n_packages - 1}"
    return f"a lock of npm's, {n_packages:,} packages", path, ends
