"""Truths found by quadrature, found again from the definition by another rule, and in their limits."""

import math
from collections.abc import Callable

import numpy as np
import pytest
from scipy import integrate, stats
from scipy.special import entr

from explorer.distributions import (
    BivariateNormal,
    DiscreteContinuous,
    Embedded,
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
    ZeroInflated,
    ZeroInflatedPoisson,
)
from explorer.distributions.base import Distribution, NoisyCurve

CLOSE = 1e-7  # the rules below, and those of the entries, are refined until halving a step changes less than this


def on_a_grid(joint: Callable, alone_x: Callable, alone_y: Callable, reach: float, step: float) -> float:
    """The double integral of p ln(p / (p_x p_y)) by the trapezoid rule, which is fast for tails like a normal's."""
    grid = np.arange(-reach, reach + step, step)
    x, y = grid[:, None], grid[None, :]
    p, q = joint(x, y), alone_x(x) * alone_y(y)
    return float((p * np.log(np.where(p > 0, p, 1) / np.where(p > 0, q, 1))).sum()) * step**2


def normal_pair(x: np.ndarray, y: np.ndarray, rho: float) -> np.ndarray:
    return np.exp(-(x**2 - 2 * rho * x * y + y**2) / (2 * (1 - rho**2))) / (2 * np.pi * math.sqrt(1 - rho**2))


@pytest.mark.parametrize(("rho", "separation"), [(0.9, 0.0), (-0.6, 0.0), (0.8, 1.0), (0.5, 4.0), (0.0, 3.0)])
def test_normal_mixture_on_a_grid(rho: float, separation: float) -> None:
    half = separation / 2
    found = on_a_grid(
        lambda x, y: (normal_pair(x - half, y, rho) + normal_pair(x + half, y, -rho)) / 2,
        lambda x: (stats.norm.pdf(x, half) + stats.norm.pdf(x, -half)) / 2,
        stats.norm.pdf,
        reach=9 + half,
        step=0.02,
    )
    assert NormalMixture(1, rho, separation).nats == pytest.approx(found, abs=CLOSE)
    assert NormalMixture(7, rho, separation).nats == pytest.approx(7 * found, abs=7 * CLOSE)


def test_normal_mixture_is_uncorrelated_and_ends_in_one_cloud() -> None:
    for separation in (0.0, 2.0):
        x, y = NormalMixture(1, 0.9, separation).sample(20_000)
        # Five standard errors; the product of two dependent normal variables has a variance of at most 3.
        assert abs(np.mean(x * y)) / x.std() < 5 * math.sqrt(3 / 20_000)
    assert NormalMixture(1, 0.9, 20.0).nats == pytest.approx(BivariateNormal(0.9).nats, abs=CLOSE)
    rising = [NormalMixture(1, 0.9, s).nats for s in (0, 1, 2, 4, 8)]
    assert rising == sorted(rising)


@pytest.mark.parametrize(("rho", "share", "width"), [(0.75, 0.1, 3.0), (-0.9, 0.5, 2.0), (0.6, 0.01, 5.0)])
def test_outliers_on_a_grid(rho: float, share: float, width: float) -> None:
    def alone(x: np.ndarray) -> np.ndarray:
        return (1 - share) * stats.norm.pdf(x) + share * stats.norm.pdf(x, scale=width)

    def joint(x: np.ndarray, y: np.ndarray) -> np.ndarray:
        noise = stats.norm.pdf(x, scale=width) * stats.norm.pdf(y, scale=width)
        return (1 - share) * normal_pair(x, y, rho) + share * noise

    found = on_a_grid(joint, alone, alone, reach=8 * width, step=0.04)
    assert Outliers(rho, share, width).nats == pytest.approx(found, abs=CLOSE)


def test_outliers_are_none_or_all() -> None:
    assert Outliers(0.8, 0.0, 7.0).nats == pytest.approx(BivariateNormal(0.8).nats, abs=CLOSE)
    assert Outliers(0.8, 1.0, 7.0).nats == pytest.approx(0, abs=CLOSE)
    assert Outliers(0.0, 0.1, 10.0).nats > 0.1  # what an outlier in X tells of Y, without any correlation


@pytest.mark.parametrize(("classes", "separation"), [(2, 1.0), (3, 2.0), (5, 0.7), (20, 6.0)])
def test_clusters_on_a_line_and_on_a_ring(classes: int, separation: float) -> None:
    for layout in ("line", "ring"):
        pair = LabelledClusters(classes, separation, 2, layout)
        step, reach = 0.1, np.abs(pair.centres).max() + 9
        grid = np.arange(-reach, reach, step)
        one, other = (stats.norm.pdf(grid, c[:, None]) for c in pair.centres.T)  # (classes, grid) along each axis
        density = (one.T @ other) / classes
        entropy_x = float(entr(density).sum()) * step**2
        assert pair.nats == pytest.approx(entropy_x - 2 * stats.norm.entropy(), abs=CLOSE)
        assert pair.entropy_x == pytest.approx(entropy_x, abs=CLOSE)
        assert LabelledClusters(classes, separation, 9, layout).nats == pair.nats  # the other columns are noise


