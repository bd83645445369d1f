"""Which skip carries the gradient of a transformer?
=================================================

What passes each of its skips, and each way beside one.

Every block of a transformer adds what attention makes of its input, then what two layers make of that. Of the gradient
along the input a part goes by the skip, past the block, and a part through it: one forward and one reverse pass tell
how much, and the two add up to what passes the sum. The picture goes to the folder given on the command line, or to
the current one. It needs PyTorch (``pip install torch``).
"""

from __future__ import annotations

import sys
from pathlib import Path

import torch
from torch import nn

import graphdiff as gd

WIDTH, HEADS = 16, 4


class Block(nn.Module):
    """Attention and two layers, each past a skip."""

    def __init__(self) -> None:
        super().__init__()
        self.before_attention, self.before_layers = nn.LayerNorm(WIDTH), nn.LayerNorm(WIDTH)
        self.qkv, self.out = nn.Linear(WIDTH, 3 * WIDTH), nn.Linear(WIDTH, WIDTH)
        self.up, self.down = nn.Linear(WIDTH, 4 * WIDTH), nn.Linear(4 * WIDTH, WIDTH)

    def attend(self, x: torch.Tensor) -> torch.Tensor:
        """Return what each place takes of all places that it looks at."""
        n, length, _ = x.shape
        q, k, v = self.qkv(x).view(n, length, 3, HEADS, -1).permute(2, 0, 3, 1, 4)
        seen = torch.softmax(q @ k.transpose(-1, -2) / (WIDTH // HEADS) ** 0.5, dim=-1)
        return self.out((seen @ v).transpose(1, 2).reshape(x.shape))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return x with what both make of it."""
        x = x + self.attend(self.before_attention(x))
        return x + self.down(nn.functional.gelu(self.up(self.before_layers(x))))


class Transformer(nn.Module):
    """Two blocks, and one number at the end of each text."""

    def __init__(self) -> None:
        super().__init__()
        self.blocks = nn.ModuleList([Block(), Block()])
        self.head = nn.Linear(WIDTH, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return one number for all texts."""
        for block in self.blocks:
            x = block(x)
        return self.head(x[:, -1]).mean()


def main(folder: str = ".") -> None:
    torch.manual_seed(0)
    model = Transformer().double().eval()
    net = gd.trace(model, torch.randn(4, 6, WIDTH, dtype=torch.float64))
    print(gd.explain(net).headline())
    for skip in gd.diagnose(net).skips:
        whole = skip.skipped + skip.computed
        through = f"{skip.computed:+.6f} through {skip.beside}"
        print(f"  at {skip.node:14} {skip.skipped:+.6f} by the skip, {through}, together {whole:+.6f}")
    gd.write(net.flow(), Path(folder) / "skips.svg", overwrite=True, max_nodes=16)
    print("picture in skips.svg")


if __name__ == "__main__":
    main(*sys.argv[1:])
