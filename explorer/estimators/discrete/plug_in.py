"""Entropy and mutual information of observed frequencies."""

from dataclasses import dataclass
from typing import ClassVar

import torch

from explorer.estimators.base import Estimator
from explorer.numerics.cells import entropy, joint


@dataclass(frozen=True)
class PlugIn(Estimator):
    r"""Plug-in (maximum likelihood) estimate from the observed frequencies of discrete values.

    .. math:: \hat I = \hat H(X) + \hat H(Y) - \hat H(X, Y), \quad
              \hat H = -\sum_k \frac{n_k}{n} \ln \frac{n_k}{n}

    The entropy is too small by about (levels - 1) / 2n, so the information of independent
    variables reads about (levels_x - 1)(levels_y - 1) / 2n instead of 0 (miller1955).

    References: miller1955; paninski2003.
    """

    needs: ClassVar[tuple[str, str]] = ("discrete", "discrete")
    invariant: ClassVar[tuple[str, ...]] = ("relabelling",)

    def nats(self, x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        return self.entropy(x) + self.entropy(y) - self.entropy(joint(x, y))

    def entropy(self, x: torch.Tensor) -> torch.Tensor:
        return entropy(x)
