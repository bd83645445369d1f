"""Why does a recurrent net forget?
================================

What is left of the gradient at each step back, and what passes from each input.

The same net twice, once with small recurrent weights and once with an orthogonal matrix. Run by run the gradient
shrinks by one factor a step; what the first inputs still give of the answer shrinks with it. It needs PyTorch
(``pip install torch``).
"""

from __future__ import annotations

import torch
from torch import nn

import graphdiff as gd

WIDTH, STEPS = 16, 50


class Recurrent(nn.Module):
    """``h = tanh(W x + U h)`` over all steps, and one number at the end."""

    def __init__(self, recurrent: torch.Tensor) -> None:
        super().__init__()
        self.enter, self.recur = nn.Linear(WIDTH, WIDTH), nn.Linear(WIDTH, WIDTH, bias=False)
        self.head = nn.Linear(WIDTH, 1)
        self.recur.weight = nn.Parameter(recurrent)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return one number for all steps of x."""
        h = torch.zeros(WIDTH, dtype=x.dtype)
        for step in x.unbind():
            h = torch.tanh(0.1 * self.enter(step) + self.recur(h))
        return self.head(h).sum()


def tell(name: str, recurrent: torch.Tensor) -> None:
    """Print what becomes of the gradient of such a net, run by run, and what the last steps give of it all."""
    torch.manual_seed(0)
    model = Recurrent(recurrent).double()
    net = gd.trace(model, torch.randn(STEPS, WIDTH, dtype=torch.float64))
    diagnosis = gd.diagnose(net)
    print(f"{name}: {diagnosis.headline()}")
    (cell,) = [one for one in diagnosis.repeated if one.op == "tanh"]
    print(f"  {len(cell.sizes)} runs of tanh, {cell.factor:.3f} times a run back")
    for back in (0, 10, 25, 49):
        print(f"  {back:2} steps before the end the gradient is {cell.sizes[-1 - back]:.2e}")
    enter = [name for name in net if name.startswith("enter") and "." not in name]
    passing = gd.explain(net).node_contributions
    sizes = [abs(passing[name]) for name in enter]
    print(f"  of what the inputs give, without signs, the last ten give {sum(sizes[-10:]) / sum(sizes):.1%}")


def main() -> None:
    torch.manual_seed(1)
    tell("small weights", 0.7 * torch.randn(WIDTH, WIDTH, dtype=torch.float64) / WIDTH**0.5)
    tell("orthogonal", torch.linalg.qr(torch.randn(WIDTH, WIDTH, dtype=torch.float64))[0])


if __name__ == "__main__":
    main()
