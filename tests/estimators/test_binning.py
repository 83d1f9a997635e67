"""Fixed cells against the two published conventions, written out in NumPy."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from explorer.errors import SampleError, SettingError
from explorer.estimators import Binning

rng = np.random.default_rng(0)


def entropy(rows: np.ndarray) -> float:
    p = np.unique(rows, axis=0, return_counts=True)[1] / len(rows)
    return float(-(p * np.log(p)).sum())


def information(cells: np.ndarray, labels: np.ndarray) -> float:
    """H(cells) - sum_y p(y) H(cells | y), as the published code takes it."""
    return entropy(cells) - sum(np.mean(labels == y) * entropy(cells[labels == y]) for y in np.unique(labels))


def saturated() -> np.ndarray:
    """Float32 tanh activations as a trained layer has them: many at exactly 1 and -1."""
    return np.tanh(rng.normal(size=(800, 4)).astype(np.float32) * 8)


CONVENTIONS = [
    (Binning(), lambda t: np.digitize(t, np.linspace(-1, 1, 30))),
    (Binning(bins=17, low=0.0, high=0.7), lambda t: np.digitize(t, np.linspace(0, 0.7, 17))),
    (Binning(low=None, high=None), lambda t: np.digitize(t, np.linspace(t.min(), t.max(), 31)[1:-1])),
    (Binning(width=0.07), lambda t: np.floor(t / 0.07)),
]
LAYERS = [
    saturated(),
    rng.uniform(-3, 3, (800, 2)),
    np.maximum(rng.normal(size=(800, 3)), 0),
    np.linspace(-1, 1, 30)[:, None],
]


@pytest.mark.parametrize("t", LAYERS, ids=["saturated tanh", "out of range", "relu", "on the points"])
@pytest.mark.parametrize(("entry", "cells"), CONVENTIONS, ids=["on [-1, 1]", "on [0, 0.7]", "over all", "by width"])
def test_published_conventions(entry: Binning, cells, t: np.ndarray) -> None:
    t = t.astype(float)
    labels = rng.integers(0, 3, len(t))
    found = entry(t, labels, x_kind="continuous")
    assert found.nats == pytest.approx(information(cells(t), labels), abs=1e-9)
    assert entry(t, x_kind="continuous").nats == pytest.approx(entropy(cells(t)), abs=1e-9)
    one = t[:, :1]
    expected = entropy(cells(t)) + entropy(cells(one)) - entropy(np.hstack([cells(t), cells(one)]))
    assert entry(t, one, x_kind="continuous", y_kind="continuous").nats == pytest.approx(expected, abs=1e-9)


def test_thirty_points_make_a_cell_that_only_one_reaches() -> None:
    values = np.array([-1.0, 0.99, np.nextafter(1.0, 0), 1.0, 1.5, -1.5])
    assert np.digitize(values, np.linspace(-1, 1, 30)).tolist() == [1, 29, 29, 30, 30, 0]
    assert Binning().digits(torch.as_tensor(values)).tolist() == [1, 29, 29, 30, 30, 0]


@pytest.mark.parametrize(("low", "high"), [(-1.0, 1.0), (0.0, 0.7), (-0.3, 1e5), (1e-9, 1e-8)])
def test_grid_is_that_of_numpy_to_the_last_bit(low: float, high: float) -> None:
    for bins in range(2, 200):
        grid = Binning(bins=bins, low=low, high=high).grid(torch.zeros(1, dtype=torch.float64))
        np.testing.assert_array_equal(grid.numpy(), np.linspace(low, high, bins))


def test_what_lies_outside_is_said() -> None:
    t = np.array([[0.5], [1.5], [-2.0], [0.0]])
    said = [
        doubt.text for doubt in Binning()(t, np.arange(4) % 2, x_kind="continuous").warnings if doubt.rule == "outside"
    ]
    assert said == ["50.0% of the values lie outside [-1, 1] and share one cell at each end."]
    assert "outside" not in [doubt.rule for doubt in Binning(width=0.07)(t, np.arange(4) % 2).warnings]


def test_saturation_is_said() -> None:
    t = rng.uniform(-1, 1, (100, 6))
    found = Binning()(t, np.arange(100) % 2)
    assert found.nats == pytest.approx(np.log(2))  # every sample alone: the labels look determined
    assert [doubt.rule for doubt in found.warnings] == ["singletons"]


def test_identity_layer_keeps_everything() -> None:
    t = torch.as_tensor(2.0 * ((np.arange(4096)[:, None] >> np.arange(12)) & 1) - 1)
    xt, ty, *_ = Binning().point(torch.arange(4096), t, [torch.arange(4096) % 2])
    assert xt == pytest.approx(np.log(4096), abs=1e-12)
    assert ty == [pytest.approx(np.log(2), abs=1e-12)]
    assert Binning(width=0.07).point(torch.arange(4096), t, [torch.arange(4096) % 2])[0] == pytest.approx(np.log(4096))


def test_constant_and_one_bit_layers() -> None:
    x, y = torch.arange(64), torch.arange(64) % 2
    assert Binning().point(x, torch.full((64, 3), 0.2).double(), [y])[:2] == (
        pytest.approx(0, abs=1e-12),
        [pytest.approx(0, abs=1e-12)],
    )
    sign = torch.where(y[:, None] == 0, -0.5, 0.5).double()
    assert Binning().point(x, sign, [y])[:2] == (pytest.approx(np.log(2)), [pytest.approx(np.log(2))])


@settings(deadline=None, max_examples=60)
@given(
    t=arrays(float, st.tuples(st.integers(2, 30), st.integers(1, 3)), elements=st.floats(-2, 2)),
    data=st.data(),
)
def test_a_cell_of_the_plane_is_what_the_call_gives(t: np.ndarray, data: st.DataObject) -> None:
    """Also where several inputs are equal, so that X is not the row's number."""
    n = len(t)
    x = data.draw(arrays(np.int64, n, elements=st.integers(0, n)))
    y = data.draw(arrays(np.int64, n, elements=st.integers(0, 2)))
    x, y = (np.unique(v, return_inverse=True)[1] for v in (x, y))
    xt, ty, *_ = Binning().point(
        torch.as_tensor(x), torch.as_tensor(t), [torch.as_tensor(y), torch.as_tensor(y[::-1].copy())]
    )
    kinds = {"x_kind": "discrete", "y_kind": "continuous"}
    expected = [Binning()(one, t, **kinds).nats for one in (x, y, y[::-1])]
    assert [xt, *ty] == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize(
    ("settings", "rule"),
    [
        ({"low": 1.0, "high": 1.0}, "low=1 must be below high=1"),
        ({"low": None}, "low=None and high=1.0 must both be numbers or both be None"),
        ({"bins": 1}, r"bins=1 must lie in \[2, 1000\]"),
        ({"width": 0}, r"width=0.0 must lie in"),
    ],
)
def test_settings_that_clash(settings: dict, rule: str) -> None:
    with pytest.raises(SettingError, match=rule):
        Binning(**settings)


def test_cells_too_narrow_to_number() -> None:
    with pytest.raises(SampleError, match=r"width=1e-09 is too narrow: values up to 1e\+19 widths away"):
        Binning(width=1e-9)(np.array([0.5, 1e10]), [0, 1])
