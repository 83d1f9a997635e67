"""A matrix of plug-in informations, latents by factors, against a loop over scikit-learn's mutual_info_score."""

from collections.abc import Iterator

import numpy as np
import torch
from sklearn.metrics import mutual_info_score

from explorer.benchmark.base import Contest
from explorer.numerics.bins import binned
from explorer.numerics.tables import information_matrix

SIZE = 10_000
MORE = 10
"""Times as many samples for real latents."""

LATENTS, FACTORS, BINS = 50, 10, 20


def contests(device: torch.device, size: int = SIZE) -> Iterator[Contest]:
    """50 latents that each see one of 10 factors through noise, all in 20 bins; then real latents, cut first."""
    yield _counted(size, device)
    yield _cut(MORE * size, device)


def _counted(size: int, device: torch.device) -> Contest:
    """Latents and factors of whole numbers."""
    rng = np.random.default_rng(0)
    factors = rng.integers(0, BINS, (size, FACTORS))
    latents = (factors[:, np.arange(LATENTS) % FACTORS] + rng.integers(0, BINS // 2, (size, LATENTS))) % BINS
    first, second = (torch.as_tensor(v, device=device) for v in (latents, factors))

    def ours() -> np.ndarray:
        return information_matrix(first, second).cpu().numpy().ravel()

    def theirs() -> list[float]:
        return [mutual_info_score(x, y) for x in latents.T for y in factors.T]

    what = f"{LATENTS} x {FACTORS} matrix of I, {BINS} bins, n={size}"
    return Contest(what, "scikit-learn mutual_info_score", ours, theirs, size, 20, 1e-12)


def _cut(size: int, device: torch.device) -> Contest:
    """Latents of real numbers, cut into cells of equal width by both sides."""
    rng = np.random.default_rng(0)
    factors = rng.integers(0, BINS, (size, FACTORS))
    latents = factors[:, np.arange(LATENTS) % FACTORS] + rng.normal(size=(size, LATENTS))
    first, second = (torch.as_tensor(v, device=device) for v in (latents, factors))

    def ours() -> np.ndarray:
        return information_matrix(binned(first, BINS), second).cpu().numpy().ravel()

    def theirs() -> list[float]:
        cells = [np.digitize(x, np.histogram(x, BINS)[1][:-1]) for x in latents.T]
        return [mutual_info_score(x, y) for x in cells for y in factors.T]

    what = f"{LATENTS} x {FACTORS} matrix of I, latents cut into {BINS} bins, n={size}"
    return Contest(what, "numpy.digitize and scikit-learn mutual_info_score", ours, theirs, size, 8, 1e-12, most=5)
