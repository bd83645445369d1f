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


#: Versions from the lowest: the examples of Semantic Versioning 2.0.0, item 11, and others as node-semver orders them.
SEMVER = [
    ["1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta", "1.0.0-beta", "1.0.0-beta.2", "1.0.0-beta.11", "1.0.0-rc.1",
     "1.0.0", "2.0.0", "2.1.0", "2.1.1"],
    ["0.0.0-foo", "0.0.0", "0.0.1", "0.9.0", "0.10.0", "0.99.0", "1.2.3", "2.0.0"],
    ["1.2.3-4", "1.2.3-5", "1.2.3-5-Foo", "1.2.3-5-foo", "1.2.3-R2", "1.2.3-a", "1.2.3-a.5", "1.2.3-a.10", "1.2.3-a.b",
     "1.2.3-a.b.c.5.d.100", "1.2.3-a.b.c.10.d.5", "1.2.3-r100", "1.2.3-r2", "1.2.3"],
    ["1.1.1-0", "1.1.1-p1", "1.1.1-post", "1.1.1", "5.0.0-9", "5.0.0-20240101", "5.0.0-20240101.1", "5.0.0"],
]  # fmt: skip
#: The same of Python, as packaging has it and the specification of version specifiers says.
PYTHON = [
    "no version", "1.0.dev1", "1.0a1.dev1", "1.0a1", "1.0a2", "1.0b2", "1.0rc1", "1.0", "1.0+abc.5", "1.0+5",
    "1.0.post1.dev1", "1.0.post1", "1.0.1", "1.2", "1.10", "2.0rc1", "2.0", "2024.1", "1!0.5", "1!1.0", "2!0.1",
]  # fmt: skip


@pytest.mark.parametrize("ecosystem", ["npm", "cargo"])
@pytest.mark.parametrize("versions", SEMVER)
def test_versions_of_npm_and_cargo_stand_in_the_order_of_semver(versions: list[str], ecosystem: str) -> None:
    shuffled = random.Random(3).sample(versions, len(versions))
    assert sorted(shuffled, key=lambda version: version_order(version, ecosystem)) == versions
    assert len({str(version_order(version, ecosystem)) for version in versions}) == len(versions)


def test_what_stands_behind_a_plus_has_no_part_in_the_order_of_semver_and_no_version_comes_first() -> None:
    assert version_order("1.2.3+b", "npm") == version_order("v1.2.3+a.1", "npm") == version_order("1.2.3", "npm")
    assert sorted(["1.0.0-a", "file:x", "9" * 5000, ""], key=lambda v: version_order(v, "npm"))[-1] == "1.0.0-a"
    assert version_order(f"{'9' * 5000}.0.0", "npm") > version_order("8.0.0", "npm")


def test_versions_of_python_stand_in_the_order_of_packaging() -> None:
    assert all(Version(one) < Version(other) for one, other in pairwise(PYTHON[1:]))
    shuffled = random.Random(3).sample(PYTHON, len(PYTHON))
    assert sorted(shuffled, key=lambda version: version_order(version, "pypi")) == PYTHON
    assert version_order("1.0", "pypi") == version_order("1.0.0", "pypi") > version_order("9" * 5000, "pypi")


def test_elsewhere_numbers_go_by_size_and_pre_releases_before_their_release() -> None:
    versions = ["1.0a1", "1.0b2", "1.0rc1", "1.0", "1.0.post1", "1.0.1", "1.2", "1.10", "2.0", "2024.1"]
    assert sorted(random.Random(3).sample(versions, len(versions)), key=version_order) == versions


def test_names_of_python_are_those_of_packaging_and_npm_is_exact() -> None:
    for name in ("Jinja2", "typing_extensions", "Flask_SQLAlchemy", "ruamel.yaml", "a-_.b"):
        assert compared(name, "pypi") == canonicalize_name(name)
        assert compared(name, "npm") == compared(name, "") == name
    assert compared("Newtonsoft.Json", "nuget") == "newtonsoft.json"
    assert compared("Acme/Web_x", "composer") == "acme/web_x"