def test_neighbours_on_a_ring_stand_apart_by_the_separation() -> None:
    for classes in (2, 3, 8):
        centres = LabelledClusters(classes, 1.5, 2, "ring").centres
        np.testing.assert_allclose(np.linalg.norm(centres - np.roll(centres, 1, 0), axis=1), 1.5)
    assert LabelledClusters(4, 10.0).nats == pytest.approx(math.log(4), abs=1e-5)  # 5.7 sigma to the next cluster
    assert LabelledClusters(4, 0.0).nats == pytest.approx(0, abs=CLOSE)


@pytest.mark.parametrize("levels", [2, 5, 100])
def test_discrete_continuous_by_its_histogram(levels: int) -> None:
    """Y is uniform within each unit: its entropy is that of the units, less what X leaves open."""
    units = np.convolve(np.full(levels, 1 / levels), [0.5, 0.5])
    found = DiscreteContinuous(levels)
    assert found.entropy_y == pytest.approx(stats.entropy(units))
    assert found.nats == pytest.approx(stats.entropy(units) - stats.uniform(0, 2).entropy())


@pytest.mark.parametrize("lost", [0.0, 0.15, 0.6, 0.99])
def test_zero_inflated_poisson_count_by_count(lost: float) -> None:
    total = 0.0
    for k in range(60):  # beyond lie 2^-60 of the mass
        alone = lost * (k == 0) + (1 - lost) * 0.5 ** (k + 1)

        def term(x: float, k: int = k, alone: float = alone) -> float:
            given = lost * (k == 0) + (1 - lost) * math.exp(k * math.log(x) - x - math.lgamma(k + 1))
            return math.exp(-x) * given * math.log(given / alone) if given > 0 else 0.0

        total += integrate.quad(term, 0, 60 + k, limit=200, epsabs=1e-11)[0]
    found = ZeroInflatedPoisson(lost)
    assert found.nats == pytest.approx(total, abs=CLOSE)
    k = np.arange(1, 60)
    published = (1 - lost) * (2 * math.log(2) - np.euler_gamma - float((np.log(k) / 2.0**k).sum()))
    assert found.nats == pytest.approx(published) if lost == 0 else found.nats < 0.95 * published


@pytest.mark.parametrize(("rho", "zeros"), [(0.75, 0.5), (-0.9, 0.3), (0.5, 0.9), (0.99, 0.1)])
def test_rectified_normal_piece_by_piece(rho: float, zeros: float) -> None:
    t, width = stats.norm.ppf(zeros), math.sqrt(1 - rho**2)

    def line(a: float) -> float:
        below = stats.norm.cdf(t, rho * a, width)
        return stats.norm.pdf(a) * below * math.log(below / zeros) if below > 0 else 0.0

    a = np.linspace(t, 9, 1 + 2 * math.ceil((9 - t) / (width / 12)))
    x, y = a[:, None], a[None, :]
    log_ratio = (2 * rho * x * y - rho**2 * (x**2 + y**2)) / (2 * width**2) - math.log(width)
    density = float(integrate.simpson(integrate.simpson(normal_pair(x, y, rho) * log_ratio, x=a), x=a))
    both = stats.multivariate_normal(cov=[[1, rho], [rho, 1]]).cdf([t, t])
    atom = both * math.log(both / zeros**2) if both > 1e-12 else 0.0
    found = atom + 2 * integrate.quad(line, t, 9, epsabs=1e-10)[0] + density
    # Simpson's rule at a 24th of the ridge's width, against its edge at t.
    assert RectifiedNormal(rho, zeros).nats == pytest.approx(found, abs=1e-6)


def test_rectifiers_only_lose() -> None:
    truths = [RectifiedNormal(0.8, zeros).nats for zeros in (0.01, 0.3, 0.6, 0.9, 0.99)]
    assert [BivariateNormal(0.8).nats, *truths] == sorted([BivariateNormal(0.8).nats, *truths], reverse=True)
    x, y = RectifiedNormal(0.8, 0.7).sample(20_000)
    assert np.mean(x == 0) == pytest.approx(0.7, abs=5 * math.sqrt(0.21 / 20_000))  # five standard errors
    assert np.mean(y == 0) == pytest.approx(0.7, abs=5 * math.sqrt(0.21 / 20_000))


@pytest.mark.parametrize(("rho", "step"), [(0.75, 1.0), (-0.4, 2.5), (0.95, 0.7)])
def test_rounded_cell_by_cell(rho: float, step: float) -> None:
    edges = (np.arange(-math.ceil(9 / step), math.ceil(9 / step) + 2) - 0.5) * step
    corners = np.stack(np.meshgrid(edges, edges, indexing="ij"), -1)
    below = stats.multivariate_normal(cov=[[1, rho], [rho, 1]]).cdf(corners)
    cells = np.diff(np.diff(below, axis=0), axis=1)
    margin = np.diff(stats.norm.cdf(edges))
    found = 2 * stats.entropy(margin) - float(entr(np.maximum(cells, 0)).sum())
    assert Rounded(rho, step).nats == pytest.approx(found, abs=1e-6)  # the cell probabilities err by 1e-8 or so


