"""Many pairs of variables read by critics that are trained together, as many at once as the memory allows."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch

from explorer.critics.plan import Plan
from explorer.critics.reading import MOST
from explorer.critics.training import REMEDY, Trained, met
from explorer.device import rows_per_chunk
from explorer.errors import InputError, SampleError
from explorer.estimators.critic._columns import columns
from explorer.result import Doubt
from explorer.watching import named

if TYPE_CHECKING:
    from explorer.estimators.critic.base import ByCritic

Samples = tuple[torch.Tensor, torch.Tensor]
HELD_IN_MEMORY = 4
"""Tensors of the size of the scores that an update holds at once."""


@dataclass(frozen=True)
class Found:
    """What one pair read, in nats, and the doubts about its training; no remarks."""

    nats: float
    doubts: tuple[Doubt, ...] = ()


def read_together(
    entry: "ByCritic", pairs: Sequence[Samples], start: int, members: int, called: Sequence[str] = ()
) -> list[Found | InputError]:
    """What each pair (n, d_x), (n, d_y) reads, or why it gives no number; the other pairs do not matter to it.

    Args:
        start: seed of the split and the batches, the same for all.
        members: critics of each pair, whose readings are averaged.
        called: the quantity of each pair, for whoever watches.
    """
    found: dict[int, Found | InputError] = {}
    ready: dict[int, Samples] = {}
    known: dict[int, torch.Tensor] = {}
    for place, pair in enumerate(pairs):
        try:
            for one in pair:
                if id(one) not in known:
                    known[id(one)] = columns(one, entry.margins)
        except InputError as error:
            found[place] = error
            continue
        x, y = (known[id(one)] for one in pair)
        if x.shape[1] and y.shape[1]:
            ready[place] = x, y
        else:
            found[place] = Found(0.0)
    for places in _alike(entry, pairs, ready, members):
        asked = [(*ready[place], pairs[place][1], called[place] if called else "") for place in places]
        found |= zip(places, _read(entry, asked, start, members), strict=True)
    return [found[place] for place in range(len(pairs))]


def _alike(
    entry: "ByCritic", pairs: Sequence[Samples], ready: dict[int, Samples], members: int
) -> Iterator[Sequence[int]]:
    """Places of pairs with as many columns, as many as a working block has room for: scores and columns."""
    groups: dict[tuple[int, int, bool], list[int]] = {}
    for place, (x, y) in ready.items():
        groups.setdefault((x.shape[1], y.shape[1], pairs[place][1].is_floating_point()), []).append(place)
    for (d_x, d_y, _), places in groups.items():
        n, device = len(ready[places[0]][0]), ready[places[0]][0].device
        scores = max(HELD_IN_MEMORY * min(entry.batch, n) ** 2, min(MOST, int(Plan.held_out * n / 2)) ** 2)
        kept = entry.hidden if entry.critic == "joint" else 1
        size = max(1, rows_per_chunk(4 * (kept * scores + n * (d_x + d_y)), device) // members)
        for first in range(0, len(places), size):
            yield places[first : first + size]


def _read(
    entry: "ByCritic", asked: Sequence[tuple[torch.Tensor, torch.Tensor, torch.Tensor, str]], start: int, members: int
) -> list[Found | InputError]:
    """The readings of pairs with as many columns; `asked` holds columns of x and y, y as it came in, the quantity.

    Pairs that the memory does not hold together are read in two halves; one by itself may take half a batch.
    """
    labels, alone = not asked[0][2].is_floating_point(), len(asked) == 1
    seeds = [start + member for _ in asked for member in range(members)]
    try:
        x, y = (_stacked(sides, members) for sides in list(zip(*asked, strict=True))[:2])
        with named(" and ".join(dict.fromkeys(one[3] for one in asked)), len(seeds)):
            found, plan = entry.trained(x, y, seeds, labels, start, errors=False, halving=alone)
    except InputError as error:
        return [error] * len(asked)
    except torch.OutOfMemoryError:
        if alone:
            raise
        found = None  # what did not fit is let go before the halves are read
    if found is None:
        half = len(asked) // 2
        return [one for part in (asked[:half], asked[half:]) for one in _read(entry, part, start, members)]
    each = [found.of(slice(first, first + members)) for first in range(0, len(seeds), members)]
    return [_one(entry, one, plan, whole) for one, (_, _, whole, _) in zip(each, asked, strict=True)]


def _one(entry: "ByCritic", found: Trained, plan: Plan, y: torch.Tensor) -> Found | InputError:
    nats = float((found.reading + entry.beside(y)).mean())
    if not math.isfinite(nats):
        return SampleError(f"{entry.name} met {met(found.ends)}; {REMEDY}")
    return Found(nats, tuple(one for one in entry.doubted(nats, found, plan, len(y)) if not one.note))


def _stacked(sides: Sequence[torch.Tensor], members: int) -> torch.Tensor:
    """(1, n, d) of what all have in common, else (pairs x members, n, d)."""
    if all(one is sides[0] for one in sides):
        return sides[0][None]
    return torch.stack(list(sides)).repeat_interleave(members, 0)
