"""Codes with noise: which latents can be used, and how they share out among cells."""

import math
from dataclasses import dataclass

import torch

from explorer.device import rows_per_chunk
from explorer.errors import SampleError, SettingError
from explorer.factors import Factors
from explorer.measures.disentanglement.base import alive, cap_doubts, dead_doubts, outlier_doubts, real_doubts
from explorer.numerics.posteriors import Posterior
from explorer.result import Doubt

REACH = 3.0
"""Standard deviations of a posterior beyond its mean that the range of a latent includes."""

NARROWER = "Give low and high, or look at those rows"
"""What to do about posteriors that stretch a range."""

OUTSIDE = 0.01
"""Share of a latent outside a given range above which it is doubted."""


def noisy(z: Posterior, name: str) -> None:
    """Refuse codes without noise.

    Raises:
        SampleError: for a variance of 0.
    """
    none = z.variance == 0
    if none.any():
        row, latent = none.nonzero()[0].tolist()
        where = f"{int(none.sum())} variance(s) of z are 0, the first in row {row} of latent {latent}"
        raise SampleError(f"{where}; {name} is infinite for a code without noise")


def in_order(low: float | None, high: float | None) -> None:
    """Refuse a range that ends before it begins.

    Raises:
        SettingError: unless low lies below high.
    """
    if low is not None and high is not None and low >= high:
        raise SettingError(f"low={low:g} must lie below high={high:g}")


@dataclass(frozen=True)
class Shared:
    """How latents, whose posteriors are integrated over cells, and factors go together; entropies in nats.

    Attributes:
        information: (d, K) I(z_j; v_k); 0 where a latent never changes.
        joint: (d, K) H(z_j, v_k).
        entropies: (K,) H(v_k).
        latent_entropies: (d,) H(z_j).
        alive: (d,) which latents change.
        outside: (d,) share of a latent outside its range, which the outermost cells hold.
        doubts: what is doubtful about the cells.
    """

    information: torch.Tensor
    joint: torch.Tensor
    entropies: torch.Tensor
    latent_entropies: torch.Tensor
    alive: torch.Tensor
    outside: torch.Tensor
    doubts: tuple[Doubt, ...]

    @classmethod
    def of(cls, z: Posterior, v: Factors, bins: int, low: float | None, high: float | None) -> "Shared":
        """With `bins` cells of equal width from low to high, or over the range of each latent where those are None.

        Raises:
            SampleError: with one latent, when none changes, or when a factor does not.
        """
        if z.shape[1] < 2:
            raise SampleError("z has 1 latent; a gap needs two")
        living, codes = alive(z), v.cells(bins)
        sizes = [int(column.max()) + 1 for column in codes.T]
        latents = [_tables(z.mean[:, j], z.variance[:, j], codes, sizes, bins, low, high) for j in range(z.shape[1])]
        entropies = torch.stack([_entropy(table.sum(0)) for table in latents[0][0]])
        if not (entropies > 0).all():
            raise SampleError(f"factor {v.names[int(entropies.argmin())]} never changes in these samples")
        joint = torch.stack([torch.stack([_entropy(table) for table in tables]) for tables, _ in latents])
        of_latents = torch.stack([_entropy(tables[0].sum(1)) for tables, _ in latents])
        information = (of_latents[:, None] + entropies - joint).clamp(min=0)  # rounding is below 0 by 1e-15
        information[~living] = 0
        outside = torch.stack([share for _, share in latents])
        doubts = (*dead_doubts(living), *cap_doubts(entropies, v.names, bins), *real_doubts(v, bins, "equal_width"))
        doubts += (*_stretch_doubts(z, bins, low, high), *_outside_doubts(outside, low, high))
        return cls(information, joint, entropies, of_latents, living, outside, doubts)


