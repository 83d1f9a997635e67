"""How often the 90 % interval of an estimator holds the truth that the estimator claims to find."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import torch

from explorer.catalogue import distributions, estimators
from explorer.errors import InputError
from explorer.jobs.progress import nothing
from explorer.reliability.interval import interval_of

N, SEEDS = 1000, 20
"""Samples, and how many draws of them."""


def coverage(
    device: torch.device,
    names: Sequence[str] | None = None,
    *,
    n: int = N,
    seeds: int = SEEDS,
    progress: Callable[..., None] = nothing,
) -> dict[str, Any]:
    """One row an estimator: its claims (`finds`), and the share of its intervals there that hold the truth.

    Args:
        names: estimators; None for all of I(X;Y).
        n: samples in each draw.
        seeds: draws of each distribution.
    """
    pairs = [(name, other) for name in names or estimators for other in claims(name)]
    held: dict[str, list[bool]] = {}
    for done, (name, other) in enumerate(pairs):
        progress(done, len(pairs), f"{name} on {other}")
        held.setdefault(name, []).extend(_held(name, other, n, seeds, device))
    progress(len(pairs), len(pairs), "")
    rows = [{"estimator": name, "claims": claims(name), "intervals": len(found)} for name, found in held.items()]
    shares = [float(np.mean(found)) if found else None for found in held.values()]
    every = [one for found in held.values() for one in found]
    by_name = [row | {"coverage": share} for row, share in zip(rows, shares, strict=True)]
    return {"n": n, "seeds": seeds, "coverage": float(np.mean(every)) if every else None, "estimators": by_name}


def claims(name: str) -> list[str]:
    """The distributions that an estimator of I(X;Y) finds; those of its kinds where it claims all."""
    entry = estimators[name]
    if entry.quantity != "I(X;Y)":
        return []
    if entry.finds is not None:
        return list(entry.finds)
    kinds = {other: (distributions[other].kind_x, distributions[other].kind_y) for other in distributions}
    return [
        other for other, pair in kinds.items() if all(n in ("any", k) for n, k in zip(entry.needs, pair, strict=True))
    ]


def _held(name: str, other: str, n: int, seeds: int, device: torch.device) -> Iterator[bool]:
    """Whether the interval of each draw holds the truth; a draw that the estimator refuses is left out."""
    entry, truth = estimators[name](), distributions[other]()
    kinds = (truth.kind_x, truth.kind_y, "auto") if name != "auto" else ("auto",) * 3
    for seed in range(seeds):
        try:
            samples = entry.checked(*truth.sample(n, seed), kinds=kinds, device=str(device))
            chosen, _ = entry.settled(*samples.tensors)
            found = interval_of(chosen.bare, samples, chosen.on(samples, seed).nats, seed)
        except InputError:
            continue
        yield found.low <= truth.nats <= found.high
