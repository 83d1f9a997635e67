"""What goes into a formula and what comes out of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import torch

from explorer import checks
from explorer.result import Doubt
from explorer.results.trajectory import TY, XT


def quantities(targets: int) -> list[str]:
    """What is read of a cell of a plane, in order: I(X;T), I(T;Y) of the target, and of its permutations."""
    return [XT, TY, *[f"{TY} shuffled"] * (targets - 1)][: 1 + targets]


@dataclass(frozen=True)
class Reading:
    """What a formula returns when it knows more than a number.

    Attributes:
        nats: the value.
        standard_error: in nats, None where the entry has none of its own.
        details: plain data that belongs to the value: parts, weights, what was fitted.
        doubts: that computing the value raised.
        interval: (low, high) in nats that the entry itself gives at 90 %, None where it gives none.
    """

    nats: float
    standard_error: float | None = None
    details: Mapping[str, Any] = field(default_factory=dict)
    doubts: tuple[Doubt, ...] = ()
    interval: tuple[float, float] | None = None

    def __float__(self) -> float:
        return self.nats


Formula = torch.Tensor | float | Reading


class Point(NamedTuple):
    """One cell of an information plane, in nats.

    Attributes:
        xt: I(X;T).
        ty: I(T;Y) of the target, then of each of its permutations; empty where the target was refused.
        doubts: about both.
        of_xt, of_ty: about either.
    """

    xt: float
    ty: list[float]
    doubts: tuple[Doubt, ...] = ()
    of_xt: tuple[Doubt, ...] = ()
    of_ty: tuple[Doubt, ...] = ()


@dataclass(frozen=True)
class Samples:
    """The checked variables of one estimate: y is None for an entropy, z unless there is a condition."""

    x: checks.Variable
    y: checks.Variable | None = None
    z: checks.Variable | None = None

    def __len__(self) -> int:
        return len(self.x)

    @property
    def present(self) -> tuple[checks.Variable, ...]:
        """Those that are there, in order."""
        return tuple(one for one in (self.x, self.y, self.z) if one is not None)

    @property
    def tensors(self) -> tuple[torch.Tensor, ...]:
        """Their values, in order."""
        return tuple(one.values for one in self.present)
