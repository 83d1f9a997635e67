"""The evidence lower bound with a divergence held at a growing capacity."""

from dataclasses import dataclass
from typing import Annotated

import torch

from explorer.networks.autoencoder import Autoencoder
from explorer.objectives.base import Batch, Objective, Terms, divergence, reconstruction, terms
from explorer.settings import Range


@dataclass(frozen=True)
class AnnealedCapacity(Objective):
    r"""Hold the divergence at a capacity that grows in a straight line from 0; a bound of nothing.

    .. math:: -E_q \log p(x|z) + \gamma |KL(q(z|x) \| N(0, I)) - C|

    with the divergence as a mean over the batch. The published range of C, up to 25 nats over 100 000 updates, is of
    images of 64 x 64 pixels. A training of fewer updates than `annealing` ends at a lower
    capacity, as its title says.

    Args:
        gamma: weight of the distance from the capacity.
        capacity: in nats, once it has grown.
        annealing: updates over which the capacity grows.

    References: burgess2018, equation 8.
    """

    gamma: Annotated[float, Range(0.0, 10_000.0)] = 1000.0
    capacity: Annotated[float, Range(0.0, 1000.0)] = 25.0
    annealing: Annotated[int, Range(1, 10_000_000)] = 100_000

    def loss(self, model: Autoencoder, batch: Batch) -> Terms:
        """Reconstruction and the weighted distance of the divergence from the capacity of this update."""
        rebuilt, kl = reconstruction(model.decode(batch.z), batch.x), divergence(batch.posterior).sum()
        capacity = torch.as_tensor(self.at(batch.step))
        return terms(rebuilt + self.gamma * (kl - capacity).abs(), reconstruction=rebuilt, kl=kl, capacity=capacity)

    def remark(self, updates: int) -> str:
        """That the capacity does not arrive, where it does not."""
        last = self.at(updates)
        return f"ends at {last:.3g} of {self.capacity:g} nats" if last < self.capacity else ""

    def at(self, step: int) -> float:
        """The capacity after so many updates, in nats."""
        return self.capacity * min(1.0, step / self.annealing)
