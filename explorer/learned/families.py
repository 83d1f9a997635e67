"""Pairs of random vectors with known information, many sets of samples at once, each with parameters of its own."""

import math
from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor


class Sets(NamedTuple):
    """Sets of samples and what they tell.

    Attributes:
        x, y: (sets, n, d_x) and (sets, n, d_y) float64.
        nats: the true I(X; Y), (sets,).
    """

    x: Tensor
    y: Tensor
    nats: Tensor


Shape = tuple[int, int, int, int]
"""Sets, samples, columns of x, columns of y."""

Family = Callable[[Shape, torch.Generator], Sets]

MOST_NATS, INDEPENDENT = 6.0, 0.06
"""Information of the normal families is the most times the cube of a uniform number; a share of sets has none."""

TRUTH, NODES = 2048, 256
"""Samples and nodes by which the truth of mixtures and noisy functions is found, to about 0.02 nats."""


def gaussian(shape: Shape, rng: torch.Generator) -> Sets:
    """Normal vectors with random canonical correlations: all alike, a few or one."""
    sets, n, d_x, d_y = shape
    m = min(d_x, d_y)
    parts = _parts(sets, m, rng)
    r = (-torch.expm1(-2 * parts)).sqrt()[:, None]
    x, y = _normal(rng, sets, n, d_x), _normal(rng, sets, n, d_y)
    y[..., :m] = r * x[..., :m] + (1 - r.square()).sqrt() * y[..., :m]
    return Sets(x, y, parts.sum(1))


def student(shape: Shape, rng: torch.Generator) -> Sets:
    """Student vectors with random canonical dispersions and 1 to 20 degrees of freedom.

    References: arellano2013.
    """
    sets, n, d_x, d_y = shape
    x, y, nats = gaussian(shape, rng)
    df = torch.randint(1, 21, (sets,), generator=rng, device=rng.device).double()
    squares = _normal(rng, sets, n, 20).square() * (torch.arange(20, device=rng.device) < df[:, None, None])
    scale = (squares.sum(2) / df[:, None]).sqrt()[..., None]
    more = _student_entropy(df, d_x) + _student_entropy(df, d_y) - _student_entropy(df, d_x + d_y)
    return Sets(x / scale, y / scale, nats + more)


def uniform_noise(shape: Shape, rng: torch.Generator) -> Sets:
    """Uniform variables and the same with uniform noise added, in a random number of pairs.

    References: czyz2023, section 3.
    """
    sets, n, d_x, d_y = shape
    m = min(d_x, d_y)
    width = _between(rng, math.log(0.05), math.log(4.0), sets, m).exp()
    paired = torch.arange(m, device=rng.device) < 1 + (m * _uniform(rng, sets, 1) ** 3).floor()
    x, y = _uniform(rng, sets, n, d_x), _uniform(rng, sets, n, d_y)
    noisy = x[..., :m] + width[:, None] * (2 * y[..., :m] - 1)
    y[..., :m] = torch.where(paired[:, None], noisy, y[..., :m])
    nats = torch.where(width <= 0.5, width - (2 * width).log(), 1 / (4 * width))
    return Sets(x, y, (nats * paired).sum(1))


def mixture(shape: Shape, rng: torch.Generator) -> Sets:
    """Two to four normal clouds of random centres and covariances in at most three columns of x and of y.

    The truth is a mean of log densities; further columns are noise.
    """
    sets, n, d_x, d_y = shape
    clouds = _whole(rng, 2, 4)
    k_x, k_y = (min(d, _whole(rng, 1, 3)) for d in (d_x, d_y))
    d = k_x + k_y
    centres = _between(rng, 0.0, 3.0, sets, 1, 1) * _normal(rng, sets, clouds, d)
    factors = torch.eye(d, dtype=torch.float64, device=rng.device) + _between(rng, 0.0, 1.5, sets, clouds, 1, 1) * (
        _normal(rng, sets, clouds, d, d) / math.sqrt(d)
    )
    both, many = _clouds(centres, factors, n, rng), _clouds(centres, factors, TRUTH, rng)
    covariances = factors @ factors.mT
    parts = [slice(0, d), slice(0, k_x), slice(k_x, d)]
    logs = [_log_density(many[..., p], centres[..., p], covariances[..., p, p]) for p in parts]
    x, y = (
        torch.cat([one, _normal(rng, sets, n, more)], 2)
        for one, more in zip(both.split([k_x, k_y], 2), (d_x - k_x, d_y - k_y), strict=True)
    )
    return Sets(x, y, (logs[0] - logs[1] - logs[2]).mean(1))


