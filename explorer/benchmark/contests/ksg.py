"""KSG against the usual version on scikit-learn's trees; the neighbour counts must be equal."""

from collections.abc import Iterator

import numpy as np
import torch
from scipy.special import digamma
from sklearn.neighbors import KDTree

from explorer.benchmark.base import Contest
from explorer.distributions import BivariateNormal
from explorer.numerics.neighbours import Space, neighbours

SIZE = 10_000
K = 5


def contests(device: torch.device, size: int = SIZE) -> Iterator[Contest]:
    """One column against one, with the counts of every sample among the numbers compared."""
    x, y = BivariateNormal(rho=0.6).sample(size)
    first, second = (Space(torch.as_tensor(v, device=device)) for v in (x, y))

    def ours() -> np.ndarray:
        near = neighbours(first, second, K)
        return _with_nats(near.x.cpu().numpy(), near.y.cpu().numpy())

    def theirs() -> np.ndarray:
        radius = _tree(np.hstack([x, y])).query(np.hstack([x, y]), k=K + 1)[0][:, K]
        inside = np.nextafter(radius, 0)  # strictly nearer, and the sample itself counted
        return _with_nats(*(_tree(v).query_radius(v, inside, count_only=True) - 1 for v in (x, y)))

    yield Contest(f"KSG, k={K}, 1+1 columns, n={size}", "scikit-learn KDTree", ours, theirs, size, 2, 0)


def _tree(values: np.ndarray) -> KDTree:
    return KDTree(values, metric="chebyshev")


def _with_nats(n_x: np.ndarray, n_y: np.ndarray) -> np.ndarray:
    """The estimate, then the counts it was made from."""
    nats = digamma(K) + digamma(len(n_x)) - (digamma(n_x + 1) + digamma(n_y + 1)).mean()
    return np.concatenate([[nats], n_x, n_y])
