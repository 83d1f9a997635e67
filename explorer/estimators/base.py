"""What all estimators share; an entry holds only the mathematics."""

import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import torch

from explorer import checks
from explorer.catalogue import Catalogue, estimators
from explorer.device import resolve, seeded, unspent
from explorer.entries import Entry
from explorer.errors import InputError, SampleError
from explorer.estimators._formulas import which
from explorer.estimators._samples import Formula, Point, Reading, Samples, quantities
from explorer.result import LEVEL, Doubt, Estimate
from explorer.watching import named

__all__ = ["CellOfPlane", "Estimator", "Formula", "Point", "Reading", "Samples"]

CellOfPlane = tuple[torch.Tensor, Sequence[torch.Tensor]]
"""Activations (n, d), and the target with its permutations."""


@dataclass(frozen=True)
class Estimator(Entry):
    """Settings in the constructor, data in the call.

    An entry gives `nats(x, y)`, and `entropy(x)` and `conditional(x, y, z)` where it can. It receives float64
    tensors of shape (n, d) for continuous variables and int64 codes of shape (n,) for discrete ones.

    Attributes:
        quantity: what `nats` estimates, as one writes it.
        needs: what x and y must be: "continuous", "discrete" or "any".
        amounts: whole numbers of which most occur once are continuous to it, unless a kind is given.
        mixed: one of x and y must be continuous and the other discrete, in either order.
        x_is_identity: on the information plane X stands for the row's identity (equal rows share it).
        differential: the entropy of continuous x is differential, h(X), and not that of cells.
        least: fewest samples it takes.
        finds: distributions whose true information it approaches as n grows; None claims all whose kinds it takes.
        tolerance: how near it comes to those truths with 2000 samples, in nats.
        columns: most columns that a real variable may have, besides constant ones; None for any number.
        symmetric: I(X; Y) = I(Y; X) up to rounding.
        random: it draws random numbers, so that the seed changes the value.
        learned: it trains a model: the order of the samples changes the value, and a value takes seconds.
        cells_at_once: cells of a plane that it computes faster together than in turn, at most.
        ordered: rows are steps of time, and their order is part of the data.
        by_column: every column of x, or group of columns, is a variable of its own; no information between x and y.
        two_sided: a negative value is an answer, and the null asks for magnitudes.
        invariant: maps of x that leave the estimate as it is: "relabelling" of discrete values, "shift",
            "scaling" of all columns by one factor, "rotation", "linear" invertible maps, "monotone" maps
            of all values alike.
    """

    catalogue: ClassVar[Catalogue] = estimators
    quantity: ClassVar[str] = "I(X;Y)"
    needs: ClassVar[tuple[str, str]] = ("any", "any")
    amounts: ClassVar[bool] = False
    mixed: ClassVar[bool] = False
    x_is_identity: ClassVar[bool] = False
    differential: ClassVar[bool] = True
    least: ClassVar[int] = 2
    finds: ClassVar[tuple[str, ...] | None] = None
    tolerance: ClassVar[float] = 0.05
    columns: ClassVar[int | None] = None
    symmetric: ClassVar[bool] = True
    random: ClassVar[bool] = False
    learned: ClassVar[bool] = False
    cells_at_once: ClassVar[int] = 1
    ordered: ClassVar[bool] = False
    by_column: ClassVar[bool] = False
    two_sided: ClassVar[bool] = False
    invariant: ClassVar[tuple[str, ...]] = ()

    def __call__(
        self,
        x: Any,
        y: Any = None,
        *,
        z: Any = None,
        x_kind: Any = "auto",
        y_kind: Any = "auto",
        z_kind: Any = "auto",
        seed: int = 0,
        device: str = "auto",
    ) -> Estimate:
        """Estimate I(X; Y), I(X; Y | Z), or H(X) when y is None, and say what is doubtful about it.

        Args:
            x: samples, shape (n,) or (n, d_x).
            y: samples paired with x, shape (n,) or (n, d_y).
            z: samples of a condition paired with x and y.
            x_kind, y_kind, z_kind: "continuous", "discrete", "mixed", "labels" or "auto".
            seed: of everything random; the caller's random state is left as it was.

        Raises:
            SampleError: for samples that cannot be used; the message names the rule.
            SettingError: for a kind, seed or device that does not exist.
        """
        return self.on(self.checked(x, y, z, (x_kind, y_kind, z_kind), device), seed)

    def checked(
        self, x: Any, y: Any = None, z: Any = None, kinds: Sequence[Any] = ("auto",) * 3, device: str = "auto"
    ) -> Samples:
        """The samples as this estimator takes them.

        Raises:
            SampleError: for samples that cannot be used.
        """
        if y is None and z is not None:
            raise InputError("z=... is a condition for I(X;Y|Z) and needs y; an entropy takes x alone")
        where, needs = resolve(device), (*self.needs, self.needs[0])
        given = [one for one in zip((x, y, z), "xyz", kinds, needs, strict=True) if one[0] is not None]
        found = Samples(*(checks.variable(*one, where, self.amounts) for one in given))
        checks.paired(*found.present, least=self.least)
        found = replace(found, x=replace(found.x, doubts=(*found.x.doubts, *checks.by_position(x, y))))
        if self.mixed and found.y and found.x.kind == found.y.kind:
            rule = f"x and y are both {found.x.kind}; set x_kind or y_kind"
            raise SampleError(f"{self.name} needs one continuous and one discrete variable, and {rule}")
        return found

    def on(self, samples: Samples, seed: int = 0) -> Estimate:
        """The estimate for checked samples.

        Raises:
            SampleError: when no number can be told from them.
        """
        where, start = samples.x.values.device, time.perf_counter()
        with seeded(seed, where):
            chosen, why = self.settled(*samples.tensors)
        if chosen is not self:
            result = self.signed(chosen.on(samples, seed), why)
            return replace(result, seconds=time.perf_counter() - start)
        with seeded(seed, where):
            reading = self.formula(*samples.tensors)
            value = float(reading)
            seconds = time.perf_counter() - start
        return self._result(samples, reading if isinstance(reading, Reading) else Reading(value), seed, seconds)

    def signed(self, result: Estimate, why: Mapping[str, Any]) -> Estimate:
        """The result of another estimator under the name of this one, which chose it for reasons.

        What the reasons leave `open` becomes a doubt.
        """
        if result.estimator == self.name:
            return result
        undecided = [Doubt("undecided", f"{why['open'].capitalize()}.")] if why.get("open") else []
        details, warnings = {**why, **result.details}, (*result.warnings, *undecided)
        return replace(result, estimator=self.name, settings=self.settings, details=details, warnings=warnings)

    def quantity_of(self, samples: Samples) -> str:
        """What is estimated from these samples, as one writes it."""
        if samples.z:
            return "I(X;Y|Z)"
        if samples.y:
            return self.quantity
        return "h(X)" if samples.x.kind == "continuous" and self.differential else "H(X)"

    def settled(self, *samples: torch.Tensor) -> tuple["Estimator", Mapping[str, Any]]:
        """The estimator to use on these samples and why: itself, unless an entry chooses among others."""
        return self, {}

    def formula(self, x: torch.Tensor, y: torch.Tensor | None = None, z: torch.Tensor | None = None) -> Formula:
        """I(X; Y), I(X; Y | Z) or the entropy of X, by which samples are there."""
        if y is None:
            return self.entropy(x)
        return self.nats(x, y) if z is None else self.conditional(x, y, z)

    def doubts_on(self, samples: Samples, value: float) -> tuple[Doubt, ...]:
        """The entry's own doubts; with a real condition those about (X, Z) and Y."""
        x, y, z = (one.values if one else None for one in (samples.x, samples.y, samples.z))
        assert x is not None
        if z is not None and x.is_floating_point() and z.is_floating_point():
            x = torch.cat([x, z], 1)
        return self.doubts(x, y, value)

    def nats(self, x: torch.Tensor, y: torch.Tensor) -> Formula:
        """I(X; Y) in nats; the formula."""
        raise NotImplementedError

    def conditional(self, x: torch.Tensor, y: torch.Tensor, z: torch.Tensor) -> Formula:
        """I(X; Y | Z) in nats.

        Raises:
            InputError: for an estimator that takes no condition.
        """
        raise InputError(f"{self.name} takes no condition z; {which('conditional')} do")

    def entropy(self, x: torch.Tensor) -> Formula:
        """H(X) in nats, differential for continuous x.

        Raises:
            InputError: for an estimator of mutual information alone.
        """
        raise InputError(f"{self.name} estimates I(X;Y) and needs y; for an entropy use {which('entropy', 'or')}")

    def doubts(self, x: torch.Tensor, y: torch.Tensor | None, value: float) -> tuple[Doubt, ...]:
        """Reasons of the entry's own not to trust `value`; y is None for an entropy."""
        return ()

    def bound_on(self, x: torch.Tensor, y: torch.Tensor | None) -> str:
        """What the value is for these samples: a "lower" or "upper" bound on the truth, or "none"."""
        return "none"

    def with_noise(self, deviation: float) -> "Estimator | None":
        """The entry that takes Gaussian noise on T exactly; None when the noise must be sampled."""
        return None

    def rate(self, *samples: torch.Tensor) -> float:
        """The power of 1 / n with which the bias falls on these samples."""
        return 1.0

    @property
    def bare(self) -> "Estimator":
        """The entry without what only its own standard error needs; parts and shuffles are read with it."""
        return self

    def prepared(self, x: torch.Tensor) -> Any:
        """What can be computed once for a variable that stays while the other changes."""
        return x

    def shuffled(self, x: torch.Tensor, y: torch.Tensor) -> Callable[[torch.Tensor], float]:
        """A function from an order of the samples to I(X; Y in that order); what orders share is computed once."""
        return lambda order: float(self.nats(x, y[order]))

    def permuted(self, x: torch.Tensor, rng: Any) -> torch.Tensor:
        """x with every variable permuted by itself, for an entry to which each column is one."""
        return torch.stack([column[torch.as_tensor(rng.permutation(len(x)), device=x.device)] for column in x.T], 1)

    def together(self, x: torch.Tensor, y: torch.Tensor, orders: Sequence[torch.Tensor]) -> list[float]:
        """I(X; Y in each of some orders), for an entry that trains: what can be trained at once is."""
        return [float(self.nats(x, y[order])) for order in orders]

    def point(self, x: Any, t: torch.Tensor, ys: Sequence[torch.Tensor]) -> Point:
        """I(X; T) and I(T; Y) for each y: one cell of an information plane, with its null and its doubts.

        Args:
            x: `prepared` inputs, or their identity codes.
            t: activations, (n, d).
            ys: the target and its permutations; empty when the target was refused.
        """
        pairs = ((x, t), *((t, y) for y in ys))
        found = [_beside(named(what)(self.nats), *pair) for what, pair in zip(quantities(len(ys)), pairs, strict=True)]
        (xt, *ty), said = map(float, found), [getattr(one, "doubts", ()) for one in found[:2]]
        doubts = [(*self.doubts(*pair, float(one)), *own) for pair, one, own in zip(pairs, found, said, strict=False)]
        return Point(xt, ty, (), *doubts)

    def points(self, x: Any, cells: Sequence[CellOfPlane]) -> list[Point | InputError]:
        """`point` of each cell, each value by the same random numbers, or why it has none; trainings may be at once."""
        found = list[Point | InputError]()
        for t, ys in cells:
            try:
                with unspent(t.device):
                    found.append(self.point(x, t, ys))
            except InputError as error:
                found.append(error)
        return found

    def _result(self, samples: Samples, reading: Reading, seed: int, seconds: float) -> Estimate:
        """The reading with everything that belongs to it."""
        value, count = reading.nats, len(samples)
        if not math.isfinite(value):
            raise SampleError(f"{self.name} gave {value} on {count} samples; no number can be told from these data")
        x, y = samples.x, samples.y
        noticed = (doubt for one in samples.present for doubt in one.doubts)
        return Estimate(
            quantity=self.quantity_of(samples),
            value=value,
            interval=reading.interval,
            level=LEVEL if reading.interval else None,
            standard_error=reading.standard_error,
            bound=self.bound_on(x.values, y.values if y else None),
            warnings=(*noticed, *self.doubts_on(samples, value), *reading.doubts),
            estimator=self.name,
            settings=self.settings,
            n=count,
            dim_x=x.dim,
            dim_y=y.dim if y else 0,
            seconds=seconds,
            device=str(x.values.device),
            seed=seed,
            details=reading.details,
        )


def _beside(nats: Callable[..., Formula], x: Any, y: torch.Tensor) -> Formula:
    """What a formula reads, with the random numbers left for others as they were."""
    with unspent(y.device):
        return nats(x, y)
