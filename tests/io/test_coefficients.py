"""Covariances and draws of coefficients as R and pandas write them."""

from __future__ import annotations

import gzip
import io
from pathlib import Path

import pytest

from graphdiff.errors import FormatError, InputError
from graphdiff.io.coefficients import read_covariance, read_draws


def test_a_covariance_of_r_and_of_pandas() -> None:
    of_r = read_covariance(io.StringIO('"","a","Y~M","Y~~Y"\n"a",1,2e-1,0\n"Y~M",0.2,3,0\n"Y~~Y",0,0,4\n'))
    assert of_r.index == of_r.columns == ["a", "Y~M", "Y~~Y"]
    assert of_r.to_numpy().tolist() == [[1, 0.2, 0], [0.2, 3, 0], [0, 0, 4]]
    in_columns = read_covariance(io.StringIO("name;b;a\na;2;1\nb;3;2\n"))
    assert (in_columns.index, in_columns.columns) == (["a", "b"], ["b", "a"])


def test_a_packed_one(tmp_path: Path) -> None:
    path = tmp_path / "vcov.csv.gz"
    path.write_bytes(gzip.compress(b",a\na,0.25\n"))
    assert read_covariance(path).to_numpy().tolist() == [[0.25]]


def test_draws_with_and_without_numbers_of_rows() -> None:
    with_numbers, without = (read_draws(io.StringIO(text)) for text in (",a,b\n1,5,6\n2,7,8\n", "a\tb\n5\t6\n7\t8\n"))
    assert with_numbers.columns == without.columns == ["a", "b"]
    assert with_numbers.to_numpy().tolist() == without.to_numpy().tolist() == [[5, 6], [7, 8]]
    assert read_draws(io.StringIO("a\n0.5\n0.25\n")).to_numpy().tolist() == [[0.5], [0.25]]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (",a,b\na,1\nb,0,1\n", "line 2: 2 columns, where the first row has 3"),
        (",a,b\na,1,NA\nb,0,1\n", "line 2: 'NA' of 'b' is no number"),
        (",a\na,1\nb,2\n", "2 rows and 1 columns of numbers are no covariance"),
        ("0.1,0.2\n0.3,0.4\n", "its first row has numbers, where the names of coefficients are needed"),
    ],
)
def test_what_is_no_covariance(text: str, message: str) -> None:
    with pytest.raises(FormatError, match=message):
        read_covariance(io.StringIO(text))


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="No such file"):
        read_draws(tmp_path / "none.csv")
