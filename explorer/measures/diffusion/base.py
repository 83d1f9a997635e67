"""What the entropies of a diffusion on samples share: the kernel, the spectrum, and what is warned of."""

import math
from dataclasses import dataclass

import torch
from torch.special import entr

from explorer.device import memory_free
from explorer.errors import SampleError
from explorer.numerics.distances import median_distance
from explorer.numerics.lanczos import Density, density
from explorer.numerics.spectra import diffusion, eigenvalues, gaussian, squared_distances
from explorer.result import Doubt, amount

EXACT = 5000
"""Samples up to which "auto" takes all eigenvalues."""

SHOWN = 200
"""Largest eigenvalues that a result keeps."""

SURE = 3.0
"""Standard errors over the random probes that the bar of an estimate reaches to either side."""

ASIDE = 2e-5
"""Bits that the bar adds for eigenvalues that were taken as exact."""

DEAD = 0.01
"""Share of the ceiling, log2 n, at either end within which sigma decides alone."""


@dataclass(frozen=True)
class Entropy:
    """Bits, how far they can be off by their own account, and the largest eigenvalues that are known."""

    bits: float
    spectrum: torch.Tensor
    bar: float = 0.0


@dataclass(frozen=True)
class Walk:
    """A random walk over samples by a Gaussian kernel, `alpha` as in `numerics.spectra.diffusion`."""

    sigma: float
    alpha: float = 0.0
    dtype: torch.dtype = torch.float64

    def squares(self, z: torch.Tensor, copies: int = 2) -> torch.Tensor:
        """Squared distances as exact as the walk needs them; the decomposition works on a copy of its own.

        Args:
            copies: of all pairs that are held at a time.

        Raises:
            SampleError: where the machine cannot hold all pairs.
        """
        return _squares(z, self.sigma, self.dtype, copies)

    def spectrum(self, squares: torch.Tensor) -> torch.Tensor:
        """All eigenvalues, descending; the squares are written over."""
        return eigenvalues(diffusion(gaussian(squares, self.sigma), self.alpha))

    def entropy(self, z: torch.Tensor, t: float, method: str = "exact") -> Entropy:
        """Spectral entropy of samples (n, d), with a bar where it is estimated."""
        if chosen(method, len(z)) == "lanczos":
            return self._estimated(z, t)
        found = self.spectrum(self.squares(z))
        return Entropy(spectral_bits(found, t), found[:SHOWN])

    def _estimated(self, z: torch.Tensor, t: float) -> Entropy:
        kernel = gaussian(_squares(z, self.sigma, torch.float32), self.sigma)
        found = density(diffusion(kernel, self.alpha))
        bits, bar = estimated_bits(found, t)
        return Entropy(bits, found.largest.sort(descending=True).values[:SHOWN], bar)


def spectral_bits(magnitudes: torch.Tensor, t: float = 1.0) -> float:
    """Entropy in bits of magnitudes to the power t, divided by their sum."""
    powers = (magnitudes / magnitudes.max()) ** t
    return float(entr(powers / powers.sum()).sum()) / math.log(2) + 0.0


def estimated_bits(found: Density, t: float = 1.0) -> tuple[float, float]:
    """The same from an estimated density of eigenvalues, and its bar.

    With S the sum of powers and F that of -power ln power the entropy is ln S + F / S; what a probe says of it comes
    from both to first order, so that the error of S counts.
    """
    powers, powers_off = found.sums(lambda x: x.abs() ** t)
    parts, parts_off = found.sums(lambda x: entr(x.abs() ** t))
    total, part = float(powers.mean()), float(parts.mean())
    slope = 1 / total - part / total**2
    each = parts / total + powers * slope
    bar = SURE * float(each.std()) / len(each) ** 0.5 + parts_off / total + powers_off * abs(slope)
    return (math.log(total) + part / total) / math.log(2), bar / math.log(2) + ASIDE


def chosen(method: str, n: int) -> str:
    """ "exact" or "lanczos" for n samples."""
    return ("exact" if n <= EXACT else "lanczos") if method == "auto" else method


def width(z: torch.Tensor, bandwidth: str, sigma: float) -> float:
    """The width of the kernel.

    Raises:
        SampleError: for the median of distances that are all 0.
    """
    if bandwidth == "fixed":
        return sigma
    if bandwidth == "sqrt_d":
        return z.shape[1] ** 0.5
    median = float(median_distance(z))
    if median == 0:
        raise SampleError(f"all {len(z)} samples of z coincide, and bandwidth='median' needs distances; use 'fixed'")
    return median


def dead(bits: float, z: torch.Tensor, sigma: float) -> tuple[Doubt, ...]:
    """A doubt where an entropy of samples (n, d) lies within 1 % of 0 or of log2 n, with a width to try instead."""
    ceiling = math.log2(len(z))
    if DEAD * ceiling < bits < (1 - DEAD) * ceiling:
        return ()
    low = bits <= DEAD * ceiling
    end, reach = ("0", "large: all samples look like one") if low else ("log2 n", "small: no two samples are near")
    text = f"The entropy of {amount(f'{bits:.4g}', 'bits')} is within 1 % of {end}; sigma={sigma:g} is too {reach}."
    return (Doubt("dead zone", text + _instead(z, sigma)),)


def _instead(z: torch.Tensor, sigma: float) -> str:
    """The median distance in a sentence; "" where it is 0 or the width already, or dear to find."""
    median = float(median_distance(z)) if len(z) <= EXACT else 0.0
    if median == 0 or math.isclose(median, sigma, rel_tol=1e-3):
        return ""
    return f" The median distance between samples is {median:.3g}; bandwidth='median' takes it."


def probed(found: Entropy, n: int) -> tuple[Doubt, ...]:
    """A note on an entropy that was estimated."""
    if not found.bar:
        return ()
    text = (
        f"The eigenvalues of {n} samples were not all computed: the entropy was estimated from random probes in "
        f"float32, to within {found.bar:.2g} bits; method='exact' takes all."
    )
    return (Doubt("lanczos", text, note=True),)


def _squares(z: torch.Tensor, sigma: float, dtype: torch.dtype, copies: int = 1) -> torch.Tensor:
    needed, free = copies * len(z) ** 2 * dtype.itemsize, memory_free(z.device)
    if needed > free:
        rule = f"all pairs take {needed / 1e9:.3g} GB and {free / 1e9:.3g} GB are free; take fewer rows"
        raise SampleError(f"z has {len(z)} samples: {rule}")
    return squared_distances(z, sigma, dtype)
