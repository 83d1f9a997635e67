"""Mutual information neural estimation."""

import math
from dataclasses import dataclass
from typing import Annotated, ClassVar

import torch

from explorer.critics import bounds
from explorer.estimators.critic.base import ByCritic, Objective, above_pairs
from explorer.result import Doubt
from explorer.settings import Range


@dataclass(frozen=True)
class MINE(ByCritic):
    r"""MINE: the bound of Donsker and Varadhan, raised along a gradient that a moving average makes less biased.

    .. math:: \hat I = E_p[f(x, y)] - \ln E_{p p}[e^{f(x, y)}]

    The gradient of the logarithm divides by a mean of e^f over past batches, not over the batch. With
    all pairs of the population it is a lower bound; of K samples it is neither that nor unbiased, and reads too much
    where I is above ln K. The negatives are all pairs of different samples of a batch, where published code shuffles
    once or draws with replacement; the value is read on samples held out, and not the last of training.

    Args:
        decay: weight of a batch in the moving average; 1 is the plain gradient of the batch. As all pairs of a batch
            are averaged, little bias is left to correct, and a slow average lags behind scores that rise: of 6 nats in
            10 + 10 normal columns 1 reads 5.7, 0.5 reads 5.6, and 0.3 or less 5.1 or less.

    References: belghazi2018; donsker1983.
    """

    side: ClassVar[str] = "none"

    decay: Annotated[float, Range(0.001, 1, log=True)] = 0.5

    def objective(self, scores: torch.Tensor) -> torch.Tensor:
        """The bound of Donsker and Varadhan."""
        return bounds.donsker_varadhan(scores)

    def climbed(self) -> Objective:
        """The bound with the gradient of the moving average."""
        return Averaged(self.decay)

    def doubts(self, x: torch.Tensor, y: torch.Tensor | None, value: float) -> tuple[Doubt, ...]:
        """That a value above ln K is one that the average of so few pairs can overstate."""
        return above_pairs(self.name, value, len(x))


class Averaged:
    """Values of the bound of Donsker and Varadhan, with gradients that divide by a moving average of E[e^f], whose
    logarithm is `past`."""

    def __init__(self, decay: float):
        self.decay = decay
        self.past: list[torch.Tensor] = []

    def __call__(self, scores: torch.Tensor) -> torch.Tensor:
        """The bound of a batch, (members,)."""
        now = bounds.log_mean_exp_apart(scores)
        past = self.past[0] if self.past else now.detach()
        kept = torch.full_like(past, math.log1p(-self.decay) if self.decay < 1 else -math.inf)
        average = torch.logaddexp(past + kept, now.detach() + math.log(self.decay))
        self.past[:] = [average]
        climbed = bounds.pairs(scores).mean(-1) - (now - average).exp()
        return climbed + (bounds.donsker_varadhan(scores) - climbed).detach()
