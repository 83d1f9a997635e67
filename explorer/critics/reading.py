"""What critics read of samples that are held out: by which a state is chosen, and what it reads on the others."""

import math
from collections.abc import Callable, Sequence

import torch

from explorer.critics.members import Critic
from explorer.device import rows_per_chunk
from explorer.updates.loop import Best

Bound = Callable[[torch.Tensor], torch.Tensor]
"""Scores (members, n, n) to what each member reads, (members,)."""

MOST = 4096
"""Samples that are scored against each other at most: more are read in parts, whose readings are averaged."""
GROUPS = 10
"""Groups of held-out samples that are left out in turn for the standard error."""


def count(rows: int) -> int:
    """Parts of a half, none of more than `MOST` samples."""
    return math.ceil(rows / MOST)


def seen(
    critic: Critic, x: torch.Tensor, y: torch.Tensor, choose: Bound, read: Bound
) -> tuple[torch.Tensor, torch.Tensor]:
    """By what a state is chosen and what it reads on samples: means over parts of them, (members,)."""
    scores = [_scores(critic, *part) for part in _parts(x, y)]
    by = torch.stack([choose(one) for one in scores]).mean(0)
    return by, by if choose == read else torch.stack([read(one) for one in scores]).mean(0)


def crossed(
    critic: Critic,
    x: torch.Tensor,
    y: torch.Tensor,
    best: Sequence[Best],
    halves: Sequence[torch.Tensor],
    read: Bound,
    errors: bool,
) -> tuple[torch.Tensor, torch.Tensor]:
    """Each half read with the state that was best on the other: means and their errors, NaN unasked; (members,)."""
    found = []
    for one, half in zip(best, reversed(halves), strict=True):
        for now, kept in zip(critic.parameters(), one.weights, strict=True):
            now.data = kept
        own = (part[:, half].expand(len(one.value), -1, -1) for part in (x, y))
        scores = [_scores(critic, *part) for part in _parts(*own)]
        found += [
            (read(part), _error(part, read) if errors else torch.full_like(one.value, math.nan)) for part in scores
        ]
    reading, error = (torch.stack([part.cpu() for part in parts]) for parts in zip(*found, strict=True))
    return reading.mean(0), error.square().sum(0).sqrt() / len(found)


def _parts(x: torch.Tensor, y: torch.Tensor) -> list[tuple[torch.Tensor, torch.Tensor]]:
    parts = count(x.shape[1])
    return list(zip(x.tensor_split(parts, 1), y.tensor_split(parts, 1), strict=True))


def _error(scores: torch.Tensor, read: Bound) -> torch.Tensor:
    """The error of leaving groups of samples out in turn, (members,)."""
    n = scores.shape[-1]
    groups = torch.arange(n, device=scores.device).tensor_split(min(GROUPS, n // 4))
    left = torch.stack([read(_without(scores, group)) for group in groups])
    return ((left - left.mean(0)).square().sum(0) * (len(groups) - 1) / len(groups)).sqrt()


def _without(scores: torch.Tensor, group: torch.Tensor) -> torch.Tensor:
    """The scores of all samples but those of a group."""
    kept = torch.ones(scores.shape[-1], dtype=torch.bool, device=scores.device)
    kept[group] = False
    return scores[:, kept][:, :, kept]


@torch.no_grad()
def _scores(critic: Critic, x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    """Scores of all pairs, in blocks of x that fit the memory, (members, n, n)."""
    block = rows_per_chunk(len(x) * x.shape[1] * critic.kept * 4, x.device)
    return torch.cat([critic(part, y) for part in x.split(max(1, block), 1)], 1)
