"""Critics trained at once against as many trained in turn: of one pair, and of cells of a plane."""

from collections.abc import Iterator

import numpy as np
import torch

from explorer.benchmark.base import Contest
from explorer.benchmark.contests._layers import layers
from explorer.cells import Cells
from explorer.critics import bounds
from explorer.critics.members import Separable
from explorer.critics.plan import Plan
from explorer.critics.training import fitted
from explorer.data import Recording
from explorer.device import seeded
from explorer.plan import Plan as PlaneOf

MEMBERS, SIZE, DIM = 32, 2000, 3
SAMPLES, SMALL = 1000, {"steps": 50, "batch": 128}
"""Samples of a plane at most, and settings with which one critic alone does not fill a core."""
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
    yield _plane(device, size, 4, PlaneOf("infonce"), "default settings", 1.0)
    yield _plane(device, size, 16, PlaneOf("infonce", SMALL, permutations=1), "50 updates of 128", 1.5)


def _plane(device: torch.device, size: int, count: int, asked: PlaneOf, how: str, goal: float) -> Contest:
    """Cells of a layer in the groups that a sweep makes of them, beside each training by itself, which is asked for no
    standard error either."""
    found, x, y = layers(min(size, SAMPLES))
    t = found["tanh_4"]
    steps = {step: {"tanh_4": np.tanh((step + 1) / 4 * t)} for step in range(count)}
    recording = Recording.from_arrays(steps, x=x, y=y)
    plan = asked.checked(recording)
    cells = [(step, "tanh_4") for step in recording.steps]
    here = Cells(recording, plan, str(device))

    def together() -> list[float]:
        found = [here.together(group).values() for group in here.groups(cells)]
        return [cell[which] for group in found for cell in group for which in ("xt", "ty", "null")]

    def in_turn() -> list[float]:
        read = []
        for step, layer in cells:
            t = here.noisy(recording.activations(step, layer), step, layer)
            for pair in ((here.x, t), *((t, y) for y in here.targets(step))):
                with seeded(plan.seed, device):
                    read.append(here.entry.point(*pair, ()).xt)
        xt, ty, *null = np.reshape(read, (count, -1)).T
        return np.stack([xt, ty, np.mean(null, 0)], 1).ravel().tolist()

    return Contest(
        what=f"{count} cells of a plane by infonce ({how})",
        peer="each training in turn",
        ours=together,
        theirs=in_turn,
        n=len(recording),
        goal=goal,
        tolerance=1e-6,
        note=lambda ours, peer: f"{ours / count:.2f} s a cell together, {peer / count:.2f} in turn",
        most=1,
    )
