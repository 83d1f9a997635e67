"""The mutual information machine with a contrastive term."""

import math
from dataclasses import dataclass
from typing import Annotated

import torch
from torch.nn.functional import normalize, softplus

from explorer.errors import SampleError
from explorer.networks.autoencoder import Autoencoder
from explorer.objectives.base import Batch, Objective, Terms, terms
from explorer.objectives.mim import MIM
from explorer.settings import Range


@dataclass(frozen=True)
class CMIM(Objective):
    r"""The contrastive mutual information machine: MIM, and every code is told from those of other images.

    .. math:: L_{MIM} - E_i \log \frac{e^{s_{ii}/\tau}}{e^{s_{ii}/\tau} + E_{j \ne i} e^{s_{ij}/\tau}}

    s_ij is the cosine of the angle between the mean of image i and the code drawn for image j. An image's positive is
    its own code; no images are augmented. The negatives are averaged where InfoNCE sums them, so the term does not
    grow with ln n. In expectation it is free of the batch up to the variance of that average (Jensen's inequality,
    of order 1 / n): on isotropic codes in 10 dimensions at temperature 0.5 it is 0.1664, 0.1666, 0.1667 and 0.1667 at
    16, 64, 256 and 1024 images, each within 0.0002, where InfoNCE is 1.3, 2.5, 3.9 and 5.2. It bounds no information.

    It shapes angles alone; with deterministic codes s_ii is 1 and the term only spreads the directions out. The paper
    was not read for this entry: average, cosine and temperature are taken from its abstract and a summary, and that
    the mean stands against the codes is this product's choice.

    Args:
        temperature: tau; less presses on the nearest negatives.
        floor: least log-variance of a latent that is rewarded, as of MIM.

    Raises:
        SampleError: by `loss`, of a batch of one image, which has no negative.

    References: livne2025; livne2025a.
    """

    temperature: Annotated[float, Range(0.01, 10.0, log=True)] = 0.1
    floor: Annotated[float, Range(-20.0, 0.0)] = -6.0

    def loss(self, model: Autoencoder, batch: Batch) -> Terms:
        """The loss of MIM and the contrastive term, in nats an image."""
        machine = MIM(self.floor).loss(model, batch)
        told = contrast(batch.posterior.mean, batch.z, self.temperature)
        return terms(machine.loss + told, **machine.parts, contrast=told)


def contrast(mean: torch.Tensor, z: torch.Tensor, temperature: float) -> torch.Tensor:
    """-E_i ln of the share of a code's own image against the average of the others; (n, latents) twice.

    Raises:
        SampleError: for fewer than two images.
    """
    n = len(z)
    if n < 2:
        raise SampleError(f"a batch of {n} image has no negatives; the contrastive term needs at least 2")
    closeness = normalize(mean, dim=1) @ normalize(z, dim=1).T / temperature
    own = torch.eye(n, dtype=torch.bool, device=z.device)
    others = closeness.masked_fill(own, -math.inf).logsumexp(1) - math.log(n - 1)
    return softplus(others - closeness.diagonal()).mean()
