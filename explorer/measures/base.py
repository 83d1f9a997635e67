"""What all measures share; an entry holds only the mathematics."""

import math
import time
from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import dataclass, field
from typing import Any, ClassVar

import torch

from explorer import checks
from explorer.catalogue import Catalogue, measures
from explorer.device import resolve, seeded
from explorer.entries import Entry
from explorer.errors import InputError, SampleError
from explorer.factors import factors, posterior
from explorer.numerics.posteriors import Posterior
from explorer.result import Doubt
from explorer.score import Score

LABELS, TARGET, REPRESENTATION, FACTORS = "labels", "labels or values", "representation", "factors"


@dataclass(frozen=True)
class Reading:
    """What a formula returns when it knows more than a number.

    Attributes:
        interval: (low, high) of the entry's own error, such as that of random probes; None without one.
        details: plain data that belongs to the value. "per_unit" holds one number a column of z, "per_class"
            one a label in sorted order, "spectrum" a descending list.
        doubts: reasons not to trust the value, and notes on what was done.
        level: how often the interval should hold what it is about.
    """

    value: float
    interval: tuple[float, float] | None = None
    details: Mapping[str, Any] = field(default_factory=dict)
    doubts: tuple[Doubt, ...] = ()
    level: float = 0.95

    def __float__(self) -> float:
        return self.value


Formula = torch.Tensor | float | Reading


