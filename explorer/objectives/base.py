"""What all objectives share; an entry holds only the loss."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import ClassVar

import torch
from torch import nn

from explorer.catalogue import Catalogue, objectives
from explorer.entries import Entry
from explorer.networks.autoencoder import Autoencoder, Gaussian
from explorer.settings import typed


@dataclass(frozen=True)
class Batch:
    """What a loss sees of one update.

    Attributes:
        x: images, (n, pixels) from 0 to 1.
        posterior: q(z|x) by the network, with gradients.
        z: one sample of every posterior, (n, latents), with gradients.
        step: updates made before this one.
        n_data: images of the whole training set.
        critic: the objective's own network, where it has one.
    """

    x: torch.Tensor = field(repr=False)
    posterior: Gaussian = field(repr=False)
    z: torch.Tensor = field(repr=False)
    step: int
    n_data: int
    critic: nn.Module | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Terms:
    """The loss, in nats an image, and the terms it is made of, without gradients."""

    loss: torch.Tensor
    parts: Mapping[str, torch.Tensor] = field(default_factory=dict)


@dataclass(frozen=True)
class Objective(Entry):
    """Settings in the constructor; an entry gives `loss(model, batch)`.

    Random numbers are torch's global ones, so that a run is one seed. An objective with a network of its own gives it
    in `critic(model)` and its loss in `critic_loss(batch)`, which is minimised by `critic_optimiser` after every update
    of the autoencoder.

    Attributes:
        network: the kind of network it needs; "" for the one that suits the images.
    """

    catalogue: ClassVar[Catalogue] = objectives
    network: ClassVar[str] = ""

    def loss(self, model: Autoencoder, batch: Batch) -> Terms:
        """The loss to minimise, in nats an image."""
        raise NotImplementedError

    def critic(self, model: Autoencoder) -> nn.Module | None:
        """A network of the objective's own, or None."""
        return None

    def critic_loss(self, batch: Batch) -> torch.Tensor:
        """The loss of the objective's own network; `batch.z` and `batch.posterior` carry no gradient."""
        raise NotImplementedError

    def critic_optimiser(self, parameters: Iterator[nn.Parameter]) -> torch.optim.Optimizer:
        """What trains the objective's own network."""
        raise NotImplementedError

    def remark(self, updates: int) -> str:
        """What the title of a training of so many updates must say of it; "" for nothing."""
        return ""

    @property
    def title(self) -> str:
        """The entry and its numbers as one reads them, as in "beta_tcvae(beta=6)"."""
        numbers = [f"{name}={typed(value)}" for name, value in self.settings.items()]
        return f"{self.name}({', '.join(numbers)})" if numbers else self.name


def reconstruction(logits: torch.Tensor, x: torch.Tensor) -> torch.Tensor:
    """-E log p(x|z) in nats an image: Bernoulli pixels, summed over pixels and averaged over images.

    Pixels between 0 and 1 are taken as probabilities; the loss is then the cross-entropy and its least value is not 0.
    """
    return nn.functional.binary_cross_entropy_with_logits(logits, x.to(logits.dtype), reduction="sum") / len(x)


def divergence(posterior: Gaussian) -> torch.Tensor:
    """KL(q(z|x) || N(0, 1)) of every latent in nats, averaged over images, (latents,)."""
    mean, log_variance = posterior.mean, posterior.log_variance
    return (mean.square() + log_variance.exp() - 1 - log_variance).mean(0) / 2


def terms(loss: torch.Tensor, **parts: torch.Tensor) -> Terms:
    """The loss with its parts, detached."""
    return Terms(loss, {name: value.detach() for name, value in parts.items()})
