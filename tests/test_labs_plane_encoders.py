"""Encoders on the plane of a joint table: bounds as theorems, the frontier by its closed form."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import brentq

from explorer.engines.finite.encoders import encoded, searched, softmax
from explorer.engines.finite.families import FAMILIES
from explorer.engines.finite.tables import entropy, margin, mutual_information
from explorer.errors import InputError


@settings(deadline=None, max_examples=60)
@given(seed=st.integers(0, 10_000), x=st.integers(1, 6), y=st.integers(1, 5), states=st.integers(1, 6))
def test_no_encoder_passes_a_bound(seed: int, x: int, y: int, states: int) -> None:
    """I(T;Y) <= I(X;T), I(T;Y) <= I(X;Y) and I(X;T) <= H(X), also for hard encoders and tables with zeros."""
    rng = np.random.default_rng(seed)
    table = rng.random((x, y)) * (rng.random((x, y)) > 0.3) + 1e-3 / (x * y)
    encoders = softmax(rng.choice([0.0, 3.0, 300.0]) * rng.standard_normal((20, x, states)))
    found = encoded(table / table.sum(), encoders)
    assert max(found.excess.values()) < 1e-12  # rounding of sums
    assert found.xt.min() > -1e-12 and found.ty.min() > -1e-12


@settings(deadline=None, max_examples=30)
@given(seed=st.integers(0, 10_000))
def test_it_is_the_information_of_the_tables_that_an_encoder_makes(seed: int) -> None:
    rng = np.random.default_rng(seed)
    table, q = rng.dirichlet(np.ones(12)).reshape(4, 3), rng.dirichlet(np.ones(5), size=(1, 4))
    found = encoded(table, q)
    assert found.xt[0] == pytest.approx(mutual_information(table.sum(1)[:, None] * q[0]), abs=1e-12)
    assert found.ty[0] == pytest.approx(mutual_information(q[0].T @ table), abs=1e-12)


def test_a_copy_tells_all_and_a_constant_nothing() -> None:
    table = FAMILIES["ring"](0.3)
    found = encoded(table, np.stack([np.eye(8), np.eye(8)[np.zeros(8, int)]]))
    assert found.xt == pytest.approx([np.log(8), 0], abs=1e-12)
    assert found.ty == pytest.approx([mutual_information(table), 0], abs=1e-12)
    assert found.entropy_y == pytest.approx(entropy(margin(table, 1)))
    assert found.to("bits").xt[0] == pytest.approx(3)


def binary(p: float) -> float:
    return entropy([p, 1 - p])


@pytest.mark.parametrize("noise", [0.2, 0.5])
def test_the_search_reaches_the_frontier_of_two_coins_and_never_passes_it(noise: float) -> None:
    """For a fair bit through a symmetric channel the frontier is Mrs. Gerber's lemma (wyner1973)."""
    found, flip = searched(FAMILIES["coins"](noise), 3, 1.0, 200, count=60), noise / 2

    def frontier(xt: float) -> float:
        left = brentq(lambda p: binary(p) - (np.log(2) - xt), 0, 0.5)
        return np.log(2) - binary(left * (1 - flip) + (1 - left) * flip)

    above = np.array([ty - frontier(min(xt, np.log(2))) for xt, ty in zip(found.xt, found.ty, strict=True)])
    assert above.max() < 1e-9
    assert np.sort(above)[-20] > -2e-3  # a third of them lie on it


def test_a_search_only_ever_helps() -> None:
    table, price = FAMILIES["tree"](0.2), np.linspace(0, 1, 200, endpoint=False)
    levels = [(one.ty - price * one.xt) for one in (searched(table, 4, 2.0, rounds) for rounds in (0, 10, 40))]
    assert (levels[1] >= levels[0]).all() and (levels[2] >= levels[1]).all()
    assert (levels[2] - levels[0]).mean() > 0.02


def test_the_shaded_regions_are_what_the_bounds_rule_out() -> None:
    """Every place of the frame lies in a region where a bound forbids it, and in none where no bound does."""
    from explorer.numerics.polygon import inside  # the page's own lasso

    found = searched(FAMILIES["tree"](0.2), 4, 2.0, 0, count=3)
    right, top = found.frame
    places = np.random.default_rng(0).random((500, 2)) * [right, top]
    shaded = np.any([inside(places, corners) for _, corners in found.regions], axis=0)
    x, y = places.T
    forbidden = (y > x) | (y > found.information) | (x > found.entropy_x)
    assert (shaded == forbidden).all()


def test_encoders_must_hold_distributions() -> None:
    table = FAMILIES["coins"](0.1)
    for q in (np.ones((1, 2, 2)), np.ones((2, 2)) / 2, np.full((1, 3, 2), 0.5), [[[1.5, -0.5], [0.5, 0.5]]]):
        with pytest.raises(InputError, match="must hold a distribution over T for each of 2 levels"):
            encoded(table, np.asarray(q))
