"""Maximum flows, as plain Python and as machine code, against networkx."""

from __future__ import annotations

import random

import networkx as nx
import numpy as np
import pytest
from graphs import ENGINES, engine

from graphdiff.kernels.flows import max_flow, minimum_cut


@pytest.mark.parametrize("name", ENGINES)
def test_flows_are_those_of_networkx(name: str) -> None:
    rng = random.Random(1)
    n_flows = 0
    for _ in range(150):
        n = rng.randint(2, 9)
        edges = [(*rng.sample(range(n), 2), rng.choice([0, 1, 5, 2**40])) for _ in range(rng.randint(0, 30))]
        network = nx.DiGraph()
        network.add_nodes_from(range(n))
        for tail, head, size in edges:
            held = network.get_edge_data(tail, head, {"capacity": 0})["capacity"]
            network.add_edge(tail, head, capacity=held + size)
        tails, heads, sizes = (np.array([edge[at] for edge in edges], dtype=np.int64) for at in range(3))
        with engine(name):
            flow = max_flow(tails, heads, sizes, 0, n - 1)
            again, beyond = minimum_cut(tails, heads, sizes, 0, n - 1)
        assert flow == again == nx.maximum_flow_value(network, 0, n - 1)
        assert set(np.flatnonzero(beyond).tolist()) == nx.minimum_cut(network, 0, n - 1)[1][1]
        assert (len(beyond), beyond.dtype) == (n, np.bool_)
        n_flows += flow > 0
    assert n_flows > 50


def test_a_long_way_is_no_recursion() -> None:
    n = 30_000
    assert max_flow(np.arange(n), np.arange(1, n + 1), np.full(n, 7), 0, n) == 7
