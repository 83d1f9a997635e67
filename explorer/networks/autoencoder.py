"""What all autoencoders share: an encoder of Gaussian codes and a decoder to the logits of pixels."""

from dataclasses import dataclass, field
from typing import Any, ClassVar

import torch
from torch import nn


@dataclass(frozen=True)
class Gaussian:
    """q(z|x) = N(mean, diag exp(log_variance)) of n samples, with gradients.

    Attributes:
        mean: (n, latents).
        log_variance: (n, latents).
    """

    mean: torch.Tensor = field(repr=False)
    log_variance: torch.Tensor = field(repr=False)

    @property
    def variance(self) -> torch.Tensor:
        """(n, latents)."""
        return self.log_variance.exp()

    def drawn(self) -> torch.Tensor:
        """One sample of every posterior, (n, latents), by torch's random numbers; gradients reach mean and variance."""
        return self.mean + (self.log_variance / 2).exp() * torch.randn_like(self.mean)


class Exponential(nn.Module):
    """exp, as a module that can be recorded."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """exp(x)."""
        return x.exp()


class Autoencoder(nn.Module):
    """An encoder of Gaussian codes and a decoder to the logits of pixels.

    Its layers to record are `mean` and `variance`. A network gives `encoder`, (n, pixels) to (n, width), and `decoder`,
    (n, latents) to (n, pixels). Whole numbers are taken as images too, in the type of the weights.

    Attributes:
        kind: what `networks.kinds.build` calls it.
        latents: number of units of the code.
        settings: what it was built with.

    References: kingma2014.
    """

    kind: ClassVar[str]

    def __init__(self, encoder: nn.Module, decoder: nn.Module, width: int, latents: int, settings: dict[str, Any]):
        super().__init__()
        self.latents, self.settings = latents, settings
        self.encoder, self.decoder = encoder, decoder
        self.mean, self.log_variance = nn.Linear(width, latents), nn.Linear(width, latents)
        self.variance = Exponential()

    def encode(self, x: torch.Tensor) -> Gaussian:
        """q(z|x) of images x, (n, pixels) from 0 to 1."""
        hidden = self.encoder(x.to(self.mean.weight.dtype))
        return Gaussian(self.mean(hidden), self.log_variance(hidden))

    def decode(self, z: torch.Tensor) -> torch.Tensor:
        """Logits of every pixel, (n, pixels), of codes z, (n, latents); their sigmoids are the images."""
        return self.decoder(z)

    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Mean and variance of q(z|x); the decoder is not asked."""
        posterior = self.encode(x)
        return posterior.mean, self.variance(posterior.log_variance)
