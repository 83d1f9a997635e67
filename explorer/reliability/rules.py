"""The rules that say when one estimate may be off, each with its sentence."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import torch

from explorer.checks import varying
from explorer.data import digest
from explorer.errors import InputError
from explorer.estimators.auto import Auto
from explorer.estimators.base import Estimator, Samples
from explorer.numerics.cells import entropy
from explorer.numerics.intrinsic import two_nearest
from explorer.numerics.margins import spread, tamed
from explorer.reliability.interval import LEVEL, Interval
from explorer.result import Doubt, above, in_both, off, repr_call

FEWEST = 20
"""Samples below which no rule can be relied on."""

SPARE = 0.3
"""Dimensions that a variable with any noise of its own adds at least, as the samples tell them."""

REPEATS = 8
"""Samples of each value on average, from which a real variable is looked at as one of few values."""

TAILS = 25.0
"""Range of the middle 99 % over that of the middle half, from which tails are heavy; 3.8 for a normal column."""


KEPT = 8
"""Pairs of variables whose opinion is kept: many estimators are asked about one pair."""


@dataclass(frozen=True)
class Opinion:
    """What the estimator that `auto` takes for these samples reads."""

    estimator: Estimator
    nats: float
    because: str


_OPINIONS: dict[str, Opinion | None] = {}


def opinion(entry: Estimator, samples: Samples) -> Opinion | None:
    """What another estimator, the one that suits the samples best, reads; None where it is the same or refuses."""
    key = digest(*(one.cpu().numpy() for one in samples.tensors))
    if key not in _OPINIONS:
        _OPINIONS[key] = _best(samples)
        for old in [*_OPINIONS][:-KEPT]:
            _OPINIONS.pop(old, None)
    best = _OPINIONS[key]
    return None if best is None or best.estimator == entry or best.estimator.quantity != entry.quantity else best


def _best(samples: Samples) -> Opinion | None:
    try:
        other, why = Auto().settled(*samples.tensors)
        return Opinion(other, float(other.formula(*samples.tensors)), str(why["because"]))
    except InputError:
        return None


def fired(
    entry: Estimator, samples: Samples, value: float, interval: Interval | None, second: Opinion | None
) -> Iterator[Doubt]:
    """Every common rule that fires on an estimate of mutual information, beside the entry's own."""
    x, y = samples.tensors[:2]
    constant = [name for name, one in (("x", x), ("y", y)) if _never_changes(one)]
    if constant:
        yield Doubt("constant", f"{constant[0]} never changes: the information is exactly 0.")
        return
    yield from _above_entropy(entry, (x, y), value)
    yield from _labels_as_coordinates(entry, {"x": x, "y": y})
    chance = 3 / math.sqrt(len(samples))  # two estimates of one information differ by less without a reason
    if value < -max(0.02, 2 * interval.standard_error if interval else chance):
        yield Doubt("negative", f"{in_both(value)} is below 0, which no information is: the error is at least that.")
    elif interval and interval.high < 0:
        text = f"The {LEVEL:.0%} interval ends at {in_both(interval.high)}, below 0: nothing was found."
        yield Doubt("negative", text, note=True)
    if interval and off(value, value - interval.bias):
        yield _drift(value, interval, samples)
    if interval and off(value + interval.reach, value):
        yield _imprecise(value, interval)
    yield from _deterministic(x, y)
    yield from _copies(x, y)
    if len(samples) < FEWEST:
        yield Doubt("few samples", f"{len(samples)} samples are too few to tell how far a value is off.")
    if second and off(value, second.nats) and abs(value - second.nats) > chance:
        yield _disagreement(entry, value, second, (x, y))


def _never_changes(values: torch.Tensor) -> bool:
    return not varying(values.reshape(len(values), -1)).shape[1]


def _imprecise(value: float, interval: Interval) -> Doubt:
    text = f"By chance alone the {LEVEL:.0%} interval reaches up to {in_both(interval.reach, '.2g')} to "
    text += f"a side of {in_both(value)}."
    return Doubt("imprecise", text)


