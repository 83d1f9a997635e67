"""The bounds with adaptive noise: those of kde_bounds with the variance that the largest activation gives."""

from typing import Any

import numpy as np
import pytest
import torch

from explorer.errors import SampleError, SettingError
from explorer.estimators import AdaptiveKDE, KDEBounds

rng = np.random.default_rng(0)
KINDS: dict[str, Any] = {"x_kind": "continuous", "y_kind": "discrete"}


@pytest.mark.parametrize("bound", ["upper", "lower"])
@pytest.mark.parametrize("labels", [np.arange(200), rng.integers(0, 3, 200)], ids=["identity", "3"])
def test_the_noise_follows_the_largest_activation(bound: str, labels: np.ndarray) -> None:
    t = 40 * np.tanh(rng.normal(size=(200, 5)))
    variance = 0.02 * np.abs(t).max() ** 2
    found = AdaptiveKDE(share=0.02, bound=bound)(t, labels, **KINDS)
    fixed = KDEBounds(variance=variance, bound=bound)(t, labels, **KINDS)
    assert found.nats == pytest.approx(fixed.nats, abs=1e-9)  # rounding of the scaled distances
    assert found.details["variance"] == pytest.approx(variance)
    assert found.bound == fixed.bound


@pytest.mark.parametrize("factor", [1e-160, 1e-3, 1e3, 1e140])
def test_a_layer_that_grows_reads_the_same_and_fixed_noise_does_not(factor: float) -> None:
    t, y = np.tanh(rng.normal(size=(300, 4))), rng.integers(0, 4, 300)
    for bound in ("upper", "lower"):
        entry = AdaptiveKDE(bound=bound)
        assert entry(factor * t, y, **KINDS).nats == pytest.approx(entry(t, y, **KINDS).nats, abs=1e-9)
    assert KDEBounds()(1e3 * t, y, **KINDS).nats > KDEBounds()(1e-3 * t, y, **KINDS).nats + 0.5


def test_units_that_never_change_set_no_noise() -> None:
    t, y = rng.normal(size=(100, 2)), np.arange(100)
    with_bias = np.hstack([t, np.full((100, 1), 1e6)])
    assert AdaptiveKDE()(with_bias, y, **KINDS).nats == pytest.approx(AdaptiveKDE()(t, y, **KINDS).nats, abs=1e-7)


def test_a_cell_of_the_plane_is_what_the_call_gives() -> None:
    t, y = 30 * rng.random((200, 4)), rng.integers(0, 5, 200)
    entry, ids = AdaptiveKDE(), np.arange(200) // 2
    xt, ty, *_ = entry.point(torch.as_tensor(ids), torch.as_tensor(t), [torch.as_tensor(y)])
    assert [xt, *ty] == pytest.approx([entry(t, one, **KINDS).nats for one in (ids, y)], abs=1e-12)
    with pytest.raises(SampleError, match="adaptive_kde needs discrete labels as target"):
        entry.point(torch.as_tensor(ids), torch.as_tensor(t), [torch.as_tensor(t[:, 0])])


def test_more_noise_is_refused() -> None:
    with pytest.raises(SettingError, match=r"noise=0\.1 cannot be used with adaptive_kde"):
        AdaptiveKDE().with_noise(0.1)
