"""Every distribution of the catalogue: truth, samples, settings and refusals."""

import math
import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.spatial.distance import pdist

from explorer.catalogue import distributions as catalogue
from explorer.distributions import (
    DiscreteTable,
    HalfCube,
    LabelledClusters,
    MultivariateNormal,
    Spiral,
    Wiggly,
)
from explorer.distributions.base import Distribution, Transformed
from explorer.errors import InputError, SampleError, SettingError

ROUNDING = 1e-12  # sums of at most 10^4 float64 terms of size one


def ends() -> Iterator[tuple[str, dict[str, Any]]]:
    """Every entry at its defaults, and with each setting at both ends of its range or at each choice."""
    for name in catalogue:
        yield name, {}
        for setting in catalogue.card(name).settings:
            limits = (setting.range.low, setting.range.high) if setting.range else setting.choices
            yield from ((name, {setting.name: value}) for value in limits)


CASES = list(ends())


def made(case: tuple[str, dict[str, Any]]) -> Distribution:
    name, chosen = case
    return catalogue[name](**chosen)


@pytest.mark.parametrize("name", list(catalogue))
def test_card_explains_itself(name: str) -> None:
    card = catalogue.card(name)
    assert card.references
    assert all(setting.help for setting in card.settings)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_truth_is_finite_and_bounded_by_discrete_entropies(case: tuple[str, dict[str, Any]]) -> None:
    distribution = made(case)
    assert -ROUNDING <= distribution.nats < math.inf
    for kind, entropy in (
        (distribution.kind_x, distribution.entropy_x),
        (distribution.kind_y, distribution.entropy_y),
    ):
        assert entropy is None or math.isfinite(entropy)
        if kind == "discrete" and entropy is not None:
            assert distribution.nats <= entropy + ROUNDING


@pytest.mark.parametrize("case", CASES, ids=str)
def test_samples_have_their_shape_kind_and_seed(case: tuple[str, dict[str, Any]]) -> None:
    distribution = made(case)
    first, again, other = (distribution.sample(64, seed=seed) for seed in (1, 1, 2))
    for values, kind in zip(first, (distribution.kind_x, distribution.kind_y), strict=True):
        assert values.ndim == 2 and len(values) == 64
        assert values.dtype == {"continuous": np.float64, "discrete": np.int64}[kind]
        assert np.isfinite(values).all()
    assert all(np.array_equal(a, b) for a, b in zip(first, again, strict=True))
    assert not all(np.array_equal(a, b) for a, b in zip(first, other, strict=True))


@pytest.mark.parametrize("name", list(catalogue))
def test_one_sample_is_enough_and_none_is_refused(name: str) -> None:
    distribution = catalogue[name]()
    assert [len(values) for values in distribution.sample(1)] == [1, 1]
    for n in (0, -3, 2.5):
        with pytest.raises(SampleError, match=f"n={n} must be a whole number of at least 1"):
            distribution.sample(n)
    with pytest.raises(SettingError, match="seed=-1 must be"):
        distribution.sample(5, seed=-1)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_settings_make_the_value(case: tuple[str, dict[str, Any]]) -> None:
    distribution = made(case)
    assert distribution == made(case) and hash(distribution) == hash(made(case))
    assert eval(repr(distribution), {type(distribution).__name__: type(distribution)}) == distribution


MIXING = ("embedded", "spiral")  # maps of whole vectors; the others map each coordinate
MAPS = [name for name in catalogue if issubclass(catalogue[name], Transformed)]


@pytest.mark.parametrize("name", [name for name in MAPS if name not in MIXING])
def test_maps_are_one_to_one(name: str) -> None:
    distribution = catalogue[name]()
    grid = np.linspace(-7, 7, 100_001)[:, None]  # past seven the normal distribution function nears its last digit
    for mapped in (distribution.map_x(grid), distribution.map_y(grid)):
        height = mapped[:, 0] if mapped.shape[1] == 1 else np.linalg.norm(mapped, axis=1)
        assert (np.diff(height) > 0).all()


@pytest.mark.parametrize("name", MIXING)
def test_maps_of_vectors_keep_points_apart(name: str) -> None:
    distribution = catalogue[name]()
    before = np.vstack(distribution.of.sample(1000))
    apart = pdist(before)
    for mapped in (distribution.map_x(before), distribution.map_y(before)):
        # A turn at speed 1/3 shears lengths up to 4 by at most 1 + 2 * 16 / 3; two coordinates folded onto each
        # other would bring some of the two million pairs together to less than 1e-4 of their distance.
        assert (pdist(mapped) / apart).min() > 0.05


@st.composite
def tables(draw: st.DrawFn) -> np.ndarray:
    shape = draw(st.tuples(st.integers(1, 5), st.integers(1, 5)))
    weights = draw(arrays(np.float64, shape, elements=st.floats(0, 1)).filter(lambda w: w.sum() > 0))
    return weights / weights.sum()


@settings(deadline=None, max_examples=100)
@given(tables())
def test_information_lies_between_zero_and_both_entropies(p: np.ndarray) -> None:
    pair = DiscreteTable.from_table(p)
    assert -ROUNDING <= pair.nats <= min(pair.entropy_x, pair.entropy_y) + ROUNDING
    assert pair.nats == pytest.approx(DiscreteTable.from_table(p.T).nats, abs=ROUNDING)


@settings(deadline=None, max_examples=50)
@given(tables())
def test_independent_margins_share_nothing(p: np.ndarray) -> None:
    product = np.outer(p.sum(1), p.sum(0))
    assert DiscreteTable.from_table(product).nats == pytest.approx(0, abs=ROUNDING)


@pytest.mark.parametrize(
    ("p", "rule"),
    [
        ([[0.5, 0.6]], "p sums to 1.1; a joint table sums to 1"),
        ([[1.5, -0.5]], "p holds a negative number or NaN"),
        ([[math.nan, 1.0]], "p holds a negative number or NaN"),
        ([0.5, 0.5], r"p has shape \(2,\); a joint table has rows and columns"),
        ([[0.5], [0.25, 0.25]], "p must be a table of numbers with rows of one length"),
        ([["a", "b"]], "p must be a table of numbers"),
    ],
)
def test_tables_that_are_none(p: Any, rule: str) -> None:
    with pytest.raises(InputError, match=rule):
        DiscreteTable.from_table(p)


@pytest.mark.parametrize("entry", [MultivariateNormal, HalfCube, Spiral, Wiggly])
def test_dense_correlation_has_a_least_value(entry: Callable[..., Distribution]) -> None:
    with pytest.raises(SettingError, match=r"rho=-0\.2 must exceed -0\.2 when structure='dense' and dim=3"):
        entry(dim=3, rho=-0.2, structure="dense")
    assert entry(dim=3, rho=-0.19, structure="dense").nats > 0


def test_a_ring_needs_a_plane() -> None:
    with pytest.raises(SettingError, match="dim=1 must be at least 2 when layout='ring'"):
        LabelledClusters(dim=1, layout="ring")
    assert LabelledClusters(dim=1).nats > 0


@pytest.mark.parametrize("case", CASES, ids=str)
def test_truth_is_there_at_once(case: tuple[str, dict[str, Any]]) -> None:
    start = time.process_time()
    _ = made(case).nats
    assert time.process_time() - start < 0.2  # 0.03 s on a quiet machine
