"""What is said of interactions: what prevails within its interval, beside shuffles, about a target that repeats x."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from typing import Any

import numpy as np
import torch

from explorer.numerics.intrinsic import two_nearest
from explorer.numerics.margins import tamed
from explorer.reliability.interval import LEVEL
from explorer.reliability.rules import SPARE
from explorer.result import Doubt, in_both


def of_totals(found: np.ndarray, ends: np.ndarray, shuffled: np.ndarray) -> list[Doubt]:
    """Notes on TC and the O-information, the first four numbers, with their ends (2, m) and shuffles (s, 4)."""
    said = []
    if np.isfinite(ends[0, 2]) and ends[0, 2] <= 0 <= ends[1, 2]:
        text = f"The {LEVEL:.0%} interval of the O-information holds 0: it cannot be said which prevails."
        said.append(Doubt("undecided", text, note=True))
    most = float(shuffled[:, 0].max())
    if found[0] <= most:
        text = f"With every variable shuffled TC reads up to {in_both(most)}: {in_both(found[0])} is no evidence."
        said.append(Doubt("null", text, note=True))
    return said


def of_score(asked: bool) -> list[Doubt]:
    """A note where intervals or shuffles are asked for of scores, which have neither."""
    text = "score trains one network: neither intervals nor shuffles are computed."
    return [Doubt("no interval", text, note=True)] if asked else []


def copied(variables: Sequence[torch.Tensor], y: torch.Tensor, names: Sequence[str]) -> list[Doubt]:
    """A note where y of labels is a variable of labels by the same or other names.

    Args:
        variables: each (n,) codes, or (n, d) float64, which are never noted.
        y: (n,) codes or (n, d) float64.
    """
    same = [
        name
        for name, one in zip(names, variables, strict=True)
        if not (one.is_floating_point() or y.is_floating_point()) and _same_cells(one, y)
    ]
    text = f"The target is {' and '.join(map(repr, same))} itself: that it tells all of it is no finding. Leave it out."
    return [Doubt("copy", text, note=True)] if same else []


def _same_cells(one: torch.Tensor, y: torch.Tensor) -> bool:
    """Whether codes (n,) part the samples as other codes do."""
    sizes = [len(torch.unique(codes)) for codes in (one, y)]
    return sizes[0] == sizes[1] == len(torch.unique(torch.stack([one, y]), dim=1).T)


def of_target(target: Mapping[str, Any]) -> list[Doubt]:
    """What atoms about a target are no evidence of, and which redundancy was taken."""
    said = []
    least = float(np.min(target["target"]))
    if least < 0:
        text = f"What one variable tells of the target reads {in_both(least)}, below 0"
        said.append(Doubt("small atoms", f"{text}: atoms of that size are no evidence."))
    for name in ("redundancy", "unique", "synergy"):
        most, null = (
            float(np.nanmax(np.nan_to_num(target[f"{name}{end}"], nan=-np.inf))) for end in ("", "_null_high")
        )
        if np.isfinite(null) and most <= null:
            called = "unique information" if name == "unique" else name
            text = f"With the target shuffled {called} reads up to {in_both(null)}, the most of any pair"
            said.append(Doubt(f"null: {called}", f"{text}: none of these is more.", note=True))
    if target["about"]["pid"] == "mmi":
        text = "Redundancy about the target is the smaller information of the two, the most in use, and so is synergy."
        said.append(Doubt("redundancy", text, note=True))
    return said


def determined(variables: Sequence[torch.Tensor], y: torch.Tensor, names: Sequence[str]) -> list[Doubt]:
    """A doubt where y looks like a function of a variable or of two, or they of y, and so nothing bounds the truth.

    It bears on the pairs that hold them: what another pair tells rests on its own two variables, and is finite.

    Args:
        variables: each (n, d) float64; labels, (n,) codes, are never doubted, nor is a y of labels.
        y: (n, d) float64 or (n,) codes.
        names: of the variables.
    """
    found = list(_determined(variables, y))
    if not found:
        return []
    pairs = [*combinations(range(len(names)), 2)]
    held = tuple(f"{names[i]}, {names[j]}" for i, j in pairs if any({i, j}.issuperset(some) for some in found))
    shown = [" with ".join(repr(names[i]) for i in some) for some in found]
    more = f" and {len(shown) - 4} more" if len(shown) > 4 else ""
    text = (
        f"The target looks like a function of {', '.join(shown[:4])}{more}, or they of it: together they need no more "
    )
    text += "coordinates than alone. The true information is then infinite, or that of the digits kept, and no atom of "
    text += "a pair that holds them is known"
    text += "; the target was not shuffled" * (len(held) == len(pairs)) + ". Leave its columns out of x."
    return [Doubt("deterministic", text, scores=held)]


def _determined(variables: Sequence[torch.Tensor], y: torch.Tensor) -> Iterator[tuple[int, ...]]:
    """Single variables that determine y or are determined, and pairs of the others that do so together."""
    if not all(one.is_floating_point() for one in (*variables, y)):
        return
    width, free = two_nearest(tamed(y)), []
    for i, one in enumerate(variables):
        if _repeats(one, y, width):
            yield (i,)
        else:
            free.append(i)
    for i, j in combinations(free, 2):
        if _repeats(torch.cat([variables[i], variables[j]], 1), y, width):
            yield i, j


def _repeats(x: torch.Tensor, y: torch.Tensor, width: float) -> bool:
    """Whether real x and y, which needs `width` coordinates, need no more together than one of them alone."""
    return two_nearest(tamed(torch.cat([x, y], 1))) < max(two_nearest(tamed(x)), width) + SPARE
