"""Diffusion spectral entropy over sigma and t from one table of distances."""

from collections.abc import Callable, Sequence

import numpy as np
import torch

from explorer.measures.diffusion.base import Walk, spectral_bits
from explorer.numerics.distances import median_distance

POINTS = 17
"""Widths of a curve that is given none."""

CROWDED, APART, FAR = 0.05, 3.0, 12.0
"""The curve starts where all but a share of the samples have their nearest as many sigma away, and ends at so many
times the median distance: about where the entropy is within 1 % of log2 n and of 0."""

EQUAL = 1e-6
"""Distance in medians below which two samples count as equal."""


def presets(z: torch.Tensor) -> dict[str, float]:
    """The widths that have names; the median is 0 where all samples coincide."""
    return {"official": 10.0, "median": float(median_distance(z)), "sqrt_d": z.shape[1] ** 0.5}


def spaced(z: torch.Tensor, median: float) -> np.ndarray:
    """Widths from where no two samples are near to where all look like one, in equal ratios."""
    squares = Walk(median).squares(z)
    squares[squares < (EQUAL * median) ** 2] = torch.inf  # equal samples are never apart
    nearest = squares.amin(1).sqrt()
    low = float(nearest[nearest.isfinite()].quantile(CROWDED)) / APART
    return np.geomspace(min(low, median), FAR * median, POINTS)


def curves(
    z: torch.Tensor, sigma: float, sigmas: Sequence[float], times: Sequence[float], alpha: float, report: Callable
) -> tuple[torch.Tensor, np.ndarray]:
    """All eigenvalues at `sigma`, descending, and bits (sigmas, times); one decomposition a width."""
    squares = Walk(min(sigma, *sigmas), alpha).squares(z, copies=3)  # the walk is written over a clone
    shown, rows = Walk(sigma, alpha).spectrum(squares.clone()), []
    for done, one in enumerate(sigmas, 1):
        report(done, len(sigmas) + 1, f"sigma {one:.3g}")
        found = Walk(one, alpha).spectrum(squares.clone())
        rows.append([spectral_bits(found, t) for t in times])
    return shown, np.array(rows)
