"""Quantile cells against the published rule for their edges, written out in NumPy."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from explorer.estimators import AdaptiveBinning
from explorer.numerics.cells import row_codes

rng = np.random.default_rng(0)


def published_cells(t: np.ndarray, bins: int, low: float) -> np.ndarray:
    """Edges [low, u[int(k |u| / B)] for k < B, u[-1]] with u the distinct values other than low; then digitize."""
    u = np.unique(t)
    u = u[u != low]
    edges = [low, *(u[int(k * (len(u) / bins))] for k in range(bins)), u[-1]]
    return np.digitize(t, edges)


def partition(digits: np.ndarray) -> list[int]:
    """Which rows share a cell, whatever the cells are called."""
    return row_codes(torch.as_tensor(digits)).tolist()


LAYERS = {
    "tanh": (np.tanh(3 * rng.normal(size=(500, 4))), -1.000001, None),
    "tanh, low stated": (np.tanh(3 * rng.normal(size=(500, 4))), -1.000001, -1.000001),
    "relu": (np.maximum(rng.normal(size=(500, 3)), 0), 0.0, None),
    "softplus, nothing at 0": (np.log1p(np.exp(rng.normal(size=(500, 2)))), 0.0, 0.0),
    "fewer values than cells": (rng.integers(1, 9, (500, 2)).astype(float), -1.0, None),
}


@pytest.mark.parametrize("layer", LAYERS)
@pytest.mark.parametrize("bins", [2, 7, 30, 64])
def test_cells_are_those_of_the_published_rule(bins: int, layer: str) -> None:
    t, published_low, low = LAYERS[layer]
    digits = AdaptiveBinning(bins=bins, low=low).digits(torch.as_tensor(t))
    assert partition(digits.numpy()) == partition(published_cells(t, bins, published_low))


def test_zeros_of_a_relu_have_a_cell_of_their_own() -> None:
    t = torch.as_tensor(np.maximum(rng.normal(size=(300, 2)), 0))
    digits = AdaptiveBinning().digits(t)
    assert (digits[t == 0] == 1).all() and (digits[t > 0] > 1).all()


def test_cells_hold_equal_shares_of_distinct_values() -> None:
    t = torch.as_tensor(rng.normal(size=(3000, 1)) ** 3)
    sizes = torch.bincount(AdaptiveBinning(bins=30).digits(t)[:, 0])[
        1:31
    ]  # 3000 values in 30 cells, the last value apart
    assert sizes.tolist() == [100] * 29 + [99]


@settings(deadline=None, max_examples=60)
@given(arrays(float, st.tuples(st.integers(2, 40), st.integers(1, 3)), elements=st.integers(-8, 8).map(float)))
def test_rising_maps_change_nothing(t: np.ndarray) -> None:
    """Maps that leave 0, the saturated value, where it is; exact on whole numbers."""
    labels = np.arange(len(t)) % 2
    kinds = {"x_kind": "continuous", "y_kind": "discrete"}
    expected = AdaptiveBinning(bins=4)(t, labels, **kinds).nats
    for mapped in (t**3, 5 * t, np.sinh(t)):
        assert AdaptiveBinning(bins=4)(mapped, labels, **kinds).nats == expected


def test_all_values_saturated() -> None:
    assert AdaptiveBinning()(np.zeros((20, 3)), np.arange(20) % 2, x_kind="continuous").nats == pytest.approx(
        0, abs=1e-12
    )
