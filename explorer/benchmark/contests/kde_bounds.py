"""Upper and lower bounds of I(X;T) and I(T;Y) against scipy's logsumexp over all pairs."""

from collections.abc import Iterator, Sequence

import numpy as np
import torch
from scipy.spatial.distance import cdist
from scipy.special import logsumexp

from explorer.benchmark.base import Contest
from explorer.benchmark.contests._layers import layers
from explorer.catalogue import estimators

SIZE = 4096
VARIANCE = 1e-3


def contests(device: torch.device, size: int = SIZE) -> Iterator[Contest]:
    """Four numbers for the layer of five units, in float64."""
    activations, _, y = layers(size)
    t = activations["tanh_5"].astype(float)
    tensors = [torch.as_tensor(v, device=device) for v in (np.arange(size), t, y)]
    entries = [estimators["kde_bounds"](variance=VARIANCE, bound=bound) for bound in ("upper", "lower")]

    def ours() -> list[float]:
        found = [entry.point(tensors[0], tensors[1], [tensors[2]]) for entry in entries]
        return [value for one in found for value in (one.xt, *one.ty)]

    def theirs() -> list[float]:
        return plain(t, y, [VARIANCE, 4 * VARIANCE])

    yield Contest(f"KDE bounds of I(X;T) and I(T;Y), n={size}, d=5", "scipy logsumexp", ours, theirs, size, 6, 1e-9)


def plain(t: np.ndarray, y: np.ndarray, widths: Sequence[float]) -> list[float]:
    """I(X;T) and I(T;Y) in nats for each width of the kernel, from one table of distances."""
    distances = cdist(t, t, "sqeuclidean")
    found = []
    for width in widths:
        whole = _spread(distances, width)
        classes = [(y == one, np.mean(y == one)) for one in np.unique(y)]
        within = sum(share * _spread(distances[np.ix_(own, own)], width) for own, share in classes)
        found += [whole, whole - within]
    return found


def _spread(distances: np.ndarray, width: float) -> float:
    return -float((logsumexp(-distances / (2 * width), axis=1) - np.log(len(distances))).mean())
