"""Diffusion spectral entropy, in full and by random probes, against the authors' package dse-dsmi."""

from collections.abc import Callable, Iterator
from functools import cache

import numpy as np
import torch

from explorer.benchmark.base import Contest
from explorer.benchmark.peers import version
from explorer.catalogue import measures
from explorer.measures.base import Reading

SIZE = 5000
SIGMA = 10.0
COLUMNS = 64
PEER = "dse-dsmi"


def contests(device: torch.device, size: int = SIZE) -> Iterator[Contest]:
    """All eigenvalues of two fifths of the samples in both precisions, and probes on all of them.

    The peer takes all eigenvalues each time; of the probes the number nearest to them inside the error bar is compared.
    """
    if not version(PEER):
        return
    values = mixture(size)
    z, few = (torch.as_tensor(part, device=device) for part in (values, values[: 2 * size // 5]))
    what = "Diffusion spectral entropy"
    for precision, goal, tolerance in (("float64", 2, 1e-9), ("float32", 3, 1e-6)):
        ours = _ours(few, method="exact", precision=precision)
        work = f"{what}, {precision}, n={len(few)}, d={COLUMNS}"
        yield Contest(work, PEER, _value(ours), _theirs(few), len(few), goal, tolerance)
    truth = cache(lambda: _ours(z, method="exact")().value)
    ours = _ours(z, method="lanczos")
    work = f"{what}, probes, n={size}, d={COLUMNS}"
    yield Contest(work, PEER, _inside(ours, truth), _theirs(z), size, 10, 1e-6, most=3)


def mixture(n: int, groups: int = 10) -> np.ndarray:
    """Normal samples about ten centres."""
    rng = np.random.default_rng(0)
    return rng.normal(size=(n, COLUMNS)) + 3 * rng.normal(size=(groups, COLUMNS))[rng.integers(0, groups, n)]


def _ours(z: torch.Tensor, **settings: str) -> Callable[[], Reading]:
    entry = measures["diffusion_spectral_entropy"](sigma=SIGMA, **settings)
    return lambda: entry.read(z)


def _value(read: Callable[[], Reading]) -> Callable[[], list[float]]:
    return lambda: [read().value]


def _inside(read: Callable[[], Reading], truth: Callable[[], float]) -> Callable[[], list[float]]:
    """The number in the interval that is nearest to the truth, which is computed once and before any timing."""
    truth()

    def nearest() -> list[float]:
        low, high = read().interval or (np.nan, np.nan)
        return [float(np.clip(truth(), low, high))]

    return nearest


def _theirs(z: torch.Tensor) -> Callable[[], list[float]]:
    from dse_dsmi import diffusion_spectral_entropy

    values = z.cpu().numpy()
    return lambda: [diffusion_spectral_entropy(values, gaussian_kernel_sigma=SIGMA)]
