"""A classifier whose outputs shall differ within a class: likelihood and conditional information together."""

from dataclasses import dataclass
from functools import cache

import numpy as np
import torch

from explorer.engines.answers._descent import descended
from explorer.engines.answers.digits import CLASSES, halves
from explorer.numerics.outputs import class_means, information_by_class

DECAY, STEPS = 1e-3, 150
"""Penalty of half the squared weights in the mean loss, and iterations of L-BFGS."""


@cache
def outputs(weight: float) -> torch.Tensor:
    r"""ln p of the held-out digits, (899, 10), by a softmax that was taught the first half.

    .. math:: -\frac1n \sum_i \ln p(y_i \mid x_i) - \lambda I(X; \hat Y \mid Y)

    with a small penalty of the weights.

    Args:
        weight: lambda; 0 for the likelihood alone.

    References: ye2024.
    """
    taught, held = halves()

    def loss(parts: list[torch.Tensor]) -> torch.Tensor:
        log_p = (taught.images @ parts[0] + parts[1]).log_softmax(1)
        known = torch.nn.functional.nll_loss(log_p, taught.digits)
        penalty = DECAY / 2 * parts[0].square().sum()
        return known + penalty - (weight * _whole(log_p.exp(), taught.digits) if weight else 0.0)

    start = [torch.zeros(64, CLASSES).double(), torch.zeros(CLASSES).double()]
    weights, offsets = descended(loss, start, STEPS)
    return (held.images @ weights + offsets).log_softmax(1)


@dataclass(frozen=True)
class Fit:
    """How well outputs fit labels: mean -ln p in nats, and the share that is right."""

    cross_entropy: float
    right: float


def fit(log_p: torch.Tensor) -> Fit:
    """Of the held-out digits."""
    held = halves()[1]
    right = float((log_p.argmax(1) == held.digits).double().mean())
    return Fit(float(torch.nn.functional.nll_loss(log_p, held.digits)), right)


@dataclass(frozen=True, eq=False)
class PerClass:
    """Information within each class in nats, (10,), and its standard error over the images of the class.

    Attributes:
        whole: I(X; Y-hat | Y) in nats, classes weighing as they occur.
    """

    values: np.ndarray
    errors: np.ndarray
    whole: float


def per_class(log_p: torch.Tensor) -> PerClass:
    """What held-out digits tell of the output within their class: the mean divergence from the class's mean output.

    The mean output is taken as known, which leaves a share of about 1 / n of the error out.

    References: ye2024.
    """
    y = halves()[1].digits
    p = log_p.exp()
    apart = (p * (log_p - class_means(p, y).log()[y])).sum(1)
    errors = [float(one.std() / len(one) ** 0.5) for one in (apart[y == k] for k in range(CLASSES))]
    return PerClass(information_by_class(p, y).numpy(), np.array(errors), float(_whole(p, y)))


def _whole(p: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    """I(X; Y-hat | Y) in nats, classes weighing as they occur."""
    return torch.bincount(y).to(p) / len(y) @ information_by_class(p, y)
