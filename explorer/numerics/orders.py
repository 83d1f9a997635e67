"""Weights over orders of neighbours that cancel the leading terms of a bias."""

from collections.abc import Sequence

import torch

LOUDEST = 100.0
"""Largest sum of absolute weights: beyond it noise is magnified more than a bias is worth cancelling."""


class NoWeights(ValueError):
    """The weights asked for do not exist or would drown the value in noise."""


def least_weights(terms: Sequence[torch.Tensor]) -> torch.Tensor:
    """The shortest weights (m,) that sum to 1 and are orthogonal to every term (m,).

    Raises:
        NoWeights: with more terms than weights can cancel, or weights whose absolute sum is over `LOUDEST`.
    """
    rows = torch.stack([torch.ones_like(terms[0]), *(term / term.abs().max() for term in terms)])
    if rows.shape[1] < len(rows):
        raise NoWeights(f"{len(terms)} bias terms need at least {len(rows)} orders of neighbours, here {rows.shape[1]}")
    goal = torch.eye(len(rows), 1, dtype=rows.dtype)
    weights = torch.linalg.lstsq(rows, goal, driver="gelsd").solution[:, 0]
    if not bool((rows @ weights - goal[:, 0]).abs().max() < 1e-6):
        raise NoWeights(f"no weights cancel {len(terms)} bias terms here")
    if float(weights.abs().sum()) > LOUDEST:
        raise NoWeights(
            f"weights that cancel {len(terms)} bias terms would magnify noise {weights.abs().sum():.3g}-fold"
        )
    return weights


def bias_cancelling(k: int, d: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Orders of neighbours up to k and their weights for an entropy in d columns.

    The orders are k/d, 2k/d .. k, rounded down, and the weights w the shortest with sum_j w_j = 1 and
    sum_j w_j Gamma(j + 2l/d) / Gamma(j) = 0 for l = 1 .. d/4. For d < 4 the order k has all the weight.

    Raises:
        NoWeights: when k is too small for d, or d too large for any k.
    """
    if d < 4:
        return torch.tensor([k]), torch.ones(1, dtype=torch.float64)
    orders = torch.unique(torch.arange(1, d + 1) * k // d)
    orders = orders[orders > 0]
    j = orders.double()
    return orders, least_weights([(torch.lgamma(j + 2 * i / d) - torch.lgamma(j)).exp() for i in range(1, d // 4 + 1)])
