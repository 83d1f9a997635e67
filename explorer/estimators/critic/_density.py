"""What estimators with a model of p(y | x) share."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

import torch

from explorer.critics import bounds
from explorer.critics.densities import Labels, Normal
from explorer.critics.members import Critic
from explorer.estimators.critic.base import ByCritic


@dataclass(frozen=True)
class ByDensity(ByCritic):
    """Reads log densities of a model q(y | x) that learns by its likelihood: normal with networks for its mean and log
    variances, or a classifier where y is discrete.

    Args:
        critic: there is one model only.
    """

    side: ClassVar[str] = "none"

    critic: Literal["density"] = "density"  # type: ignore[assignment]

    def built(self, seeds: Sequence[int], dims: tuple[int, int], labels: bool) -> Critic:
        """Models of y given x."""
        return (Labels if labels else Normal)(seeds, dims, self.hidden)

    def objective(self, scores: torch.Tensor) -> torch.Tensor:
        """The mean log likelihood of a batch."""
        return bounds.pairs(scores).mean(-1)

    def chosen(self, scores: torch.Tensor) -> torch.Tensor:
        """The mean log likelihood."""
        return bounds.pairs(scores).mean(-1)
