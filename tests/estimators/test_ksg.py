"""KSG against npeet-plus, against the paper's second equation written out, and where it must refuse."""

import math

import npeet_plus
import numpy as np
import pytest
import torch
from scipy.special import digamma

from explorer.distributions import BivariateNormal
from explorer.errors import SampleError
from explorer.estimators import KSG

rng = np.random.default_rng(0)


def cloud(n: int, dx: int, dy: int) -> tuple[np.ndarray, np.ndarray]:
    """Dependent samples without ties."""
    x = rng.normal(size=(n, dx))
    return x, np.tanh(x[:, :1]) + 0.5 * rng.standard_t(5, (n, dy))


@pytest.mark.parametrize(("dx", "dy"), [(1, 1), (2, 1), (1, 6), (5, 5), (25, 1), (25, 25)])
@pytest.mark.parametrize(("n", "k"), [(20, 1), (20, 19), (150, 3), (150, 10), (900, 5)])
def test_first_variant_is_that_of_npeet(n: int, k: int, dx: int, dy: int) -> None:
    x, y = cloud(n, dx, dy)
    np.random.seed(0)  # npeet adds noise of 1e-10, which moves no neighbour across an edge here
    assert KSG(k=k)(x, y).nats == pytest.approx(npeet_plus.mi(x, y, k=k, base=math.e), abs=1e-6)


def second_equation(x: np.ndarray, y: np.ndarray, k: int) -> float:
    """Equation 9: psi(k) - 1/k - <psi(n_x) + psi(n_y)> + psi(N), sample by sample."""
    n, total = len(x), 0.0
    for i in range(n):
        d_x, d_y = (np.abs(v - v[i]).max(1) for v in (x, y))
        joint = np.maximum(d_x, d_y)
        joint[i] = np.inf
        nearest = np.argsort(joint)[:k]
        for d in (d_x, d_y):
            total += digamma(np.sum(d <= d[nearest].max()) - 1)  # the sample itself is no neighbour
    return float(digamma(k) - 1 / k + digamma(n) - total / n)


@pytest.mark.parametrize(("n", "dx", "dy", "k"), [(30, 1, 1, 1), (200, 1, 1, 5), (200, 3, 2, 4), (200, 9, 8, 3)])
def test_second_variant_is_the_papers_equation(n: int, dx: int, dy: int, k: int) -> None:
    x, y = cloud(n, dx, dy)
    assert KSG(k=k, variant=2)(x, y).nats == pytest.approx(second_equation(x, y, k), abs=1e-10)


@pytest.mark.parametrize("variant", [1, 2])
def test_both_variants_find_the_truth(variant: int) -> None:
    pair = BivariateNormal(rho=0.9)
    assert KSG(variant=variant)(*pair.sample(3000)).nats == pytest.approx(pair.nats, abs=0.05)


def test_independent_samples_can_read_below_zero_and_are_left_so() -> None:
    found = [KSG(k=1)(*BivariateNormal(rho=0.0).sample(200, seed)).nats for seed in range(20)]
    assert min(found) < -0.01 and abs(np.mean(found)) < 0.05


def test_standard_margins_undo_the_scale_of_each_column() -> None:
    x, y = cloud(300, 2, 2)
    stretched, scales = KSG(margins="standard"), np.array([1e-3, 50.0])
    assert stretched(scales * x + 4, y).nats == pytest.approx(stretched(x, y).nats, abs=1e-9)
    assert KSG()(scales * x, y).nats != pytest.approx(KSG()(x, y).nats, abs=1e-3)  # so it is the margins that do it


def test_gauss_margins_undo_any_rising_map_of_each_column() -> None:
    x, y = cloud(300, 2, 1)
    mapped = np.stack([np.exp(x[:, 0]), x[:, 1] ** 3], 1)
    assert KSG(margins="gauss")(mapped, np.arctan(y)).nats == pytest.approx(KSG(margins="gauss")(x, y).nats, abs=1e-9)


def test_what_it_refuses() -> None:
    x, y = cloud(5, 1, 1)
    with pytest.raises(SampleError, match="ksg needs more than k=5 samples; got 5"):
        KSG()(x, y)
    twins = np.repeat([0.0, 1.0], 30)
    with pytest.raises(SampleError, match="ksg needs distinct samples: 60 of 60 coincide with at least k=5 others"):
        KSG()(twins, twins, x_kind="continuous", y_kind="continuous")


@pytest.mark.parametrize("variant", [1, 2])
def test_constants_have_no_information(variant: int) -> None:
    x, _ = cloud(50, 2, 1)
    assert KSG(variant=variant)(x, np.ones(50), y_kind="continuous").nats == 0.0


def rules(x: np.ndarray, y: np.ndarray) -> list[str]:
    return [doubt.rule for doubt in KSG()(x, y).warnings]


def test_doubts() -> None:
    x, y = cloud(200, 2, 1)
    assert rules(x, y) == []
    assert rules(x * [1, 1e4], y) == ["scales"]
    assert rules(np.repeat(x[:100], 2, 0), y) == ["ties"]
    assert rules(x, x) == ["ceiling"]
    for k in (1, 5, 30):  # the ceiling itself, reached by identical variables
        assert KSG(k=k)(x, x).nats == pytest.approx(digamma(200) - digamma(k), abs=1e-12)


def test_a_cell_of_the_plane_is_what_the_call_gives() -> None:
    """Wide enough for kept distances, with one target and one permutation."""
    x, t = cloud(150, 12, 3)
    y = rng.integers(0, 3, 150)
    entry, tensors = KSG(), [torch.as_tensor(v) for v in (x, t, y)]
    information, with_targets, doubts, *_ = entry.point(
        entry.prepared(tensors[0]), tensors[1], [tensors[2], tensors[2].flip(0)]
    )
    assert information == entry(x, t).nats
    assert with_targets == [entry(t, one, y_kind="continuous").nats for one in (y, y[::-1])]
    assert [doubt.text for doubt in doubts] == ["Y has 3 distinct rows in 150; ksg is meant for samples without ties."]


def test_a_dead_layer_tells_nothing() -> None:
    x = torch.as_tensor(cloud(50, 2, 1)[0])
    labels = torch.arange(50) % 2
    assert KSG().point(KSG().prepared(x), torch.zeros(50, 4, dtype=torch.float64), [labels])[:2] == (0.0, [0.0])
