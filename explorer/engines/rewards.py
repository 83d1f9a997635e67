"""What an objective makes a small autoencoder keep of digits: taught in a moment, read with exact mixtures."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from explorer.catalogue import objectives
from explorer.device import one_thread, seeded
from explorer.networks.kinds import build
from explorer.numerics.posteriors import Posterior, kl_terms
from explorer.recordings.images import DigitImages
from explorer.settings import checked_settings
from explorer.training.base import Pupil

RATE = 2e-3
"""Of learning, by Adam."""


@dataclass(frozen=True)
class Kept:
    """The codes of n digits after some updates.

    Attributes:
        means, variances: (n, latents) of q(z|x).
        digits: (n,).
        information: index-code information of the n posteriors in nats, at most ln n.
        kl: mean divergence from the prior in nats.
        neighbours: leave-one-out accuracy of the five nearest codes.
    """

    means: np.ndarray
    variances: np.ndarray
    digits: np.ndarray
    information: float
    kl: float
    neighbours: float

    @property
    def most(self) -> float:
        """ln n, the most that the information can be."""
        return math.log(len(self.digits))


def kept(objective: str, updates: int = 200, latents: int = 2, batch: int = 64, seed: int = 0, **settings: Any) -> Kept:
    """Teach a dense autoencoder, or the denoiser of InfoDiffusion, scikit-learn's digits.

    Args:
        objective: catalogue key; `settings` are its own.
        updates: of `batch` digits each.

    Raises:
        UnknownNameError: for an objective that is not there.
        SettingError: for settings that it does not have.

    References: kingma2014; alpaydin1998.
    """
    own = checked_settings(objectives.card(objective).settings, settings, objective)
    images, rule = DigitImages(), objectives[objective](**own)
    with one_thread(), seeded(seed, torch.device("cpu")):
        model = build(rule.network or "dense", size=8, latents=latents, width=64)
        pupil = Pupil(model, rule, images, batch, RATE)
        for _ in range(updates):
            pupil.update(images.pixels(torch.randperm(len(images))[:batch]))
        every = torch.arange(len(images))
        with torch.no_grad():
            found = model.eval().encode(images.pixels(every))
        posterior = Posterior(found.mean.double(), found.variance.double())
        terms = kl_terms(posterior, posterior.drawn())
    digits = images.labels(every)
    return Kept(
        posterior.mean.numpy(), posterior.variance.numpy(), digits,
        terms.index_code_information, float(terms.kl.sum()), _neighbours(posterior.mean, digits),
    )  # fmt: skip


def _neighbours(z: torch.Tensor, y: np.ndarray) -> float:
    """Share of samples whose label is the most frequent one among the five nearest others; of several the least."""
    near = torch.cdist(z, z).fill_diagonal_(torch.inf).topk(5, largest=False).indices
    guess = torch.nn.functional.one_hot(torch.as_tensor(y)[near], 10).sum(1).argmax(1)
    return float((guess.numpy() == y).mean())
