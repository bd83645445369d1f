"""Programs of PyTorch for tests: networks of the usual kinds, and small ones made at random."""

from __future__ import annotations

import random
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import torch
from torch import nn
from torch.nn import functional

DOUBLE = torch.float64


class Residual(nn.Module):
    """Blocks that add to what went into them."""

    def __init__(self, width: int, depth: int) -> None:
        super().__init__()
        self.blocks = nn.ModuleList(
            nn.Sequential(nn.Linear(width, 2 * width), nn.Tanh(), nn.Linear(2 * width, width)) for _ in range(depth)
        )
        self.head = nn.Linear(width, 1)

    def forward(self, x: Any) -> Any:
        for block in self.blocks:
            x = x + block(x)
        return self.head(x).sum()


class Recurrent(nn.Module):
    """A recurrent module, whose last state counts."""

    def __init__(self, kind: Callable[..., Any], inputs: int, width: int, **options: Any) -> None:
        super().__init__()
        self.memory = kind(inputs, width, batch_first=True, **options)
        self.head = nn.LazyLinear(1)

    def forward(self, x: Any) -> Any:
        states, _ = self.memory(x)
        return self.head(states[:, -1]).sum()


class Cells(nn.Module):
    """A cell that is called once a step."""

    def __init__(self, inputs: int, width: int) -> None:
        super().__init__()
        self.cell = nn.RNNCell(inputs, width)

    def forward(self, x: Any) -> Any:
        state = torch.zeros(x.shape[0], self.cell.hidden_size, dtype=x.dtype)
        for step in range(x.shape[1]):
            state = self.cell(x[:, step], state)
        return state.sum()


class Attention(nn.Module):
    """Several heads that attend to what came before."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.q_proj, self.k_proj, self.v_proj, self.out_proj = (nn.Linear(width, width) for _ in range(4))

    def forward(self, x: Any) -> Any:
        batch, length, width = x.shape
        queries, keys, values = (
            project(x).view(batch, length, self.heads, width // self.heads).transpose(1, 2)
            for project in (self.q_proj, self.k_proj, self.v_proj)
        )
        scores = queries @ keys.transpose(-2, -1) / (width // self.heads) ** 0.5
        ahead = torch.ones(length, length, dtype=torch.bool).triu(1)
        mixed = scores.masked_fill(ahead, float("-inf")).softmax(-1) @ values
        return self.out_proj(mixed.transpose(1, 2).reshape(batch, length, width))


class Layer(nn.Module):
    """Attention and two linear layers, each added to what went in."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.attn, self.norm1, self.norm2 = Attention(width, heads), nn.LayerNorm(width), nn.LayerNorm(width)
        self.mlp = nn.Sequential(nn.Linear(width, 2 * width), nn.GELU(), nn.Linear(2 * width, width))

    def forward(self, x: Any) -> Any:
        x = x + self.attn(self.norm1(x))
        return x + self.mlp(self.norm2(x))


class Transformer(nn.Module):
    """Layers of attention, and the mean of what comes out."""

    def __init__(self, width: int, heads: int, depth: int) -> None:
        super().__init__()
        self.layers = nn.ModuleList(Layer(width, heads) for _ in range(depth))
        self.head = nn.Linear(width, 1)

    def forward(self, x: Any) -> Any:
        for layer in self.layers:
            x = layer(x)
        return self.head(x).mean()


def perceptron(*widths: int, activation: Callable[[], nn.Module] = nn.Tanh) -> nn.Sequential:
    """Return linear layers with an activation between them."""
    steps: list[nn.Module] = []
    for inputs, outputs in pairwise(widths):
        steps += [nn.Linear(inputs, outputs), activation()]
    return nn.Sequential(*steps[:-1])


def _written(x: Any) -> Any:
    y = x.clone()
    y[1] = x[0] * 2
    y[:, torch.tensor([0, 2])] += 1.5
    return y


