"""Least squares with a penalty on the absolute slopes, of many targets at once."""

import torch

CLOSE = 1e-10
"""Largest change of a slope in a sweep at which the search ends; columns have variance 1."""

SWEEPS = 20_000


def lasso(gram: torch.Tensor, products: torch.Tensor, penalty: float) -> tuple[torch.Tensor, bool]:
    r"""Slopes w (d, k) that minimise w' G w / 2 - w' c + penalty |w|_1, and whether the search came to its end.

    By cyclic coordinate descent over the d columns, all k targets in step. With G = X'X / n and c = X'y / n it is
    (1/2n) ||y - Xw||^2 + penalty |w|_1, which is scikit-learn's Lasso of centred data.

    Args:
        gram: (d, d), with a positive diagonal.
        products: (d, k).
        penalty: not negative.

    References: tibshirani1996.
    """
    slopes, scale = torch.zeros_like(products), gram.diagonal()
    for _ in range(SWEEPS):
        before = slopes.clone()
        for j in range(len(gram)):
            part = products[j] - gram[j] @ slopes + scale[j] * slopes[j]
            slopes[j] = part.sign() * (part.abs() - penalty).clamp(min=0) / scale[j]
        if float((slopes - before).abs().max()) < CLOSE:
            return slopes, True
    return slopes, False
