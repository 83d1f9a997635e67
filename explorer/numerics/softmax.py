"""Classifiers that end in a softmax, fitted by L-BFGS: a linear layer, or one hidden layer before it."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import torch
from scipy.optimize import minimize

STEPS = 2000
"""Most iterations of the fit."""
FLAT, FLAT_ENOUGH = 1e-7, 1e-5
"""Largest slope of the mean loss by one parameter at which a fit has arrived: a linear one, and one of many optima."""

Layers = tuple[tuple[torch.Tensor, torch.Tensor], ...]


@dataclass(frozen=True)
class Softmax:
    """Layers of weights (in, out) and offsets (out,), tanh between them and a softmax at the end.

    Attributes:
        converged: the fit arrived within `STEPS` iterations.
    """

    layers: Layers
    converged: bool

    def log_probabilities(self, z: torch.Tensor) -> torch.Tensor:
        """ln p of every class for rows of z, (n, classes)."""
        return _forward(self.layers, z)[1]


def fitted(
    z: torch.Tensor,
    y: torch.Tensor,
    classes: int,
    strength: float = 1.0,
    hidden: int = 0,
    free: bool = True,
    flat: float | None = None,
) -> Softmax:
    """The classifier with the least penalised loss on z (n, d) and codes y (n,).

    The loss is -sum_i ln p(y_i | z_i) + strength / 2 times the sum of squared weights: that of scikit-learn with
    C = 1 / strength. A linear one starts at 0 and has one optimum; hidden units start from torch's generator.
    Losses and slopes are computed where z is, the steps of L-BFGS on the CPU.

    Args:
        hidden: units of a hidden layer; 0 for none.
        free: leave the offsets unpenalised. A class that y lacks then gets the probability 0, near enough.
        flat: slope of the mean loss at which the fit ends; None takes `FLAT`, or `FLAT_ENOUGH` with hidden units.
    """
    widths = pairwise((z.shape[1], *([hidden] if hidden else []), classes))
    start = _start(list(widths))
    shapes = [part.shape for part in start]
    truth = torch.nn.functional.one_hot(y, classes).to(z)
    penalties = [strength if len(shape) > 1 or not free else 0.0 for shape in shapes]

    def loss(flat: np.ndarray) -> tuple[float, np.ndarray]:
        parts = _parts(torch.from_numpy(flat).to(z.device), shapes)
        value, slopes = _loss(parts, z, truth)
        for part, slope, penalty in zip(parts, slopes, penalties, strict=True):
            value = value + penalty / 2 * part.square().sum()
            slope += penalty * part
        return float(value) / len(y), (torch.cat([slope.ravel() for slope in slopes]) / len(y)).cpu().numpy()

    flat = flat or (FLAT_ENOUGH if hidden else FLAT)
    limits = {"maxiter": STEPS, "maxfun": 2 * STEPS, "gtol": flat, "ftol": 0, "maxcor": 20}
    begin = torch.cat([part.ravel() for part in start]).numpy()
    found = minimize(loss, begin, jac=True, method="L-BFGS-B", options=limits)
    parts = _parts(torch.from_numpy(found.x).to(z.device), shapes)
    return Softmax(_layers(parts), bool(found.nit < STEPS and found.nfev < 2 * STEPS))


def _loss(parts: list[torch.Tensor], z: torch.Tensor, truth: torch.Tensor) -> tuple[torch.Tensor, list[torch.Tensor]]:
    """The summed loss and its slope by every part: backpropagation."""
    layers = _layers(parts)
    inputs, log_p = _forward(layers, z)
    slopes: list[torch.Tensor] = []
    error = log_p.exp() - truth
    for (weights, _), values in zip(layers[::-1], inputs[::-1], strict=True):
        slopes = [values.T @ error, error.sum(0), *slopes]
        error = (error @ weights.T) * (1 - values.square()) if len(slopes) < len(parts) else error
    return -(truth * log_p).sum(), slopes


def _forward(layers: Layers, z: torch.Tensor) -> tuple[list[torch.Tensor], torch.Tensor]:
    """The input of every layer, and ln p of every class."""
    inputs = [z]
    for weights, offsets in layers[:-1]:
        inputs.append(torch.addmm(offsets, inputs[-1], weights).tanh())
    weights, offsets = layers[-1]
    return inputs, torch.addmm(offsets, inputs[-1], weights).log_softmax(1)


def _parts(flat: torch.Tensor, shapes: list[torch.Size]) -> list[torch.Tensor]:
    """Weights and offsets that lie one behind the other in `flat`."""
    sizes = [shape.numel() for shape in shapes]
    return [part.reshape(shape) for part, shape in zip(flat.split(sizes), shapes, strict=True)]


def _layers(parts: list[torch.Tensor]) -> Layers:
    return tuple(zip(parts[::2], parts[1::2], strict=True))


def _start(widths: list[tuple[int, int]]) -> list[torch.Tensor]:
    """Zeros for the last layer and all offsets; normal numbers of variance 1 / in for a hidden layer."""
    *hidden, last = widths
    start = []
    for a, b in hidden:
        start += [torch.randn(a, b, dtype=torch.float64) / a**0.5, torch.zeros(b, dtype=torch.float64)]
    return [*start, torch.zeros(last, dtype=torch.float64), torch.zeros(last[1], dtype=torch.float64)]
