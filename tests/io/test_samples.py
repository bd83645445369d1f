"""Every sample and every real file is claimed by one format alone, and says the same as its siblings."""

from __future__ import annotations

import bz2
import gzip
import lzma
from collections.abc import Callable
from pathlib import Path

import networkx as nx
import pytest
from samples import DATA, SAMPLES

from graphdiff.errors import UsageError
from graphdiff.io.read import claiming, read

ROOT = Path(__file__).parents[2]
OLAH = [("a", "c", 1), ("b", "c", 1), ("b", "d", 1), ("c", "e", 2), ("d", "e", 3)]
SHIPPED = {
    "data/bookworm.Packages.xz": "debian",
    "data/openssh-server.Packages": "debian",
}
REAL = {
    "debian/bookworm-main-amd64.Packages.xz": "debian",
    "debian/bookworm-main-amd64.edges.csv.xz": "csv",
    "circuits/multiplier.edges.csv.gz": "csv",
    "large/crates-io-2017.cleaned_Rust_dependency_final.csv.gz": "csv",
    "onnx/light_vgg19.edges.csv": "csv",
    "compgraph/torch.mlp_8_16_16_4.neurons.csv": "csv",
    "pathmodels/blau_duncan_1967.edges.csv": "csv",
    "pathmodels/lavaan_mediation.parameterEstimates.csv": "path-model",
    "pathmodels/pymrio_test.A.edges.csv.gz": "csv",
    "terraform/blast-radius.demo-1.json": "json",
    "dbt/jaffle_shop.manifest-v12-1.12.json.gz": "dbt",
    "dbt/jaffle_shop.manifest-v6.json.gz": "dbt",
    "js/dependency-cruiser.npm-sbom.cdx.json": "cyclonedx",
    "js/dependency-cruiser.npm-sbom.spdx.json": "spdx",
    "llvm/cyc.gcc-fcallgraph-info.ci": "vcg",
    "python/demo.pylock.toml.gz": "pylock",
    "python/demo.uv.lock.gz": "uv",
    "python/imports/grimp.django.json.gz": "grimp",
    "python/imports/pydeps.networkx.show-deps.json.gz": "pydeps",
    "python/jupyterlab.pip-inspect.json.gz": "pip-inspect",
    "python/jupyterlab.pipdeptree-2.23.json": "pipdeptree",
    "python/jupyterlab.pipdeptree.json-tree.json": "pipdeptree",
    "python/poetry.poetry.lock.gz": "poetry",
}
UNPACK: dict[str, Callable[[bytes], bytes]] = {".gz": gzip.decompress, ".xz": lzma.decompress}


def claims(path: Path) -> list[str]:
    return claiming(UNPACK.get(path.suffix, bytes)(path.read_bytes()))


@pytest.mark.parametrize("file, format", SAMPLES.items())
def test_each_sample_is_claimed_by_its_format_alone(file: str, format: str) -> None:
    assert claims(DATA / file) == [format]


@pytest.mark.parametrize("file, format", SHIPPED.items())
def test_each_file_of_the_examples_is_claimed_by_its_format_alone(file: str, format: str) -> None:
    assert claims(ROOT / file) == [format]


@pytest.mark.parametrize("file, format", REAL.items())
def test_each_real_file_is_claimed_by_its_format_alone(file: str, format: str, shared_data: Path) -> None:
    assert claims(shared_data / file) == [format]


@pytest.mark.parametrize("file", [file for file in SAMPLES if "olah" in file])
def test_the_same_graph_in_every_format(file: str, tmp_path: Path) -> None:
    # The suffix would decide by itself: without one and compressed, the content has to.
    packed = tmp_path / "unnamed.bz2"
    packed.write_bytes(bz2.compress((DATA / file).read_bytes()))
    graph, by_content = read(DATA / file), read(packed)
    assert nx.utils.graphs_equal(graph, by_content)
    assert sorted(graph.edges(data="weight")) == OLAH


def test_options_reach_their_readers() -> None:
    table, index = DATA / "csv/olah.csv", DATA / "debian/small.Packages"
    assert ("c", "a") in read(table, columns="source=target,target=source,weight=weight").edges
    assert sorted(read(index)["shell"]) == ["editor", "exim", "libc"]
    assert sorted(read(index, alternatives="all")["shell"]) == ["editor", "exim", "libc", "postfix"]
    with pytest.raises(UsageError, match=r"^format csv takes no option alternatives="):
        read(table, alternatives="all")
