"""(10) Whole arrays as nodes: what passes every edge, by one pass each way, beside the library's own gradient."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.util import find_spec
from itertools import pairwise

import graphdiff as gd
from benchmarks.networks_jax import in_jax, in_numpy
from benchmarks.report import Row, Size, compare

#: Inputs, three hidden layers and outputs: ten million parameters; and examples at a time.
WIDTHS = (1024, 1996, 1996, 1996, 10)
BATCH = 64


def run(size: Size) -> Iterator[Row]:
    """Time a perceptron in each library that is installed."""
    yield from _torch(size)
    yield from in_jax(size)
    yield from in_numpy(size)


def _torch(size: Size) -> Iterator[Row]:
    """Time it in PyTorch on one processor: float32, cross entropy, forward and backward together."""
    if not find_spec("torch"):
        return
    import torch
    from torch import nn

    torch.set_num_threads(1)
    torch.manual_seed(0)
    widths = [size.of(width) for width in WIDTHS]
    steps = [step for inputs, outputs in pairwise(widths) for step in (nn.Linear(inputs, outputs), nn.ReLU())]
    model = nn.Sequential(*steps[:-1])
    x, labels = torch.randn(BATCH, widths[0]), torch.randint(0, widths[-1], (BATCH,))

    def loss(x: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        return nn.functional.cross_entropy(model(x), labels)

    def own() -> None:
        model.zero_grad()
        loss(x, labels).backward()

    net = gd.trace(loss, x, labels)
    count = sum(parameter.numel() for parameter in model.parameters())
    title = f"perceptron {'-'.join(map(str, widths))}, {count:,} parameters, batch {BATCH}"
    calls = {
        "graphdiff": net.contributions,
        "torch, forward and backward": own,
        "graphdiff, reverse alone": net.reverse,
    }
    yield from compare("contributions of all edges", title, calls, size)
