"""The low-bias form of contrastive learning."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

import torch

from explorer.critics import bounds
from explorer.critics.members import Critic, Layers
from explorer.estimators.critic.base import ByCritic, above_pairs
from explorer.result import Doubt
from explorer.settings import Range


class Cosine(Critic):
    """The cosine of two embeddings, divided by a temperature."""

    def __init__(self, seeds: Sequence[int], dims: tuple[int, int], hidden: int, temperature: float, embed: int = 32):
        super().__init__(seeds)
        self.of_x = Layers([2 * seed for seed in seeds], (dims[0], hidden, hidden, embed))
        self.of_y = Layers([2 * seed + 1 for seed in seeds], (dims[1], hidden, hidden, embed))
        self.temperature = temperature

    def forward(self, x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        """Scores within 1 / temperature of 0."""
        unit = torch.nn.functional.normalize
        return torch.bmm(unit(self.of_x(x), dim=-1), unit(self.of_y(y), dim=-1).mT) / self.temperature


@dataclass(frozen=True)
class UniSiam(ByCritic):
    r"""UniSiam's form: the cosine of two embeddings, with the logarithm outside the mean over all other pairs.

    .. math:: \hat I = E_p[\cos(g(x), h(y)) / T] - \ln E_{p p}[e^{\cos(g(x), h(y)) / T}]

    InfoNCE takes the logarithm of every sample's own mean, which the ceiling ln K comes from; here one mean is taken of
    all pairs, the own one left out, which has less bias and more variance. What the form can show is held down by the
    temperature: cosines reach no further than 2 / T apart. Departs from the source, which learns features of images, in
    that it weights both terms alike and in a symmetric pair of networks: the value is then the bound of Donsker and
    Varadhan.

    Args:
        critic: there is one form only.
        temperature: T; the lower, the higher a ratio of densities can be told.

    References: lu2022.
    """

    side: ClassVar[str] = "none"

    critic: Literal["cosine"] = "cosine"  # type: ignore[assignment]
    temperature: Annotated[float, Range(0.01, 10, log=True)] = 0.1

    def built(self, seeds: Sequence[int], dims: tuple[int, int], labels: bool) -> Critic:
        """Critics that give cosines."""
        return Cosine(seeds, dims, self.hidden, self.temperature)

    def objective(self, scores: torch.Tensor) -> torch.Tensor:
        """The bound of Donsker and Varadhan."""
        return bounds.donsker_varadhan(scores)

    def doubts(self, x: torch.Tensor, y: torch.Tensor | None, value: float) -> tuple[Doubt, ...]:
        """That few pairs let it read too much."""
        return above_pairs(self.name, value, len(x))