@dataclass(frozen=True)
class Measure(Entry):
    """Settings in the constructor, data in the call.

    An entry gives `value(z)` or `value(z, y)`. It receives z as float64 of shape (n, d); y as int64 codes from 0 of
    shape (n,) for labels, as float64 of shape (n, d_y) for values and for a second representation, as `Factors` for
    factors. Where it takes the noise of a code, z is a `Posterior`.

    Attributes:
        unit: of the value: "bits", "nats", "dimensions", "radians", ... or "" for a pure number. An instance has a
            `unit` and a `distance` of its own where its settings change them.
        against: what y must be: None (no y), "labels", "labels or values", "representation" or "factors".
        least: fewest samples it takes.
        limits: (low, high) that no value leaves, up to rounding; None where there is no limit.
        invariant: maps of z that leave the value as it is: "shift" of every column by its own amount, "scaling" of all
            columns by one factor, "stretching" of every column by its own factor, "rotation", "linear" invertible maps,
            "permutation" of the columns, "copies" of every column.
        sensitive: maps of the same names that must change the value.
        symmetric: value(z, y) = value(y, z), of a pair of representations.
        distance: of a pair: "metric" obeys the triangle inequality, "dissimilarity" is 0 for equals and need not,
            "" is a similarity.
        side: on which values are evidence that z tells of y: "high", "low", or "both" where either may be. The p-value
            of the null looks there.
        random: it draws random numbers, so that the seed changes the value.
        tracks: y is the same layer at an earlier step; the order matters.
        splits: it learns from a part of the samples and tests on the rest, or pairs samples that must differ: none may
            be given twice.
        outputs: z must be the outputs of a classifier: one column a class.
        posterior: what it does with the noise of a code, when z is the pair (means, variances) of Gaussian q(z|x):
            "needed", "taken" (an array alone is a code without noise), or "" where z is an array.
        extremal: the value rests on a maximum or a quantile far out, of which a bootstrap understates the error.
        usable: what a reader of limited power finds of y in z, which a layer may have more of than the one before it.
        effort: seconds on one core, as `measures._effort.seconds` adds them up: fixed, for each sample and column, each
            pair and each triple of samples, and, where given, each sample and pair of columns, each pair of samples and
            column.
    """

    catalogue: ClassVar[Catalogue] = measures
    unit: ClassVar[str] = "nats"
    against: ClassVar[str | None] = None
    least: ClassVar[int] = 2
    limits: ClassVar[tuple[float | None, float | None]] = (None, None)
    invariant: ClassVar[tuple[str, ...]] = ()
    sensitive: ClassVar[tuple[str, ...]] = ()
    symmetric: ClassVar[bool] = False
    distance: ClassVar[str] = ""
    side: ClassVar[str] = "high"
    random: ClassVar[bool] = False
    tracks: ClassVar[bool] = False
    splits: ClassVar[bool] = False
    outputs: ClassVar[bool] = False
    posterior: ClassVar[str] = ""
    extremal: ClassVar[bool] = False
    usable: ClassVar[bool] = False
    effort: ClassVar[tuple[float, ...]] = (0.002, 2e-8, 0.0, 0.0)

    def __call__(self, z: Any, y: Any = None, *, seed: int = 0, device: str = "auto") -> Score:
        """The score of a representation, with what is doubtful about it.

        Args:
            z: samples of a representation, shape (n,) or (n, d); (means, variances) where the measure takes them.
            y: what the measure compares it with, paired row by row: labels, values, factors or a second representation.
            seed: of everything random; the caller's random state is left as it was.

        Raises:
            InputError: for a y that is missing, or given to a measure that takes none.
            SampleError: for samples that cannot be used; the message names the rule.
            SettingError: for a seed or device that does not exist.
        """
        return self.on(*self.checked(z, y, device), seed=seed)

    def checked(self, z: Any, y: Any = None, device: str = "auto") -> tuple[checks.Variable, checks.Variable | None]:
        """z and y as this measure takes them.

        Raises:
            InputError: for a y that is missing, or given to a measure that takes none.
            SampleError: for samples that cannot be used.
        """
        where = resolve(device)
        if (y is None) != (self.against is None):
            missing = f"needs y ({self.against}), paired row by row with z"
            raise InputError(f"{self.name} {missing if y is None else 'takes z alone, and y was given'}")
        found = self._sample(z, where)
        other = None if y is None else self._target(y, where)
        checks.paired(found, *((other,) if other else ()), least=self.least)
        return found, other

    def on(self, z: checks.Variable, y: checks.Variable | None = None, seed: int = 0) -> Score:
        """The score of checked samples.

        Raises:
            SampleError: when no number can be told from them.
        """
        start = time.perf_counter()
        with seeded(seed, z.values.device):
            reading = self._reading(*(one.values for one in (z, y) if one))
        value = reading.value
        if not math.isfinite(value):
            raise SampleError(f"{self.name} gave {value} on {len(z)} samples; no number can be told from these data")
        return Score(
            measure=self.name,
            value=value,
            unit=self.unit,
            details=reading.details,
            interval=reading.interval,
            level=reading.level if reading.interval else None,
            warnings=(*z.doubts, *(y.doubts if y else ()), *reading.doubts),
            settings=self.settings,
            n=len(z),
            dim=z.dim,
            dim_y=y.dim if y else 0,
            seconds=time.perf_counter() - start,
            device=str(z.values.device),
            seed=seed,
        )

    def read(self, *samples: torch.Tensor, seed: int = 0) -> Reading:
        """The formula on z, or on z and y, as a Reading; seeded if it draws, so that others may run in threads."""
        with seeded(seed, samples[0].device) if self.draws else nullcontext():
            return self._reading(*samples)

    def value(self, *samples: Any) -> Formula:
        """The formula on z, or on z and y."""
        raise NotImplementedError

    @property
    def draws(self) -> bool:
        """Whether it may draw random numbers with these settings."""
        return self.random

    def _reading(self, *samples: torch.Tensor) -> Reading:
        found = self.value(*samples)
        return found if isinstance(found, Reading) else Reading(float(found))

    def _sample(self, z: Any, device: torch.device) -> checks.Variable:
        if not self.posterior:
            return checks.variable(z, "z", "continuous", "continuous", device)
        if self.posterior == "needed" and not isinstance(z, tuple | Posterior):
            raise InputError(f"{self.name} needs z=(means, variances) of Gaussian q(z|x), two arrays of one shape")
        return posterior(z, "z", device)

    def _target(self, y: Any, device: torch.device) -> checks.Variable:
        if self.against == FACTORS:
            return factors(y, device)
        if self.against == LABELS:
            return checks.variable(y, "y", "auto", "discrete", device)
        if self.against == TARGET:
            return checks.variable(y, "y", "auto", "any", device)
        return checks.variable(y, "y", "continuous", "continuous", device)
