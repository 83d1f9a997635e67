"""The evidence lower bound."""

from dataclasses import dataclass

from explorer.networks.autoencoder import Autoencoder
from explorer.objectives.base import Batch, Objective, Terms, divergence, reconstruction, terms


@dataclass(frozen=True)
class VAE(Objective):
    r"""Minus the evidence lower bound, an upper bound of -E log p(x).

    .. math:: -E_q \log p(x|z) + KL(q(z|x) \| N(0, I))

    References: kingma2014, equation 3.
    """

    def loss(self, model: Autoencoder, batch: Batch) -> Terms:
        """Reconstruction and divergence, in nats an image."""
        rebuilt, kl = reconstruction(model.decode(batch.z), batch.x), divergence(batch.posterior).sum()
        return terms(rebuilt + kl, reconstruction=rebuilt, kl=kl)
