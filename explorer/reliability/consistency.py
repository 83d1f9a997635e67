"""What every information obeys, tried on the data at hand."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import torch

from explorer.device import seeded
from explorer.errors import InputError
from explorer.estimators.base import Estimator, Samples
from explorer.numerics.cells import joint, renumbered
from explorer.numerics.margins import spread
from explorer.result import Doubt, in_both, off

SHUFFLES = 5
"""Shuffles whose mean must be near 0."""

REPLACED = 0.2
"""Share of a discrete y that is drawn anew, where a real y gets noise of its own deviation."""


@dataclass(frozen=True)
class Check:
    """One law, what was read and what the law asks for, in nats."""

    law: str
    read: float
    expected: float
    passed: bool

    @property
    def doubt(self) -> Doubt:
        """The check as a sentence, a note where it passed."""
        read, expected = in_both(self.read), in_both(self.expected)
        words = {
            "data processing": f"With noise added to y it reads {read}, and {expected} without",
            "additivity": f"Two independent halves side by side read {read}, alone {expected}",
            "independence": f"With y shuffled it reads {read} on average",
        }
        return Doubt(
            self.law, f"{words[self.law]}: {'as it must be' if self.passed else 'it breaks this law'}.", self.passed
        )


def consistency(entry: Estimator, samples: Samples, value: float, seed: int = 0) -> tuple[Check, ...]:
    """Data processing, additivity and independence (song2020, section 5.2), as far as the entry takes the samples.

    - Data processing: noise added to y must not raise the information.
    - Additivity: two independent halves, set side by side as columns, carry the sum of what each carries.
    - Independence: with y shuffled there is none.

    Where rows are steps of time, noise on y hides its own past too, and random halves have none: of sequences only the
    last is a law.

    A law is broken by more than max(0.02 nats, 2 / sqrt(n)), additivity by more than max(0.1 nats, 15 %).
    """
    x, y = samples.tensors[:2]
    found: list[Check] = []
    with seeded(seed, x.device):
        for check in (_shuffled,) if entry.ordered else (_processed, _added, _shuffled):
            try:
                found += check(entry, x, y, value)
            except InputError:  # a part that the entry refuses says nothing about the law
                continue
    return tuple(found)


def _processed(entry: Estimator, x: torch.Tensor, y: torch.Tensor, value: float) -> Iterator[Check]:
    if y.is_floating_point():
        noisy = y + spread(y) * torch.randn_like(y)
    else:
        drawn = y[torch.randint(len(y), (len(y),)).to(y.device)]
        noisy = renumbered(torch.where(torch.rand(len(y)).to(y.device) < REPLACED, drawn, y))
    read = float(entry.nats(x, noisy))
    yield Check("data processing", read, value, read <= value + _slack(x))


def _added(entry: Estimator, x: torch.Tensor, y: torch.Tensor, value: float) -> Iterator[Check]:
    order = torch.randperm(len(x)).to(x.device)
    first, second = order[: len(x) // 2], order[len(x) // 2 : len(x) // 2 * 2]
    parts = sum(float(entry.nats(x[half], y[half])) for half in (first, second))
    whole = float(entry.nats(*(_beside(one[first], one[second]) for one in (x, y))))
    yield Check("additivity", whole, parts, not off(whole, parts))


def _shuffled(entry: Estimator, x: torch.Tensor, y: torch.Tensor, value: float) -> Iterator[Check]:
    read = entry.shuffled(x, y)
    mean = sum(read(torch.randperm(len(x)).to(x.device)) for _ in range(SHUFFLES)) / SHUFFLES
    yield Check("independence", mean, 0.0, abs(mean) <= _slack(x))


def _beside(first: torch.Tensor, second: torch.Tensor) -> torch.Tensor:
    """Columns of both halves, or codes of the pairs."""
    if first.is_floating_point():
        return torch.cat([first, second], 1)
    return renumbered(joint(first, second))


def _slack(x: torch.Tensor) -> float:
    return max(0.02, 2 / math.sqrt(len(x)))
