"""The mutual information machine, learnt from the encoder's samples."""

from dataclasses import dataclass
from typing import Annotated

import torch

from explorer.networks.autoencoder import Autoencoder, Gaussian
from explorer.numerics.posteriors import LOG_2_PI
from explorer.objectives.base import Batch, Objective, Terms, reconstruction, terms
from explorer.settings import Range


@dataclass(frozen=True)
class MIM(Objective):
    r"""The asymmetric mutual information machine (A-MIM): samples come from the encoder alone.

    .. math:: -E_q \left[\log p(x|z) + \tfrac{1}{2} (\log q(z|x) + \log p(z))\right]

    An upper bound of H(x|z) + (H(z|x) + H(z)) / 2 = H(x) + H(z) - 3/2 I(x; z) of the encoder's joint distribution;
    what it exceeds that by is E KL(q(x|z) || p(x|z)) + KL(q(z) || p(z)) / 2. Low loss is therefore high information
    and low entropy, where the evidence lower bound pays for information. The two entropies are taken in closed form,
    so the only sample is that of the reconstruction.

    H(z|x) is differential: with finitely many images the loss falls by 1/4 for every unit that a latent's log-variance
    falls, without end, and so does H(z) with it. Below `floor` a log-variance is counted as `floor`, which takes the
    pull away; it may still fall for the sake of the reconstruction (on digits, to -11 in 3000 updates of Adam).

    The symmetric machine also takes samples of the decoder, whose pixels are discrete here and have no gradient; it is
    not offered.

    Args:
        floor: least log-variance of a latent that is rewarded.

    References: livne2019; livne2020.
    """

    floor: Annotated[float, Range(-20.0, 0.0)] = -6.0

    def loss(self, model: Autoencoder, batch: Batch) -> Terms:
        """Reconstruction and half the sum of the two entropies, in nats an image."""
        rebuilt = reconstruction(model.decode(batch.z), batch.x)
        noise, anchor = conditional_entropy(batch.posterior, self.floor), cross_entropy(batch.posterior)
        return terms(rebuilt + (noise + anchor) / 2, reconstruction=rebuilt, noise=noise, anchor=anchor)


def conditional_entropy(posterior: Gaussian, floor: float) -> torch.Tensor:
    """H(z|x) = -E log q(z|x) in nats, averaged over images; log-variances below `floor` count as `floor`."""
    return (1 + LOG_2_PI + posterior.log_variance.clamp(min=floor)).sum(1).mean() / 2


def cross_entropy(posterior: Gaussian) -> torch.Tensor:
    """-E_q log p(z) in nats, p standard normal, averaged over images: H(z) + KL(q(z) || p(z))."""
    return (LOG_2_PI + posterior.mean.square() + posterior.variance).sum(1).mean() / 2
