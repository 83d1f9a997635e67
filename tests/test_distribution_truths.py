"""The truth of every distribution found again by another way, and in its samples."""

import itertools
import math
from collections.abc import Callable

import numpy as np
import pytest
from scipy import integrate, stats
from scipy.special import entr
from test_distribution_truths_ratios import covariance, uncubed

from explorer.distributions import (
    Asinh,
    BinarySymmetricChannel,
    BivariateNormal,
    DiscreteTable,
    HalfCube,
    HeavyTails,
    MultivariateNormal,
    NormalMixture,
    Outliers,
    RotatedNormal,
    Sinusoidal,
    Spiral,
    StudentT,
    SwissRoll,
    UniformNoise,
    Wiggly,
    Xor,
    ZeroInflatedPoisson,
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
        (MultivariateNormal(dim=10, rho=math.sqrt(1 - math.exp(-2))), 10.0),
        (Spiral(dim=3, rho=0.8, structure="sparse"), 1.022),
        (Spiral(dim=5, rho=0.8, structure="sparse"), 1.022),
        (ZeroInflatedPoisson(lost=0), 0.301),
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


@pytest.mark.parametrize(
    ("distribution", "cdf_x", "cdf_y"),
    [
        (BivariateNormal(), stats.norm.cdf, stats.norm.cdf),
        (MultivariateNormal(3, -0.15, "dense"), stats.norm.cdf, stats.norm.cdf),
        (StudentT(2, 1.5, 0.5), stats.t(1.5).cdf, stats.t(1.5).cdf),
        (UniformNoise(0.2), stats.uniform.cdf, stats.trapezoid(2 / 7, 5 / 7, loc=-0.2, scale=1.4).cdf),
        (SwissRoll(), None, stats.uniform.cdf),
        (HalfCube(), lambda v: stats.norm.cdf(uncubed(v)), lambda v: stats.norm.cdf(uncubed(v))),
        (HeavyTails(1, 0.5, 2), None, lambda v: (1 + np.sign(v) * stats.lomax(2).cdf(np.abs(v))) / 2),
        (NormalMixture(2, 0.9, 3), lambda v: (stats.norm.cdf(v + 1.5) + stats.norm.cdf(v - 1.5)) / 2, stats.norm.cdf),
        (Outliers(0.5, 0.2, 4), None, lambda v: 0.8 * stats.norm.cdf(v) + 0.2 * stats.norm.cdf(v / 4)),
        (Sinusoidal(0.01, 7), stats.uniform.cdf, None),
        (Asinh(1, 3, 0.5), lambda v: stats.t(3).cdf(np.sinh(v)), lambda v: stats.t(3).cdf(np.sinh(v))),
    ],
    ids=lambda case: str(case) if isinstance(case, Distribution) else "",
)
def test_margins(distribution: Distribution, cdf_x: Callable | None, cdf_y: Callable | None) -> None:
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
        (HeavyTails(2, 0.5, 0.7), 2 * (stats.lomax(0.7).entropy() + math.log(2))),
        (RotatedNormal(2, 1, 0.9, 100.0), 2 * stats.norm.entropy() + math.log(100)),
        (Spiral(3, 0.8), 3 * stats.norm.entropy()),
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
