"""The toy experiment of diffusion spectral entropy: how it grows with dimension, and how far noise moves it."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch

from explorer.catalogue import measures
from explorer.jobs.progress import nothing

SIZES = {"n": 500, "columns": 1024}
DIMENSIONS = (51, 204, 512, 1024)
NOISE = (0.01, 0.1, 0.3)
TIMES = (1.0, 2.0, 3.0, 5.0)
SIGMA = 10.0


def noise(
    device: Any = "cpu",
    *,
    n: int = SIZES["n"],
    columns: int = SIZES["columns"],
    dimensions: Sequence[int] = DIMENSIONS,
    progress: Callable[..., None] = nothing,
) -> dict[str, Any]:
    """Entropies in bits of uniform clouds of few dimensions among many columns, with noise in all of them.

    The experiment of liao2024, section 4, drawn anew: the remaining columns hold one constant. Beside diffusion
    spectral entropy stands the classic one, of two cells a column.
    """
    rows = []
    for done, dimension in enumerate(dimensions):
        for level in NOISE:
            z = torch.as_tensor(cloud(dimension, level, n, columns), device=device)
            rows.append({"dimension": dimension, "noise": level, "classic": _classic(z)} | _diffusion(z))
        progress(done + 1, len(dimensions), f"{dimension} dimensions")
    return {"n": n, "columns": columns, "sigma": SIGMA, "times": list(TIMES), "rows": rows}


def cloud(dimension: int, level: float, n: int, columns: int) -> np.ndarray:
    """Uniform on [-1, 1] in the first columns and 1 in the others, with uniform noise on [-level, level] in all."""
    rng = np.random.default_rng(dimension)
    z = np.ones((n, columns))
    z[:, :dimension] = rng.uniform(-1, 1, (n, dimension))
    return z + rng.uniform(-level, level, (n, columns))


def _diffusion(z: torch.Tensor) -> dict[str, Any]:
    entries = {t: measures["diffusion_spectral_entropy"](sigma=SIGMA, t=t) for t in TIMES}
    return {"bits": {f"{t:g}": entry.read(z).value for t, entry in entries.items()}}


def _classic(z: torch.Tensor) -> float:
    return float(measures["classic_shannon_entropy"]().read(z))