def _tables(
    mean: torch.Tensor,
    variance: torch.Tensor,
    codes: torch.Tensor,
    sizes: list[int],
    bins: int,
    low: float | None,
    high: float | None,
) -> tuple[list[torch.Tensor], torch.Tensor]:
    """A table (bins, levels) of probabilities for each factor, of one latent, and the share outside the range."""
    deviation = variance.sqrt()
    first, last = (float(one) for one in (_begin(mean, deviation, low).min(), _end(mean, deviation, high).max()))
    first, last = (min(first, last), last) if low is None else (first, max(first, last))
    edges = torch.arange(bins + 1, dtype=torch.float64, device=mean.device) * ((last - first) / bins) + first
    tables = [torch.zeros(size, bins, dtype=torch.float64, device=mean.device) for size in sizes]
    outside = torch.zeros((), dtype=torch.float64, device=mean.device)
    for rows in torch.arange(len(mean), device=mean.device).split(rows_per_chunk(64 * bins, mean.device)):
        below = _below(edges, mean[rows], deviation[rows])
        outside += (below[:, 0] + _above(last, mean[rows], deviation[rows])).sum()
        below[:, 0], below[:, -1] = 0, 1
        shares = below.diff(dim=1)
        for table, column in zip(tables, codes[rows].T, strict=True):
            table.index_add_(0, column, shares)
    return [table.T / len(mean) for table in tables], outside / len(mean)


def _begin(mean: torch.Tensor, deviation: torch.Tensor, low: float | None) -> torch.Tensor:
    """Where the range of every posterior begins: a low that was given, or REACH standard deviations below its mean."""
    return mean - REACH * deviation if low is None else torch.full_like(mean, low)


def _end(mean: torch.Tensor, deviation: torch.Tensor, high: float | None) -> torch.Tensor:
    """Where it ends."""
    return mean + REACH * deviation if high is None else torch.full_like(mean, high)


def _below(edges: torch.Tensor, mean: torch.Tensor, deviation: torch.Tensor) -> torch.Tensor:
    """P(z < edge) of every row and edge; a code without noise lies where it is, on an edge in the cell above."""
    apart = edges - mean[:, None]
    return torch.where(deviation[:, None] > 0, _normal(apart / deviation[:, None]), (apart > 0).double())


def _above(edge: float, mean: torch.Tensor, deviation: torch.Tensor) -> torch.Tensor:
    """P(z > edge) of every row."""
    apart = mean - edge
    return torch.where(deviation > 0, _normal(apart / deviation), (apart > 0).double())


def _normal(values: torch.Tensor) -> torch.Tensor:
    """The normal distribution function."""
    return torch.erfc(values * -math.sqrt(0.5)) / 2


def _entropy(shares: torch.Tensor) -> torch.Tensor:
    return torch.special.entr(shares).sum()


def drawn_doubts(n: int, drawn: int) -> tuple[Doubt, ...]:
    """A note where only some posteriors were drawn from."""
    text = f"Samples come from the posteriors of {drawn} of {n} rows, taken at random; the mixtures are of all {n}."
    return (Doubt("rows drawn", f"{text} A larger `samples` takes more.", note=True),) if drawn < n else ()


def _stretch_doubts(z: Posterior, bins: int, low: float | None, high: float | None) -> tuple[Doubt, ...]:
    """A doubt where a few means far away or a few wide posteriors set the range of a latent, if it was not given."""
    if low is not None and high is not None:
        return ()
    deviation = z.variance.sqrt()
    return outlier_doubts(_begin(z.mean, deviation, low), bins, _end(z.mean, deviation, high), NARROWER)


def _outside_doubts(outside: torch.Tensor, low: float | None, high: float | None) -> tuple[Doubt, ...]:
    """A doubt where a given range leaves much of a latent in the outermost cells."""
    worst = int(outside.argmax())
    if (low is None and high is None) or float(outside[worst]) <= OUTSIDE:
        return ()
    text = f"{float(outside[worst]):.1%} of latent {worst} lies outside the range and was put into the outermost cells"
    return (Doubt("range", f"{text}; widen low and high, or leave them out."),)
