"""The truth of every distribution found again by another way, and in its samples."""

import itertools
import math
from collections.abc import Callable

import numpy as np
import pytest
from scipy import integrate, stats
from scipy.special import entr, ndtri

from explorer.catalogue import distributions as catalogue
from explorer.distributions import (
    Asinh,
    BinarySymmetricChannel,
    BivariateNormal,
    DiscreteTable,
    HalfCube,
    MultivariateNormal,
    StudentT,
    SwissRoll,
    UniformNoise,
    Wiggly,
    Xor,
)
from explorer.distributions.base import Distribution

ROUNDING = 1e-12  # sums of at most 10^4 float64 terms of size one


# Tasks of the Beyond Normal benchmark and three more normal ones, to three decimals.
@pytest.mark.parametrize(
    ("distribution", "nats"),
    [
        (BivariateNormal(rho=0.75), 0.413),
        (MultivariateNormal(dim=5, rho=0.5, structure="dense"), 0.593),
        (StudentT(dim=3, df=3, rho=0), 0.179),
        (StudentT(dim=5, df=2, rho=0), 0.448),
        (SwissRoll(rho=0.75), 0.413),
        (HalfCube(dim=5, rho=0.8, structure="sparse"), 1.022),
        (Asinh(dim=3, df=2, rho=0), 0.291),
        (Wiggly(dim=1, rho=0.75), 0.413),
        (MultivariateNormal(dim=25, rho=0.8, structure="sparse"), 1.022),
        (UniformNoise(epsilon=0.75), 0.333),
        (UniformNoise(epsilon=0.1), 1.709),
        (MultivariateNormal(dim=5, rho=0), 0.0),
        (MultivariateNormal(dim=10, rho=0.5), 1.438),
        (MultivariateNormal(dim=10, rho=0.85), 6.410),
    ],
    ids=str,
)
def test_reference_truth(distribution: Distribution, nats: float) -> None:
    assert distribution.nats == pytest.approx(nats, abs=0.0005 + ROUNDING)  # half of the last printed digit


@pytest.mark.parametrize("rho", [-0.9, 0.0, 0.5, 0.75])
def test_bivariate_normal_by_quadrature(rho: float) -> None:
    def integrand(y: float, x: float) -> float:
        log_ratio = (2 * rho * x * y - rho**2 * (x**2 + y**2)) / (2 * (1 - rho**2)) - math.log(1 - rho**2) / 2
        return math.exp(log_ratio - (x**2 + y**2) / 2) / (2 * math.pi) * log_ratio

    # Beyond nine standard deviations lies less than 1e-17 of the mass; quadrature is asked for 1e-8.
    found, _ = integrate.dblquad(integrand, -9, 9, -9, 9, epsabs=1e-8)
    assert BivariateNormal(rho).nats == pytest.approx(found, abs=1e-7)


@pytest.mark.parametrize("epsilon", [0.01, 0.25, 0.5, 0.75, 3.0])
def test_uniform_noise_by_quadrature(epsilon: float) -> None:
    def surprise(y: float) -> float:
        overlap = min(1.0, y + epsilon) - max(0.0, y - epsilon)  # of (0, 1) with the noise's reach around y
        return entr(overlap / (2 * epsilon))

    corners = sorted([-epsilon, epsilon, 1 - epsilon, 1 + epsilon])
    entropy_y = sum(integrate.quad(surprise, low, high)[0] for low, high in itertools.pairwise(corners))
    found = UniformNoise(epsilon)
    assert found.entropy_y == pytest.approx(entropy_y, abs=1e-7)  # quadrature promises 1.5e-8 for each of three pieces
    assert found.nats == pytest.approx(entropy_y - math.log(2 * epsilon), abs=1e-7)


def covariance(dim: int, rho: float, structure: str) -> np.ndarray:
    """(X, Y) covariance entry by entry, from the words of the docstring."""
    matrix = np.eye(2 * dim)
    for i, j in itertools.permutations(range(2 * dim), 2):
        partners = abs(i - j) == dim and (structure == "paired" or min(i, j) < 2)
        matrix[i, j] = rho if partners or structure == "dense" else 0
    return matrix


