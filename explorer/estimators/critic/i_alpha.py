"""Between InfoNCE and NWJ."""

from dataclasses import dataclass
from typing import Annotated

import torch

from explorer.critics import bounds
from explorer.estimators.critic.base import ByCritic
from explorer.settings import Range


@dataclass(frozen=True)
class IAlpha(ByCritic):
    r"""I_alpha: lower bounds from NWJ (alpha 0: no ceiling, much variance) to InfoNCE (alpha 1: ln K, little).

    .. math:: \hat I = 1 + E_p\left[\ln \frac{e^{f(x, y)}}{\alpha m(y) + 1 - \alpha}\right]
              - E_{pp}\left[\frac{e^{f(x, y)}}{\alpha m(y) + 1 - \alpha}\right], \quad
              m(y) = \tfrac1K \sum_j e^{f(x_j, y)}

    It cannot exceed 1 + ln(K / alpha), or ln K at alpha = 1. Departs from distillation code that goes by this name in
    that the average m leaves out no term of the bound.

    Args:
        alpha: 0 for NWJ, 1 for InfoNCE.

    References: poole2019; he2021.
    """

    alpha: Annotated[float, Range(0, 1)] = 0.01

    def objective(self, scores: torch.Tensor) -> torch.Tensor:
        """The bound of a batch."""
        return bounds.i_alpha(scores, self.alpha)

    def ceiling(self, pairs: int) -> float:
        """1 + ln(K / alpha), or ln K."""
        return bounds.ceiling(pairs, self.alpha)
