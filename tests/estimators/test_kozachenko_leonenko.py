"""Kozachenko-Leonenko against npeet-plus, closed forms, exact scaling, and the weights against their equations."""

import math

import npeet_plus
import numpy as np
import pytest
from scipy.special import gamma

from explorer.distributions import BivariateNormal, MultivariateNormal
from explorer.errors import SampleError
from explorer.estimators import KSG, KozachenkoLeonenko
from explorer.numerics.orders import LOUDEST, NoWeights, bias_cancelling

rng = np.random.default_rng(0)


@pytest.mark.parametrize("d", [1, 2, 5, 17])
@pytest.mark.parametrize(("n", "k"), [(20, 1), (20, 19), (400, 3), (400, 10)])
def test_entropy_is_that_of_npeet(n: int, k: int, d: int) -> None:
    x = rng.normal(size=(n, d))
    np.random.seed(0)  # npeet adds noise of 1e-10
    found = KozachenkoLeonenko(k=k)(x)
    assert found.nats == pytest.approx(npeet_plus.entropy(x, k=k, base=math.e), abs=1e-6)
    assert found.quantity == "h(X)"


# Entropy of a normal vector is d ln(2 pi e) / 2, of a uniform one on a cube of side 2 it is d ln 2.
# The deviation of a mean of n log distances is below 1.2 / sqrt(2000) = 0.027 for d = 1; in d = 4 the bias shows.
@pytest.mark.parametrize("norm", ["max", "euclidean"])
@pytest.mark.parametrize(("d", "error"), [(1, 0.03), (2, 0.03), (3, 0.06)])
def test_closed_forms(d: int, error: float, norm: str) -> None:
    entry = KozachenkoLeonenko(norm=norm)
    normal = np.mean([entry(rng.normal(size=(2000, d))).nats for _ in range(5)])
    assert normal == pytest.approx(d / 2 * math.log(2 * math.pi * math.e), abs=error)
    uniform = np.mean([entry(rng.uniform(-1, 1, (2000, 1))).nats for _ in range(5)])
    assert uniform == pytest.approx(math.log(2), abs=0.03)


@pytest.mark.parametrize("settings", [{}, {"norm": "euclidean"}, {"weighted": True, "k": 20}])
@pytest.mark.parametrize("a", [1e-6, -3.0, 1e9])
def test_scale_and_shift(a: float, settings: dict) -> None:
    x, entry = rng.normal(size=(300, 5)), KozachenkoLeonenko(**settings)
    assert entry(a * x).nats == pytest.approx(entry(x).nats + 5 * math.log(abs(a)), abs=1e-9)  # rounding of products
    assert entry(x + 7).nats == pytest.approx(entry(x).nats, abs=1e-9)


def test_information_is_the_sum_of_its_entropies() -> None:
    x, y = BivariateNormal().sample(2000)
    entry = KozachenkoLeonenko()
    found = entry(x, y)
    parts = entry(x).nats, entry(y).nats, entry(np.hstack([x, y])).nats
    assert tuple(found.details["entropies"].values()) == parts
    assert found.nats == pytest.approx(parts[0] + parts[1] - parts[2], abs=1e-12)
    assert found.nats == pytest.approx(BivariateNormal().nats, abs=0.05)  # deviation 0.016


@pytest.mark.parametrize(("k", "d"), [(2, 4), (5, 5), (20, 5), (100, 7), (10, 8), (50, 10)])
def test_weights_solve_their_equations(k: int, d: int) -> None:
    orders, weights = (one.numpy() for one in bias_cancelling(k, d))
    assert weights.sum() == pytest.approx(1, abs=1e-9)
    assert set(orders) == {i * k // d for i in range(1, d + 1)} - {0}
    for i in range(1, d // 4 + 1):
        terms = weights * gamma(orders + 2 * i / d) / gamma(orders)
        assert terms.sum() == pytest.approx(0, abs=1e-9 * np.abs(terms).sum())
    assert np.abs(weights).sum() < LOUDEST


def test_weights_below_four_columns_are_the_last_order() -> None:
    x = rng.normal(size=(200, 3))
    assert KozachenkoLeonenko(k=7, weighted=True)(x).nats == KozachenkoLeonenko(k=7)(x).nats


def test_weights_take_most_of_the_bias_off() -> None:
    """Six uniform columns, whose edges bias: 0.89 nats without weights and 0.30 with, deviations 0.04 and 0.08."""
    samples = [rng.random((1000, 6)) for _ in range(6)]
    plain, weighted = (np.mean([KozachenkoLeonenko(weighted=one)(x).nats for x in samples]) for one in (False, True))
    assert plain > 0.8 > 0.45 > abs(weighted)


def test_weights_that_would_drown_in_noise_are_refused() -> None:
    """Twenty-five columns each, where weights in the millions make hundreds of nats of nothing."""
    x, y = MultivariateNormal(dim=25, rho=0.8, structure="sparse").sample(300)
    for k in (5, 20, 100):
        with pytest.raises(SampleError, match=r"weighted=True cannot take the 25 columns of x: .*(noise|at least 7)"):
            KozachenkoLeonenko(k=k, weighted=True)(x, y)
    for k in (5, 20, 100):
        with pytest.raises(NoWeights):
            bias_cancelling(k, 12)
    with pytest.raises(SampleError, match="1 bias terms need at least 2 orders of neighbours, here 1"):
        KozachenkoLeonenko(k=1, weighted=True)(x[:, :4])


def test_many_columns_are_worse_than_ksg_and_say_so() -> None:
    x, y = MultivariateNormal(dim=5, rho=0).sample(1000)
    found = KozachenkoLeonenko()(x, y)
    assert found.nats < -0.2 < 0.05 > abs(KSG()(x, y).nats)
    assert [doubt.rule for doubt in found.warnings] == ["dimension"]
    assert [doubt.rule for doubt in KozachenkoLeonenko(weighted=True)(x, y).warnings] == ["dimension", "weights"]
    assert KozachenkoLeonenko()(x[:, :2], y[:, :2]).warnings == ()


def test_what_it_refuses() -> None:
    x = rng.normal(size=(60, 2))
    with pytest.raises(SampleError, match="x has a column that never changes"):
        KozachenkoLeonenko()(x * [1, 0])
    with pytest.raises(SampleError, match="needs distinct samples: 60 of 60 coincide with at least 5 others in y"):
        KozachenkoLeonenko()(x, np.repeat([0.5, 1.5], 30))
    with pytest.raises(SampleError, match="needs more than k=5 samples; got 5"):
        KozachenkoLeonenko()(x[:5])
    assert KozachenkoLeonenko()(x, np.ones(60), y_kind="continuous").nats == 0
