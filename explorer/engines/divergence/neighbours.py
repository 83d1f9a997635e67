"""Kullback-Leibler divergence from distances to nearest neighbours."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch

from explorer.engines.divergence._clouds import clouds
from explorer.errors import SampleError, SettingError
from explorer.numerics.nearest import nearest


def distance_divergence(x: Any, y: Any, k: int = 5, device: str = "auto") -> float:
    """`distance_divergences` with one number of neighbours."""
    return float(distance_divergences(x, y, [k], device)[0])


def distance_divergences(x: Any, y: Any, ks: Sequence[int], device: str = "auto") -> np.ndarray:
    r"""D(P || Q) in nats for every number of neighbours, from samples x of P (n, d) and y of Q (m, d).

    .. math:: \hat D = \frac dn \sum_i \ln \frac{\nu_k(x_i)}{\rho_k(x_i)} + \ln \frac{m}{n - 1}

    rho_k is the Euclidean distance of x_i to its k-th neighbour among the other x, nu_k that to its k-th among the y.
    With one k for both the errors of the two densities cancel where P = Q: the mean is then 0, and single values
    are negative as often as positive, which they stay. In one column the error falls as n^(-1/2); in many columns
    bias prevails, and large divergences read too low, as no y is near enough to tell how rare it is there.

    Args:
        ks: numbers of neighbours.

    Returns:
        The divergences, (len(ks),).

    Raises:
        SampleError: with n <= k or m < k samples, different columns, or samples that coincide.
        SettingError: for ks that are not numbers of neighbours.

    References: wang2009.
    """
    if not len(ks) or min(ks) < 1:
        raise SettingError(f"ks={list(ks)} must be numbers of neighbours, at least 1")
    p, q = clouds(x, y, device)
    top, places = max(ks), torch.as_tensor(list(ks)) - 1
    if len(p) <= top or len(q) < top:
        rule = f"got {len(p)} and {len(q)}"
        raise SampleError(f"k={top} needs more than {top} samples of x and at least {top} of y; {rule}")
    rho, nu = nearest(p, p, top + 1, p=2)[0][:, places + 1], nearest(p, q, top, p=2)[0][:, places]
    alike = int(((rho == 0) | (nu == 0)).any(1).sum())
    if alike:
        raise SampleError(f"{alike} of {len(p)} samples of x coincide with at least k={min(ks)} others")
    logs = torch.log(nu / rho).mean(0).cpu().numpy()
    return p.shape[1] * logs + math.log(len(q) / (len(p) - 1))
