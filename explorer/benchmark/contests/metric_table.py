"""Every value of the table of disentanglement, as it is computed part by part, against its scores called one by one."""

from collections.abc import Iterator

import numpy as np
import torch

from explorer.benchmark.base import Contest
from explorer.catalogue import measures
from explorer.coded.scoring import Scoring
from explorer.metrics import Coded, Metrics

SIZE = 10_000
LEVELS = (3, 6, 40, 32, 32)
"""Of five factors."""
LATENTS = 10
NOISE = 0.02
"""Variance of every posterior."""
ALLOWED = 10.0
"""Seconds that all values may take on two cores."""


def contests(device: torch.device, size: int = SIZE) -> Iterator[Contest]:
    """Ten latents with noise, five of which see a factor each, on two threads; no interval and no null."""
    coded, plan = Coded(*_code(size)), Metrics(trust="none").checked()

    def ours() -> list[float]:
        work = Scoring(coded, plan, str(device))
        return _values([work.row("matrix", False), *(work.row(name, False) for name in plan.names)][1:])

    def theirs() -> list[float]:
        entries = [measures[name](**plan.of(name)) for name in plan.names]
        read = [
            entry(
                coded.z if entry.posterior else coded.means,
                coded.factors if entry.against else None,
                device=str(device),
            )
            for entry in entries
        ]
        return [one.value for one in read]

    def note(seconds: float, _: float) -> str:
        return (
            f"{len(plan.names)} scores and the matrix; {ALLOWED:g} s are allowed on two cores: {seconds / ALLOWED:.0%}"
        )

    what = f"all values of the metric table, {LATENTS} latents, {len(LEVELS)} factors, n={size}"
    yield Contest(what, "its scores one by one", ours, theirs, size, 1 / 1.1, 0, note, threads=2, most=2)


def _code(n: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Means, factors of twenty samples a level or more, and variances."""
    rng = np.random.default_rng(0)
    factors = np.stack([rng.integers(0, min(levels, max(2, n // 20)), n) for levels in LEVELS], 1)
    means = np.c_[factors - factors.mean(0), rng.normal(size=(n, LATENTS - len(LEVELS)))]
    means = means / means.std(0) + 0.1 * rng.normal(size=means.shape)
    return means, factors, np.full(means.shape, NOISE)


def _values(rows: list[dict]) -> list[float]:
    return [row["score"]["value"] for row in rows]
