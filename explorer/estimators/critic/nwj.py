"""The bound of Nguyen, Wainwright and Jordan."""

from dataclasses import dataclass

import torch

from explorer.critics import bounds
from explorer.estimators.critic.base import ByCritic


@dataclass(frozen=True)
class NWJ(ByCritic):
    r"""NWJ: a lower bound without a ceiling, whose variance grows as e^I.

    .. math:: \hat I = 1 + E_p[f(x, y)] - E_{p p}[e^{f(x, y)}] \le I(X; Y)

    Tight at f = ln p(x, y) / p(x) p(y). Its mean owes much to few pairs at high I, so that few samples read too little
    far more often than too much. MINE-f is this bound.

    References: nguyen2010; poole2019; belghazi2018.
    """

    def objective(self, scores: torch.Tensor) -> torch.Tensor:
        """The bound of a batch."""
        return bounds.nwj(scores)
