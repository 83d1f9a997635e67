"""NSB against its definition, integrated in other ways, and numbers of another program."""

import math

import mpmath
import numpy as np
import pytest
import torch
from scipy.integrate import quad
from scipy.optimize import brentq
from scipy.special import digamma
from scipy.stats import beta as beta_distribution

from explorer.errors import SampleError
from explorer.estimators import NSB
from explorer.estimators.discrete.nsb import posterior
from explorer.numerics.gamma import log_rising, trigamma_step


def drawn(counts: list[int]) -> np.ndarray:
    """Samples with these counts."""
    return np.repeat(np.arange(len(counts)), counts)


def test_numbers_published_by_ndd() -> None:
    """The examples in the documentation of ndd, whose integrals are good to about 1e-5.

    infomeasure 0.6.3 is no oracle here: it weighs every factor of rho by its count and integrates over beta up to ln K.
    """
    counts = [7, 3, 5, 8, 9, 1, 3, 3, 1, 2, 5, 2, 11, 4, 23, 5, 8]
    assert NSB(levels=20)(drawn(counts)).nats == pytest.approx(2.623634344902917, abs=1e-8)
    counts = [4, 12, 4, 5, 3, 1, 5, 1, 2, 2, 2, 2, 11, 3, 4, 12, 12, 1, 2]
    found = NSB(levels=100)(drawn(counts))
    assert found.nats == pytest.approx(2.8060922529931225, abs=1e-5)
    assert found.standard_error == pytest.approx(0.11945501149743358, abs=1e-4)


def _concentration(xi: float, levels: int) -> float:
    """The beta whose Dirichlet prior has the mean entropy xi."""

    def off(log_beta: float) -> float:
        b = math.exp(log_beta)
        return float(digamma(levels * b + 1) - digamma(b + 1)) - xi

    return math.exp(brentq(off, -40, 20, xtol=1e-14))


def _by_definition(counts: list[int], levels: int) -> float:
    """The ratio of the two integrals over xi, by Gauss-Legendre quadrature and exact gamma functions."""
    nodes, weights = np.polynomial.legendre.leggauss(100)
    n, unseen = sum(counts), levels - len(counts)
    above = below = mpmath.mpf(0)
    for node, weight in zip(nodes, weights, strict=True):
        b = mpmath.mpf(_concentration((node + 1) / 2 * math.log(levels), levels))
        rho = mpmath.gamma(levels * b) / mpmath.gamma(n + levels * b)
        rho *= mpmath.fprod(mpmath.gamma(k + b) / mpmath.gamma(b) for k in counts)
        mean = mpmath.psi(0, n + levels * b + 1)
        mean -= mpmath.fsum((k + b) / (n + levels * b) * mpmath.psi(0, k + b + 1) for k in counts + [0] * unseen)
        above, below = above + weight * rho * mean, below + weight * rho
    return float(above / below)


@pytest.mark.parametrize(
    ("counts", "levels"), [([3, 1], 2), ([5, 2, 1, 1], 4), ([2, 1, 1], 30), ([9, 9, 9], 3), ([40, 3, 1, 1, 1], 8)]
)
def test_is_the_ratio_of_integrals(counts: list[int], levels: int) -> None:
    expected = _by_definition(counts, levels)
    assert NSB(levels=levels)(drawn(counts)).nats == pytest.approx(expected, abs=1e-7)  # of 100 nodes


def _moment(first: float, second: float, power: int) -> float:
    """Mean of H(p, 1 - p)^power when p has a beta distribution."""

    def integrand(p: float) -> float:
        return float(beta_distribution(first, second).pdf(p) * (-p * math.log(p) - (1 - p) * math.log(1 - p)) ** power)

    return float(quad(integrand, 0, 1)[0])