def normal_ratio(cov: np.ndarray) -> Callable[[np.ndarray, np.ndarray], np.ndarray]:
    d = len(cov) // 2
    joint, x_alone, y_alone = (stats.multivariate_normal(cov=c) for c in (cov, cov[:d, :d], cov[d:, d:]))
    return lambda x, y: joint.logpdf(np.hstack([x, y])) - x_alone.logpdf(x) - y_alone.logpdf(y)


def student_ratio(cov: np.ndarray, df: float) -> Callable[[np.ndarray, np.ndarray], np.ndarray]:
    d = len(cov) // 2
    joint, x_alone, y_alone = (stats.multivariate_t(shape=c, df=df) for c in (cov, cov[:d, :d], cov[d:, d:]))
    return lambda x, y: joint.logpdf(np.hstack([x, y])) - x_alone.logpdf(x) - y_alone.logpdf(y)


def uniform_ratio(epsilon: float) -> Callable[[np.ndarray, np.ndarray], np.ndarray]:
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
    discrete = {name for name in catalogue if catalogue[name].kind_x == "discrete"}
    assert {case[0].name for case in RATIOS} == set(catalogue) - discrete


@pytest.mark.parametrize(
    ("distribution", "cdf_x", "cdf_y"),
    [
        (BivariateNormal(), stats.norm.cdf, stats.norm.cdf),
        (MultivariateNormal(3, -0.15, "dense"), stats.norm.cdf, stats.norm.cdf),
        (StudentT(2, 1.5, 0.5), stats.t(1.5).cdf, stats.t(1.5).cdf),
        (UniformNoise(0.2), stats.uniform.cdf, stats.trapezoid(2 / 7, 5 / 7, loc=-0.2, scale=1.4).cdf),
        (SwissRoll(), None, stats.uniform.cdf),
        (HalfCube(), lambda v: stats.norm.cdf(uncubed(v)), lambda v: stats.norm.cdf(uncubed(v))),
        (Asinh(1, 3, 0.5), lambda v: stats.t(3).cdf(np.sinh(v)), lambda v: stats.t(3).cdf(np.sinh(v))),
    ],
    ids=lambda case: str(case) if isinstance(case, Distribution) else "",
)
def test_margins(distribution: Distribution, cdf_x: Callable | None, cdf_y: Callable) -> None:
    for values, cdf in zip(distribution.sample(5000, seed=3), (cdf_x, cdf_y), strict=True):
        if cdf is not None:
            for column in values.T:
                assert stats.kstest(column, cdf).pvalue > 1e-4


@pytest.mark.parametrize("structure", ["paired", "sparse", "dense"])
def test_normal_moments(structure: str) -> None:
    n = 20_000
    both = np.hstack(MultivariateNormal(4, 0.6, structure).sample(n))
    assert np.abs(both.mean(0)).max() < 5 / math.sqrt(n)  # five standard errors of a mean with variance 1
    off = np.cov(both.T) - covariance(4, 0.6, structure)
    assert np.abs(off).max() < 5 * math.sqrt(2 / n)  # a covariance has variance (1 + rho^2) / n, at most 2 / n


@pytest.mark.parametrize(
    ("distribution", "entropy_x"),
    [
        (BivariateNormal(0.3), stats.norm.entropy()),
        (MultivariateNormal(4, 0.6, "sparse"), 4 * stats.norm.entropy()),
        (MultivariateNormal(4, 0.6, "dense"), stats.multivariate_normal(cov=0.6 + 0.4 * np.eye(4)).entropy()),
        (StudentT(1, 2.5, 0.5), stats.t(2.5).entropy()),
        (StudentT(3, 4, 0.5), stats.multivariate_t(shape=np.eye(3), df=4).entropy()),
        (UniformNoise(0.3), stats.uniform.entropy()),
        (Xor(0.1), math.log(4)),
        (BinarySymmetricChannel(0.1, 0.2), stats.bernoulli(0.2).entropy()),
        (DiscreteTable(5, 0.3), math.log(5)),
    ],
    ids=str,
)
def test_entropy_of_x(distribution: Distribution, entropy_x: float) -> None:
    assert distribution.entropy_x == pytest.approx(float(entropy_x), abs=1e-10)


def test_entropy_of_half_cube_by_quadrature() -> None:
    log_slope, _ = integrate.quad(lambda v: 2 * stats.norm.pdf(v) * math.log(1.5 * math.sqrt(v)), 0, np.inf)
    assert HalfCube(2, 0.5).entropy_x == pytest.approx(2 * (stats.norm.entropy() + log_slope), abs=1e-7)


