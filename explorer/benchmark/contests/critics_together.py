"""Thirty-two critics trained at once against as many trained in turn; both tell how many they have read."""

from collections.abc import Iterator

import torch

from explorer.benchmark.base import Contest
from explorer.critics import bounds
from explorer.critics.members import Separable
from explorer.critics.training import Plan, fitted

MEMBERS, SIZE, DIM = 32, 2000, 3
PLAN = Plan(steps=60, batch=128, every=30, patience=60)
"""A batch of 128 and hidden layers of 64, where one critic alone does not fill a core."""


def contests(device: torch.device, size: int = SIZE) -> Iterator[Contest]:
    """One contest; that a member learns the same beside others is a test of the critics'."""
    rng = torch.Generator().manual_seed(0)
    x, noise = torch.randn(2, 1, size, DIM, generator=rng)
    x, y = (one.to(device) for one in (x, 0.8 * x + 0.6 * noise))

    def trained(seeds: list[int]) -> int:
        critic = Separable(seeds, (DIM, DIM), hidden=64).to(device)
        return len(fitted(critic, x, y, bounds.infonce, plan=PLAN).reading)

    yield Contest(
        what=f"{MEMBERS} critics (hidden 64, batch 128)",
        peer="in turn",
        ours=lambda: [trained(list(range(MEMBERS)))],
        theirs=lambda: [sum(trained([seed]) for seed in range(MEMBERS))],
        n=size,
        goal=2.0,
        tolerance=0,
        note=lambda ours, peer: (
            f"{1000 * ours / MEMBERS:.0f} ms a critic together, {1000 * peer / MEMBERS:.0f} in turn"
        ),
        most=3,
    )
