"""Ross against scikit-learn, the formula written out in more columns, and clusters with known information."""

import numpy as np
import pytest
from scipy.special import digamma
from sklearn.feature_selection._mutual_info import _compute_mi_cd

from explorer.distributions import LabelledClusters
from explorer.errors import SampleError
from explorer.estimators import Ross

rng = np.random.default_rng(0)


@pytest.mark.parametrize("k", [1, 3, 10])
@pytest.mark.parametrize(("n", "classes"), [(80, 2), (300, 5), (1000, 3)])
def test_one_column_is_that_of_scikit_learn(n: int, classes: int, k: int) -> None:
    """Labels of over 2k samples each: with fewer, scikit-learn's distances come from products, which round."""
    y = rng.permutation(np.arange(n) % classes)
    y[0] = classes  # occurs once
    x = 0.7 * y + rng.normal(size=n)
    oracle = _compute_mi_cd(x, y, k)
    assert Ross(k=k)(x, y, y_kind="discrete").nats == pytest.approx(oracle, abs=1e-9)
    assert oracle > 0  # scikit-learn clips: a zero would say nothing


def plain(x: np.ndarray, y: np.ndarray, k: int) -> float:
    """Equation 2, sample by sample."""
    n, total = len(x), 0.0
    for i in range(n):
        d = np.abs(x - x[i]).max(1)
        same = np.sort(d[y == y[i]])
        k_i = min(k, len(same) - 1)
        total += digamma(n) + digamma(k_i) - digamma(len(same)) - digamma((d < same[k_i]).sum())
    return total / n


@pytest.mark.parametrize("dim", [2, 5, 9, 20])
def test_more_columns_are_the_papers_equation(dim: int) -> None:
    x, y = LabelledClusters(dim=dim).sample(150)
    assert Ross()(x, y).nats == pytest.approx(plain(x, y[:, 0], 3), abs=1e-12)
    assert Ross()(y, x).nats == pytest.approx(plain(x, y[:, 0], 3), abs=1e-12)


def test_labels_with_fewer_than_k_take_all_of_theirs() -> None:
    x, y = rng.normal(size=(90, 2)), np.arange(90) // 6
    assert Ross(k=20)(x, y).nats == pytest.approx(plain(x, y, 20), abs=1e-12)


@pytest.mark.parametrize("dim", [1, 5])
def test_clusters(dim: int) -> None:
    """0.02: four standard errors of the mean of ten, and the bias of 0.01 in five columns."""
    pair = LabelledClusters(dim=dim)
    found = np.mean([Ross()(*pair.sample(2000, seed)).nats for seed in range(10)])
    assert found == pytest.approx(pair.nats, abs=0.02 + 0.01 * (dim > 1))


def test_labels_without_information_can_read_below_zero() -> None:
    found = [Ross()(rng.normal(size=200), rng.integers(0, 3, 200)).nats for _ in range(20)]
    assert min(found) < -0.01 and abs(np.mean(found)) < 0.03


def test_labels_that_occur_once_are_left_out() -> None:
    x, y = LabelledClusters(dim=2).sample(100)
    y[:4, 0] = range(10, 14)
    found = Ross()(x, y)
    assert found.nats == pytest.approx(Ross()(x[4:], y[4:]).nats, abs=1e-12)
    assert [doubt.text for doubt in found.warnings if not doubt.note] == [
        "4 of 100 samples have labels that occur once and were left out: nothing compares with them."
    ]


def test_what_it_refuses() -> None:
    x, y = rng.normal(size=60), rng.integers(0, 2, 60)
    with pytest.raises(SampleError, match="ross needs labels that occur twice; all 60 labels occur once"):
        Ross()(x, np.arange(60), y_kind="discrete")
    with pytest.raises(
        SampleError, match=r"60 of 60 coincide with at least k=3 .* of their label; mixed_ksg takes them"
    ):
        Ross()(np.repeat([0.5, 1.5], 30), y)
    for pair in ((x, x), (y, y)):
        with pytest.raises(SampleError, match="ross needs one continuous and one discrete variable"):
            Ross()(*pair)


def test_constants_have_no_information() -> None:
    y = rng.integers(0, 3, 60)
    assert Ross()(np.ones((60, 2)), y).nats == 0
    assert Ross()(rng.normal(size=60), 0 * y).nats == pytest.approx(0, abs=1e-12)
