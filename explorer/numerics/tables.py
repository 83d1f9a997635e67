"""Contingency tables of many pairs of discrete variables at once."""

import torch

from explorer.device import rows_per_chunk
from explorer.numerics.cells import entropy, joint, renumbered


def information_matrix(codes_x: torch.Tensor, codes_y: torch.Tensor) -> torch.Tensor:
    """Plug-in I(X_i; Y_j) in nats for every column of codes_x (n, d_x) and of codes_y (n, d_y): (d_x, d_y) float64.

    I = H(X_i) + H(Y_j) - H(X_i, Y_j); the tables of one X_i with a block of Y columns are counted in one pass. Where
    a table would hold many more cells than there are samples, only the cells that occur are counted. Nothing
    is corrected for bias: independent columns of K and L levels read about (K - 1)(L - 1) / 2n. A value of 0 can
    come out as far below it as rounding does, 1e-15.
    """
    xs, ys = _compact(codes_x), _compact(codes_y)
    of_x, of_y = (torch.stack([entropy(column) for column in columns]) for columns in (xs, ys))
    return of_x[:, None] + of_y - torch.stack([joint_entropies(x, ys) for x in xs])


def _compact(codes: torch.Tensor) -> torch.Tensor:
    """The columns as rows (d, n) of codes from 0 on, renumbered unless few numbers are left out."""
    rows = (codes - codes.amin(0)).T.contiguous()
    return rows if int(rows.max()) < len(codes) else torch.stack([renumbered(row) for row in rows])


def joint_entropies(x: torch.Tensor, ys: torch.Tensor) -> torch.Tensor:
    """Plug-in H(X, Y_j) in nats of the codes x (n,) with every row of ys (m, n), all from 0 on: (m,) float64.

    A few rows at a time: what is added and counted stays in the cache. Where a table would hold many more cells than
    there are samples, only the cells that occur are counted.
    """
    n, levels = len(x), int(ys.max()) + 1
    cells = levels * (int(x.max()) + 1)
    if cells > 4 * n + 1024:
        return torch.stack([entropy(joint(x, y)) for y in ys])
    return torch.cat([_tables(levels * x, block, cells) for block in ys.split(rows_per_chunk(256 * n, x.device))])


def _tables(x: torch.Tensor, ys: torch.Tensor, cells: int) -> torch.Tensor:
    """H(X, Y_j) from tables that lie one behind the other."""
    offsets = cells * torch.arange(len(ys), device=x.device)[:, None]
    counts = torch.bincount((ys + (x + offsets)).ravel(), minlength=cells * len(ys)).double().reshape(len(ys), -1)
    n = counts[0].sum()
    return n.log() - torch.special.xlogy(counts, counts).sum(1) / n
