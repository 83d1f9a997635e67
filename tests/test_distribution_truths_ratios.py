"""The truth of every distribution in its samples, through densities and inverses from another library."""

import itertools
import math
from collections.abc import Callable

import numpy as np
import pytest
from scipy import stats
from scipy.spatial.transform import Rotation
from scipy.special import ndtri

from explorer.catalogue import distributions as catalogue
from explorer.distributions import (
    Asinh,
    BivariateNormal,
    DiscreteContinuous,
    Embedded,
    HalfCube,
    HeavyTails,
    LabelledClusters,
    MultivariateNormal,
    NormalMixture,
    Outliers,
    Parabola,
    RectifiedNormal,
    RotatedNormal,
    Rounded,
    Sinusoidal,
    Spiral,
    StudentT,
    SwissRoll,
    UniformNoise,
    Wiggly,
    ZeroInflated,
    ZeroInflatedPoisson,
)
from explorer.distributions.base import Distribution, NoisyCurve

Ratio = Callable[[np.ndarray, np.ndarray], np.ndarray]


def covariance(dim: int, rho: float, structure: str) -> np.ndarray:
    """(X, Y) covariance entry by entry, from the words of the docstring."""
    matrix = np.eye(2 * dim)
    for i, j in itertools.permutations(range(2 * dim), 2):
        partners = abs(i - j) == dim and (structure == "paired" or min(i, j) < 2)
        matrix[i, j] = rho if partners or structure == "dense" else 0
    return matrix


def normal_ratio(cov: np.ndarray, d: int | None = None) -> Ratio:
    d = d or len(cov) // 2
    joint, x_alone, y_alone = (stats.multivariate_normal(cov=c) for c in (cov, cov[:d, :d], cov[d:, d:]))
    return lambda x, y: joint.logpdf(np.hstack([x, y])) - x_alone.logpdf(x) - y_alone.logpdf(y)


def student_ratio(cov: np.ndarray, df: float) -> Ratio:
    d = len(cov) // 2
    joint, x_alone, y_alone = (stats.multivariate_t(shape=c, df=df) for c in (cov, cov[:d, :d], cov[d:, d:]))
    return lambda x, y: joint.logpdf(np.hstack([x, y])) - x_alone.logpdf(x) - y_alone.logpdf(y)


def uniform_ratio(epsilon: float) -> Ratio:
    def ratio(x: np.ndarray, y: np.ndarray) -> np.ndarray:
        return -np.log(np.minimum(1, y + epsilon) - np.maximum(0, y - epsilon))[:, 0]  # p(y | x) / p(y)

    return ratio


def unrolled(x: np.ndarray) -> np.ndarray:
    angle = 21 * np.linalg.norm(x, axis=1, keepdims=True)
    return ndtri((angle / (1.5 * math.pi) - 1) / 2)


def unwiggled(scale: Callable[[np.ndarray], np.ndarray], values: np.ndarray) -> np.ndarray:
    grid = np.linspace(-10, 10, 200_001)  # linear between points: error below 1e-8
    return np.interp(values, scale(grid), grid)


def as_it_is(v: np.ndarray) -> np.ndarray:
    return v


def uncubed(v: np.ndarray) -> np.ndarray:
    return np.sign(v) * np.abs(v) ** (2 / 3)


def mixture_ratio(rho: float, separation: float) -> Ratio:
    def ratio(x: np.ndarray, y: np.ndarray) -> np.ndarray:
        joint, x_alone = 0.0, 0.0
        for side in (1, -1):
            centre, cov = side * separation / 2, [[1, side * rho], [side * rho, 1]]
            joint += stats.multivariate_normal([centre, 0], cov).pdf(np.stack([x, y], -1)).reshape(x.shape) / 2
            x_alone += stats.norm.pdf(x, centre) / 2
        return (np.log(joint) - np.log(x_alone) - stats.norm.logpdf(y)).sum(1)

    return ratio


