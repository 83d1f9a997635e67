"""Clusters far apart, with noise in columns of its own: without it their diffusion spectral entropy is known."""

import numpy as np

APART = 100.0
"""Distance of neighbouring clusters; a kernel of width 10 leaves e^-50 of it."""


def clusters(count: int, samples: int, noise: float = 0.0, columns: int = 50, seed: int = 0) -> np.ndarray:
    """Samples shared evenly by clusters along a line, (samples, 1 + columns); without noise each cluster is one point.

    The entropy of a diffusion that does not reach from one cluster to the next is then log2 of their number, in bits,
    where the number divides the samples.

    Args:
        count: of the clusters.
        noise: deviation of normal numbers in every column but the first.
        columns: that hold noise.

    References: liao2024, section 4.
    """
    place = APART * (np.arange(samples) % count)
    drawn = np.random.default_rng(seed).standard_normal((samples, columns))
    return np.column_stack([place, noise * drawn])
