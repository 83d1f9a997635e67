"""A critic taught by the Jensen-Shannon divergence."""

from dataclasses import dataclass
from typing import ClassVar

import torch

from explorer.critics import bounds
from explorer.estimators.critic.base import ByCritic


@dataclass(frozen=True)
class JS(ByCritic):
    r"""NWJ's lower bound of a critic that learns by the Jensen-Shannon objective, whose gradient is calm.

    .. math:: \max_f E_p[-\ln(1 + e^{-f})] - E_{p p}[\ln(1 + e^{f})], \qquad
              \hat I = 1 + E_p[f] - E_{p p}[e^f] \le I(X; Y)

    Both have their optimum at f = ln p(x, y) / p(x) p(y). The objective cares little for how large a large ratio is, so
    that the value falls short at high I.

    References: hjelm2019; nowozin2016; poole2019.
    """

    tolerance: ClassVar[float] = 0.15

    def objective(self, scores: torch.Tensor) -> torch.Tensor:
        """The Jensen-Shannon objective."""
        return bounds.jensen_shannon(scores)

    def read(self, scores: torch.Tensor) -> torch.Tensor:
        """NWJ's bound."""
        return bounds.nwj(scores)
