"""What the estimators share that count how often discrete values occur."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import reduce
from typing import ClassVar

import torch

from explorer.estimators.base import Estimator, Formula
from explorer.numerics.cells import counts, joint
from explorer.result import Doubt

Entropies = Callable[..., torch.Tensor | float]


@dataclass(frozen=True)
class Counted(Estimator):
    """Information as a sum of entropies, each from how often every occurring value occurs.

    An entry gives `entropy_of(counts)`, or `entropies(*variables)` where its entropies share something. A variable
    that never changes has entropy 0 and carries exactly no information, whatever the entry.

    Attributes:
        unseen: probability of what no sample has shown above which the entry is doubted. The share of the samples
            that are alone with their values estimates it (good1953).

    References: good1953.
    """

    needs: ClassVar[tuple[str, str]] = ("discrete", "discrete")
    invariant: ClassVar[tuple[str, ...]] = ("relabelling",)
    unseen: ClassVar[float] = 0.15

    def entropy_of(self, occupied: torch.Tensor) -> torch.Tensor | float:
        """Entropy in nats from how often each of at least two occurring values occurs, float64."""
        raise NotImplementedError

    def entropies(self, *variables: torch.Tensor) -> Entropies:
        """A function that gives the entropy of any of these variables taken together."""

        def entropy(*some: torch.Tensor) -> torch.Tensor | float:
            occupied = counts(together(*some))
            return self.entropy_of(occupied) if len(occupied) > 1 else 0.0

        return entropy

    def nats(self, x: torch.Tensor, y: torch.Tensor) -> Formula:
        h = self.entropies(x, y)
        return h(x) + h(y) - h(x, y)

    def conditional(self, x: torch.Tensor, y: torch.Tensor, z: torch.Tensor) -> Formula:
        h = self.entropies(x, y, z)
        return h(x, z) + h(y, z) - h(z) - h(x, y, z)

    def entropy(self, x: torch.Tensor) -> Formula:
        return self.entropies(x)(x)

    def doubts(self, x: torch.Tensor, y: torch.Tensor | None, value: float) -> tuple[Doubt, ...]:
        share = alone(x if y is None else joint(x, y))
        if share <= self.unseen:
            return ()
        return (undersampled(share, y is not None),)


def together(*variables: torch.Tensor) -> torch.Tensor:
    """One code for each combination of their values, (n,)."""
    return reduce(joint, variables)


def combinations(*variables: torch.Tensor) -> float:
    """How many combinations the values that occur could form."""
    return math.prod(float(len(counts(v))) for v in variables)


def alone(codes: torch.Tensor) -> float:
    """The share of the samples whose code occurs once."""
    return float((counts(codes) == 1).sum()) / len(codes)


def undersampled(share: float, pairs: bool) -> Doubt:
    """What to say when many samples are alone with their values."""
    what = "combination of values" if pairs else "value"
    text = f"{share:.0%} of the samples have a {what} that occurs once: about that much probability is unseen."
    return Doubt("undersampled", text)
