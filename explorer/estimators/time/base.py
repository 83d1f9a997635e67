"""What the estimators of sequences share: windows of the past, and orders that leave the past of a sequence whole."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import ClassVar

import torch

from explorer.errors import SampleError
from explorer.estimators.base import Estimator, Samples
from explorer.result import Doubt


@dataclass(frozen=True)
class Windows:
    """Every step with what came before it, row by row.

    Attributes:
        source: X_t-delay, X_t-delay-1, ..., and as many of each condition where there is one, a tensor each.
        now: Y_t.
        known: Y_t-1, Y_t-2, ..., then those of the condition.
    """

    source: tuple[torch.Tensor, ...]
    now: torch.Tensor
    known: tuple[torch.Tensor, ...]


class Directed(Estimator):
    """Information from the sequence x to the sequence y, beyond what the past of y tells by itself.

    An entry has the settings past_x, past_y and delay. A third sequence z, a condition, counts as known over the same
    steps as x.

    Attributes:
        arrow: the letters of the quantity.
    """

    ordered: ClassVar[bool] = True
    symmetric: ClassVar[bool] = False
    finds: ClassVar[tuple[str, ...] | None] = ()
    arrow: ClassVar[str] = "TE(X→Y)"

    past_x: int
    past_y: int
    delay: int

    def quantity_of(self, samples: Samples) -> str:
        """The quantity with its arrow, and its condition."""
        return self.arrow.replace(")", "|Z)") if samples.z else self.quantity

    def shuffled(self, x: torch.Tensor, y: torch.Tensor) -> Callable[[torch.Tensor], float]:
        """A function from an order of the steps of x to what x in that order tells of y, which stays as it is."""
        return lambda order: float(self.nats(x[order], y))

    def doubts(self, x: torch.Tensor, y: torch.Tensor | None, value: float) -> tuple[Doubt, ...]:
        """That rows were read as steps of time."""
        text = "Rows were read as steps of time, at equal distances, in the order in which they stand."
        return (Doubt("steps", text, note=True),)

    def windows(self, x: torch.Tensor, y: torch.Tensor, z: torch.Tensor | None = None) -> Windows:
        """The steps that have a whole past.

        Raises:
            SampleError: for sequences that are not longer than the past asked for.
        """
        n, first = len(y), max(self.past_y, self.delay + self.past_x - 1)
        if n < first + 2:
            pasts = f"past_x={self.past_x}, past_y={self.past_y} and delay={self.delay}"
            raise SampleError(f"{self.name} needs at least {first + 2} steps for {pasts}; got {n}")

        def back(values: torch.Tensor, steps: int) -> torch.Tensor:
            return values[first - steps : n - steps]

        source, known = range(self.delay, self.delay + self.past_x), range(1, self.past_y + 1)
        others = [back(z, steps) for steps in source] if z is not None else []
        return Windows(
            tuple(back(x, steps) for steps in source),
            y[first:],
            (*(back(y, steps) for steps in known), *others),
        )


def interleaved(*sequences: tuple[torch.Tensor, ...]) -> Iterator[torch.Tensor]:
    """The first of each, then the second of each, and so on until all have ended."""
    for place in range(max(map(len, sequences))):
        yield from (one[place] for one in sequences if place < len(one))
