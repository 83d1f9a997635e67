"""Spectra of a layer, which several measures of geometry read."""

import torch

from explorer.errors import SampleError
from explorer.result import Doubt

SHOWN = 256
"""Values of a spectrum that the details hold at most, the largest."""

ROUNDING = 1e-14
"""Spread of a column, as a share of its size, below which it is rounding."""

BIAS = 0.1
"""Expected loss of entropy, in nats, from which too few samples are a doubt."""


def covariance_spectrum(z: torch.Tensor) -> torch.Tensor:
    """Variances along the principal directions of (n, d), descending: min(n - 1, d) of them.

    Taken from singular values of the centred samples, so that none is negative and small ones keep their digits.

    Raises:
        SampleError: when z never changes.
    """
    return singular_values(z, True)[: len(z) - 1].square() / (len(z) - 1)


def singular_values(z: torch.Tensor, centred: bool) -> torch.Tensor:
    """The singular values of (n, d), descending, of the samples as they are or less their mean.

    Raises:
        SampleError: when nothing is left to decompose.
    """
    values = z - z.mean(0) if centred else z
    scale, size = values.abs().max(), z.abs().max()
    if scale <= size * ROUNDING:
        what = "constant" if centred else "constant at 0"
        raise SampleError(f"z is {what} over its {len(z)} samples; a spectrum needs rows that differ")
    return torch.linalg.svdvals(values / scale) * scale


def entropy(spectrum: torch.Tensor) -> float:
    """Shannon entropy in nats of a spectrum divided by its sum."""
    return float(torch.special.entr(spectrum / spectrum.sum()).sum())


def participation(spectrum: torch.Tensor) -> float:
    """Squared sum over sum of squares of a spectrum; of its shares, because squares of variances can overflow."""
    return float(1 / (spectrum / spectrum.sum()).square().sum())


def few(dimensions: float, n: int) -> tuple[Doubt, ...]:
    """A doubt where the noise of n samples spreads a spectrum of this effective dimension too wide.

    Of n samples that vary alike in m directions, variances spread so that the entropy falls by about m / 2n.
    """
    if dimensions / (2 * n) <= BIAS:
        return ()
    text = f"{n} samples are few for about {dimensions:.0f} directions: some look strong by chance, and it reads low."
    return (Doubt("samples", text),)
