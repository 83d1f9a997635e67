"""Columns of real numbers cut into cells: equal widths, or equal shares of the samples."""

import torch
from torch.nn.functional import pad

from explorer.device import rows_per_chunk
from explorer.numerics.cells import grid_cells


def binned(columns: torch.Tensor, bins: int, strategy: str = "equal_width") -> torch.Tensor:
    """The cell of every value of (n, d) float64 columns, (n, d) int64 from 0 to bins - 1; each column by itself.

    "equal_width" cuts the range of a column as `numpy.digitize(t, numpy.linspace(min, max, bins + 1)[:-1]) - 1`
    does: cells are open to the right, and the maximum goes into the last. "equal_frequency" cuts the ranks
    of a column; equal values stay together and share their mean rank, so that many equal ones and the few beside them
    come apart. A constant column is one cell.
    """
    cut = _equal_frequency if strategy == "equal_frequency" else _equal_width
    blocks = columns.T.contiguous().split(rows_per_chunk(64 * len(columns), columns.device))
    return torch.cat([cut(block, bins) for block in blocks]).T.contiguous()


def _equal_width(rows: torch.Tensor, bins: int) -> torch.Tensor:
    """Cells of each row (d, n) between its extremes, the edges as NumPy's linspace rounds them."""
    low, high = rows.amin(1), rows.amax(1)
    cells = torch.zeros(rows.shape, dtype=torch.int64, device=rows.device)
    for row, (a, b) in enumerate(zip(low.tolist(), high.tolist(), strict=True)):
        if b > a:
            edges = torch.arange(bins, dtype=torch.float64, device=rows.device) * ((b - a) / bins) + a
            cells[row] = grid_cells(rows[row], edges) - 1
    return cells.clamp_(min=0)


def _equal_frequency(rows: torch.Tensor, bins: int) -> torch.Tensor:
    """Cells of each row (d, n): its mean rank, from 0 to 1, in `bins` parts."""
    n = rows.shape[1]
    ordered, order = rows.sort(1)
    changes, place = ordered[:, 1:] != ordered[:, :-1], torch.arange(1, n, device=rows.device)
    first = pad(torch.where(changes, place, 0), (1, 0)).cummax(1).values
    after = pad(torch.where(changes, place, n), (0, 1), value=n).flip(1).cummin(1).values.flip(1)
    return torch.empty_like(order).scatter_(1, order, (first + after) * bins // (2 * n))
