"""NNR against its sums written out, published-size divergences of normal clouds, and its random pairing."""

import math

import numpy as np
import pytest
import torch
from scipy.special import xlogy

from explorer.distributions import BivariateNormal, MultivariateNormal
from explorer.errors import SampleError
from explorer.estimators import NearestNeighborRatio
from explorer.estimators.neighbours.nearest_neighbor_ratio import STEPS
from explorer.numerics.nearest import shares
from explorer.numerics.orders import NoWeights, least_weights

rng = np.random.default_rng(0)


def plain(of: np.ndarray, reference: np.ndarray, k: int) -> float:
    """Sample by sample: whose are the k nearest others."""
    everyone, m = np.vstack([of, reference]), len(of)
    values = []
    for i in range(len(reference)):
        d = np.linalg.norm(everyone - reference[i], axis=1)
        d[m + i] = np.inf
        n_i = (np.argsort(d)[:k] < m).sum()
        values.append(xlogy(r := len(reference) / m * n_i / (k - n_i + 1), r))
    return float(np.mean(values))


@pytest.mark.parametrize(("m", "n", "d"), [(80, 80, 2), (50, 90, 3), (60, 60, 16)])
@pytest.mark.parametrize("k", [1, 9, 70])
def test_divergence_is_the_papers_equation(m: int, n: int, d: int, k: int) -> None:
    of, reference = rng.normal(size=(m, d)), 0.3 + rng.normal(size=(n, d))
    found = NearestNeighborRatio(k=k).divergence(torch.as_tensor(of), torch.as_tensor(reference))
    assert found.nats == pytest.approx(plain(of, reference, k), abs=1e-12)


def test_shares_of_coinciding_samples_leave_one_out() -> None:
    """All at one place: whichever are named, k of them and never the sample itself counted as another."""
    numbers, radius = shares(torch.zeros(6, 2).double(), torch.zeros(6, 2).double(), torch.tensor([3, 11]))
    assert numbers[1].tolist() == [6] * 6 and radius.tolist() == [0.0] * 6
    assert numbers[0].max() <= 3


# N(0, I) against N((1/2, 0), I), whose divergence is 1/8. Means and deviations of an independent run, card of methods:
# k = 44, 89, 178 of 8000 read .165, .136, .116 (deviation .006 to .010), k = 11, 22, 44 of 500 read .301, .181, .120.
@pytest.mark.parametrize(
    ("n", "k", "known", "error"),
    [(8000, 44, 0.165, 0.02), (8000, 178, 0.116, 0.02), (500, 22, 0.181, 0.06), (500, 44, 0.120, 0.05)],
)
def test_divergence_of_normal_clouds(n: int, k: int, known: float, error: float) -> None:
    clouds = [torch.as_tensor(rng.normal(size=(n, 2)) + shift) for shift in ([0, 0], [0.5, 0])]
    assert NearestNeighborRatio(k=k).divergence(*clouds).nats == pytest.approx(known, abs=error)  # 2.5 deviations


@pytest.mark.parametrize(("rho", "known"), [(0.5, 0.135), (0.8, 0.473)])
def test_information_of_normal_pairs(rho: float, known: float) -> None:
    """Means of an independent run with n = 4000, k = 63; deviations of one estimate 0.013 and 0.024."""
    found = np.mean([NearestNeighborRatio(k=63)(*BivariateNormal(rho).sample(4000, s), seed=s).nats for s in range(4)])
    assert found == pytest.approx(known, abs=0.03)


def test_k_is_the_root_of_n_unless_given() -> None:
    x, y = BivariateNormal().sample(400)
    assert NearestNeighborRatio()(x, y).nats == NearestNeighborRatio(k=20)(x, y).nats
    assert NearestNeighborRatio()(x, y).details == {"k": [20], "weights": [1.0]}


def test_independent_samples_read_two_over_k_and_nothing_with_the_ensemble() -> None:
    """E t ln t of t = N / (M + 1) with N + M = k fair coins, and its weighted sum over many k."""
    x, y = rng.normal(size=(2, 10, 1000))
    one, many = (
        np.mean(
            [
                NearestNeighborRatio(k=40, ensemble=e)(*pair, seed=i).nats
                for i, pair in enumerate(zip(x, y, strict=True))
            ]
        )
        for e in (False, True)
    )
    assert one == pytest.approx(2 / 40, abs=0.015)
    assert many == pytest.approx(0, abs=0.02)  # four standard errors: the deviation of one is 0.016


def test_ensemble_weights_cancel_two_terms() -> None:
    details = NearestNeighborRatio(ensemble=True)(*MultivariateNormal(2).sample(900)).details
    k, weights = np.array(details["k"]), np.array(details["weights"])
    assert (k[0], k[-1]) == (9, 90)
    assert [weights.sum(), (weights / k).sum(), (weights * k**0.5).sum()] == pytest.approx([1, 0, 0], abs=1e-9)


@pytest.mark.parametrize(("columns", "fold"), [(4, r"1\.52e\+03"), (6, r"9\.62e\+05")])
def test_the_papers_ensemble_would_magnify_noise(columns: int, fold: str) -> None:
    with pytest.raises(NoWeights, match=f"would magnify noise {fold}-fold"):
        least_weights([STEPS ** (i / columns) for i in range(1, columns + 1)])


def test_ensemble_comes_closer_to_strong_dependence_in_more_columns() -> None:
    pair = MultivariateNormal(2, 0.9)  # 1.66 nats; one k reads 1.12 and the ensemble 1.83, deviation 0.28
    one, many = (
        np.mean([NearestNeighborRatio(ensemble=e)(*pair.sample(1500, s)).nats for s in range(4)]) for e in (False, True)
    )
    assert abs(many - pair.nats) < abs(one - pair.nats)


def test_the_seed_draws_the_pairing_and_the_order_of_rows_does_not() -> None:
    x, y = BivariateNormal().sample(300)
    order = rng.permutation(300)
    entry = NearestNeighborRatio()
    assert entry(x, y, seed=1).nats == entry(x[order], y[order], seed=1).nats != entry(x, y, seed=2).nats


def test_it_is_not_clipped() -> None:
    found = [NearestNeighborRatio(ensemble=True)(*rng.normal(size=(2, 200)), seed=i).nats for i in range(10)]
    assert min(found) < 0


def test_what_it_refuses_and_doubts() -> None:
    x, y = BivariateNormal(0.5).sample(60)
    with pytest.raises(SampleError, match="with k=200 looks at 200 neighbours; 60 samples are too few"):
        NearestNeighborRatio(k=200)(x, y)
    twins = np.repeat([0.0, 1.0], 30)
    with pytest.raises(SampleError, match="needs distinct samples: 60 of 60 coincide with at least 8 others"):
        NearestNeighborRatio()(twins, twins, x_kind="continuous", y_kind="continuous")
    wide = rng.normal(size=(100, 30))
    with pytest.raises(SampleError, match=r"ensemble=True cannot take k=10 in 60 columns: .*; set ensemble=False"):
        NearestNeighborRatio(ensemble=True)(wide, wide)
    assert math.isfinite(NearestNeighborRatio()(wide, wide).nats)
    assert [doubt.rule for doubt in NearestNeighborRatio()(x, x).warnings] == ["ceiling"]
    assert NearestNeighborRatio()(x, y).warnings == ()
    assert NearestNeighborRatio()(x, np.ones(60), y_kind="continuous").nats == 0
