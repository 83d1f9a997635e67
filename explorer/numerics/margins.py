"""Maps of single columns that leave mutual information unchanged."""

import torch


def spread(values: torch.Tensor) -> torch.Tensor:
    """The standard deviation of each column of (n, d), also where the squares would underflow; (d,)."""
    unit, scale = _in_unit(values)
    return scale * unit.std(0)


def standard(values: torch.Tensor) -> torch.Tensor:
    """Each column of (n, d) centred and divided by its standard deviation; constant columns become 0."""
    unit, _ = _in_unit(values)
    return unit / _nonzero(unit.std(0))


def gauss(values: torch.Tensor) -> torch.Tensor:
    """Each column's ranks mapped to normal quantiles; equal values share their mean rank."""
    n = len(values)
    columns = [torch.special.ndtri(_mean_ranks(column) / (n + 1)) for column in values.double().T]
    return torch.stack(columns, 1)


def _in_unit(values: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Each column centred and divided by its largest magnitude, and that magnitude; constant columns are 0."""
    values = values.double() * (values != values[:1]).any(0)
    centred = values - values.mean(0)
    scale = _nonzero(centred.abs().amax(0))
    unit = centred / scale
    return unit - unit.mean(0), scale


def _nonzero(scale: torch.Tensor) -> torch.Tensor:
    return torch.where(scale > 0, scale, torch.ones_like(scale))


def _mean_ranks(column: torch.Tensor) -> torch.Tensor:
    """Ranks 1..n, the mean rank for equal values."""
    _, codes, sizes = torch.unique(column, return_inverse=True, return_counts=True)
    last = sizes.cumsum(0).double()
    return (last - (sizes.double() - 1) / 2)[codes]