def outlier_ratio(rho: float, share: float, width: float) -> Ratio:
    def ratio(x: np.ndarray, y: np.ndarray) -> np.ndarray:
        both = np.hstack([x, y])
        joint = (1 - share) * stats.multivariate_normal(cov=[[1, rho], [rho, 1]]).pdf(both)
        joint += share * stats.norm.pdf(both, scale=width).prod(1)
        alone = (1 - share) * stats.norm.pdf(both) + share * stats.norm.pdf(both, scale=width)
        return np.log(joint / alone.prod(1))

    return ratio


def cluster_ratio(centres: list[list[float]]) -> Ratio:
    def ratio(x: np.ndarray, y: np.ndarray) -> np.ndarray:
        each = np.stack([stats.norm.pdf(x[:, : len(c)], c).prod(1) for c in centres], 1)
        return np.log(each[np.arange(len(x)), y[:, 0]] / each.mean(1))

    return ratio


def reach_ratio(levels: int) -> Ratio:
    def ratio(x: np.ndarray, y: np.ndarray) -> np.ndarray:
        reaching = ((y > np.arange(levels)) & (y < np.arange(levels) + 2)).sum(1)
        return np.log(levels / reaching)

    return ratio


def erased_ratio(rho: float, zeros: float, together: bool) -> Ratio:
    left = (1 - zeros) if together else (1 - zeros) ** 2

    def ratio(x: np.ndarray, y: np.ndarray) -> np.ndarray:
        whole, gone = (x[:, 0] != 0) & (y[:, 0] != 0), (x[:, 0] == 0) & (y[:, 0] == 0)
        assert not together or (whole | gone).all()
        inner = normal_ratio(covariance(1, rho, "paired"))(x, y) + math.log(left / (1 - zeros) ** 2)
        return np.where(whole, inner, np.where(gone, -math.log(zeros) if together else 0, 0))

    return ratio


def count_ratio(lost: float) -> Ratio:
    def ratio(x: np.ndarray, y: np.ndarray) -> np.ndarray:
        given = lost * (y == 0) + (1 - lost) * stats.poisson(x).pmf(y)
        alone = lost * (y == 0) + (1 - lost) * stats.geom(0.5, loc=-1).pmf(y)
        return np.log(given / alone)[:, 0]

    return ratio


def rectified_ratio(rho: float, zeros: float) -> Ratio:
    t = stats.norm.ppf(zeros)

    def below(a: np.ndarray) -> np.ndarray:
        return np.log(stats.norm.cdf(t, rho * a, math.sqrt(1 - rho**2)) / zeros)

    def ratio(x: np.ndarray, y: np.ndarray) -> np.ndarray:
        atom = math.log(stats.multivariate_normal(cov=[[1, rho], [rho, 1]]).cdf([t, t]) / zeros**2)
        inner = normal_ratio(covariance(1, rho, "paired"))(x + t, y + t)
        (x, y) = x[:, 0], y[:, 0]
        return np.select([(x > 0) & (y > 0), x > 0, y > 0], [inner, below(x + t), below(y + t)], atom)

    return ratio


def cell_ratio(rho: float, step: float) -> Ratio:
    pair = stats.multivariate_normal(cov=[[1, rho], [rho, 1]])

    def ratio(x: np.ndarray, y: np.ndarray) -> np.ndarray:
        cells, which = np.unique(np.hstack([x, y]), axis=0, return_inverse=True)
        low, high = cells - step / 2, cells + step / 2
        joint = np.array([pair.cdf(h, lower_limit=le) for le, h in zip(low, high, strict=True)])
        alone = (stats.norm.cdf(high) - stats.norm.cdf(low)).prod(1)
        return np.log(joint / alone)[which.ravel()]

    return ratio


def curve_ratio(pair: NoisyCurve) -> Ratio:
    middles = pair.curve((np.arange(2000) + 0.5) / 2000)  # error of the midpoint rule below 1e-6
    grid = np.linspace(-1 - 6 * pair.noise, 1 + 6 * pair.noise, 2000)
    alone = stats.norm.pdf(grid[:, None], middles, pair.noise).mean(1)

    def ratio(x: np.ndarray, y: np.ndarray) -> np.ndarray:
        return (stats.norm.logpdf(y, pair.curve(x), pair.noise) - np.log(np.interp(y, grid, alone)))[:, 0]

    return ratio


