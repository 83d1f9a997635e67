"""The evidence lower bound with a weight on a total correlation that a classifier estimates."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated

import torch
from torch import nn

from explorer.networks.autoencoder import Autoencoder
from explorer.objectives.base import Batch, Objective, Terms, divergence, reconstruction, terms
from explorer.settings import Range

DEPTH = 6
"""Hidden layers of the classifier."""


@dataclass(frozen=True)
class FactorVAE(Objective):
    r"""Press down the total correlation of the code as a classifier sees it; a bound of nothing.

    .. math:: -E_q \log p(x|z) + KL(q(z|x) \| N(0, I)) + \gamma E_q [\log D(z) - \log(1 - D(z))]

    The classifier D tells codes of the batch from the same codes with every latent permuted by itself over the batch;
    where it is the best one its log-odds are the log-ratio of the densities q(z) and the product of its margins, and
    their mean is the total correlation. A classifier that lags behind finds too little. The paper permutes a second
    batch and has 1000 hidden units in each of its layers; permuting the first costs no second pass and leaves the two
    samples with the same margins.

    Args:
        gamma: weight of the total correlation.
        hidden: units in each of six hidden layers of the classifier.
        critic_rate: learning rate of the classifier, by Adam with moments 0.5 and 0.9.

    References: kim2018, equation 2 and algorithm 2.
    """

    gamma: Annotated[float, Range(0.0, 10_000.0)] = 6.4
    hidden: Annotated[int, Range(8, 2000)] = 256
    critic_rate: Annotated[float, Range(1e-7, 1.0, log=True)] = 1e-4

    def loss(self, model: Autoencoder, batch: Batch) -> Terms:
        """Reconstruction, divergence and the weighted mean log-odds of the classifier."""
        rebuilt, kl = reconstruction(model.decode(batch.z), batch.x), divergence(batch.posterior).sum()
        odds = torch.zeros_like(kl) if batch.critic is None else batch.critic(batch.z).mean()
        return terms(rebuilt + kl + self.gamma * odds, reconstruction=rebuilt, kl=kl, total_correlation=odds)

    def critic(self, model: Autoencoder) -> nn.Module:
        """The classifier: codes to log-odds of being a joint sample, (n, 1)."""
        layers: list[nn.Module] = []
        for place in range(DEPTH):
            layers += [nn.Linear(self.hidden if place else model.latents, self.hidden), nn.LeakyReLU(0.2)]
        return nn.Sequential(*layers, nn.Linear(self.hidden, 1))

    def critic_loss(self, batch: Batch) -> torch.Tensor:
        """Cross-entropy of the classifier, in nats a code; ln 2 where it sees no dependence."""
        assert batch.critic is not None
        joint, apart = batch.critic(batch.z), batch.critic(permuted(batch.z))
        return (nn.functional.softplus(-joint).mean() + nn.functional.softplus(apart).mean()) / 2

    def critic_optimiser(self, parameters: Iterator[nn.Parameter]) -> torch.optim.Optimizer:
        """Adam, as published."""
        return torch.optim.Adam(parameters, lr=self.critic_rate, betas=(0.5, 0.9))


def permuted(z: torch.Tensor) -> torch.Tensor:
    """Every column in an order of its own."""
    order = torch.rand_like(z).argsort(0)
    return z.gather(0, order)