def test_deviation_is_that_of_the_posterior() -> None:
    """Two values: the posterior of p is a mixture of beta distributions, and H is a function of p."""
    nodes, weights = np.polynomial.legendre.leggauss(40)
    sums = np.zeros(3)
    for node, weight in zip(nodes, weights, strict=True):
        b = _concentration((node + 1) / 2 * math.log(2), 2)
        rho = float(mpmath.beta(7 + b, 3 + b) / mpmath.beta(b, b))
        sums += weight * rho * np.array([1, _moment(7 + b, 3 + b, 1), _moment(7 + b, 3 + b, 2)])
    mean, square = sums[1:] / sums[0]
    found = NSB()(drawn([7, 3]))
    assert found.nats == pytest.approx(mean, abs=1e-7)  # of 40 nodes
    assert found.standard_error == pytest.approx(math.sqrt(square - mean**2), abs=1e-7)


def test_joint_entropy_counts_all_combinations() -> None:
    rng = np.random.default_rng(0)
    x, y, z = rng.integers(0, 6, 80), rng.integers(0, 4, 80), rng.integers(0, 3, 80)

    def h(*some: np.ndarray, each: int | None = None) -> float:
        _, counts = np.unique(np.stack(some), axis=1, return_counts=True)
        possible = math.prod(each or len(np.unique(v)) for v in some)
        return posterior(torch.tensor(counts, dtype=torch.float64), possible)[0]

    assert NSB()(x, y).nats == pytest.approx(h(x) + h(y) - h(x, y), abs=1e-12)  # sums of three
    expected = h(x, z) + h(y, z) - h(z) - h(x, y, z)
    assert NSB()(x, y, z=z).nats == pytest.approx(expected, abs=1e-12)
    expected = 2 * h(x, each=9) - h(x, x, each=9)
    assert NSB(levels=9)(x, x).nats == pytest.approx(expected, abs=1e-12)


def test_known_levels_find_even_frequencies_in_few_samples() -> None:
    """100 even values in 100 samples: knowing K takes six sevenths of the plug-in's bias of 0.58 nats off."""
    draws = np.random.default_rng(0).integers(0, 100, (20, 100))
    error = np.mean([NSB(levels=100)(x).nats for x in draws]) - math.log(100)
    assert abs(error) < 0.1


def test_levels_below_the_occurring_values_are_refused() -> None:
    with pytest.raises(SampleError, match="levels=3 is fewer than the 5 values"):
        NSB(levels=3)([1, 2, 3, 4, 5, 5])


def test_constants_carry_nothing_even_with_levels() -> None:
    assert NSB(levels=7)([3, 3, 3, 3], [1, 2, 2, 5]).nats == 0
    assert NSB(levels=7)([3, 3, 3, 3]).nats == 0


def test_large_counts_and_many_values() -> None:
    """Towards many samples all estimates agree: a million samples of even values, and one value above all."""
    even = torch.full((50,), 20_000.0, dtype=torch.float64)
    assert posterior(even, 50)[0] == pytest.approx(math.log(50), abs=1e-5)
    skewed = torch.tensor([999_000.0, 1000.0], dtype=torch.float64)
    expected = -0.999 * math.log(0.999) - 0.001 * math.log(0.001)
    mean, variance = posterior(skewed, 2)
    assert mean == pytest.approx(expected, abs=1e-5)  # a few parts of 1 / n
    spread = math.sqrt(0.999 * 0.001 / 1e6) * math.log(999)  # of the plug-in, to first order
    assert math.sqrt(variance) == pytest.approx(spread, rel=0.02)


def test_differences_of_gamma_functions() -> None:
    """Against 40 digits, from tiny to huge arguments, on both sides of where the series begin."""
    with mpmath.workdps(60):
        for b in (1e-20, 1e-3, 1.0, 99.9, 100.1, 1e6, 1e15):
            exact = mpmath.mpf(b)
            for n in (1, 7, 1000):
                expected = float(mpmath.loggamma(exact + n) - mpmath.loggamma(exact))
                found = float(log_rising(torch.tensor([b], dtype=torch.float64), torch.tensor(float(n))))
                assert found == pytest.approx(expected, rel=1e-12, abs=1e-12)  # rounding of lgamma(100)
            for times in (2.0, 1000.0):
                a = exact * times
                expected = float(a * mpmath.psi(1, 1 + a) - exact * mpmath.psi(1, 1 + exact))
                found = float(trigamma_step(torch.tensor([b], dtype=torch.float64), times))
                assert found == pytest.approx(expected, rel=1e-11)  # both lie near 1 at b = 99.9
