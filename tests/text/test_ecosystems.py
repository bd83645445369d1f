"""Names, versions and ranges as ecosystems compare them, against answers of their own tools."""

from __future__ import annotations

import random
from itertools import pairwise

import pytest
from packaging.utils import canonicalize_name
from packaging.version import Version

from graphdiff.text.ecosystems import admits, compared, version_order

RELEASES = [
    "0.0.3", "0.0.4", "0.1.0", "0.2.3", "0.3.0", "1.0.0", "1.2.0", "1.2.3", "1.2.10", "1.3.0", "1.10.0", "2.0.0",
    "2.3.4", "3.0.0", "10.0.0",
]  # fmt: skip
#: Which of these releases a range admits, as node-semver 7.8.5 in npm 11.19 says.
NODE_SEMVER = {
    "^1.2.3": ".......####....",
    "^0.2.3": "...#...........",
    "^0.0.3": "#..............",
    "^0.0": "##.............",
    "^0": "#####..........",
    "^1.x": ".....######....",
    "~1.2.3": ".......##......",
    "~1.2": "......###......",
    "~1": ".....######....",
    "~>1.2.3": ".......##......",
    "1.2": "......###......",
    "1.2.x": "......###......",
    "1": ".....######....",
    "*": "###############",
    "": "###############",
    "=1.2.3": ".......#.......",
    "v1.2.3": ".......#.......",
    ">1.2": ".........######",
    ">1.2.3": "........#######",
    ">=1.2": "......#########",
    "<1.2": "######.........",
    "<=1.2": "#########......",
    "<=1.2.3": "########.......",
    "<2.0.0-0": "###########....",
    ">=1.0.0-rc.1": ".....##########",
    "1.2.3 - 2.3": ".......######..",
    "1.2.3 - 2": ".......######..",
    ">=1.2 <2": "......#####....",
    ">= 1.2.3 < 2.0.0": ".......####....",
    "^1.2.3 || ^3": ".......####..#.",
    "^1||2.x || >=10": ".....########.#",
    ">*": "...............",
    "<*": "...............",
    "^1.2.3-beta.2": ".......####....",
    "~0": "#####..........",
    "1.X.x": ".....######....",
}
#: The Cargo Book, "Specifying Dependencies": of each requirement what it is short for.
CARGO = {
    "1.2.3": ">=1.2.3 <2.0.0",
    "1.2": ">=1.2.0 <2.0.0",
    "1": ">=1.0.0 <2.0.0",
    "0.2.3": ">=0.2.3 <0.3.0",
    "0.2": ">=0.2.0 <0.3.0",
    "0.0.3": ">=0.0.3 <0.0.4",
    "0.0": ">=0.0.0 <0.1.0",
    "0": ">=0.0.0 <1.0.0",
    "~1.2.3": ">=1.2.3 <1.3.0",
    "~1.2": ">=1.2.0 <1.3.0",
    "~1": ">=1.0.0 <2.0.0",
    "*": ">=0.0.0",
    "1.*": ">=1.0.0 <2.0.0",
    "1.2.*": ">=1.2.0 <1.3.0",
    ">= 1.2.0, < 1.5": ">=1.2.0 <1.5.0",
    "= 1.2.3": "1.2.3",
}


@pytest.mark.parametrize("clause", NODE_SEMVER)
def test_a_range_of_npm_admits_what_npm_says(clause: str) -> None:
    answers = [admits(clause, version, "npm") for version in RELEASES]
    assert answers == [mark == "#" for mark in NODE_SEMVER[clause]]


@pytest.mark.parametrize("clause", CARGO)
def test_a_requirement_of_cargo_is_what_its_book_says(clause: str) -> None:
    answers = [admits(clause, version, "cargo") for version in RELEASES]
    assert answers == [admits(CARGO[clause], version, "npm") for version in RELEASES]
    assert any(answers)


@pytest.mark.parametrize(
    ("clause", "version", "ecosystem"),
    [
        ("latest", "1.0.0", "npm"),
        ("npm:other@^1", "1.0.0", "npm"),
        ("workspace:*", "1.0.0", "npm"),
        ("git+https://example.org/x.git", "1.0.0", "npm"),
        ("catalog:", "1.0.0", "npm"),
        ("^1 || latest", "2.0.0", "npm"),
        (">=1.2.3<2", "1.5.0", "npm"),
        ("^1", "2.0.0-rc.1", "npm"),
        ("^1", "1.0", "npm"),
        ("^1", "1.0.0", "composer"),
        ("^1", "1.0.0", ""),
        ("^1", "1.0.0", "pypi"),
        (">=1", "no version", "pypi"),
    ],
)
def test_what_is_no_range_or_no_release_is_not_known(clause: str, version: str, ecosystem: str) -> None:
    assert admits(clause, version, ecosystem) is None


def test_of_alternatives_one_that_is_known_to_admit_is_enough() -> None:
    assert admits("latest || ^1", "1.2.3", "npm") is True


@pytest.mark.parametrize(
    ("clause", "version", "admitted"),
    [(">=1.2,<2", "1.9.1", True), ("~=1.2", "2.0", False), ("==1.* | ==3.*", "3.1", True), ("", "1.0", True)],
)
def test_a_clause_of_python_is_that_of_packaging(clause: str, version: str, admitted: bool) -> None:
    assert admits(clause, version, "pypi") is admitted


def test_versions_of_python_stand_in_the_order_of_packaging() -> None:
    versions = ["1.0.dev1", "1.0a1", "1.0b2", "1.0rc1", "1.0", "1.0.post1", "1.0.1", "1.2", "1.10", "2.0", "2024.1"]
    assert all(Version(one) < Version(other) for one, other in pairwise(versions) if "dev" not in one)
    shuffled = random.Random(3).sample(versions, len(versions))
    assert [v for v in sorted(shuffled, key=version_order) if "dev" not in v] == versions[1:]


def test_names_of_python_are_those_of_packaging_and_npm_is_exact() -> None:
    for name in ("Jinja2", "typing_extensions", "Flask_SQLAlchemy", "ruamel.yaml", "a-_.b"):
        assert compared(name, "pypi") == canonicalize_name(name)
        assert compared(name, "npm") == compared(name, "") == name
    assert compared("Newtonsoft.Json", "nuget") == "newtonsoft.json"
    assert compared("Acme/Web_x", "composer") == "acme/web_x"
