"""Smoothed Fisher information against closed forms and inequalities; the likeliest place against theory."""

import math

import numpy as np
import pytest

from explorer.engines.validity.location import SPIKE, WIDTH, Location, errors
from explorer.errors import InputError

DENSITIES = ("normal", "laplace", "needle")
SMOOTHINGS = (0.0, 0.003, 0.05, 0.4, 2.0)


@pytest.mark.parametrize("r", SMOOTHINGS)
def test_a_normal_density_in_closed_form(r):
    place = Location("normal", r)
    assert place.fisher == pytest.approx(1 / (1 + r * r), abs=1e-9)
    assert place.entropy == pytest.approx(math.log(2 * math.pi * math.e * (1 + r * r)) / 2, abs=1e-9)


def test_a_laplace_density_in_closed_form():
    assert Location("laplace").fisher == pytest.approx(1, abs=1e-9)
    assert Location("laplace").entropy == pytest.approx(1 + math.log(2), abs=1e-9)


def test_a_needle_has_nearly_the_information_of_its_parts():
    # the parts hardly overlap: shares times 1 / variance, less what the overlap takes
    apart = SPIKE / WIDTH**2 + 1 - SPIKE
    assert 0.6 * apart < Location("needle").fisher < apart


@pytest.mark.parametrize("density", DENSITIES)
@pytest.mark.parametrize("r", SMOOTHINGS[1:])
def test_density_and_score_by_differences_and_by_convolution(density, r):
    place, step = Location(density, r), 1e-6
    x = np.array([-3.1, -0.4, -0.012, 0.003, 0.02, 0.7, 2.0])
    slope = (place.log(x + step) - place.log(x - step)) / (2 * step)
    assert place.score(x) == pytest.approx(slope, rel=1e-5, abs=1e-5)
    nodes, weights = np.polynomial.hermite_e.hermegauss(60)
    if density != "laplace" and r > WIDTH:  # the rule needs a smooth density on the scale of r
        return
    plain = Location(density)
    if density != "laplace":
        smoothed = (weights * np.exp(plain.log(x[:, None] - r * nodes))).sum(1) / math.sqrt(2 * math.pi)
        assert np.exp(place.log(x)) == pytest.approx(smoothed, rel=1e-6)


@pytest.mark.parametrize("r", [0.05, 0.4, 2.0])
def test_a_smoothed_laplace_density_by_the_riemann_sum(r):
    place, plain = Location("laplace", r), Location("laplace")
    x, grid = np.array([-2.0, 0.0, 0.3]), np.linspace(-9 * r, 9 * r, 40_001)
    noise = np.exp(-(grid**2) / (2 * r * r)) / math.sqrt(2 * math.pi) / r
    smoothed = (noise * np.exp(plain.log(x[:, None] - grid))).sum(1) * (grid[1] - grid[0])
    assert np.exp(place.log(x)) == pytest.approx(smoothed, rel=1e-6)


@pytest.mark.parametrize("density", DENSITIES)
def test_smoothing_only_loses_and_the_inequalities_hold(density):
    plain = Location(density).fisher
    found = [Location(density, r).fisher for r in SMOOTHINGS]
    assert found == sorted(found, reverse=True)
    for r, one in zip(SMOOTHINGS[1:], found[1:], strict=True):
        assert 1 / one >= 1 / plain + r * r - 1e-9  # Stam's inequality
        assert one < 1 / r**2


@pytest.mark.parametrize("density", DENSITIES)
@pytest.mark.parametrize("r", [0.05, 0.7])
def test_fisher_information_is_the_growth_of_entropy(density, r):
    # de Bruijn: dh / d(r^2) = I_r / 2
    step = 1e-4 * r * r
    high, low = (Location(density, math.sqrt(r * r + s)).entropy for s in (step, -step))
    assert (high - low) / (2 * step) == pytest.approx(Location(density, r).fisher / 2, rel=1e-4)


def test_the_likeliest_place_of_a_normal_density_is_the_mean_and_of_a_laplace_density_the_median():
    samples = np.random.default_rng(0).standard_normal((50, 21)) + 3
    assert Location("normal", 0.3).likeliest(samples) == pytest.approx(samples.mean(1), abs=1e-6)
    assert Location("laplace").likeliest(samples) == pytest.approx(np.median(samples, 1), abs=1e-6)


def test_no_place_is_likelier_than_the_likeliest():
    rng = np.random.default_rng(1)
    for density in DENSITIES:
        for r in (0.0, 0.02, 0.3):
            place = Location(density, r)
            samples = place.sample((20, 15), rng)
            found = place.likeliest(samples)
            top = place.log(samples - found[:, None]).sum(1)
            for other in np.linspace(-1.5, 1.5, 1501):
                assert np.all(place.log(samples - other).sum(1) <= top + 1e-6)


def test_samples_have_the_density():
    rng = np.random.default_rng(2)
    for density in DENSITIES:
        place = Location(density, 0.2)
        read = -place.log(place.sample((100_000,), rng))
        assert read.mean() == pytest.approx(place.entropy, abs=4 * read.std() / math.sqrt(len(read)))


def test_errors_reach_the_limit_where_they_must_and_not_before():
    normal = errors("normal", 10, (0.0, 1.0), 2000)
    assert np.all(np.abs(normal.scaled - normal.limit) < 3 * normal.deviation)  # the mean is normal at every n
    laplace = errors("laplace", 200, (0.0,), 400)
    assert laplace.scaled[0] == pytest.approx(laplace.limit[0], rel=0.35)
    few = errors("needle", 20, (0.0, 0.3), 200)
    assert few.scaled[0] > 100 * few.limit[0], "twenty samples cannot use the needle"
    assert few.scaled[1] < 1.4 * few.limit[1]
    many = errors("needle", 200, (0.0,), 30)
    assert many.scaled[0] < 3 * many.limit[0], "two hundred can"


def test_errors_below_the_limit_are_chance():
    found = errors("laplace", 15, (0.1, 0.5, 1.0), 600)
    assert np.all(found.scaled > found.limit - 3 * found.deviation)


def test_refuses():
    with pytest.raises(InputError, match="normal, laplace or needle"):
        Location("cauchy")  # type: ignore[arg-type]
    for r in (-0.1, math.inf, math.nan):
        with pytest.raises(InputError, match="at least 0"):
            Location("normal", r)
    for n, repeats in ((0, 5), (5, 1)):
        with pytest.raises(InputError):
            errors("normal", n, (0.1,), repeats)
