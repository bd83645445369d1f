"""What an edge asks for, in words and as fields: every form that a reader sets."""

from __future__ import annotations

from itertools import product

import pytest
from packaging.markers import Marker

from graphdiff.text.requirements import LONGEST, marker_text, needed_text, requirement_record, requirement_text
from graphdiff.why.conditions import Condition

CASES = {
    "npm, development": ({"clause": "^2.6.9", "kind": "dev"}, "debug", "^2.6.9, dev"),
    "npm, a peer that is optional": ({"clause": "*", "kind": "peer", "optional": True}, "ts", "*, peer, optional"),
    "npm, optional is said once": ({"clause": "1", "kind": "optional", "optional": True}, "x", "1, optional"),
    "pnpm, as its catalog says": ({"clause": "catalog:", "kind": "normal"}, "vue", "catalog:"),
    "pip, an extra and its marker say the same": (
        {"kind": "extra", "extra": "fast", "marker": 'extra == "fast"', "optional": True},
        "numba",
        "extra fast",
    ),
    "pip, a marker that says more": (
        {"kind": "extra", "extra": "fast", "marker": 'extra == "fast" and os_name == "nt"', "optional": True},
        "numba",
        'extra fast, only on extra == "fast" and os_name == "nt"',
    ),
    "poetry, two ranges of two requirements": ({"clause": ">=4.6 | >=4.14", "kind": "normal"}, "t", ">=4.6 | >=4.14"),
    "Python, an extra's own package": ({"kind": "extra", "extra": "", "optional": True}, "x", "extra, optional"),
    "cargo, for a target": ({"clause": "^0.3", "kind": "build", "marker": "cfg(windows)"}, "winapi",
                            "^0.3, build, only on cfg(windows)"),
    "Debian, a range": ({"clause": "libc6 (>= 2.33)", "kind": "Depends"}, "libc6", ">= 2.33"),
    "Debian, two ranges of one name": (
        {"clause": "0ad-data (>= 0.0.26), 0ad-data (<= 0.0.26-3)", "kind": "Depends"},
        "0ad-data",
        ">= 0.0.26, <= 0.0.26-3",
    ),
    "Debian, the name alone": ({"clause": "adduser", "kind": "Depends"}, "adduser", ""),
    "Debian, before it is unpacked": ({"clause": "dpkg (>= 1.17)", "kind": "Pre-Depends"}, "dpkg",
                                      ">= 1.17, Pre-Depends"),
    "Debian, of any architecture": ({"clause": "python3:any (>= 3.9)", "kind": "Depends"}, "python3", ":any >= 3.9"),
    "Debian, by what it provides": ({"clause": "awk", "kind": "Depends"}, "mawk", "awk"),
    "Debian, alternatives": ({"clause": "a (>= 1) | b", "kind": "Depends"}, "a", "a (>= 1) | b"),
    "Debian, a name that begins with the name": ({"clause": "libc6-dev (>= 2)"}, "libc6", "libc6-dev (>= 2)"),
    "Maven, a test": ({"clause": "1.7", "kind": "test"}, "slf4j", "1.7, test"),
    "Maven, the usual scope": ({"kind": "compile"}, "slf4j", ""),
    "SPDX, optional": ({"kind": "OPTIONAL_DEPENDENCY_OF", "optional": True}, "x", "OPTIONAL_DEPENDENCY_OF"),
    "imports, for type checkers": ({"kind": "type-checking", "lines": ["a.py:1"]}, "typing", "type-checking"),
    "a table's numbers": ({"clause": 3}, "x", "3"),
    "a list, as it is": ({"extra": ["css", "html"]}, "x", "extra css, html"),
    "what is false is not said": ({"optional": False, "marker": "", "extra": None}, "x", ""),
    "what steers a terminal is not": ({"clause": "\x1b[2J1"}, "x", "\ufffd[2J1"),
}  # fmt: skip


@pytest.mark.parametrize(("data", "name", "text"), CASES.values(), ids=CASES)
def test_what_an_edge_asks_for_is_said(data: dict[str, object], name: str, text: str) -> None:
    assert requirement_text(data, name) == text
    assert needed_text(name, data) == (f"{name} ({text})" if text else name)


def test_a_long_clause_is_shortened_in_the_middle() -> None:
    text = requirement_text({"clause": " | ".join(["lame (>= 1)"] * 40)}, "lame")
    assert len(text) == LONGEST
    assert text.startswith("lame (>= 1) | ")
    assert text.endswith("(>= 1)")


FORKS = [
    f"python_full_version {version} and sys_platform {system}"
    for version in (">= '3.15'", "== '3.14.*'", "< '3.12'")
    for system in ("== 'win32'", "== 'emscripten'", "!= 'win32' and sys_platform != 'emscripten'")
]
MARKERS = {
    "one": FORKS[2],
    "several": " or ".join(FORKS),
    "of each both": f"({FORKS[0]} or {FORKS[4]}) and os_name == 'nt' and python_version >= '3.9'",
    "brackets first": f"({' or '.join(FORKS)}) and os_name == 'nt'",
}


@pytest.mark.parametrize("marker", MARKERS.values(), ids=MARKERS)
@pytest.mark.parametrize("room", [8, 20, 50, 64, 90, 400])
def test_what_is_said_of_a_marker_is_true_wherever_it_holds(marker: str, room: int) -> None:
    text = marker_text(marker, room)
    assert len(text) <= max(room, len("a marker of 10000 characters"))
    shown = text.removesuffix(" and …")
    assert shown != text or text == marker or text in {"one of 9 markers", f"a marker of {len(marker)} characters"}
    if " marker" in text:
        return
    for version, system, name in product(("3.11.2", "3.14.1", "3.15.0"), ("win32", "linux", "emscripten"), ("nt", "x")):
        there = {"python_full_version": version, "python_version": version[:4], "sys_platform": system, "os_name": name}
        assert Marker(shown).evaluate(there) or not Marker(marker).evaluate(there)


def test_no_marker_of_several_is_called_the_only_one() -> None:
    assert requirement_text({"marker": " or ".join(FORKS)}) == "only on one of 9 markers"
    assert Condition("marker", (" or ".join(FORKS),)).text("dependency") == "on one of 9 markers"
    platforms = " | ".join(f"environment-{number} linux-64" for number in range(5))
    assert (
        requirement_text({"marker": platforms}) == "only on environment-0 linux-64 | environment-1 linux-64 | 3 others"
    )


def test_fields_are_those_that_are_there_and_plain() -> None:
    data = {"weight": 2, "marker": "unix", "clause": ">1", "optional": False, "kind": None, "extra": ("a", 1)}
    assert requirement_record(data) == {"clause": ">1", "extra": ["a", "1"], "marker": "unix", "optional": False}
