"""(7) Pages beside those of pprof, pyvis, netron and dot of the same file: written, and opened in a headless Chromium.

Who has no peer, or no browser with selenium, gets a line on standard error instead of its rows. pyvis and netron may be
in another environment: `PEER_PYTHON` names its Python.
"""

from __future__ import annotations

import os
import random
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

from benchmarks.pprof import large
from benchmarks.report import Row, Size, compare_processes

#: Of the graph that all can read, and of the one that is panned.
SMALL, LARGE = (100, 250), (2_000, 8_000)
#: Of the profile, as `benchmarks.pprof` scales it.
SCALE = 0.02
#: So long a peer may take to draw, in seconds; and what is asked of a page of 2,000 nodes.
PATIENCE = 60.0
OPENED, FRAME = 1.0, 0.020
FRAMES = 100
#: What a browser's clock cannot tell from 0.
CLOCK = 1e-4
PYTHON = os.environ.get("PEER_PYTHON", sys.executable)
PYVIS = """
import sys, networkx, pyvis.network
network = pyvis.network.Network(directed=True, cdn_resources="in_line")
network.from_nx(networkx.read_edgelist(sys.argv[1], create_using=networkx.DiGraph, delimiter=",", data=False))
open(sys.argv[2], "w", encoding="utf-8").write(network.generate_html())
"""
RENDER = "import sys; from graphdiff.pictures.graphviz_child import main; sys.exit(main('svg', 2**32))"
#: Tells when what is looked for is there, and the frame that shows it is over.
WATCH = """
(() => {
  const next = requestAnimationFrame;
  const look = () => ((%s) ? next(() => next(() => { window.drawnAt = performance.now(); })) : next(look));
  next(look);
})();
"""
#: A canvas is drawn on when its middle is no longer of one colour.
CANVAS = """(() => { const canvas = document.querySelector("canvas"); if (!canvas?.width) return false;
const { data } = canvas.getContext("2d").getImageData(0, canvas.height >> 1, canvas.width, 40);
return data.some((value, at) => value !== data[at % 4]); })()"""
#: Scroll, or move a canvas, frame by frame; return how long each took, and the script in it.
PAN = """
const done = arguments[arguments.length - 1], frame = document.querySelector("#frame"), times = [];
let before = performance.now();
const step = () => {
  const now = performance.now();
  frame.scrollLeft += 12; frame.scrollTop += 8;
  const target = document.elementFromPoint(300, 400) ?? frame;
  target.dispatchEvent(new PointerEvent("pointermove", { bubbles: true, clientX: 300, clientY: 400 }));
  times.push([now - before, performance.now() - now]);
  before = now;
  times.length < %d ? requestAnimationFrame(step) : done(times.slice(1));
};
requestAnimationFrame(step);
"""


