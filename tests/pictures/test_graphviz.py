"""SVG and PNG: real pictures, within limits, and nothing printed."""

from __future__ import annotations

import io
import random
import re
import struct
import time
import xml.etree.ElementTree as ET
from itertools import pairwise
from pathlib import Path

import networkx as nx
import pytest
from graphs import complete_dag, olah

from graphdiff import annotate, read, to_pydot, total_influence, weights
from graphdiff.errors import LimitError, OutputError
from graphdiff.io.write import render
from graphdiff.pictures.dot import picture_of
from graphdiff.pictures.graphviz import layout

SVG = "{http://www.w3.org/2000/svg}"

EMPTY_FONTS = '<?xml version="1.0"?><fontconfig><dir>/nonexistent</dir></fontconfig>'


def test_svg_is_xml_without_a_document_type() -> None:
    svg = layout(to_pydot(annotate(olah(), "b", "e")), "svg")
    assert b"<!DOCTYPE" not in svg
    assert ET.fromstring(svg).tag == "{http://www.w3.org/2000/svg}svg"


def test_png_has_twice_the_dots_that_the_svg_has_points() -> None:
    dot = to_pydot(annotate(olah(), "b", "e"))
    width, height = struct.unpack(">II", layout(dot, "png")[16:24])
    box = ET.fromstring(layout(dot, "svg")).attrib
    assert (width, height) == pytest.approx((2 * float(box["width"][:-2]), 2 * float(box["height"][:-2])), abs=3)


def test_an_empty_graph_is_an_empty_picture() -> None:
    assert b"</svg>" in layout(to_pydot(nx.DiGraph()), "svg")


def test_nothing_is_printed(capfd: pytest.CaptureFixture[str]) -> None:
    layout(to_pydot(olah()), "png")
    assert capfd.readouterr() == ("", "")


def test_a_layout_that_takes_too_long_is_stopped() -> None:
    with pytest.raises(LimitError, match=r"over 0\.5 seconds: write it as \.dot, or draw less of it"):
        layout(to_pydot(complete_dag(120)), "svg", timeout=0.5)


def test_a_layout_that_takes_too_much_memory_is_stopped() -> None:
    with pytest.raises(LimitError, match=r"over 300,000,000 bytes: write it as \.dot"):
        layout(to_pydot(complete_dag(120)), "svg", max_memory=300_000_000)


def test_a_machine_without_fonts_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = tmp_path / "fonts.conf"
    config.write_text(EMPTY_FONTS)
    monkeypatch.setenv("FONTCONFIG_FILE", str(config))
    assert b"</svg>" in layout(to_pydot(olah()), "svg")
    with pytest.raises(OutputError, match=r"no font to draw a PNG with: write an \.svg"):
        layout(to_pydot(olah()), "png")


def layered(width: int, depth: int) -> nx.DiGraph:
    """Return layers of nodes with long names, each node with five edges into the next; a source and a target."""
    draw = random.Random(5)
    graph = nx.DiGraph()
    layers = [
        ["source"],
        *([f"package-number-{i}-of-layer-{k}" for i in range(width)] for k in range(depth)),
        ["target"],
    ]
    for before, after in pairwise(layers):
        for tail in before:
            graph.add_edges_from((tail, head) for head in draw.sample(after, min(5, len(after))))
    return graph


@pytest.mark.parametrize(
    ("fit", "format", "box"),
    [
        ("slide", "png", (1600, 1200)),
        ("slide", "svg", (800, 600)),
        ("page", "svg", (540, 720)),
        pytest.param("poster", "svg", (2376, 1656), marks=pytest.mark.slow),
    ],
)
def test_a_picture_fits_its_box_and_its_text_is_legible(fit: str, format: str, box: tuple[int, int]) -> None:
    graph = annotate(layered(20, 12), "source", "target", weight=weights.even)
    picture = render(graph, format, fit=fit)
    if format == "png":
        assert all(size <= most for size, most in zip(struct.unpack(">II", picture[16:24]), box, strict=True))
        return
    root = ET.fromstring(picture)
    assert all(float(root.attrib[name][:-2]) <= most for name, most in zip(("width", "height"), box, strict=True))
    scale = float(re.findall(rb"scale\(([\d.]+)", picture)[0])
    sizes = [float(text.attrib["font-size"]) for text in root.iter(f"{SVG}text")]
    assert min(sizes) * scale * 2 >= 9  # dots of a PNG of this size
    titles = [title.text for title in root.iter(f"{SVG}title")]
    assert {"source", "target"} <= set(titles)
    assert sum("->" not in title for title in titles) > 8


def test_a_picture_runs_from_left_to_right_where_only_that_fits() -> None:
    graph = annotate(nx.DiGraph([("a", f"package number {n} of nineteen") for n in range(19)]), "a", weight=None)
    assert render(graph, "svg") == render(graph, "svg", direction="LR")
    assert render(annotate(olah(), "b", "e"), "svg") == render(annotate(olah(), "b", "e"), "svg", direction="TB")


@pytest.mark.slow
def test_kde_full_on_a_slide() -> None:
    graph = read(Path(__file__).parents[2] / "data" / "bookworm.Packages.xz")
    marked = annotate(graph, "kde-full", "libc6", weight=weights.even, cycles="collapse")
    began = time.process_time()
    picture = picture_of(marked)
    assert time.process_time() - began < 10
    assert re.search(r"(9\d(\.\d+)?|100) % of the total passes named packages", picture.legend[2])
    named = [name for node in picture.nodes for name in node.facts.get("members", [node.name])]
    assert len(named) > 12
    assert len(picture.edges) <= 40
    again = read(io.BytesIO(render(marked, "dot")), format="dot")
    assert total_influence(again, "kde-full", "libc6") == pytest.approx(marked.graph["total"], rel=1e-12)
    width, height = struct.unpack(">II", render(marked, "png")[16:24])
    assert (width, height) <= (1600, 1200)
    assert height <= 1200