def test_swiss_roll_lies_on_its_spiral() -> None:
    x, _ = SwissRoll().sample(500)
    angle = 21 * np.linalg.norm(x, axis=1)
    assert angle.min() > 1.5 * math.pi and angle.max() < 4.5 * math.pi  # three half turns out, starting at 3 pi / 2
    np.testing.assert_allclose(x, np.column_stack([np.cos(angle), np.sin(angle)]) * angle[:, None] / 21, atol=ROUNDING)


def test_student_depends_without_correlating_until_the_tails_are_light() -> None:
    truths = [StudentT(3, df, 0).nats for df in (0.5, 1, 3, 10, 100, 1000)]
    assert truths == sorted(truths, reverse=True) and truths[-1] > 0
    normal = MultivariateNormal(3, 0.6).nats
    # With a = d / df the shared scale adds about a^2 / 2: 5e-6 nats at d = 3 and df = 1000.
    assert StudentT(3, 1000, 0.6).nats == pytest.approx(normal, abs=1e-5)


def information(p: np.ndarray) -> float:
    """I of a joint table, term by term from the definition."""
    total = 0.0
    for i, j in itertools.product(range(p.shape[0]), range(p.shape[1])):
        if p[i, j] > 0:
            total += p[i, j] * math.log(p[i, j] / (p[i].sum() * p[:, j].sum()))
    return total


def xor_table(flip: float) -> np.ndarray:
    return np.array([[1 - flip, flip], [flip, 1 - flip], [flip, 1 - flip], [1 - flip, flip]]) / 4


def channel_table(flip: float, bias: float) -> np.ndarray:
    return np.array([[(1 - bias) * (1 - flip), (1 - bias) * flip], [bias * flip, bias * (1 - flip)]])


def copy_table(levels: int, strength: float) -> np.ndarray:
    cells = np.full((levels, levels), (1 - strength) / levels**2)
    cells[range(levels), range(levels)] += strength / levels
    return cells


LOPSIDED = np.array([[0.1, 0.0, 0.25], [0.3, 0.15, 0.2]])
TABLES = [
    *((Xor(flip), xor_table(flip)) for flip in (0.0, 0.11, 0.5, 1.0)),
    *((BinarySymmetricChannel(f, b), channel_table(f, b)) for f in (0.0, 0.1, 0.9) for b in (0.05, 0.5, 1.0)),
    *((DiscreteTable(levels, s), copy_table(levels, s)) for levels in (2, 7) for s in (0.0, 0.4, 1.0)),
    (DiscreteTable.from_table(LOPSIDED), LOPSIDED),
]


@pytest.mark.parametrize(("distribution", "table"), TABLES, ids=[str(case[0]) for case in TABLES])
def test_discrete_truth_and_samples_by_enumeration(distribution: Distribution, table: np.ndarray) -> None:
    assert distribution.nats == pytest.approx(information(table), abs=ROUNDING)
    assert distribution.entropy_x == pytest.approx(stats.entropy(table.sum(1)), abs=ROUNDING)
    assert distribution.entropy_y == pytest.approx(stats.entropy(table.sum(0)), abs=ROUNDING)
    x, y = distribution.sample(20_000, seed=11)
    rows = x @ (2 ** np.arange(x.shape[1])[::-1])  # (n,): the two bits of xor as a number below four
    counts = np.zeros(table.shape)
    np.add.at(counts, (rows, y[:, 0]), 1)
    assert (counts[table == 0] == 0).all()
    if (table > 0).sum() > 1:
        assert stats.chisquare(counts[table > 0], 20_000 * table[table > 0]).pvalue > 1e-4


def test_xor_is_pure_synergy() -> None:
    joint = xor_table(0.0).reshape(2, 2, 2)  # x_1, x_2, y
    assert information(joint.sum(0)) == information(joint.sum(1)) == 0.0
    assert Xor().nats == math.log(2)


def test_channel_is_best_used_evenly() -> None:
    capacity = BinarySymmetricChannel(0.1, 0.5).nats
    assert capacity == pytest.approx(math.log(2) - stats.bernoulli(0.1).entropy(), abs=ROUNDING)
    assert all(BinarySymmetricChannel(0.1, bias).nats < capacity for bias in (0.1, 0.4, 0.7))