def rotated_ratio(pair: RotatedNormal) -> Ratio:
    dims, r = (pair.dim_x, pair.dim_y), np.zeros((pair.dim_x, pair.dim_y))
    for i in range(min(dims)):
        r[i, i] = pair.rho ** (i + 1)
    mix_x, mix_y = (t * np.geomspace(1, pair.scales, d) for t, d in zip(pair.rotations, dims, strict=True))
    cov = np.block([[mix_x.T @ mix_x, mix_x.T @ r @ mix_y], [mix_y.T @ r.T @ mix_x, mix_y.T @ mix_y]])
    return normal_ratio(cov, pair.dim_x)


def unspiralled(axis: int, speed: float) -> Callable[[np.ndarray], np.ndarray]:
    def back(v: np.ndarray) -> np.ndarray:
        turns = -speed * np.linalg.norm(v, axis=1, keepdims=True) ** 2 * np.eye(3)[axis]
        return Rotation.from_rotvec(turns).apply(v)

    return back


def unembedded(layer: Callable[[np.ndarray], np.ndarray], latent: int) -> Callable[[np.ndarray], np.ndarray]:
    def back(v: np.ndarray) -> np.ndarray:
        offset = layer(np.zeros((1, latent)))[:, ::2]  # every second column is linear
        weights = layer(np.eye(latent))[:, ::2] - offset
        return (v[:, ::2] - offset) @ np.linalg.pinv(weights)

    return back


def light_tails(alpha: float) -> Callable[[np.ndarray], np.ndarray]:
    return lambda x: np.sign(x) * stats.norm.isf(stats.lomax(alpha).sf(np.abs(x)) / 2)


