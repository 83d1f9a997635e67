"""The evidence lower bound with a covariance of the code held at the identity."""

from dataclasses import dataclass
from typing import Annotated, Literal

import torch

from explorer.networks.autoencoder import Autoencoder, Gaussian
from explorer.objectives.base import Batch, Objective, Terms, divergence, reconstruction, terms
from explorer.settings import Range


@dataclass(frozen=True)
class DIPVAE(Objective):
    r"""Match the second moments of the mixture of posteriors to those of the prior; a bound of nothing.

    .. math:: -E_q \log p(x|z) + KL(q(z|x) \| N(0, I))
        + \lambda_{od} \sum_{i \ne j} C_{ij}^2 + \lambda_d \sum_i (C_{ii} - 1)^2

    C is the covariance over the batch of the means of q(z|x) ("i"), or that of the code itself, to which the mean
    variance of q(z|x) is added on the diagonal ("ii"). Covariances see no dependence but the linear one. Published
    runs weight the diagonal ten times as much as the rest in "i", and equally in "ii".

    Args:
        kind: whose covariance is held, "i" of the means or "ii" of the code.
        lambda_od: weight off the diagonal.
        lambda_d: weight on the diagonal.

    References: kumar2018, equations 6 and 7.
    """

    kind: Literal["i", "ii"] = "i"
    lambda_od: Annotated[float, Range(0.0, 1000.0)] = 10.0
    lambda_d: Annotated[float, Range(0.0, 1000.0)] = 100.0

    def loss(self, model: Autoencoder, batch: Batch) -> Terms:
        """Reconstruction, divergence and the two weighted penalties."""
        rebuilt, kl = reconstruction(model.decode(batch.z), batch.x), divergence(batch.posterior).sum()
        apart, unit = penalties(self.covariance(batch.posterior))
        loss = rebuilt + kl + self.lambda_od * apart + self.lambda_d * unit
        return terms(loss, reconstruction=rebuilt, kl=kl, off_diagonal=apart, diagonal=unit)

    def covariance(self, posterior: Gaussian) -> torch.Tensor:
        """The covariance that is held, (latents, latents), as a mean over the batch."""
        means = torch.cov(posterior.mean.T, correction=0)
        return means if self.kind == "i" else means + posterior.variance.mean(0).diag()


def penalties(covariance: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Sum of squares off the diagonal, and of what the diagonal differs from 1 by."""
    diagonal = covariance.diagonal()
    return (covariance - diagonal.diag()).square().sum(), (diagonal - 1).square().sum()
