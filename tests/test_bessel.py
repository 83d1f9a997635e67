"""The logarithm of I_v and the constant of the von Mises-Fisher distribution, against mpmath and closed forms."""

import json
import math
from pathlib import Path

import mpmath
import numpy as np
import pytest
from scipy.integrate import dblquad, quad
from scipy.special import iv
from scipy.stats import vonmises_fisher

from explorer.engines.known.spheres import DirectionChannel, scattered
from explorer.errors import SettingError
from explorer.numerics import sphere
from explorer.numerics.bessel import log_iv

ROWS = json.loads((Path(__file__).parent / "reference" / "bessel.json").read_text())


@pytest.mark.parametrize("v", sorted({v for v, _, _ in ROWS}))
def test_as_mpmath_has_it(v):
    kappa, wanted = (np.array([float(row[i]) for row in ROWS if row[0] == v]) for i in (1, 2))
    assert log_iv(v, kappa) == pytest.approx(wanted, rel=2e-14, abs=2e-14)
    assert len(kappa) == 12 and v <= 500


def test_the_ways_meet_where_they_change():
    for v in (0.0, 3.5, 49.999999):
        below, above = log_iv(v, np.nextafter(2.0, 0)), log_iv(v, 2.0)
        assert below == pytest.approx(above, abs=1e-13)
    for kappa in (0.01, 5.0, 300.0):
        with mpmath.workdps(30):
            step = float(mpmath.log(mpmath.besseli(50, kappa)) - mpmath.log(mpmath.besseli(49.75, kappa)))
        assert log_iv(50, kappa) - log_iv(49.75, kappa) == pytest.approx(step, abs=1e-12)


def test_nothing_underflows_and_zero_is_zero():
    assert float(log_iv(500, 1e-3)) < -6000 and iv(500, 1e-3) == 0
    assert log_iv(0, 0.0) == 0 and log_iv(3, 0.0) == -math.inf and log_iv(60, 0.0) == -math.inf
    assert log_iv(2, np.ones((2, 3))).shape == (2, 3)


@pytest.mark.parametrize(("d", "off"), [(64, 11), (128, 83), (256, 271), (1000, 1786)])
def test_a_small_number_added_to_i_v_costs_what_it_is_known_to(d, off):
    """ln(I_v + 1e-7) in place of ln I_v, at kappa = 10."""
    v = d / 2 - 1
    naive = v * math.log(10) - d / 2 * math.log(2 * math.pi) - math.log(iv(v, 10) + 1e-7)
    assert float(sphere.log_constant(d, 10.0)) - naive == pytest.approx(off, abs=0.7)


def test_the_constant_in_a_thousand_dimensions():
    assert sphere.log_constant(1000, 0.0) == pytest.approx(2032.0578, abs=1e-4)
    assert sphere.log_constant(1000, 10.0) == pytest.approx(2032.0078, abs=1e-4)
    assert sphere.log_area(3) == pytest.approx(math.log(4 * math.pi))


@pytest.mark.parametrize("kappa", [1e-9, 1e-3, 0.5, 10.0, 300.0])
def test_three_dimensions_have_a_closed_form(kappa):
    sinh = kappa + math.log(-math.expm1(-2 * kappa) / 2)
    assert sphere.log_constant(3, kappa) == pytest.approx(math.log(kappa) - math.log(4 * math.pi) - sinh, abs=1e-8)
    if kappa > 1e-3:
        mean = 1 / math.tanh(kappa) - 1 / kappa
        assert sphere.mean_cosine(3, kappa) == pytest.approx(mean, abs=1e-10)
        assert sphere.concentration(3, mean, 1e-3, 1e4) == pytest.approx(kappa, rel=1e-4)


@pytest.mark.parametrize(("d", "kappa"), [(2, 1.0), (3, 20.0), (10, 5.0), (50, 100.0)])
def test_the_entropy_is_that_of_scipy(d, kappa):
    mean = np.eye(d)[0]
    assert sphere.entropy(d, kappa) == pytest.approx(float(vonmises_fisher(mean, kappa).entropy()), abs=1e-9)
    drawn = scattered(np.tile(mean, (40000, 1)), kappa, np.random.default_rng(0))
    assert np.linalg.norm(drawn, axis=1) == pytest.approx(1)
    spread = drawn[:, 0].std() / 200
    assert abs(drawn[:, 0].mean() - sphere.mean_cosine(d, kappa)) < 4 * spread
    assert np.abs(drawn[:, 1:].mean(0)).max() < 5 / 200


def test_the_information_of_a_uniform_direction_is_an_integral_over_the_cosine():
    def term(t):  # p(t) ln (p(z2 | z1) / p(z2)), with p(t) = kappa e^(kappa t) / 2 sinh kappa on [-1, 1]
        p = 6 * math.exp(6 * t) / (2 * math.sinh(6))
        return p * math.log(2 * p)

    assert DirectionChannel(3, 6.0).nats == pytest.approx(quad(term, -1, 1)[0], abs=1e-9)


def test_the_information_of_a_crowded_direction_is_a_double_integral():
    """p(z2) by quadrature over z1, and its entropy by another; the product uses a closed form of the first."""
    a, k = 2.0, 5.0
    constant = a / (4 * math.pi * math.sinh(a)) * k / (4 * math.pi * math.sinh(k))

    def density(beta):
        def inner(phi, t):
            return math.exp(a * t + k * (math.cos(beta) * t + math.sin(beta) * math.sqrt(1 - t * t) * math.cos(phi)))

        return constant * dblquad(inner, -1, 1, 0, 2 * math.pi)[0]

    nodes, weights = np.polynomial.legendre.leggauss(40)
    angles = math.pi / 2 * (1 + nodes)
    p = np.array([density(beta) for beta in angles])
    ring = math.pi / 2 * weights * 2 * math.pi * np.sin(angles)
    assert float(ring @ p) == pytest.approx(1, abs=1e-9)
    channel = DirectionChannel(3, k, a)
    assert channel.entropy == pytest.approx(float(-(ring * p) @ np.log(p)), abs=1e-8)
    assert channel.nats == pytest.approx(channel.entropy - float(sphere.entropy(3, k)))


def test_limits_of_the_channel():
    assert DirectionChannel(5, 0.0, 3.0).nats == pytest.approx(0, abs=1e-9)
    assert DirectionChannel(5, 0.0).entropy == pytest.approx(sphere.log_area(5), abs=1e-12)
    assert (
        DirectionChannel(4, 8.0, 1e4).nats < 0.01 < DirectionChannel(4, 8.0, 10.0).nats < DirectionChannel(4, 8.0).nats
    )
    best = DirectionChannel(4, 8.0)
    read = {kappa: sphere.log_constant(4, kappa) + kappa * sphere.mean_cosine(4, 8.0) for kappa in (5.0, 8.0, 12.0)}
    assert read[8.0] == pytest.approx(-best.noise) and read[8.0] == max(read.values())
    with pytest.raises(SettingError, match="dim=1"):
        DirectionChannel(1)