def run(size: Size) -> Iterator[Row]:
    """Time whole processes that write pages, and the browser that opens them; pan the large one."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        profile, graph = _profile(folder, size), _graph(folder / "graph", SMALL, size)
        pages = yield from _written(folder, profile, graph, size)
        if size.scale < 1:
            return  # a browser's start alone takes longer than small graphs
        with _browser() as browser:
            if browser:
                yield from _opened(browser, pages, graph, profile, size)
                yield from _panned(browser, folder, size)


def _profile(folder: Path, size: Size) -> Path:
    path = folder / "profile.pb"
    path.write_bytes(large(SCALE * size.scale))
    return path


def _graph(stem: Path, counts: tuple[int, int], size: Size) -> Path:
    """Write a graph as an edge list and as DOT: of the nodes each leads to some of the next."""
    chance, (n_nodes, n_edges) = random.Random(1), map(size.of, counts)
    ends = [
        (tail, min(n_nodes, tail + chance.randint(1, 40)))
        for tail in (chance.randrange(n_nodes) for _ in range(n_edges))
    ]
    stem.with_suffix(".csv").write_text("".join(f"n{tail},n{head}\n" for tail, head in ends))
    stem.with_suffix(".dot").write_text(
        "".join(["digraph {\n", *(f"n{tail} -> n{head};\n" for tail, head in ends), "}\n"])
    )
    return stem.with_suffix(".csv")


def _written(folder: Path, profile: Path, graph: Path, size: Size) -> Iterator[Row]:
    """Time the processes; return by what was drawn, and by whom, which file was written."""
    draw, drawn = (sys.executable, "-m", "graphdiff", "draw", "--force"), {}
    dot = graph.with_suffix(".dot")
    _beside(folder)
    for of, file, peers in (
        ("profile", profile, {"go tool pprof -svg": _pprof(profile, folder)}),
        ("graph", graph, {"dot -Tsvg": _piped(dot, folder), "pyvis": _pyvis(graph, folder)}),
    ):
        page = folder / f"{of}.html"
        commands = {"graphdiff": (*draw, str(file), "-O", str(page))} | {
            who: asked[0] for who, asked in peers.items() if asked
        }
        title = f"{of}, {file.stat().st_size / 1e3:,.0f} kB"
        rows = list(compare_processes("page, whole process", title, commands, size))
        drawn |= {(of, "graphdiff"): page} | {(of, who): asked[1] for who, asked in peers.items() if asked}
        yield from (_with_sizes(row, page, drawn[of, row.peer]) for row in rows)
    return drawn


def _with_sizes(row: Row, page: Path, other: Path) -> Row:
    sizes = (path.stat().st_size / 1e3 for path in (page, other))
    return Row(**(vars(row) | {"graph": f"{row.graph}; {{:,.0f}} : {{:,.0f}} kB".format(*sizes)}))


def _missing(what: str) -> None:
    print(f"page: {what}: its rows are left out", file=sys.stderr)


def _beside(folder: Path) -> None:
    """Put Graphviz, which comes with graphdiff, where pprof looks for it, unless the machine has one."""
    if not shutil.which("dot"):
        (folder / "dot").write_text(f'#!/bin/sh\nexec {sys.executable} -c "{RENDER}"\n')
        (folder / "dot").chmod(0o755)
        os.environ["PATH"] += os.pathsep + str(folder)


def _pprof(profile: Path, folder: Path) -> tuple[Sequence[str], Path] | None:
    if not shutil.which("go"):
        return _missing("there is no go, so no pprof")
    svg = folder / "profile.svg"
    return ("go", "tool", "pprof", "-svg", "-output", str(svg), str(profile)), svg


def _piped(dot: Path, folder: Path) -> tuple[Sequence[str], Path]:
    svg = folder / "graph.svg"
    return ("sh", "-c", f"dot -Tsvg < {dot} > {svg}"), svg


def _pyvis(graph: Path, folder: Path) -> tuple[Sequence[str], Path] | None:
    if not _has("pyvis"):
        return _missing("pyvis is not installed")
    page = folder / "pyvis.html"
    return (PYTHON, "-c", PYVIS, str(graph), str(page)), page


def _has(module: str) -> bool:
    """Return whether the Python of the peers has a module."""
    return not subprocess.run([PYTHON, "-c", f"import {module}"], capture_output=True, check=False).returncode


# -- in a browser


@contextmanager
def _browser() -> Iterator[Any]:
    """Start a headless Chromium; None where there is none."""
    program, driver = shutil.which("chromium") or shutil.which("chrome"), shutil.which("chromedriver")
    if not (program and driver and find_spec("selenium")):
        _missing("there is no chromium with chromedriver and selenium")
        yield None
        return
    from selenium import webdriver

    options = webdriver.ChromeOptions()
    options.binary_location, options.page_load_strategy = program, "none"
    options.add_argument("--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1")  # pyvis asks a CDN for fonts
    for argument in (
        "headless=new",
        "no-sandbox",
        "disable-gpu",
        "disable-background-networking",
        "window-size=1280,900",
    ):
        options.add_argument(f"--{argument}")
    browser = webdriver.Chrome(options=options, service=webdriver.ChromeService(executable_path=driver))
    browser.set_page_load_timeout(PATIENCE)
    browser.set_script_timeout(PATIENCE)
    try:
        yield browser
    finally:
        browser.quit()


def _opened(
    browser: Any, pages: Mapping[tuple[str, str], Path], graph: Path, profile: Path, size: Size
) -> Iterator[Row]:
    """Time from the start of loading to the frame in which nodes are drawn, in turn."""
    for of in ("profile", "graph"):
        asked = {
            who: (path.as_uri(), CANVAS if who == "pyvis" else "document.querySelector('g.node')")
            for (what, who), path in pages.items()
            if what == of
        }
        with _served(of, profile if of == "profile" else graph.with_suffix(".dot")) as server:
            asked |= server
            rounds = [{who: _loaded(browser, *each) for who, each in asked.items()} for _ in range(size.repeats)]
        for who in [who for who in asked if who != "graphdiff"]:
            yield _row(
                f"page, opened: {of}",
                f"load to first drawn frame, {of}",
                who,
                [(each["graphdiff"], each[who]) for each in rounds],
            )


def _row(measure: str, graph: str, peer: str, pairs: Sequence[tuple[float, float]]) -> Row:
    own, other = (median(side) for side in zip(*pairs, strict=True))
    ratios = tuple(theirs / max(ours, CLOCK) for ours, theirs in pairs)
    return Row(measure, graph, own, peer, other, median(ratios), ratios=ratios)


@contextmanager
def _served(of: str, file: Path) -> Iterator[dict[str, tuple[str, str]]]:
    """Serve a profile by pprof, a graph by netron, which make no file; yield where, and what tells that it is drawn."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    if of == "profile":
        command = ["go", "tool", "pprof", "-no_browser", f"-http=127.0.0.1:{port}", str(file)]
        who, path, drawn, is_there = (
            "pprof -http, flame graph",
            "/ui/flamegraph",
            "document.querySelector('.boxbg')",
            shutil.which("go"),
        )
    else:
        command = [PYTHON, "-c", "import netron; netron.main()", "-p", str(port), "--host", "127.0.0.1", str(file)]
        who, path, drawn, is_there = "netron", "/", "document.querySelectorAll('g.node').length > 10", _has("netron")
    if not is_there:
        _missing(f"{who} is not installed")
        yield {}
        return
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _await(f"http://127.0.0.1:{port}{path}")
        yield {who: (f"http://127.0.0.1:{port}{path}", drawn)}
    finally:
        server.terminate()
        server.wait()


