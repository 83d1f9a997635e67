"""Columns cut into cells: as NumPy cuts them, and by ranks."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.stats import rankdata

from explorer.numerics.bins import binned

VALUES = st.one_of(st.integers(-20, 20).map(float), st.floats(-1e6, 1e6, allow_subnormal=False))


@settings(max_examples=100, deadline=None)
@given(arrays(np.float64, st.tuples(st.integers(2, 40), st.integers(1, 3)), elements=VALUES), st.integers(2, 50))
def test_cells_of_equal_width_are_those_of_numpy(columns: np.ndarray, bins: int) -> None:
    found = binned(torch.tensor(columns), bins).numpy()
    for cells, column in zip(found.T, columns.T, strict=True):
        if np.ptp(column) > 1e-12 * np.abs(column).max():
            edges = np.linspace(column.min(), column.max(), bins + 1)[:-1]
            assert (cells == np.digitize(column, edges) - 1).all()
        else:
            assert cells.min() >= 0 and cells.max() < bins


@settings(max_examples=100, deadline=None)
@given(arrays(np.float64, st.tuples(st.integers(2, 40), st.integers(1, 3)), elements=VALUES), st.integers(2, 50))
def test_cells_of_equal_frequency_are_parts_of_the_mean_rank(columns: np.ndarray, bins: int) -> None:
    found = binned(torch.tensor(columns), bins, "equal_frequency").numpy()
    twice = np.round(2 * rankdata(columns, axis=0)).astype(int) - 1  # mean ranks from 1 are halves
    assert (found == twice * bins // (2 * len(columns))).all()


def test_different_values_fill_cells_alike() -> None:
    column = torch.tensor(np.random.default_rng(0).normal(size=(1000, 1)) ** 3)
    assert (torch.bincount(binned(column, 20, "equal_frequency")[:, 0]) == 50).all()


@pytest.mark.parametrize("rare", [-1.0, 1.0])
def test_many_equal_values_come_apart_from_the_few_beside_them(rare: float) -> None:
    column = torch.tensor([0.0] * 995 + [rare] * 5, dtype=torch.float64)[:, None]
    for strategy in ("equal_width", "equal_frequency"):
        assert len(torch.unique(binned(column, 20, strategy))) == 2


def test_many_columns_come_in_blocks() -> None:
    columns = torch.tensor(np.random.default_rng(0).normal(size=(20_000, 60)))  # more than one working block
    for strategy in ("equal_width", "equal_frequency"):
        whole = binned(columns, 20, strategy)
        assert torch.equal(whole[:, [0, 59]], binned(columns[:, [0, 59]], 20, strategy))


def test_a_constant_column_is_one_cell() -> None:
    column = torch.full((7, 1), 3.0, dtype=torch.float64)
    for strategy in ("equal_width", "equal_frequency"):
        assert len(torch.unique(binned(column, 5, strategy))) == 1
