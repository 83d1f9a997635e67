"""Information by levels of noise, and a bridge of two bumps, against integrals and derivatives."""

import numpy as np
import pytest
from scipy.integrate import quad

from explorer.engines.known.noise_levels import SPREAD, TwoBumps, integrand
from explorer.errors import SettingError


@pytest.mark.parametrize("rho", [0.3, 0.9, 0.99])
def test_the_area_is_the_information_and_the_hill_is_highest_there(rho: float) -> None:
    nats = -np.log(1 - rho**2) / 2
    assert quad(lambda a: float(integrand(np.array(a), rho)), -40, 40)[0] == pytest.approx(nats, abs=1e-6)
    levels = np.linspace(-5, 8, 13_001)
    assert levels[integrand(levels, rho).argmax()] == pytest.approx(nats, abs=0.01)


def test_the_bridge_begins_normal_and_ends_in_two_bumps() -> None:
    x, t = np.linspace(-8, 8, 4001), np.array([0.0, 0.3, 1.0])
    density = TwoBumps(1.0).density(x, t)
    assert density.sum(1) * (x[1] - x[0]) == pytest.approx([1, 1, 1], abs=1e-6)
    assert density[0] == pytest.approx(np.exp(-(x**2) / 2) / np.sqrt(2 * np.pi))
    assert density[2].max() == pytest.approx(1 / (2 * SPREAD * np.sqrt(2 * np.pi)))
    middle = (density[1] * x**2).sum() * (x[1] - x[0])
    assert middle == pytest.approx(0.7**2 + (0.3 * SPREAD) ** 2 + 0.3**2 * 4 + 0.21)


def test_the_effort_is_that_of_a_normal_variable_where_the_bumps_are_one() -> None:
    """At t = 0 the means do not move the density: (d ln p / dt)^2 has mean (v' / v)^2 / 2."""
    for gamma in (0.0, 1.0):
        found = TwoBumps(gamma).effort(np.array([1e-4]))
        assert float(found[0]) == pytest.approx((gamma - 2) ** 2 / 2, rel=2e-3)
    with pytest.raises(SettingError, match="gamma=-1"):
        TwoBumps(-1.0)
