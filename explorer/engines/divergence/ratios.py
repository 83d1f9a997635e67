"""Renyi and Kullback-Leibler divergence from whose samples are among the nearest neighbours."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch

from explorer.engines.divergence._clouds import clouds
from explorer.errors import SampleError, SettingError
from explorer.numerics.nearest import shares


def ratio_divergences(x: Any, y: Any, ks: Sequence[int], alpha: float = 1.0, device: str = "auto") -> np.ndarray:
    r"""Divergence D_alpha(P || Q) in nats for every number of neighbours, from samples x of P (n, d) and y of Q (m, d).

    .. math:: \hat D_\alpha = \frac{1}{\alpha - 1} \ln \frac1m \sum_i r_i^\alpha, \qquad
              \hat D_1 = \frac1m \sum_i r_i \ln r_i, \qquad r_i = \frac mn \frac{N_i}{M_i + 1}

    Of the k samples nearest to y_i in both sets together, y_i left out, N_i are of P and M_i of Q: their ratio
    estimates p / q at y_i. Few neighbours read too much where the clouds are alike, as the ratio scatters: about 2 / k
    nats when they are equal. Many read too little, as their ball reaches over places where p / q differs. Of order 1 no
    k reads much more than ln k. No sum is clipped at 0 as it is in the paper; orders below 1 read infinity where no y
    has an x among its neighbours.

    Args:
        ks: numbers of neighbours, ascending.
        alpha: order; 1 is the Kullback-Leibler divergence. Orders must be positive.

    Returns:
        The divergences, (len(ks),).

    Raises:
        SampleError: for more neighbours than there are other samples, different columns, or samples that coincide.
        SettingError: for an order that is not positive, or ks that do not ascend from 1.

    References: noshad2017.
    """
    if alpha <= 0:
        raise SettingError(f"alpha={alpha} must be positive; alpha=1 is the Kullback-Leibler divergence")
    orders = torch.as_tensor(list(ks), dtype=torch.long)
    if not len(orders) or int(orders[0]) < 1 or bool((orders.diff() <= 0).any()):
        raise SettingError(f"ks={list(ks)} must be numbers of neighbours that ascend from at least 1")
    of, reference = clouds(x, y, device)
    if int(orders[-1]) >= len(of) + len(reference):
        raise SampleError(
            f"k={int(orders[-1])} asks for more neighbours than the {len(of) + len(reference)} samples give"
        )
    inside, radius = shares(reference, of, orders)
    if not bool((radius > 0).all()):
        raise SampleError(f"{int((radius == 0).sum())} of {len(radius)} samples of y coincide with at least k others")
    ratio = len(reference) / len(of) * inside.double() / (orders.to(inside.device)[:, None] - inside + 1)
    if alpha == 1:
        return torch.special.xlogy(ratio, ratio).mean(1).cpu().numpy()
    return ((ratio**alpha).mean(1).log() / (alpha - 1)).cpu().numpy()
