"""A diffusion decoder that is told a code, with a reward on the information of the code."""

from dataclasses import dataclass
from typing import Annotated, ClassVar

import torch

from explorer.errors import InputError, SampleError, SettingError
from explorer.networks.autoencoder import Autoencoder
from explorer.networks.denoiser import Denoiser
from explorer.objectives.base import Batch, Objective, Terms, divergence, terms
from explorer.settings import Range


@dataclass(frozen=True)
class InfoDiffusion(Objective):
    r"""InfoDiffusion: half the squared error of the noise, less information, plus the distance of codes from the prior.

    .. math:: \tfrac{1}{2} E_{t, \epsilon} |\epsilon - \hat\epsilon(x_t, t, z)|^2 + (1 - \zeta) KL(q(z|x) \| p(z))
              + (\lambda + \zeta - 1) MMD^2(q(z), p(z))

    The weights are those of InfoVAE, whose I(x; z) is added to the bound zeta times and whose divergence of q(z) from
    p(z) is replaced by the maximum mean discrepancy (zhao2019); that InfoDiffusion has them unchanged is
    taken from a summary of the paper and was not read in it. The authors' code has a weight of the KL divergence and
    one of the MMD, 0 and 0.1, in place of zeta and lambda, and averages the error of the noise over pixels without the
    half: its 0.1 is 0.05 times the pixels here, 3.2 for digits and 51 for 32 x 32.

    The error is that of one step drawn for each image, all steps weighed alike (ho2020): the first term is no bound of
    the likelihood, and the loss no number of nats that could be held against those of other objectives. A decoder that
    can tell images without the code leaves it empty while the divergence has a weight; with zeta 1 nothing pays for
    information, and variances of codes may shrink without end. Of 512 digits (2 latents, 400 updates of 64 images) the
    code ends with more than 2 nats at zeta 1 and with less than 0.5 at zeta 0. The information is only encouraged here;
    the metrics of a run measure it.

    The prior's part of the MMD is its expectation in closed form and the codes' part leaves out a code's pair with
    itself, so the term is unbiased and can be negative in a small batch. Its kernel is exp(-|a - b|^2 / 2 bandwidth).

    Args:
        zeta: weight of I(x; z) that is added to the bound; 1 takes the divergence of every image away.
        strength: lambda, weight of the distance between all codes and the prior.
        bandwidth: squared length of the kernel; none for half the squared number of latents, as in the authors' code,
            which is wide: the distance then sees hardly more than the first two moments.

    Raises:
        SettingError: where lambda + zeta < 1, which rewards codes far from the prior.
        InputError: by `loss`, when the network is no denoiser.
        SampleError: by `loss`, of a batch of one image.

    References: wang2023; zhao2019; gretton2012, lemma 6; ho2020, equation 14.
    """

    network: ClassVar[str] = "denoiser"
    zeta: Annotated[float, Range(0.0, 1.0)] = 1.0
    strength: Annotated[float, Range(0.0, 10_000.0)] = 10.0
    bandwidth: Annotated[float | None, Range(0.01, 10_000.0, log=True)] = None

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.strength + self.zeta < 1:
            raise SettingError(f"strength={self.strength!r} must be at least 1 - zeta, here {1 - self.zeta:g}")

    def loss(self, model: Autoencoder, batch: Batch) -> Terms:
        """Error of the noise, divergence of every image and distance of all codes, an image."""
        if not isinstance(model, Denoiser):
            raise InputError(f"model is {type(model).__name__}; info_diffusion trains a Denoiser")
        error = model.noise_error(batch.x, batch.z).mean() / 2
        kl = divergence(batch.posterior).sum()
        distance = discrepancy(batch.z, self.bandwidth or batch.z.shape[1] ** 2 / 2)
        whole = error + (1 - self.zeta) * kl + (self.strength + self.zeta - 1) * distance
        return terms(whole, noise_error=error, kl=kl, discrepancy=distance)


def discrepancy(z: torch.Tensor, bandwidth: float) -> torch.Tensor:
    """Unbiased squared MMD of codes (n, d) from N(0, I) under exp(-|a - b|^2 / 2 bandwidth).

    Raises:
        SampleError: for fewer than two codes.
    """
    n, d = z.shape
    if n < 2:
        raise SampleError(f"a batch of {n} code has no pairs; its distance from the prior needs at least 2")
    squares = z.square().sum(1)
    among = ((2 * z @ z.T - squares[:, None] - squares) / (2 * bandwidth)).exp()
    across = (bandwidth / (bandwidth + 1)) ** (d / 2) * (-squares / (2 * (bandwidth + 1))).exp()
    prior = (bandwidth / (bandwidth + 2)) ** (d / 2)
    return (among.sum() - among.diagonal().sum()) / (n * (n - 1)) - 2 * across.mean() + prior