def noisy_network(shape: Shape, rng: torch.Generator) -> Sets:
    """One column is a random function of the other side with normal noise added; further columns are noise.

    The function is a sum of one to six hyperbolic tangents of random linear forms.
    """
    sets, n, d_x, d_y = shape
    units = _whole(rng, 1, 6)
    weights = _between(rng, 0.5, 4.0, sets, 1, 1) * _normal(rng, sets, d_x, units) / math.sqrt(d_x)
    offsets, heights = 1.5 * _normal(rng, sets, 1, units), _normal(rng, sets, units, 1)

    def curve(x: Tensor) -> Tensor:
        return (torch.tanh(x @ weights + offsets) @ heights).squeeze(2)

    far = curve(_normal(rng, sets, TRUTH // 2, d_x))
    noise = (far.std(1) * _between(rng, math.log(0.05), math.log(2.0), sets).exp()).clamp(min=1e-3)
    x, y = _normal(rng, sets, n, d_x), _normal(rng, sets, n, d_y)
    y[..., 0] = curve(x) + noise[:, None] * y[..., 0]
    nats = _entropy_with_noise(far, noise) - (2 * math.pi * math.e * noise.square()).log() / 2
    return Sets(x, y, nats)


FAMILIES: dict[Family, float] = {
    gaussian: 0.2,
    student: 0.2,
    uniform_noise: 0.15,
    mixture: 0.2,
    noisy_network: 0.25,
}
"""What the network is taught, and how often."""


def _parts(sets: int, m: int, rng: torch.Generator) -> Tensor:
    """Information of each canonical pair, (sets, m)."""
    total = MOST_NATS * _uniform(rng, sets, 1) ** 3 * (_uniform(rng, sets, 1) > INDEPENDENT)
    uneven = 3.0 * _uniform(rng, sets, 1) * _normal(rng, sets, m)
    return total * uneven.softmax(1)


def _student_entropy(df: Tensor, k: int) -> Tensor:
    """Of k coordinates, less k times a term that cancels in the information."""
    a, b = df / 2, (df + k) / 2
    return torch.lgamma(a) - torch.lgamma(b) + k / 2 * (df * math.pi).log() + b * (torch.digamma(b) - torch.digamma(a))


def _clouds(centres: Tensor, factors: Tensor, count: int, rng: torch.Generator) -> Tensor:
    """Samples of an even mixture, (sets, count, d)."""
    sets, clouds, d = centres.shape
    which = torch.randint(0, clouds, (sets, count), generator=rng, device=rng.device)
    rows = torch.arange(sets, device=rng.device)[:, None]
    turned = (factors[:, :, None] @ _normal(rng, sets, 1, count, d, 1)).squeeze(-1)
    return centres[rows, which] + turned[rows, which, torch.arange(count, device=rng.device)]


def _log_density(points: Tensor, centres: Tensor, covariances: Tensor) -> Tensor:
    """Of an even mixture of normal clouds: (sets, points, d), (sets, clouds, d), (sets, clouds, d, d)."""
    low = torch.linalg.cholesky(covariances)
    away = (points[:, None] - centres[:, :, None]).mT
    squares = torch.linalg.solve_triangular(low, away, upper=False).square().sum(2)
    logs = low.diagonal(dim1=2, dim2=3).log().sum(2)[..., None]
    each = -squares / 2 - logs - points.shape[2] * math.log(2 * math.pi) / 2
    return each.logsumexp(1) - math.log(centres.shape[1])


def _entropy_with_noise(values: Tensor, noise: Tensor) -> Tensor:
    """Differential entropy of one of `values` (sets, many) at random plus normal noise, by the trapezoid rule."""
    low, high = values.amin(1) - 6 * noise, values.amax(1) + 6 * noise
    step = (high - low) / (NODES - 1)
    nodes = low[:, None] + step[:, None] * torch.arange(NODES, device=values.device)
    away = ((nodes[:, :, None] - values[:, None]) / noise[:, None, None]).float()
    density = (-away.square() / 2).exp().mean(2).double() / (noise[:, None] * math.sqrt(2 * math.pi))
    return -(torch.xlogy(density, density).sum(1) * step)


def _whole(rng: torch.Generator, low: int, high: int) -> int:
    return int(torch.randint(low, high + 1, (), generator=rng, device=rng.device))


def _normal(rng: torch.Generator, *shape: int) -> Tensor:
    return torch.randn(*shape, generator=rng, dtype=torch.float64, device=rng.device)


def _uniform(rng: torch.Generator, *shape: int) -> Tensor:
    return torch.rand(*shape, generator=rng, dtype=torch.float64, device=rng.device)


def _between(rng: torch.Generator, low: float, high: float, *shape: int) -> Tensor:
    return low + (high - low) * _uniform(rng, *shape)
