"""Maps of single columns that leave mutual information unchanged."""

import torch


def spread(values: torch.Tensor) -> torch.Tensor:
    """The standard deviation of each column of (n, d), also where the squares would underflow; (d,)."""
    unit, scale = _in_unit(values)
    return scale * unit.std(0)


def standard(values: torch.Tensor) -> torch.Tensor:
    """Each column of (n, d) centred and divided by its standard deviation; constant columns become 0."""
    if not values.shape[1]:
        return values.double()
    unit, _ = _in_unit(values)
    return unit / _nonzero(unit.std(0))


def gauss(values: torch.Tensor, random: bool = False) -> torch.Tensor:
    """Each column's ranks mapped to normal quantiles; equal values share their mean rank, or take theirs at random."""
    n, ranks = len(values), random_ranks if random else mean_ranks
    found = values.double().clone()
    for j, column in enumerate(found.T):
        found[:, j] = torch.special.ndtri(ranks(column) / (n + 1))
    return found


def tamed(values: torch.Tensor) -> torch.Tensor:
    """Each column through asinh of its distance from the median in half quartile ranges: smooth, tails drawn in."""
    ordered = values.sort(0).values
    first, middle, third = (ordered[len(values) * part // 4] for part in (1, 2, 3))
    scale = torch.where(third > first, (third - first) / 2, spread(values))
    return ((values - middle) / _nonzero(scale)).asinh()


def in_margins(values: torch.Tensor, margins: str, random: bool = False) -> torch.Tensor:
    """Real values with their columns as they are ("none"), standardised or as normal scores; labels as they are."""
    if not values.is_floating_point() or margins == "none":
        return values
    return standard(values) if margins == "standard" else gauss(values, random)


def _in_unit(values: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Each column centred and divided by its largest magnitude, and that magnitude; constant columns are 0."""
    values = values.double() * (values != values[:1]).any(0)
    centred = values - values.mean(0)
    scale = _nonzero(centred.abs().amax(0))
    unit = centred / scale
    return unit - unit.mean(0), scale


def _nonzero(scale: torch.Tensor) -> torch.Tensor:
    return torch.where(scale > 0, scale, torch.ones_like(scale))


def random_ranks(column: torch.Tensor) -> torch.Tensor:
    """Ranks 1..n, equal values in random order, by torch's generator; a constant column keeps one mean rank."""
    if bool((column == column[0]).all()):
        return mean_ranks(column)
    shuffle = torch.randperm(len(column)).to(column.device)
    order = shuffle[column[shuffle].argsort(stable=True)]
    return torch.empty_like(column).scatter_(
        0, order, torch.arange(1, len(column) + 1, device=column.device).to(column)
    )


def mean_ranks(column: torch.Tensor) -> torch.Tensor:
    """Ranks 1..n, the mean rank for equal values."""
    _, codes, sizes = torch.unique(column, return_inverse=True, return_counts=True)
    last = sizes.cumsum(0).double()
    return (last - (sizes.double() - 1) / 2)[codes]
