"""Critics that are 1-Lipschitz exactly: no gradient of theirs is longer than 1."""

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import torch
from torch import nn

from explorer.updates.loop import Best
from explorer.updates.states import put
from explorer.watching import look, report

RATE, BATCH, EVERY, PARTNERS = 1e-2, 256, 20, 64
"""Of Adam at the start, pairs of an update, updates between two looks, partners of each held-out sample."""


class Sorting(nn.Module):
    """Layers whose weights have orthonormal rows or columns, with units sorted in pairs between them.

    Neither step lengthens a difference, so that |f(a) - f(b)| <= |a - b| for all a and b, up to rounding. A rectifier
    in place of sorting would shorten gradients, and with them what such a critic can tell.

    Args:
        widths: of the input and of the hidden layers, the latter even.

    References: anil2019.
    """

    def __init__(self, widths: Sequence[int]):
        super().__init__()
        shapes = list(itertools.pairwise((*widths, 1)))
        self.weights = nn.ParameterList(torch.empty(one, dtype=torch.float64) for one in shapes)
        self.biases = nn.ParameterList(torch.zeros(after, dtype=torch.float64) for _, after in shapes[:-1])
        for weight in self.weights:
            nn.init.orthogonal_(weight)

    def forward(self, points: torch.Tensor) -> torch.Tensor:
        """f of every row, (n,)."""
        *layers, last = self.weights
        for weight, bias in zip(layers, self.biases, strict=True):
            first, second = torch.addmm(bias, points, weight).chunk(2, 1)
            points = torch.cat([torch.maximum(first, second), torch.minimum(first, second)], 1)
        return (points @ last)[:, 0]

    @torch.no_grad()
    def pull_back(self) -> None:
        """Replace every weight by the nearest one whose singular values are all 1."""
        for weight in self.weights:
            left, _, right = torch.linalg.svd(weight, full_matrices=False)
            weight.copy_(left @ right)


@dataclass
class Gap:
    """What a critic reads on held-out samples: E f of the pairs minus E f of pairs drawn apart.

    Attributes:
        value: of two halves, each read with the critic that was best on the other.
        error: its standard error for that critic.
        curves: what each look read on a batch and on what is held out.
    """

    value: float = 0.0
    error: float = 0.0
    curves: dict[str, list[float]] = field(default_factory=lambda: {"step": [], "train": [], "held": []})


def widest_gap(x: torch.Tensor, y: torch.Tensor, hidden: int, steps: int, held_out: float) -> Gap:
    """Train a critic of (n, d_x) and (n, d_y) points; read it on samples that it was neither fitted to nor chosen by.

    Draws from the global random state.
    """
    half = int(held_out * len(x) / 2)
    order = torch.randperm(len(x)).to(x.device)
    halves, learnt = (order[:half], order[half : 2 * half]), order[2 * half :]
    critic = Sorting((x.shape[1] + y.shape[1], hidden, hidden)).to(x.device)
    weights, found = [one[None] for one in critic.parameters()], Gap()
    best = [Best(weights, torch.tensor([-math.inf], dtype=torch.float64)) for _ in halves]
    optimizer = torch.optim.Adam(critic.parameters(), lr=RATE)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, steps)
    for step in range(1, steps + 1):
        train = _update(critic, optimizer, x, y, learnt)
        schedule.step()
        if step % EVERY == 0 or step == steps:
            held = [_read(critic, x[rows], y[rows], 8)[0] for rows in halves]
            for kept, value in zip(best, held, strict=True):
                kept.seen(weights, torch.tensor([value], dtype=torch.float64), step)
            for name, one in zip(found.curves, (step, train, sum(held) / 2), strict=True):
                found.curves[name].append(one)
            look(step, train, sum(held) / 2, "")
        report(step, steps, "a 1-Lipschitz critic learns")
    return _crossed(critic, x, y, halves, best, found)


def _crossed(
    critic: Sorting,
    x: torch.Tensor,
    y: torch.Tensor,
    halves: tuple[torch.Tensor, torch.Tensor],
    best: list[Best],
    found: Gap,
) -> Gap:
    """Each half read with the state that was best on the other."""
    readings = []
    for rows, kept in zip(halves, reversed(best), strict=True):
        put(list(critic.parameters()), [one[0] for one in kept.weights])
        readings.append(_read(critic, x[rows], y[rows], PARTNERS))
    found.value = sum(value for value, _ in readings) / 2
    found.error = math.hypot(*(error for _, error in readings)) / 2
    return found


def _update(
    critic: Sorting, optimizer: torch.optim.Optimizer, x: torch.Tensor, y: torch.Tensor, rows: torch.Tensor
) -> float:
    """One update on a batch and the same batch with y moved on; the gap on it."""
    chosen = rows[torch.randint(len(rows), (min(BATCH, len(rows)),)).to(rows.device)]
    partners = rows[torch.randint(len(rows), (len(chosen),)).to(rows.device)]
    joint, apart = torch.cat([x[chosen], y[chosen]], 1), torch.cat([x[chosen], y[partners]], 1)
    together, alone = critic(torch.cat([joint, apart])).chunk(2)
    gap = together.mean() - alone.mean()
    optimizer.zero_grad()
    (-gap).backward()
    optimizer.step()
    critic.pull_back()
    return float(gap.detach())


@torch.no_grad()
def _read(critic: Sorting, x: torch.Tensor, y: torch.Tensor, partners: int) -> tuple[float, float]:
    """The gap and its standard error: every sample with itself, and with partners at even steps of the random order."""
    n = len(x)
    joint, own, other = critic(torch.cat([x, y], 1)), torch.zeros(n).to(x), torch.zeros(n).to(x)
    steps = torch.linspace(1, n - 1, min(n - 1, partners)).long().tolist()
    for step in steps:
        apart = critic(torch.cat([x, y.roll(-step, 0)], 1))
        own += apart / len(steps)
        other += apart.roll(step) / len(steps)
    return float((joint - own).mean()), float((joint - own - other).std()) / math.sqrt(n)
