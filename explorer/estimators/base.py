"""What all estimators share; an entry holds only the mathematics."""

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from typing import Any, ClassVar

import torch

from explorer import checks
from explorer.catalogue import estimators as catalogue
from explorer.device import resolve, seeded
from explorer.errors import InputError, SampleError
from explorer.result import Doubt, Estimate
from explorer.settings import checked_settings

Point = tuple[float, list[float], tuple[Doubt, ...]]


@dataclass(frozen=True)
class Estimator:
    """Settings in the constructor, data in the call.

    An entry gives `nats(x, y)`, and `entropy(x)` where it can. It receives float64 tensors of
    shape (n, d) for continuous variables and int64 codes of shape (n,) for discrete ones.

    Attributes:
        needs: what x and y must be: "continuous", "discrete" or "any".
        mixed: one of x and y must be continuous and the other discrete, in either order.
        x_is_identity: on the information plane X stands for the row's identity (equal rows share it).
        differential: the entropy of continuous x is differential, h(X), and not that of cells.
        least: fewest samples it takes.
        finds: distributions whose true information it approaches as n grows; None claims all whose kinds it takes.
        tolerance: how near it comes to those truths with 2000 samples, in nats.
        symmetric: I(X; Y) = I(Y; X) up to rounding.
        invariant: maps of x that leave the estimate as it is: "relabelling" of discrete values, "shift",
            "scaling" of all columns by one factor, "rotation", "linear" invertible maps, "monotone" maps
            of all values alike.
    """

    needs: ClassVar[tuple[str, str]] = ("any", "any")
    mixed: ClassVar[bool] = False
    x_is_identity: ClassVar[bool] = False
    differential: ClassVar[bool] = True
    least: ClassVar[int] = 2
    finds: ClassVar[tuple[str, ...] | None] = None
    tolerance: ClassVar[float] = 0.05
    symmetric: ClassVar[bool] = True
    invariant: ClassVar[tuple[str, ...]] = ()

    def __post_init__(self) -> None:
        for name, value in checked_settings(self.card.settings, self.settings, self.name).items():
            object.__setattr__(self, name, value)

    def __call__(
        self, x: Any, y: Any = None, *, x_kind: Any = "auto", y_kind: Any = "auto", seed: int = 0, device: str = "auto"
    ) -> Estimate:
        """Estimate I(X; Y), or H(X) when y is None, and say what is doubtful about it.

        Args:
            x: samples, shape (n,) or (n, d_x).
            y: samples paired with x, shape (n,) or (n, d_y).
            x_kind, y_kind: "continuous", "discrete" or "auto".
            seed: of everything random; the caller's random state is left as it was.

        Raises:
            SampleError: for samples that cannot be used; the message names the rule.
            SettingError: for a kind, seed or device that does not exist.
        """
        where = resolve(device)
        first = checks.variable(x, "x", x_kind, self.needs[0], where)
        if y is None:
            checks.paired(first, first, self.least)
            quantity = "h(X)" if first.kind == "continuous" and self.differential else "H(X)"
            return self._result(quantity, lambda: self.entropy(first.values), first, None, seed, where)
        second = checks.variable(y, "y", y_kind, self.needs[1], where)
        checks.paired(first, second, self.least)
        if self.mixed and first.kind == second.kind:
            rule = f"x and y are both {first.kind}; set x_kind or y_kind"
            raise SampleError(f"{self.name} needs one continuous and one discrete variable, and {rule}")
        return self._result("I(X;Y)", lambda: self.nats(first.values, second.values), first, second, seed, where)

    def nats(self, x: torch.Tensor, y: torch.Tensor) -> torch.Tensor | float:
        """I(X; Y) in nats; the formula."""
        raise NotImplementedError

    def entropy(self, x: torch.Tensor) -> torch.Tensor | float:
        """H(X) in nats, differential for continuous x.

        Raises:
            InputError: for an estimator of mutual information alone.
        """
        raise InputError(f"{self.name} estimates I(X;Y) and needs y; for an entropy use plug_in or gaussian")

    def doubts(self, x: torch.Tensor, y: torch.Tensor | None, value: float) -> tuple[Doubt, ...]:
        """Reasons of the entry's own not to trust `value`; y is None for an entropy."""
        return ()

    def bound_on(self, x: torch.Tensor, y: torch.Tensor | None) -> str:
        """What the value is for these samples: a "lower" or "upper" bound on the truth, or "none"."""
        return "none"

    def with_noise(self, deviation: float) -> "Estimator | None":
        """The entry that takes Gaussian noise on T exactly; None when the noise must be sampled."""
        return None

    def prepared(self, x: torch.Tensor) -> Any:
        """What can be computed once for a variable that stays while the other changes."""
        return x

    def point(self, x: Any, t: torch.Tensor, ys: Sequence[torch.Tensor]) -> Point:
        """I(X; T) and I(T; Y) for each y: one cell of an information plane, with its null and its doubts.

        Args:
            x: `prepared` inputs, or their identity codes.
            t: activations, (n, d).
            ys: the target and its permutations; empty when the target was refused.
        """
        information = float(self.nats(x, t))
        return information, [float(self.nats(t, y)) for y in ys], self.doubts(x, t, information)

    @property
    def name(self) -> str:
        """The catalogue key."""
        return type(self).__module__.rpartition(".")[2]

    @property
    def card(self) -> Any:
        """The entry's card in the catalogue."""
        return catalogue.card(self.name)

    @property
    def settings(self) -> dict[str, Any]:
        """Every setting and its value."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    def _result(
        self,
        quantity: str,
        formula: Callable[[], torch.Tensor | float],
        x: checks.Variable,
        y: checks.Variable | None,
        seed: int,
        where: torch.device,
    ) -> Estimate:
        """The formula's value with everything that belongs to it."""
        with seeded(seed, where):
            start = time.perf_counter()
            value = float(formula())
            seconds = time.perf_counter() - start
        if not math.isfinite(value):
            raise SampleError(f"{self.name} gave {value} on {len(x)} samples; no number can be told from these data")
        other = None if y is None else y.values
        return Estimate(
            quantity=quantity,
            value=value,
            bound=self.bound_on(x.values, other),
            warnings=(*x.doubts, *(() if y is None else y.doubts), *self.doubts(x.values, other, value)),
            estimator=self.name,
            settings=self.settings,
            n=len(x),
            dim_x=x.dim,
            dim_y=0 if y is None else y.dim,
            seconds=seconds,
            device=str(where),
            seed=seed,
        )
