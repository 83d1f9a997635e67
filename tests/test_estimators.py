"""What every estimator must do, whichever it is: truth, symmetry, invariance, independence, constants."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from estimator_cases import (
    CLAIMS,
    ENTRIES,
    Kinds,
    every_claim,
    every_estimator,
    every_kind,
    every_learned_claim,
    every_quick_claim,
    kinds,
    pair_of,
)
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from explorer.catalogue import distributions, estimators
from explorer.distributions import DiscreteTable
from explorer.errors import InputError

Arrays = tuple[np.ndarray, ...]


@every_claim
def test_finds_the_truth(name: str, distribution: str) -> None:
    truth, estimate = distributions[distribution](), estimators[name]()
    seeds = 1 if estimate.learned else 3
    found = np.mean([float(estimate(*truth.sample(2000, seed))) for seed in range(seeds)])
    assert found == pytest.approx(truth.nats, abs=estimate.tolerance)


def test_claims_name_what_is_there() -> None:
    for name in ENTRIES:
        assert set(estimators[name].finds or ()) <= {other for entry, other in CLAIMS if entry == name}


@every_quick_claim
def test_error_falls_with_samples(name: str, distribution: str) -> None:
    """Consistency as a slope of the root mean square error over 20 seeds; -0.5 is the slope of a mean."""
    truth, estimate = distributions[distribution](), estimators[name]()

    def error(n: int) -> float:
        found = np.array([float(estimate(*truth.sample(n, seed))) for seed in range(20)])
        return float(np.sqrt(np.mean((found - truth.nats) ** 2)))

    assert math.log(error(1600) / error(100)) / math.log(16) < -0.3  # two standard errors (0.08) above -0.5


@pytest.mark.ends
@every_learned_claim
def test_more_samples_come_nearer(name: str, distribution: str) -> None:
    truth, estimate = distributions[distribution](), estimators[name]()

    def error(n: int) -> float:
        found = np.array([float(estimate(*truth.sample(n, seed))) for seed in range(3)])
        return float(np.sqrt(np.mean((found - truth.nats) ** 2)))

    assert error(4000) < error(150)


@every_kind
def test_symmetry(name: str, kind: Kinds) -> None:
    estimate = estimators[name]()
    if not estimate.symmetric:
        pytest.skip("claims no symmetry")
    x, y = pair_of(name, kind, 300)
    there, back = estimate(x, y), estimate(y, x)
    assert there.nats == pytest.approx(back.nats, abs=1e-10)  # sums of 300 terms in another order
    assert (there.bound, there.dim_x, there.dim_y) == (back.bound, back.dim_y, back.dim_x)


@every_kind
def test_order_of_samples_does_not_matter(name: str, kind: Kinds) -> None:
    estimate = estimators[name]()
    if estimate.learned or estimate.ordered:
        pytest.skip("the order of the samples is part of the training, or of the data")
    x, y = pair_of(name, kind, 300)
    order = np.random.default_rng(1).permutation(300)
    assert estimate(x[order], y[order]).nats == pytest.approx(estimate(x, y).nats, abs=1e-10)


def _relabelled(x: np.ndarray) -> np.ndarray:
    names = np.random.default_rng(2).permutation(["beech", "ash", "oak"])
    return names[x]


def _turned(x: np.ndarray) -> np.ndarray:
    return x @ np.linalg.qr(np.random.default_rng(3).normal(size=(3, 3)))[0]


MAPS: dict[str, tuple[str, Callable[[np.ndarray], np.ndarray]]] = {
    "relabelling": ("discrete", _relabelled),
    "shift": ("continuous", lambda x: x + 7.3),
    "scaling": ("continuous", lambda x: 3.7 * x),
    "rotation": ("continuous", _turned),
    "linear": ("continuous", lambda x: x @ np.array([[2.0, 0.3, -1], [0, 0.5, 4], [1, 1, 1]]) - 5),
    "monotone": ("continuous", lambda x: np.exp(x) + x**3),
}
INVARIANT = [(name, one) for name in ENTRIES for one in estimators[name].invariant]


@pytest.mark.parametrize(("name", "which"), INVARIANT)
def test_invariance(name: str, which: str) -> None:
    kind, change = MAPS[which]
    estimate = estimators[name]()
    x, y = pair_of(name, next(pair for pair in kinds(name) if pair[0] == kind), 300)
    other = change(y) if which == "scaling" and y.dtype == float else y  # one factor for all columns
    assert estimate(change(x), other).nats == pytest.approx(estimate(x, y).nats, abs=1e-9)  # rounding of the map


@every_claim
def test_shuffled_samples_tell_nothing(name: str, distribution: str) -> None:
    estimate = estimators[name]()
    x, y = distributions[distribution]().sample(2000)
    bias = 0.0
    if x.dtype.kind == y.dtype.kind == "i":  # what independent discrete variables read on average (miller1955)
        levels = [len(np.unique(v, axis=0)) for v in (x, y)]
        if max(levels) > 200:
            pytest.skip(f"{max(levels)} values in 2000 samples: far more than an average bias can be told for")
        bias = (levels[0] - 1) * (levels[1] - 1) / 4000
    seeds = range(1 if estimate.learned else 3)
    found = np.mean([float(estimate(x, np.random.default_rng(seed).permutation(y))) for seed in seeds])
    assert abs(found) < estimate.tolerance + bias


@every_kind
def test_constants_carry_nothing_or_are_refused(name: str, kind: Kinds) -> None:
    estimate = estimators[name]()
    x, y = pair_of(name, kind, 60)
    for one, other in ((np.zeros_like(x), y), (x, np.zeros_like(y)), (np.ones_like(x), np.ones_like(y))):
        try:
            found = estimate(one, other, x_kind=kind[0], y_kind=kind[1])
        except InputError as refusal:
            assert "constant" in str(refusal) or "never change" in str(refusal) or "coincide" in str(refusal)
        else:
            assert found.nats == pytest.approx(0, abs=1e-12)  # rounding of sums


@every_kind
def test_a_constant_column_changes_nothing_that_is_invariant(name: str, kind: Kinds) -> None:
    x, y = pair_of(name, kind, 200)
    if x.ndim == 1:
        x = x[:, None]
    wider = np.hstack([x, np.full((200, 2), 5, dtype=x.dtype)])
    estimate = estimators[name]()
    assert estimate(wider, y).nats == pytest.approx(estimate(x, y).nats, abs=1e-10)  # rounding of sums


FLOATS = st.one_of(st.floats(-1e300, 1e300), st.sampled_from([0.0, -0.0, 1.0, 5e-324, 1e-200, 1 + 2**-52, 1e150]))


@st.composite
def tables(draw: st.DrawFn) -> Arrays:
    """Paired samples of any kind, with ties, extremes and few rows more often than chance has them."""
    n = draw(st.integers(2, 9))
    one = {"float": (np.float64, FLOATS), "int": (np.int64, st.integers(-3, 3) | st.integers(-(2**62), 2**62))}
    pair = []
    for _ in range(2):
        dtype, elements = one[draw(st.sampled_from(list(one)))]
        pair.append(draw(arrays(dtype, (n, draw(st.integers(1, 3))), elements=elements)))
    return pair[0], pair[1]


@every_estimator
@settings(deadline=None, max_examples=150)
@given(pair=tables())
def test_never_infinite_nor_nan(name: str, pair: Arrays) -> None:
    """A finite number, or a refusal in words; a warning of NumPy's or torch's would fail the test."""
    try:
        found = estimators[name]()(*pair)
    except InputError as refusal:
        assert len(str(refusal)) > 20
    else:
        assert math.isfinite(found.nats)


@every_kind
def test_random_state_of_the_caller_is_left_alone(name: str, kind: Kinds) -> None:
    torch.manual_seed(5)
    np.random.seed(5)
    expected = torch.rand(1), np.random.rand()
    torch.manual_seed(5)
    np.random.seed(5)
    estimators[name]()(*pair_of(name, kind, 60), seed=11)
    assert (torch.rand(1), np.random.rand()) == expected


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
@every_kind
def test_same_number_on_cuda(name: str, kind: Kinds) -> None:
    pair: Any = pair_of(name, kind, 500)
    here, there = (estimators[name]()(*pair, device=device) for device in ("cpu", "cuda"))
    rounding = estimators[name].tolerance if estimators[name].learned else 1e-9  # training amplifies rounding
    assert there.nats == pytest.approx(here.nats, abs=rounding)  # float64 sums in another order


def test_settings_reach_the_formula() -> None:
    """A battery that never saw a difference would pass with settings that do nothing."""
    x, y = DiscreteTable().sample(200)
    assert estimators["plug_in"]()(x, y).nats != estimators["miller_madow"]()(x, y).nats
