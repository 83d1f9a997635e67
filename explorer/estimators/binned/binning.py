"""Fixed cells, by either of the two conventions that the literature uses."""

from dataclasses import dataclass
from typing import Annotated

import torch

from explorer.errors import SampleError, SettingError
from explorer.estimators.binned.base import Binned, Cut
from explorer.numerics.cells import LARGEST, grid_cells
from explorer.result import Doubt
from explorer.settings import Range


@dataclass(frozen=True)
class Binning(Binned):
    r"""Mutual information of values cut into fixed cells, as on the published information planes.

    Two conventions, each reproduced as published:

    - `bins`, `low`, `high`: cell = number of points of linspace(low, high, bins) that are <= t
      (`numpy.digitize`), one grid for all layers (shwartz2017).
    - `width`: cell = floor(t / width), unbounded (saxe2018).

    Traps of the first: 30 points make 29 cells, a 30th that only t = high reaches (a saturated
    tanh in float32 does), and one below `low`. The published code then sends values below `low`
    to the top cell; here they keep a cell of their own, and values outside [low, high] are warned
    about: a ReLU layer does not fit in [-1, 1]. With `low` and `high` None, `bins` equal cells
    span the range of the data instead. The second was published in float32; here the quotient is
    taken in float64, so values within float32 rounding of a cell edge can fall on its other side.

    On the plane X is the row's identity, so a deterministic network gives I(X;T) = H(T), which
    measures how many cells are occupied, not what the network could tell about its input.

    Args:
        bins: points of the grid, or cells over the data range when low and high are None.
        low: first point of the grid.
        high: last point of the grid.
        width: side of a cell; when given, bins, low and high are not used.

    References: shwartz2017; saxe2018; goldfeld2019.
    """

    bins: Annotated[int, Range(2, 1000)] = 30
    low: Annotated[float | None, Range(-1e6, 1e6)] = -1.0
    high: Annotated[float | None, Range(-1e6, 1e6)] = 1.0
    width: Annotated[float | None, Range(1e-9, 1e6)] = None

    def __post_init__(self) -> None:
        super().__post_init__()
        if (self.low is None) != (self.high is None):
            raise SettingError(f"low={self.low} and high={self.high} must both be numbers or both be None")
        if self.low is not None and self.high is not None and self.low >= self.high:
            raise SettingError(f"low={self.low:g} must be below high={self.high:g}")

    def cut(self, t: torch.Tensor) -> Cut:
        width = self.width
        if width is not None:
            self._fits(t, width)
            return lambda block: torch.floor(block / width).long()
        grid = self.grid(t)
        return lambda block: grid_cells(block, grid)

    def grid(self, t: torch.Tensor) -> torch.Tensor:
        """The points that part the cells, ascending."""
        if self.low is None or self.high is None:
            edges = torch.linspace(float(t.min()), float(t.max()), self.bins + 1, dtype=t.dtype, device=t.device)
            return edges[1:-1]
        low, high = self.low, self.high
        steps = torch.arange(self.bins, dtype=t.dtype, device=t.device)
        grid = steps * ((high - low) / (self.bins - 1)) + low  # numpy's linspace, term by term
        grid[-1] = high
        return grid

    def _fits(self, t: torch.Tensor, width: float) -> None:
        top = max(abs(float(t.min())), abs(float(t.max()))) / width
        if top >= LARGEST:
            raise SampleError(f"width={width:g} is too narrow: values up to {top:.3g} widths away from 0 have no cell")

    def outside(self, values: torch.Tensor) -> tuple[Doubt, ...]:
        if self.width is not None or self.low is None or self.high is None or not values.is_floating_point():
            return ()
        outside = torch.count_nonzero(values < self.low) + torch.count_nonzero(values > self.high)
        share = int(outside) / values.numel()
        if share == 0:
            return ()
        text = f"{share:.1%} of the values lie outside [{self.low:g}, {self.high:g}] and share one cell at each end."
        return (Doubt("outside", text),)
