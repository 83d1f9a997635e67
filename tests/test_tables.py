"""Matrices of plug-in information against scikit-learn and against the entropies written out."""

import math

import numpy as np
import pytest
import torch
from sklearn.metrics import mutual_info_score

from explorer.numerics.tables import information_matrix


def by_pairs(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    return np.array([[mutual_info_score(a, b) for b in y.T] for a in x.T])


@pytest.mark.parametrize(
    ("n", "levels_x", "levels_y", "low"),
    [
        (1000, 20, 20, 0),
        (1000, 3, 7, -2),
        (50, 1, 2, 0),
        (300, 300, 200, 0),
        (40, 10**9, 5, -(10**9)),
        (2000, 2, 900, 5),
    ],
)
def test_equals_scikit_learn(n: int, levels_x: int, levels_y: int, low: int) -> None:
    """The last three have more cells than can be tabled, levels beyond n, and labels that start anywhere."""
    rng = np.random.default_rng(n)
    x, y = rng.integers(low, low + levels_x, (n, 6)), rng.integers(low, low + levels_y, (n, 4))
    y[:, 0] = x[:, 0] % max(2, levels_y)
    found = information_matrix(torch.as_tensor(x), torch.as_tensor(y))
    assert found.shape == (6, 4) and found.dtype == torch.float64
    assert found.numpy() == pytest.approx(by_pairs(x, y), abs=1e-12)  # sums of at most 2000 terms below 8


def test_known_values() -> None:
    x = torch.tensor([[0, 0], [0, 1], [1, 0], [1, 1]])
    assert information_matrix(x, x).numpy() == pytest.approx(math.log(2) * np.eye(2), abs=1e-15)
    constant = torch.zeros(4, 1, dtype=torch.long)
    assert information_matrix(constant, x).numpy() == pytest.approx(np.zeros((1, 2)), abs=1e-15)


def test_many_columns_come_in_blocks() -> None:
    rng = np.random.default_rng(0)
    x, y = rng.integers(0, 5, (200, 3)), rng.integers(0, 5, (200, 2000))  # more than fit in one block
    assert information_matrix(*map(torch.as_tensor, (x, y))).numpy()[:, ::199] == pytest.approx(
        by_pairs(x, y[:, ::199]), abs=1e-12
    )
