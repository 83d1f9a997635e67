"""The tractable bound of Barber and Agakov, unnormalised."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch

from explorer.critics import bounds
from explorer.critics.members import Critic, Layers
from explorer.estimators.critic.base import ByCritic


class Baselined(Critic):
    """f(x, y) - ln a(y): a critic and a network of y beside it, started at 0 but for its linear path."""

    def __init__(self, critic: Critic, columns: int, hidden: int):
        super().__init__(critic.seeds)
        self.critic = critic
        self.baseline = Layers([seed + 1 for seed in critic.seeds], (columns, hidden, 1))

    def forward(self, x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        """Scores less the baseline of their y."""
        return self.critic(x, y) - self.baseline(y).mT


@dataclass(frozen=True)
class TUBA(ByCritic):
    r"""TUBA: NWJ with a learnt baseline a(y), a lower bound for any positive a.

    .. math:: \hat I = 1 + E_p\left[\ln \frac{e^{f(x, y)}}{a(y)}\right] - E_{p p}\left[\frac{e^{f(x, y)}}{a(y)}\right]
              \le I(X; Y)

    a(y) takes on the partition function of y, which f then need not learn.

    References: poole2019; barber2003.
    """

    def built(self, seeds: Sequence[int], dims: tuple[int, int], labels: bool) -> Critic:
        """Critics with a baseline."""
        return Baselined(super().built(seeds, dims, labels), dims[1], self.hidden)

    def objective(self, scores: torch.Tensor) -> torch.Tensor:
        """NWJ of the scores, whose baseline is taken off."""
        return bounds.nwj(scores)