def test_rounding_loses_little_by_little() -> None:
    truths = [BivariateNormal(0.9).nats, *(Rounded(0.9, step).nats for step in (0.05, 0.2, 0.5, 1, 3))]
    assert truths == sorted(truths, reverse=True)
    assert truths[1] == pytest.approx(truths[0], abs=2e-3)
    x, _ = Rounded(0.9, 0.5).sample(1000)
    np.testing.assert_array_equal(x, np.round(2 * x) / 2)
    assert not np.signbit(x[x == 0]).any()


@pytest.mark.parametrize("noise", [0.03, 0.1, 0.5, 3.0])
@pytest.mark.parametrize("entry", [Parabola, Sinusoidal])
def test_noisy_curve_on_a_grid(entry: type[NoisyCurve], noise: float) -> None:
    pair = entry(noise)
    step = noise / 20
    y = np.arange(-1 - 9 * noise, 1 + 9 * noise, step)
    values = pair.curve((np.arange(4000) + 0.5) / 4000)
    density = np.mean([stats.norm.pdf(y, part[:, None], noise).mean(0) for part in np.split(values, 20)], 0)
    entropy_y = float(entr(density).sum()) * step
    assert pair.entropy_y == pytest.approx(entropy_y, abs=1e-6)  # 4000 midpoints of a parabola err by 1e-7
    assert pair.nats == pytest.approx(entropy_y - stats.norm(scale=noise).entropy(), abs=1e-6)


def test_frequency_hides_what_it_does_not_change() -> None:
    assert Sinusoidal(0.3, 1).nats == Sinusoidal(0.3, 50).nats
    x, y = Sinusoidal(0.01, 3).sample(1000)
    np.testing.assert_allclose(y, np.sin(6 * np.pi * x), atol=0.05)  # five times the noise


def test_erased_values_are_zeros_and_their_share_is_kept() -> None:
    x, y = ZeroInflated(3, 0.8, 0.4).sample(5000)
    spread = 5 * math.sqrt(0.24 / 5000)  # five standard errors of a share of 0.4
    assert np.abs((x == 0).mean(0) - 0.4).max() < spread and np.abs((y == 0).mean(0) - 0.4).max() < spread
    x, y = ZeroInflated(3, 0.8, 0.4, "together").sample(500)
    assert ((x == 0) == (y == 0)).all()
    assert ZeroInflated(4, 0.8, 0.0).nats == pytest.approx(MultivariateNormal(4, 0.8).nats)


def test_rotated_columns_keep_their_scales() -> None:
    pair = RotatedNormal(8, 3, 0.9, 1000.0)
    x, y = pair.sample(20_000)
    for values in (x, y):
        ratio = values.std(0) / np.geomspace(1, 1000, values.shape[1])
        assert np.abs(ratio - 1).max() < 5 / math.sqrt(2 * 20_000)  # five standard errors of a deviation
    r, _ = pair.sample(200, seed=1)
    other, _ = RotatedNormal(8, 3, 0.9, 1000.0, rotation=1).sample(200, seed=1)
    assert not np.allclose(r, other) and RotatedNormal(1, 1, 0.9).nats == pytest.approx(BivariateNormal(0.9).nats)


@pytest.mark.parametrize(
    ("seen", "latent"),
    [
        (Spiral(2, 0.7, "paired", 5.0), MultivariateNormal(2, 0.7)),
        (HeavyTails(3, 0.7, 0.5), MultivariateNormal(3, 0.7)),
        (Embedded(4, 300, -0.9), MultivariateNormal(4, -0.9)),
    ],
    ids=str,
)
def test_maps_leave_information_as_it_is(seen: Distribution, latent: Distribution) -> None:
    assert seen.nats == latent.nats


def test_spiral_turns_and_keeps_lengths() -> None:
    v = np.array([[1.0, 0.0, 0.0], [0.0, 2.0, 0.0]])
    stirred = Spiral(speed=math.pi / 2)
    np.testing.assert_allclose(stirred.map_x(v), [[0, 1, 0], [0, 2, 0]], atol=1e-12)  # a quarter turn, a whole one
    np.testing.assert_allclose(stirred.map_y(v), [[1, 0, 0], [0, 2, 0]], atol=1e-12)
    x, y = Spiral(dim=2, speed=3.0).sample(100)
    plain_x, plain_y = Spiral(dim=2, speed=0.0).sample(100)
    for turned, plain in ((x, plain_x), (y, plain_y)):
        np.testing.assert_allclose(np.linalg.norm(turned, axis=1), np.linalg.norm(plain, axis=1))
        assert not np.allclose(turned, plain)