def _deterministic(x: torch.Tensor, y: torch.Tensor) -> Iterator[Doubt]:
    """Real variables that together need no more coordinates than one of them alone."""
    if not (x.is_floating_point() and y.is_floating_point()):
        return
    alone = max(two_nearest(tamed(one)) for one in (x, y))
    both = two_nearest(tamed(torch.cat([x, y], 1)))
    if both < alone + SPARE:
        text = f"x and y together have {both:.1f} dimensions, one alone {alone:.1f}: one looks like a function"
        yield Doubt(
            "deterministic", f"{text} of the other, and then the information is infinite, or that of the digits kept."
        )


def _copies(x: torch.Tensor, y: torch.Tensor) -> Iterator[Doubt]:
    """Many different real rows that occur more than once, as when samples were repeated."""
    if not (x.is_floating_point() and y.is_floating_point()) or len(torch.unique(x, dim=0)) < len(x) / REPEATS:
        return
    _, sizes = torch.unique(torch.cat([x, y], 1), dim=0, return_counts=True)
    if int((sizes > 1).sum()) > 0.05 * len(x):
        share = float(sizes[sizes > 1].sum() / len(x))
        yield Doubt("copies", f"{share:.0%} of the samples are copies of others; an estimate takes all as independent.")


def _above_entropy(entry: Estimator, pair: tuple[torch.Tensor, ...], value: float) -> Iterator[Doubt]:
    levels = [entropy(codes) for one in pair if (codes := _as_labels(one)) is not None]
    if levels and above(value, top := float(min(levels))):
        text = f"{in_both(value)} is above the entropy {in_both(top)} of the discrete variable, which bounds the truth."
        yield Doubt("above entropy", text)


def _as_labels(values: torch.Tensor) -> torch.Tensor | None:
    """Codes of labels, or of real rows that take few values; None of others."""
    if not values.is_floating_point():
        return values
    found, codes = torch.unique(values, dim=0, return_inverse=True)
    return codes if len(found) <= len(values) / REPEATS else None


def _labels_as_coordinates(entry: Estimator, named: dict[str, torch.Tensor]) -> Iterator[Doubt]:
    """Few whole numbers in an estimator that takes values as places on a line, where atoms do not belong."""
    for name, values in named.items():
        if entry.needs == ("any", "any") or values.ndim == 1 or values.shape[1] > 1:
            continue
        levels = len(torch.unique(values))
        if levels <= min(20, len(values) // 5) and bool((values == values.round()).all()):
            text = (
                f"The {levels} whole numbers of {name} were taken as coordinates; if they are labels, use auto or ross."
            )
            yield Doubt("labels", text)


def _drift(value: float, interval: Interval, samples: Samples) -> Doubt:
    way = "rises" if interval.bias < 0 else "falls"
    columns = sum(one.shape[1] if one.is_floating_point() else 1 for one in samples.tensors)
    text = (
        f"The estimate still {way} with n: carried on, it would end near {in_both(value - interval.bias)}; "
        f"{len(samples)} samples are too few for {columns} columns."
    )
    return Doubt("few samples", text)


def _disagreement(entry: Estimator, value: float, second: Opinion, pair: tuple[torch.Tensor, ...]) -> Doubt:
    reasons = "; ".join(filter(None, (second.because, _tails(entry, pair))))
    other = repr_call(second.estimator.name, _changed(second.estimator))
    text = f"{entry.name} reads {in_both(value)} where {other} reads {in_both(second.nats)}: {reasons}."
    return Doubt("disagreement", text)


def _changed(entry: Estimator) -> dict[str, object]:
    defaults = {setting.name: setting.default for setting in entry.card.settings}
    return {name: value for name, value in entry.settings.items() if value != defaults[name]}


def _tails(entry: Estimator, pair: tuple[torch.Tensor, ...]) -> str:
    """In words, that columns have heavy tails and the estimator works in their units."""
    real = [one for one in pair if one.is_floating_point()]
    if not real or "monotone" in entry.invariant or entry.settings.get("margins") == "gauss":
        return ""
    values = torch.cat(real, 1)
    places = (torch.tensor([0.005, 0.25, 0.75, 0.995]) * (len(values) - 1)).round().long().to(values.device)
    low, first, third, high = values.sort(0).values[places]
    middle = torch.where(third > first, third - first, spread(values))
    heavy = int(((high - low) > TAILS * middle).sum())
    return f"{heavy} of {values.shape[1]} columns have heavy tails" if heavy else ""
