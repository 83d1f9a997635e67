"""A network that gives evidence for each digit, on images between two digits."""

import math
from dataclasses import dataclass
from functools import cache

import numpy as np
import torch

from explorer.engines.answers._descent import descended
from explorer.engines.answers.digits import CLASSES, halves
from explorer.errors import SettingError
from explorer.numerics.dirichlet import information, log_det_fisher
from explorer.numerics.gamma import trigamma
from explorer.numerics.outputs import entropies

HIDDEN, STEPS, DECAY = 32, 100, 1e-4
"""Hidden units, iterations of L-BFGS, and the penalty of half the squared weights."""
FISHER, PULL = 0.05, 0.05
"""Weights of ln |I(alpha)| and of the pull of wrong evidence to none."""


def divergence_from_flat(alpha: torch.Tensor) -> torch.Tensor:
    """KL in nats of Dirichlet distributions (n, K) from the one without evidence, all parameters 1."""
    total, count = alpha.sum(1, keepdim=True), alpha.shape[1]
    log_norm = total[:, 0].lgamma() - math.lgamma(count) - alpha.lgamma().sum(1)
    return log_norm + ((alpha - 1) * (alpha.digamma() - total.digamma())).sum(1)


def evidential_loss(alpha: torch.Tensor, truth: torch.Tensor, fisher: bool) -> torch.Tensor:
    r"""Mean loss of evidence, (): the expected squared error, with or without the weights of the Fisher information.

    .. math:: \sum_k w_k \left( (y_k - p_k)^2 + \frac{p_k (1 - p_k)}{\alpha_0 + 1} \right)
              - \lambda \ln |I(\alpha)| + \mu\, KL(\tilde\alpha \Vert 1), \qquad p = \alpha / \alpha_0

    with w_k the trigamma of alpha_k and lambda = `FISHER`, or w_k = 1 and lambda = 0. alpha-tilde has 1 for the true
    class. A class with little evidence has a large w.

    Args:
        alpha: (n, K), above 1 for classes with evidence.
        truth: (n, K), 1 for the true class.
        fisher: take the weights.

    References: deng2023; sensoy2018.
    """
    total = alpha.sum(1, keepdim=True)
    p = alpha / total
    spread = (truth - p).square() + p * (1 - p) / (total + 1)
    pull = PULL * divergence_from_flat(truth + (1 - truth) * alpha)
    if not fisher:
        return (spread.sum(1) + pull).mean()
    return ((trigamma(alpha) * spread).sum(1) - FISHER * log_det_fisher(alpha) + pull).mean()


@cache
def network(fisher: bool) -> tuple[torch.Tensor, ...]:
    """Weights and offsets of one hidden layer and the last, learnt on the first half of the digits."""
    taught, _ = halves()
    truth = torch.nn.functional.one_hot(taught.digits, CLASSES).double()
    generator = torch.Generator().manual_seed(0)
    wide = torch.randn(64, HIDDEN, generator=generator, dtype=torch.float64) / 8
    last = torch.randn(HIDDEN, CLASSES, generator=generator, dtype=torch.float64) / HIDDEN**0.5
    start = [wide, torch.zeros(HIDDEN).double(), last, torch.zeros(CLASSES).double()]

    def loss(parts: list[torch.Tensor]) -> torch.Tensor:
        penalty = DECAY / 2 * sum(part.square().sum() for part in parts[::2])
        return evidential_loss(concentrations(parts, taught.images), truth, fisher) + penalty

    return tuple(descended(loss, start, STEPS))


def concentrations(parts: list[torch.Tensor] | tuple[torch.Tensor, ...], images: torch.Tensor) -> torch.Tensor:
    """alpha = 1 + softplus of the network's outputs, (n, 10)."""
    return 1 + torch.nn.functional.softplus((images @ parts[0] + parts[1]).tanh() @ parts[2] + parts[3])


@dataclass(frozen=True, eq=False)
class Fading:
    """What a network makes of images that go from one digit to another; (m, pairs) but the first.

    Attributes:
        shares: of the second image, (m,).
        entropy: of the mean probabilities, in nats.
        information: the part of it that more evidence would take away, in nats.
        evidence: alpha_0 - 10, of all classes together.
        log_det: ln |I(alpha)|.
        weights: trigamma of alpha for the first digit, the second, and the mean of the others, (3, m, pairs).
        right: share of the held-out digits named right.
        found: probability that the half-way image of two digits has more `information` than a held-out one (AUC),
            over all pairs of digits.
    """

    shares: np.ndarray
    entropy: np.ndarray
    information: np.ndarray
    evidence: np.ndarray
    log_det: np.ndarray
    weights: np.ndarray
    right: float
    found: float


@cache
def faded(first: int, second: int, fisher: bool, steps: int = 11, most: int = 60) -> Fading:
    """Held-out images of two digits, mixed pixel by pixel in all shares.

    Args:
        first, second: digits, which differ.
        fisher: the network learnt with the weights of the Fisher information.
        steps: shares from 0 to 1.
        most: pairs of images.

    Raises:
        SettingError: when both are one digit.

    References: deng2023; malinin2018.
    """
    if first == second:
        raise SettingError(
            f"first={first!r} and second={second!r} must differ: there is nothing between a digit and itself"
        )
    held, parts = halves()[1], network(fisher)
    pairs = [images[:most] for images in (held.of(first), held.of(second))]
    count = min(map(len, pairs))
    shares = np.linspace(0, 1, steps)
    mixed = torch.cat([_mixed(pairs[0][:count], pairs[1][:count], float(one)) for one in shares])
    alpha = concentrations(parts, mixed)
    others = [k for k in range(CLASSES) if k not in (first, second)]
    psi, clean = trigamma(alpha), concentrations(parts, held.images)
    entropy = entropies(alpha / alpha.sum(1, keepdim=True))
    each = (entropy, information(alpha), alpha.sum(1) - CLASSES, log_det_fisher(alpha))
    read = dict(zip(("entropy", "information", "evidence", "log_det"), each, strict=True))
    weights = torch.stack([psi[:, first], psi[:, second], psi[:, others].mean(1)])
    return Fading(
        shares,
        **{name: values.reshape(steps, count).numpy() for name, values in read.items()},
        weights=weights.reshape(3, steps, count).numpy(),
        right=float((clean.argmax(1) == held.digits).double().mean()),
        found=_found(parts, information(clean)),
    )


def _found(parts: tuple[torch.Tensor, ...], clean: torch.Tensor) -> float:
    """The AUC of the information, half-way images of each pair of digits against the held-out ones."""
    held, each = halves()[1], 8
    images = torch.stack([held.of(digit)[:each] for digit in range(CLASSES)])
    low, high = torch.triu_indices(CLASSES, CLASSES, 1)
    between = information(concentrations(parts, _mixed(images[low], images[high], 0.5).flatten(0, 1)))
    return float((between[:, None] > clean).double().mean())


def _mixed(first: torch.Tensor, second: torch.Tensor, share: float) -> torch.Tensor:
    return (1 - share) * first + share * second
