"""What every information obeys, tried on the data at hand."""

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch

from explorer.device import seeded
from explorer.errors import InputError
from explorer.estimators.base import Estimator, Samples
from explorer.estimators.many.base import ManyVariables
from explorer.numerics.cells import joint, renumbered
from explorer.numerics.margins import spread
from explorer.result import Doubt, in_both, off

SHUFFLES = 5
"""Shuffles whose mean must be near 0."""

REPLACED = 0.2
"""Share of a discrete y that is drawn anew, where a real y gets noise of its own deviation."""


@dataclass(frozen=True)
class Check:
    """One law, what was read and what the law asks for, in nats.

    Attributes:
        untried: why the law was not tried; then the numbers are NaN and nothing is broken.
        of_columns: it is about variables that are columns of x, and there is no y.
    """

    law: str
    read: float
    expected: float
    passed: bool
    untried: str = ""
    of_columns: bool = False

    @property
    def doubt(self) -> Doubt:
        """The check as a sentence, a note where it passed or was not tried."""
        if self.untried:
            return Doubt(self.law, f"This law was not tried: {self.untried}.", note=True)
        read, expected = in_both(self.read), in_both(self.expected)
        noisy, shuffled = ("one variable", "variables") if self.of_columns else ("y", "y")
        words = {
            "data processing": f"With noise added to {noisy} it reads {read}, and {expected} without",
            "additivity": f"Two independent halves side by side read {read}, alone {expected}",
            "independence": f"With {shuffled} shuffled it reads {read} on average",
        }
        return Doubt(
            self.law, f"{words[self.law]}: {'as it must be' if self.passed else 'it breaks this law'}.", self.passed
        )


def consistency(entry: Estimator, samples: Samples, value: float, seed: int = 0) -> tuple[Check, ...]:
    """Data processing, additivity and independence (song2020, section 5.2); what the entry refuses is not tried.

    - Data processing: noise added to y must not raise the information.
    - Additivity: two independent halves, set side by side as columns, carry the sum of what each carries.
    - Independence: with y shuffled there is none.

    Where every column of x is a variable, noise is added to one, the halves are variables of their own and every
    variable is shuffled by itself. Noise must not raise TC or DTC; the O-information it may.

    Where rows are steps of time, noise on y hides its own past too, and random halves have none: of sequences only the
    last is a law.

    A law is broken by more than max(0.02 nats, 2 / sqrt(n)), additivity by more than max(0.1 nats, 15 %).
    """
    x, found = samples.x.values, []
    tried: dict[str, Any] = {"data processing": _processed, "additivity": _added, "independence": _shuffled}
    if isinstance(entry, ManyVariables):
        tried = {"data processing": _noised, "additivity": _joined, "independence": _scrambled}
    with seeded(seed, x.device):
        for law, check in tried.items():
            why = _lawless(entry, law)
            try:
                found.append(_untried(law, why) if why else check(entry, *samples.tensors[:2], value))
            except InputError as error:  # a part that the entry refuses says nothing about the law
                found.append(_untried(law, str(error)))
    return tuple(replace(one, of_columns=entry.by_column) for one in found)


def _lawless(entry: Estimator, law: str) -> str:
    """Why something is no law for this entry."""
    if entry.ordered and law != "independence":
        return "noise on a sequence hides its own past too, and random halves have none"
    if entry.two_sided and law == "data processing":
        return f"noise can raise {entry.quantity}"
    return ""


def _untried(law: str, why: str) -> Check:
    return Check(law, math.nan, math.nan, True, why)


def _processed(entry: Estimator, x: torch.Tensor, y: torch.Tensor, value: float) -> Check:
    read = float(entry.nats(x, _noisy(y)))
    return Check("data processing", read, value, read <= value + _slack(x))


def _added(entry: Estimator, x: torch.Tensor, y: torch.Tensor, value: float) -> Check:
    order = torch.randperm(len(x)).to(x.device)
    first, second = order[: len(x) // 2], order[len(x) // 2 : len(x) // 2 * 2]
    parts = sum(float(entry.nats(x[half], y[half])) for half in (first, second))
    whole = float(entry.nats(*(_beside(one[first], one[second]) for one in (x, y))))
    return Check("additivity", whole, parts, not off(whole, parts))


def _shuffled(entry: Estimator, x: torch.Tensor, y: torch.Tensor, value: float) -> Check:
    orders = [torch.randperm(len(x)).to(x.device) for _ in range(SHUFFLES)]
    read = entry.together(x, y, orders) if entry.learned and not entry.ordered else map(entry.shuffled(x, y), orders)
    mean = sum(read) / SHUFFLES
    return Check("independence", mean, 0.0, abs(mean) <= _slack(x))


def _noised(entry: ManyVariables, x: torch.Tensor, value: float) -> Check:
    columns = list(entry.variables(x)[0])
    noisy = x.clone()
    for column in columns:
        noisy[:, column] = _noisy(x[:, column])
    read = float(entry.entropy(noisy))
    return Check("data processing", read, value, read <= value + _slack(x))


def _joined(entry: ManyVariables, x: torch.Tensor, value: float) -> Check:
    order, width = torch.randperm(len(x)).to(x.device), x.shape[1]
    first, second = x[order[: len(x) // 2]], x[order[len(x) // 2 : len(x) // 2 * 2]]
    parts = sum(float(entry.entropy(half)) for half in (first, second))
    groups = entry.variables(x)
    both = [*groups, *([column + width for column in group] for group in groups)]
    wider = replace(entry, groups=",".join("+".join(map(str, group)) for group in both))
    whole = float(wider.entropy(torch.cat([first, second], 1)))
    return Check("additivity", whole, parts, not off(whole, parts))


def _scrambled(entry: ManyVariables, x: torch.Tensor, value: float) -> Check:
    rng = np.random.default_rng(int(torch.randint(2**31 - 1, (1,))))
    mean = sum(float(entry.entropy(entry.permuted(x, rng))) for _ in range(SHUFFLES)) / SHUFFLES
    return Check("independence", mean, 0.0, abs(mean) <= _slack(x))


def _noisy(y: torch.Tensor) -> torch.Tensor:
    """Real values with noise of their own deviation; labels of which some are drawn anew."""
    if y.is_floating_point():
        return y + spread(y.reshape(len(y), -1)).reshape(y.shape[1:]) * torch.randn_like(y)
    drawn = y[torch.randint(len(y), (len(y),)).to(y.device)]
    return renumbered(torch.where(torch.rand(len(y)).to(y.device) < REPLACED, drawn, y))


def _beside(first: torch.Tensor, second: torch.Tensor) -> torch.Tensor:
    """Columns of both halves, or codes of the pairs."""
    if first.is_floating_point():
        return torch.cat([first, second], 1)
    return renumbered(joint(first, second))


def _slack(x: torch.Tensor) -> float:
    return max(0.02, 2 / math.sqrt(len(x)))