def _await(address: str) -> None:
    """Wait until a server answers."""
    for _ in range(200):
        try:
            return urlopen(address).close()
        except (URLError, ConnectionError):
            time.sleep(0.1)
    raise SystemExit(f"nothing answers at {address}")


def _loaded(browser: Any, address: str, drawn: str) -> float:
    """Return how long a page took until something was drawn; `PATIENCE` where it was not."""
    from selenium.common.exceptions import TimeoutException
    from selenium.webdriver.support.ui import WebDriverWait

    browser.get("about:blank")
    if address.startswith("http:"):  # netron asks to be allowed cookies before it draws
        browser.execute_cdp_cmd("Network.setCookie", {"name": "consent", "value": "1", "url": address})
    script = browser.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": WATCH % drawn})
    try:
        browser.get(address)
        waiting = WebDriverWait(browser, PATIENCE, poll_frequency=0.05)
        return (
            float(
                waiting.until(
                    lambda each: each.execute_script("return location.href === 'about:blank' ? null : window.drawnAt")
                )
            )
            / 1e3
        )
    except TimeoutException:
        return PATIENCE
    finally:
        browser.execute_cdp_cmd("Page.removeScriptToEvaluateOnNewDocument", script)


def _panned(browser: Any, folder: Path, size: Size) -> Iterator[Row]:
    """Open and pan a page of 2,000 nodes, all of them drawn, beside what is asked of it."""
    graph, page = _graph(folder / "large", LARGE, size), folder / "large.html"
    subprocess.run(
        [sys.executable, "-m", "graphdiff", "draw", str(graph), "-O", str(page), "--max-nodes", "2001"],
        check=True,
        stdout=subprocess.DEVNULL,
    )
    title = "{:,} nodes, {:,} edges, all drawn".format(*LARGE)
    opened = [
        _loaded(browser, f"{page.as_uri()}#n=all", "document.querySelector('g.node')") for _ in range(size.repeats)
    ]
    yield _row("page, opened", title, "1 s, as asked", [(each, OPENED) for each in opened])
    frames = browser.execute_async_script(PAN % FRAMES)
    for place, name in ((1, "script of a frame, panning"), (0, "a frame, panning")):
        own = [frame[place] / 1e3 for frame in frames]
        yield _row(
            f"page, {name}",
            f"{title}; longest {1e3 * max(own):.1f} ms",
            "20 ms, as asked",
            [(each, FRAME) for each in own],
        )