#: What is done with one tensor of 4×6.
ALONE: tuple[Callable[[Any], Any], ...] = (
    torch.tanh,
    torch.sigmoid,
    torch.relu,
    functional.gelu,
    functional.silu,
    torch.sin,
    lambda x: torch.exp(-x * x),
    lambda x: x.softmax(-1),
    lambda x: x.log_softmax(0),
    lambda x: functional.layer_norm(x, (6,)),
    lambda x: x.cumsum(1),
    lambda x: x.flip(0).roll(1, 1),
    lambda x: x.t().reshape(4, 6),
    lambda x: x.reshape(2, 2, 6).permute(1, 0, 2).contiguous().view(4, 6),
    lambda x: torch.cat(x.chunk(3, 1)[::-1], 1),
    lambda x: x.sort(1)[0],
    lambda x: x.masked_fill(x > 0.5, 0.25),
    lambda x: torch.where(x > 0, x, 0.1 * x),
    lambda x: x.clamp(-0.5, 0.8),
    lambda x: x[torch.tensor([2, 0, 3, 1])],
    lambda x: x.gather(1, torch.tensor([[0, 1, 5, 3, 3, 2]]).expand(4, 6)),
    lambda x: functional.pad(x, (1, 1))[:, 1:-1],
    lambda x: x.sum(0, keepdim=True).expand(4, 6),
    lambda x: x.amax(1, keepdim=True) + x,
    lambda x: x.logsumexp(1, keepdim=True) * x,
    lambda x: (x * x + 1).sqrt(),
    lambda x: (x - x.mean(0)) / (x.var(0) + 1).sqrt(),
    lambda x: functional.avg_pool1d(x, 3, 1, 1),
    lambda x: functional.conv1d(x.unsqueeze(0), torch.ones(4, 4, 3, dtype=x.dtype) * 0.1, padding=1).squeeze(0),
    lambda x: x.topk(3, 1)[0].repeat(1, 2),
    lambda x: x.detach() * x,
    lambda x: x + (x.round() - x).detach(),
    lambda x: x.norm() * x,
    _written,
)
#: What is done with two.
TOGETHER: tuple[Callable[[Any, Any], Any], ...] = (
    torch.add,
    torch.sub,
    torch.mul,
    lambda x, y: x / (1 + y * y),
    lambda x, y: x @ y.t() @ x,
    torch.minimum,
    torch.maximum,
    torch.atan2,
    lambda x, y: torch.where(x > y, x, -y),
    lambda x, y: torch.cat([x, y], 1)[:, 3:9],
    lambda x, y: torch.einsum("ij,kj,kl->il", x, y, y),
    lambda x, y: torch.lerp(x.t().reshape(6, 4).t(), y, 0.3),
    lambda x, y: torch.stack([x, y]).mean(0),
    lambda x, y: torch.addmm(x, y, torch.eye(6, dtype=x.dtype) * 0.5, alpha=2),
    lambda x, y: torch.bmm(x.reshape(2, 2, 6), y.reshape(2, 6, 2)).reshape(-1).mean() * x,
    lambda x, y: torch.hypot(x, y + 2),
)


class Random(nn.Module):
    """Some operations, modules among them, each of what came before; the result is one number."""

    def __init__(self, seed: int) -> None:
        super().__init__()
        chance = random.Random(seed)
        self.mixing, self.norm = nn.Linear(6, 6), nn.LayerNorm(6)
        self.steps: list[tuple[Callable[..., Any], list[int]]] = []
        for number in range(2, 2 + chance.randint(3, 9)):
            kind = chance.random()
            if kind < 0.5:
                self.steps.append((chance.choice(ALONE), [chance.randrange(number)]))
            elif kind < 0.85:
                operands = [chance.randrange(number), chance.randrange(number)]
                self.steps.append((chance.choice(TOGETHER), operands))
            else:
                self.steps.append((self._mixed if kind < 0.93 else self._normed, [number - 1]))
        self.counted = chance.sample(range(2, 2 + len(self.steps)), 2)

    def _mixed(self, x: Any) -> Any:
        return self.mixing(x)

    def _normed(self, x: Any) -> Any:
        return self.norm(x)

    def forward(self, x: Any, y: Any) -> Any:
        values = [x, y]
        for step, operands in self.steps:
            values.append(step(*[values[operand] for operand in operands]))
        return sum((torch.tanh(values[place]).sum() for place in self.counted), start=values[-1].mean())


class Many(nn.Module):
    """Programs made at random side by side: one export for all."""

    def __init__(self, seeds: range) -> None:
        super().__init__()
        self.graphs = nn.ModuleList(Random(seed) for seed in seeds)

    def forward(self, *inputs: Any) -> Any:
        return sum(graph(x, y) for graph, x, y in zip(self.graphs, inputs[::2], inputs[1::2], strict=True))
