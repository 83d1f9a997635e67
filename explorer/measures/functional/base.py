"""Functional entropy and functional Fisher information of any differentiable positive function.

The entropy of f under normal noise z + N(0, S) is Ent(f) = E f ln f - E f ln E f. The logarithmic Sobolev inequality
bounds it by half the functional Fisher information (gross1975):

    Ent(f) <= 1/2 E[<S grad f, grad f> / f]

Give it a whole network, z -> probability of one class, as the paper does, or a layer's readout.

    found = functional_information(lambda z: network(z).softmax(1)[:, 3], z, 0.15 * z.var(0))
    found.bound.mean(), found.attribution.mean(0)
"""

from collections.abc import Callable
from dataclasses import dataclass

import torch

from explorer.errors import SampleError

Function = Callable[[torch.Tensor], torch.Tensor]


@dataclass(frozen=True)
class Functional:
    """What noise around each of n points says of a function.

    Attributes:
        mean: E f, (n,).
        entropy: Ent(f), (n,); too small by a share of up to about 1 / pairs, since E f is a mean of few draws: by that
            for an even f, by nothing for a linear one, whose errors cancel within a pair.
        attribution: 1/2 E[(S grad f)_i (grad f)_i / f], (n, d): the parts of the bound.
    """

    mean: torch.Tensor
    entropy: torch.Tensor
    attribution: torch.Tensor

    @property
    def bound(self) -> torch.Tensor:
        """Half the functional Fisher information of every point, (n,)."""
        return self.attribution.sum(1)


def functional_information(f: Function, z: torch.Tensor, covariance: torch.Tensor, pairs: int = 16) -> Functional:
    """Functional entropy and Fisher information of f around every row of z.

    Noise is drawn in pairs of opposite sign by torch's generator.

    Args:
        f: from rows (n, d) to positive numbers (n,), each of its own row; torch differentiates it.
        z: points (n, d).
        covariance: of the noise: variances (d,) or a matrix (d, d).
        pairs: draws of noise and its opposite for every point.

    Raises:
        SampleError: where f is not positive.
    """
    mean, mean_log, attribution = torch.zeros_like(z[:, 0]), torch.zeros_like(z[:, 0]), torch.zeros_like(z)
    root = covariance.sqrt() if covariance.ndim == 1 else _root(covariance)
    for _ in range(pairs):
        noise = torch.randn_like(z)
        noise = noise * root if covariance.ndim == 1 else noise @ root
        for points in (z + noise, z - noise):
            value, slope = _slope(f, points)
            spread = slope * covariance if covariance.ndim == 1 else slope @ covariance
            mean += value / (2 * pairs)
            mean_log += torch.special.xlogy(value, value) / (2 * pairs)
            attribution += spread * slope / value[:, None] / (4 * pairs)
    return Functional(mean, mean_log - torch.special.xlogy(mean, mean), attribution)


def _slope(f: Function, points: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """f and its gradient at every row."""
    with torch.enable_grad():
        points = points.requires_grad_()
        value = f(points)
        slope = torch.autograd.grad(value.sum(), points)[0]
    value = value.detach()
    if not bool((value > 0).all()):
        raise SampleError(f"f reads {float(value.min()):.3g} at a point; functional entropy needs a positive function")
    return value, slope


def _root(covariance: torch.Tensor) -> torch.Tensor:
    """The symmetric square root; rounding below 0 counts as 0."""
    scales, axes = torch.linalg.eigh(covariance)
    return (axes * scales.clamp_min(0).sqrt()) @ axes.T
