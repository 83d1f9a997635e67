"""The rules that say when one estimate may be off, each with its sentence."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import torch

from explorer.checks import varying
from explorer.errors import InputError
from explorer.estimators.auto import Auto
from explorer.estimators.base import Estimator, Samples
from explorer.numerics.cells import entropy
from explorer.numerics.margins import spread
from explorer.reliability.interval import Interval
from explorer.result import Doubt, repr_call

ABSOLUTE, RELATIVE = 0.1, 0.15
"""An estimate is off when it misses the truth by more than the larger of 0.1 nats and 15 %."""

TAILS = 25.0
"""Range of the middle 99 % over that of the middle half, from which tails are heavy; 3.8 for a normal column."""


@dataclass(frozen=True)
class Opinion:
    """What the estimator that `auto` takes for these samples reads."""

    estimator: Estimator
    nats: float
    because: str


def off(value: float, truth: float) -> bool:
    """Whether `value` misses `truth` by more than 0.1 nats and 15 %."""
    return abs(value - truth) > max(ABSOLUTE, RELATIVE * abs(truth))


def opinion(entry: Estimator, samples: Samples) -> Opinion | None:
    """What another estimator, the one that suits the samples best, reads; None where it is the same or refuses."""
    try:
        other, why = Auto().settled(*samples.tensors)
        if other == entry or entry.quantity != other.quantity:
            return None
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
    if interval and value < -max(0.02, 2 * interval.standard_error):
        yield Doubt("negative", f"{value:.3g} nats is below 0, which no information is: the error is at least that.")
    if interval and off(value, value - interval.bias):
        yield _drift(value, interval, samples)
    chance = 3 / math.sqrt(len(samples))  # two estimates of one information differ by less without a reason
    if second and off(value, second.nats) and abs(value - second.nats) > chance:
        yield _disagreement(entry, value, second, (x, y))


def _never_changes(values: torch.Tensor) -> bool:
    return not varying(values.reshape(len(values), -1)).shape[1]


def _above_entropy(entry: Estimator, pair: tuple[torch.Tensor, ...], value: float) -> Iterator[Doubt]:
    levels = [entropy(one) for one in pair if not one.is_floating_point()]
    if levels and value > (top := float(min(levels))) + max(0.02, 0.02 * top):
        text = f"{value:.3g} nats is above the entropy {top:.3g} of the discrete variable, which bounds the truth."
        yield Doubt("above entropy", text)


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
        f"The estimate still {way} with n: carried on, it would end near {value - interval.bias:.3g} nats; "
        f"{len(samples)} samples are too few for {columns} columns."
    )
    return Doubt("few samples", text)


def _disagreement(entry: Estimator, value: float, second: Opinion, pair: tuple[torch.Tensor, ...]) -> Doubt:
    reasons = "; ".join(filter(None, (second.because, _tails(entry, pair))))
    other = repr_call(second.estimator.name, _changed(second.estimator))
    text = f"{entry.name} reads {value:.3g} nats where {other} reads {second.nats:.3g}: {reasons}."
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
