"""Plug-in and Miller-Madow against closed forms, scikit-learn and the laws of information."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn.metrics import mutual_info_score

from explorer.estimators import MillerMadow, PlugIn
from explorer.numerics.cells import joint

ROUNDING = 1e-12  # sums of at most 60 terms of size one


@st.composite
def columns(draw: st.DrawFn) -> tuple[np.ndarray, ...]:
    """Three paired columns of few labels."""
    n = draw(st.integers(2, 60))
    return tuple(draw(arrays(np.int64, n, elements=st.integers(-2, 3))) for _ in range(3))


def information(x: np.ndarray, y: np.ndarray) -> float:
    return PlugIn()(x, y).nats


@given(columns())
def test_plug_in_is_that_of_scikit_learn(xyz: tuple[np.ndarray, ...]) -> None:
    x, y, _ = xyz
    assert information(x, y) == pytest.approx(mutual_info_score(x, y), abs=ROUNDING)


@given(columns())
def test_information_lies_between_zero_and_both_entropies(xyz: tuple[np.ndarray, ...]) -> None:
    x, y, _ = xyz
    entropies = [PlugIn()(v).nats for v in (x, y)]
    assert -ROUNDING <= information(x, y) <= min(entropies) + ROUNDING
    assert max(entropies) <= np.log(6) + ROUNDING
    assert information(x, x) == pytest.approx(entropies[0], abs=ROUNDING)


@given(columns(), st.permutations(range(6)), st.integers(0, 4))
def test_merging_symbols_never_adds_information(xyz: tuple[np.ndarray, ...], order: list[int], keep: int) -> None:
    """Data processing: any function of Y, here one that calls several labels alike."""
    x, y, _ = xyz
    merged = np.minimum(np.array(order)[y + 2], keep)
    assert information(x, merged) <= information(x, y) + ROUNDING


@given(columns())
def test_chain_rule(xyz: tuple[np.ndarray, ...]) -> None:
    """I(X; Y, Z) = I(X; Y) + sum_y p(y) I(X; Z | Y = y)."""
    x, y, z = xyz
    rest = sum(
        np.mean(y == one) * information(x[y == one], z[y == one]) for one in np.unique(y) if (y == one).sum() > 1
    )
    assert information(x, np.stack([y, z], 1)) == pytest.approx(information(x, y) + rest, abs=ROUNDING)


@given(columns())
def test_conditional_chain_rule(xyz: tuple[np.ndarray, ...]) -> None:
    """I(X; Y, Z) = I(X; Z) + I(X; Y | Z), and the condition is the mean over its values."""
    x, y, z = xyz
    found = PlugIn()(x, y, z=z).nats
    assert found == pytest.approx(information(x, np.stack([y, z], 1)) - information(x, z), abs=ROUNDING)
    parts = [(np.mean(z == one), x[z == one], y[z == one]) for one in np.unique(z) if (z == one).sum() > 1]
    assert found == pytest.approx(sum(share * information(a, b) for share, a, b in parts), abs=ROUNDING)


def test_exclusive_or_is_seen_only_under_the_condition() -> None:
    x, y = np.array([0, 0, 1, 1] * 5), np.array([0, 1, 0, 1] * 5)
    assert PlugIn()(x, y).nats == pytest.approx(0, abs=ROUNDING)
    assert PlugIn()(x, y, z=x ^ y).nats == pytest.approx(np.log(2), abs=ROUNDING)


def test_joint_codes_do_not_overflow() -> None:
    """Two codes whose product passes 2^63, as that of a pair and a third variable can."""
    a, b = torch.tensor([2**40, 2**40, 7, 0]), torch.tensor([2**41, 0, 0, 2**41])
    assert sorted(joint(a, b).tolist()) == [0 * 2 + 1, 1 * 2 + 0, 2 * 2 + 0, 2 * 2 + 1]


@given(columns())
def test_miller_madow_adds_half_a_level_a_sample(xyz: tuple[np.ndarray, ...]) -> None:
    x, y, _ = xyz
    extra = (len(np.unique(x)) - 1) / (2 * len(x))
    assert MillerMadow()(x).nats == pytest.approx(PlugIn()(x).nats + extra, abs=ROUNDING)
    levels = [len(np.unique(v, axis=0)) for v in (x, y, np.stack([x, y], 1))]
    bias = (levels[0] + levels[1] - levels[2] - 1) / (2 * len(x))
    assert MillerMadow()(x, y).nats == pytest.approx(information(x, y) + bias, abs=ROUNDING)


def test_miller_madow_takes_most_of_the_bias_off() -> None:
    """Independent variables of 8 levels in 200 samples: the plug-in reads 49/400 nats on average."""
    rng = np.random.default_rng(0)
    pairs = [rng.integers(0, 8, (2, 200)) for _ in range(60)]
    plain, corrected = (np.mean([entry(*pair).nats for pair in pairs]) for entry in (PlugIn(), MillerMadow()))
    assert plain == pytest.approx(49 / 400, abs=0.015)  # second-order bias, and 60 samples
    assert abs(corrected) < 0.015


def test_uniform_and_certain() -> None:
    assert PlugIn()(np.arange(50)).nats == pytest.approx(np.log(50), abs=ROUNDING)
    assert PlugIn()(np.zeros(50, int)).nats == 0
    assert PlugIn()(["ash"] * 9, ["oak"] * 9).nats == 0