RATIOS = [
    (BivariateNormal(0.75), normal_ratio(covariance(1, 0.75, "paired")), as_it_is, as_it_is),
    (BivariateNormal(-0.3), normal_ratio(covariance(1, -0.3, "paired")), as_it_is, as_it_is),
    (MultivariateNormal(3, -0.6), normal_ratio(covariance(3, -0.6, "paired")), as_it_is, as_it_is),
    (MultivariateNormal(4, 0.8, "sparse"), normal_ratio(covariance(4, 0.8, "sparse")), as_it_is, as_it_is),
    (MultivariateNormal(3, 0.5, "dense"), normal_ratio(covariance(3, 0.5, "dense")), as_it_is, as_it_is),
    (MultivariateNormal(3, -0.15, "dense"), normal_ratio(covariance(3, -0.15, "dense")), as_it_is, as_it_is),
    (StudentT(1, 1, 0.3), student_ratio(covariance(1, 0.3, "paired"), 1), as_it_is, as_it_is),
    (StudentT(3, 3, 0), student_ratio(np.eye(6), 3), as_it_is, as_it_is),
    (StudentT(2, 4.5, -0.7), student_ratio(covariance(2, -0.7, "paired"), 4.5), as_it_is, as_it_is),
    (UniformNoise(0.1), uniform_ratio(0.1), as_it_is, as_it_is),
    (UniformNoise(0.75), uniform_ratio(0.75), as_it_is, as_it_is),
    (SwissRoll(0.75), normal_ratio(covariance(1, 0.75, "paired")), unrolled, ndtri),
    (HalfCube(5, 0.8, "sparse"), normal_ratio(covariance(5, 0.8, "sparse")), uncubed, uncubed),
    (Asinh(2, 2, 0.5), student_ratio(covariance(2, 0.5, "paired"), 2), np.sinh, np.sinh),
    (
        Wiggly(2, 0.75, "dense"),
        normal_ratio(covariance(2, 0.75, "dense")),
        lambda x: unwiggled(Wiggly().map_x, x),
        lambda y: unwiggled(Wiggly().map_y, y),
    ),
    (NormalMixture(2, 0.9, 1.0), mixture_ratio(0.9, 1.0), as_it_is, as_it_is),
    (NormalMixture(1, -0.8), mixture_ratio(-0.8, 0.0), as_it_is, as_it_is),
    (Outliers(0.75, 0.1, 5), outlier_ratio(0.75, 0.1, 5), as_it_is, as_it_is),
    (LabelledClusters(3, 2), cluster_ratio([[0], [2], [4]]), as_it_is, as_it_is),
    (
        LabelledClusters(4, 1.5, 5, "ring"),
        cluster_ratio([[1.5 / 2**0.5, 0], [0, 1.5 / 2**0.5], [-1.5 / 2**0.5, 0], [0, -1.5 / 2**0.5]]),
        as_it_is,
        as_it_is,
    ),
    (DiscreteContinuous(5), reach_ratio(5), as_it_is, as_it_is),
    (ZeroInflated(1, 0.75, 0.3), erased_ratio(0.75, 0.3, False), as_it_is, as_it_is),
    (ZeroInflated(1, 0.9, 0.4, "together"), erased_ratio(0.9, 0.4, True), as_it_is, as_it_is),
    (ZeroInflatedPoisson(0.3), count_ratio(0.3), as_it_is, as_it_is),
    (RectifiedNormal(0.75, 0.6), rectified_ratio(0.75, 0.6), as_it_is, as_it_is),
    (RectifiedNormal(-0.9, 0.3), rectified_ratio(-0.9, 0.3), as_it_is, as_it_is),
    (Rounded(0.75, 0.5), cell_ratio(0.75, 0.5), as_it_is, as_it_is),
    (HeavyTails(2, 0.6, 0.5), normal_ratio(covariance(2, 0.6, "paired")), light_tails(0.5), light_tails(0.5)),
    (Sinusoidal(0.3, 2), curve_ratio(Sinusoidal(0.3, 2)), as_it_is, as_it_is),
    (Parabola(0.1), curve_ratio(Parabola(0.1)), as_it_is, as_it_is),
    (RotatedNormal(6, 4, 0.8, 1e3, 5), rotated_ratio(RotatedNormal(6, 4, 0.8, 1e3, 5)), as_it_is, as_it_is),
    (RotatedNormal(2, 3), rotated_ratio(RotatedNormal(2, 3)), as_it_is, as_it_is),
    (
        Spiral(3, 0.8, "sparse", 2.0),
        normal_ratio(covariance(3, 0.8, "sparse")),
        unspiralled(2, 2.0),
        unspiralled(0, 2.0),
    ),
    (
        Embedded(3, 20, 0.7, 9),
        normal_ratio(covariance(3, 0.7, "paired")),
        unembedded(Embedded(3, 20, 0.7, 9).map_x, 3),
        unembedded(Embedded(3, 20, 0.7, 9).map_y, 3),
    ),
]


@pytest.mark.parametrize(("distribution", "ratio", "back_x", "back_y"), RATIOS, ids=[str(case[0]) for case in RATIOS])
def test_samples_carry_the_truth(
    distribution: Distribution, ratio: Callable[..., np.ndarray], back_x: Callable, back_y: Callable
) -> None:
    """The mean log density ratio, from densities of another library, over samples brought back to them."""
    x, y = distribution.sample(20_000, seed=5)
    log_ratios = ratio(back_x(x), back_y(y))
    standard_error = log_ratios.std() / math.sqrt(len(log_ratios))
    assert abs(log_ratios.mean() - distribution.nats) < 4 * standard_error  # by chance once in 16 000 seeds
    assert standard_error < 0.02  # so the test sees an error of 0.08 nats


def test_every_continuous_entry_has_its_ratio() -> None:
    discrete = {name for name in catalogue if catalogue[name].kind_x == catalogue[name].kind_y == "discrete"}
    assert {case[0].name for case in RATIOS} == set(catalogue) - discrete
