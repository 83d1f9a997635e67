"""Information of single units on the labels."""

import math
from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

import torch

from explorer.device import rows_per_chunk
from explorer.measures.base import Measure, Reading
from explorer.numerics.cells import information_bias
from explorer.result import Doubt, in_both
from explorer.settings import Range


@dataclass(frozen=True)
class UnitInformation(Measure):
    r"""Mean information of a single unit on the labels.

    .. math:: \frac1d \sum_j \left( \hat I(B_j; Y) - \frac{m_{BY} - m_B - m_Y + 1}{2n} \right)

    in nats, with B_j the cell of unit j between its own quantiles; equal values, such as the zeros of a ReLU, stay in
    one cell. The fraction is the first-order bias of counting, from how many cells, labels and pairs occur; after it a
    unit that tells nothing reads about 0, at times less, and is left so. Cells hide what varies within them, so
    in expectation it is a lower bound for every unit. Units that tell the same are each counted, and what only several
    tell together (exclusive or) is in none: it is neither the information of the layer nor a bound of it.

    Args:
        bins: cells of equal occupation for each unit.
        correction: "miller_madow" takes the first-order bias off, "none" leaves the plug-in value.

    References: miller1955; paninski2003; cover2006, theorem 2.8.1.
    """

    against: ClassVar[str | None] = "labels"
    invariant: ClassVar[tuple[str, ...]] = ("shift", "scaling", "stretching", "permutation", "copies")
    sensitive: ClassVar[tuple[str, ...]] = ("rotation",)
    effort: ClassVar[tuple[float, ...]] = (0.001, 8e-08, 0.0, 0.0)

    bins: Annotated[int, Range(2, 200)] = 10
    correction: Literal["miller_madow", "none"] = "miller_madow"

    def value(self, z: torch.Tensor, y: torch.Tensor) -> Reading:
        """The mean over units; details hold every unit, the unit that tells most, and the mean bias."""
        n, classes = len(y), int(y.max()) + 1
        block = rows_per_chunk(8 * (4 * n + self.bins * classes), z.device)
        tables = [self._tables(columns, y) for columns in z.T.split(block)]
        plug_in, bias = (torch.cat(parts) for parts in zip(*tables, strict=True))
        found = plug_in - bias if self.correction == "miller_madow" else plug_in
        value, taken = float(found.mean()), float(bias.mean())
        best = int(found.argmax())
        details = {"per_unit": found.tolist(), "largest": float(found[best]), "largest_unit": best, "bias": taken}
        return Reading(value, details=details, doubts=_doubts(value, taken, self.correction))

    def _tables(self, columns: torch.Tensor, y: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Plug-in information and first-order bias of every row of columns (d, n)."""
        d, n = columns.shape
        classes = int(y.max()) + 1
        place = torch.arange(d, device=y.device)[:, None] * self.bins * classes
        codes = _cells(columns, self.bins) * classes + y + place
        table = torch.bincount(codes.ravel(), minlength=d * self.bins * classes).double().reshape(d, self.bins, classes)
        of_cell, of_label = table.sum(2), table.sum(1)
        entropies = [_n_log_n(part.flatten(1)) / -n for part in (of_cell, of_label, table)]
        occurring = [(part > 0).flatten(1).sum(1).double() for part in (of_cell, of_label, table)]
        plug_in = entropies[0] + entropies[1] - entropies[2] + math.log(n)
        return plug_in, information_bias(occurring[2], occurring[0], occurring[1], n)


def _cells(columns: torch.Tensor, bins: int) -> torch.Tensor:
    """The cell of every value of each row (d, n) between the row's own quantiles, 0 .. bins - 1."""
    n = columns.shape[1]
    ordered = columns.contiguous().sort(1).values
    edges = ordered[:, torch.arange(1, bins, device=columns.device) * n // bins].contiguous()
    return torch.searchsorted(edges, columns.contiguous(), right=True)


def _n_log_n(counts: torch.Tensor) -> torch.Tensor:
    """sum_k n_k ln n_k of every row."""
    return torch.special.xlogy(counts, counts).sum(1)


def _doubts(value: float, bias: float, correction: str) -> tuple[Doubt, ...]:
    left = value if correction == "miller_madow" else value - bias
    if left > bias:
        return ()
    text = f"The bias of counting, {in_both(bias)} a unit, is more than the {in_both(left)} left without it"
    return (Doubt("undersampled", f"{text}: take more samples or fewer bins."),)
