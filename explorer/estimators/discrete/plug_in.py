"""Entropy and mutual information of observed frequencies."""

from dataclasses import dataclass

import torch

from explorer.estimators.discrete.base import Counted, alone, undersampled
from explorer.numerics.cells import counts, entropy_bias, entropy_of, information_bias, joint
from explorer.result import LEAST, SHARE, Doubt, in_both


@dataclass(frozen=True)
class PlugIn(Counted):
    r"""Plug-in (maximum likelihood) estimate from the observed frequencies of discrete values.

    .. math:: \hat I = \hat H(X) + \hat H(Y) - \hat H(X, Y), \quad
              \hat H = -\sum_k \frac{n_k}{n} \ln \frac{n_k}{n}

    The entropy is too small by about (levels - 1) / 2n, so the information of independent
    variables reads about (levels_x - 1)(levels_y - 1) / 2n instead of 0 (miller1955).

    References: miller1955; paninski2003.
    """

    def entropy_of(self, occupied: torch.Tensor) -> torch.Tensor:
        return entropy_of(occupied)

    def doubts(self, x: torch.Tensor, y: torch.Tensor | None, value: float) -> tuple[Doubt, ...]:
        matters = max(LEAST, SHARE * abs(value))
        share = alone(x if y is None else joint(x, y))
        if share > matters / 2:
            return (undersampled(share, y is not None),)
        bias = _first_order(x, y)
        if bias <= matters:
            return ()
        text = f"About {in_both(bias, '.2f')} of error come from counting few samples in many cells."
        return (Doubt("undersampled", text),)


def _first_order(x: torch.Tensor, y: torch.Tensor | None) -> float:
    """How much too small the entropy is, or too large the information, by the number of occurring values."""
    if y is None:
        return entropy_bias(len(counts(x)), len(x))
    return abs(information_bias(len(counts(joint(x, y))), len(counts(x)), len(counts(y)), len(x)))
