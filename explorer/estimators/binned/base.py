"""What the estimators share that cut real values into cells."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import torch

from explorer.device import rows_per_chunk
from explorer.estimators.base import Estimator, Point
from explorer.numerics.cells import counts, entropy, entropy_of, joint, row_codes
from explorer.result import Doubt

Cut = Callable[[torch.Tensor], torch.Tensor]


@dataclass(frozen=True)
class Binned(Estimator):
    """Plug-in information between the cells of continuous variables and the values of discrete ones.

    An entry gives `cut(t)`: where the cells of (n, d) real values lie, as a function from some columns to integers.
    """

    x_is_identity: ClassVar[bool] = True
    differential: ClassVar[bool] = False
    finds: ClassVar[tuple[str, ...]] = ("binary_symmetric_channel", "discrete_table", "twelve_bit", "xor")
    invariant: ClassVar[tuple[str, ...]] = ("relabelling",)

    def cut(self, t: torch.Tensor) -> Cut:
        """A function from any of the columns of t to the cell of every value; the cells are those of all of t."""
        raise NotImplementedError

    def digits(self, t: torch.Tensor) -> torch.Tensor:
        """The cell of every value, (n, d) integers."""
        return self.cut(t)(t)

    def cells(self, t: torch.Tensor) -> torch.Tensor:
        """The cell of every row as one code, (n,); codes of discrete variables pass through."""
        if not t.is_floating_point():
            return t
        cut, width = self.cut(t), rows_per_chunk(64 * len(t), t.device)
        return row_codes(cut(block) for block in t.split(width, dim=1))

    def nats(self, x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        a, b = self.cells(x), self.cells(y)
        return entropy(a) + entropy(b) - entropy(joint(a, b))

    def entropy(self, x: torch.Tensor) -> torch.Tensor:
        return entropy(self.cells(x))

    def point(self, x: Any, t: torch.Tensor, ys: Sequence[torch.Tensor]) -> Point:
        a, b = self.cells(t), self.cells(x)
        occupied, inputs = counts(a), counts(b)
        pairs = inputs if len(inputs) == len(b) else counts(joint(a, b))  # distinct rows stay distinct beside T
        h, h_y = entropy_of(occupied), entropy(self.cells(ys[0]))  # permutations of y share it
        with_targets = [float(h + h_y - entropy(joint(a, self.cells(y)))) for y in ys]
        doubts = (*_alone("T", occupied), *self.outside(t))
        return Point(float(h + entropy_of(inputs) - entropy_of(pairs)), with_targets, doubts)

    def doubts(self, x: torch.Tensor, y: torch.Tensor | None, value: float) -> tuple[Doubt, ...]:
        real = {name: v for name, v in (("x", x), ("y", y)) if v is not None and v.is_floating_point()}
        alone = [doubt for name, values in real.items() for doubt in _alone(name, counts(self.cells(values)))]
        return (*alone, *(doubt for values in real.values() for doubt in self.outside(values)))

    def outside(self, values: torch.Tensor) -> tuple[Doubt, ...]:
        """What to say about values that the cells do not cover."""
        return ()


def _alone(name: str, occupied: torch.Tensor) -> tuple[Doubt, ...]:
    share = float((occupied == 1).sum() / occupied.sum())
    if share <= 0.5:
        return ()
    return (
        Doubt("singletons", f"{share:.0%} of the samples of {name} sit alone in their cell: the cells count samples."),
    )
