"""Shape distances from few samples: unbiased moments, the polynomial and its quadratic program, known truths."""

import itertools
import math

import numpy as np
import pytest
import torch
from scipy.optimize import linprog, minimize

import explorer
from explorer.errors import SampleError
from explorer.numerics.moments import chain_moments, contrasts, root_weights

SINGULAR = 0.9 * np.linspace(1, 0.1, 10)


def samples(rng, runs: int, n: int, singular: np.ndarray = SINGULAR) -> tuple[torch.Tensor, torch.Tensor]:
    """Normal pairs whose cross-covariance has these singular values, off centre and turned."""
    d = len(singular)
    x, noise = rng.normal(size=(2, runs, n, d))
    y = x * singular + np.sqrt(1 - singular**2) * noise
    turn = np.linalg.qr(rng.normal(size=(d, d)))[0]
    return torch.tensor(x + 3), torch.tensor(y @ turn - 1)


def moments(x: torch.Tensor, y: torch.Tensor, highest: int) -> torch.Tensor:
    first, second = (torch.stack([contrasts(one) for one in side]) for side in (x, y))
    return chain_moments(first, second, torch.full((len(x),), first.shape[1]), highest)


def test_contrasts_are_orthonormal_and_take_out_the_mean():
    # an orthonormal map of independent normal rows leaves them independent and normal: chains stay without bias
    found = contrasts(torch.eye(30, dtype=torch.float64))
    assert torch.allclose(found @ found.T, torch.eye(29, dtype=torch.float64), atol=1e-12)
    assert found.sum(1).abs().max() < 1e-12


def finite(points: int, n: int) -> tuple[np.ndarray, ...]:
    """Every sample of n rows that a population of few points can give, and the population."""
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(2, points, 2))
    every = np.array(list(itertools.product(range(points), repeat=n)))
    return torch.tensor(x[every]), torch.tensor(y[every]), x, y


def truth(x: np.ndarray, y: np.ndarray, highest: int) -> list[float]:
    singular = np.linalg.svd(x.T @ y / len(x), compute_uv=False)
    return [(singular ** (2 * p)).sum() for p in range(1, highest + 1)]


@pytest.mark.parametrize(("points", "n", "highest"), [(2, 4, 2), (2, 8, 3), (3, 6, 3)])
def test_chains_are_unbiased_over_all_samples_of_a_population(points, n, highest):
    x, y, *population = finite(points, n)
    found = chain_moments(x, y, torch.full((len(x),), n), highest).mean(0)
    assert found.tolist() == pytest.approx(truth(*population, highest), rel=1e-10)


def test_the_mean_costs_a_bias_where_rows_are_not_normal():
    biases = []
    for n in (5, 10):
        x, y, *population = finite(2, n)
        wanted = truth(*(one - one.mean(0) for one in population), 1)[0]
        biases.append(float(moments(x, y, 1).mean()) / wanted - 1)
    # exact for two points: the docstring says that it is there, and it falls faster than 1 / n
    assert biases == pytest.approx([-0.1611, -0.0572], abs=1e-4) and biases[1] / biases[0] < 0.5


def test_moments_are_sums_over_chains_of_different_rows():
    rng = np.random.default_rng(1)
    x, y = rng.normal(size=(7, 2)), rng.normal(size=(7, 3))
    found = chain_moments(torch.tensor(x)[None], torch.tensor(y)[None], torch.tensor([7]), 3)[0]
    for p in (1, 2, 3):
        chains = list(itertools.combinations(range(7), 2 * p))
        total = 0.0
        for chain in chains:
            product = np.eye(2)
            for odd, even in zip(chain[::2], chain[1::2], strict=True):
                product = product @ np.outer(x[odd], y[odd]) @ np.outer(y[even], x[even])
            total += np.trace(product)
        assert float(found[p - 1]) == pytest.approx(total / len(chains), rel=1e-10)


def test_rows_of_zeros_count_for_nothing():
    rng = np.random.default_rng(2)
    x, y = torch.tensor(rng.normal(size=(2, 1, 9, 3)))
    gap = torch.zeros(1, 2, 3, dtype=torch.float64)
    padded = (torch.cat([one[:, :4], gap, one[:, 4:]], 1) for one in (x, y))
    assert torch.allclose(chain_moments(*padded, torch.tensor([9]), 3), chain_moments(x, y, torch.tensor([9]), 3))


def test_moments_of_normal_samples_where_those_in_sample_are_far_off():
    rng = np.random.default_rng(3)
    x, y = samples(rng, 3000, 40)
    found = moments(x, y, 1)[:, 0].numpy()
    wanted = (SINGULAR**2).sum()
    # exactness is tested above; 3000 samples tell 3.5 standard errors, 1.6 % of the moment
    assert abs(found.mean() - wanted) < 3.5 * found.std() / math.sqrt(len(found)) < 0.02 * wanted
    a, b = (one - one.mean(1, keepdim=True) for one in (x, y))
    plug_in = torch.linalg.svdvals(a.mT @ b / 39).square().sum(1).mean()
    assert float(plug_in) > 1.7 * wanted


def test_the_polynomial_is_the_best_one_where_variance_costs_nothing():
    grid = np.linspace(0, 1, 500)
    for k in (1, 3, 5):
        powers = grid[:, None] ** np.arange(1, k + 1)
        rules = np.vstack([np.c_[powers, -np.ones(500)], np.c_[-powers, -np.ones(500)]])
        limits = np.r_[np.sqrt(grid), -np.sqrt(grid)]
        best = linprog(np.r_[np.zeros(k), 1], rules, limits, bounds=[(None, None)] * (k + 1)).fun
        gamma, error = root_weights(1e-12 * np.eye(k), 1, 1.0)
        # HiGHS keeps rules to 1e-7, and the variance of 1e-12 costs a little
        assert error == pytest.approx(best, abs=5e-4)
        assert np.abs(powers @ gamma - np.sqrt(grid)).max() == pytest.approx(error, abs=1e-9)


@pytest.mark.parametrize(("weight", "directions"), [(1.0, 10), (0.01, 10), (30.0, 3)])
def test_the_quadratic_program_is_solved(weight, directions):
    rng = np.random.default_rng(4)
    k, grid = 5, np.linspace(0, 1, 500)
    mix = rng.normal(size=(k, k)) * 3.0 ** np.arange(k)[:, None]
    covariance = 1e-3 * mix @ mix.T
    powers = grid[:, None] ** np.arange(1, k + 1)
    rules = np.vstack([np.c_[powers, np.ones(500)], np.c_[-powers, np.ones(500)]])
    limits = np.r_[np.sqrt(grid), -np.sqrt(grid)]

    def cost(at):
        return at[:k] @ covariance @ at[:k] + weight * (directions * at[k]) ** 2

    def slope(at):
        return np.r_[2 * covariance @ at[:k], 2 * weight * directions**2 * at[k]]

    within = {"type": "ineq", "fun": lambda at: rules @ at - limits, "jac": lambda at: rules}
    options = {"maxiter": 500, "ftol": 1e-13}
    wanted = minimize(cost, np.r_[np.zeros(k), 1.0], jac=slope, method="SLSQP", constraints=within, options=options)
    gamma, error = root_weights(covariance, directions, weight)
    assert cost(np.r_[gamma, error]) == pytest.approx(wanted.fun, rel=1e-5)


def read(x, y, **settings):
    return explorer.measure(x, y, measure="shape_distance", null=False, **settings)


def test_few_samples_read_the_true_angle_where_the_plug_in_falls_short():
    rng = np.random.default_rng(5)
    truth = math.acos(0.9 / 10)  # one shared direction of ten
    singular = np.r_[0.9, np.zeros(9)]
    runs = list(zip(*samples(rng, 12, 60, singular), strict=True))
    cosines = [read(x, y, estimator="moments").details["cosine"] for x, y in runs]
    plug_in = np.mean([float(read(x, y)) for x, y in runs])
    # 12 runs of a cosine with a deviation of 0.06: a standard error of 0.02
    assert np.mean(cosines) == pytest.approx(0.09, abs=0.06) and plug_in < truth - 0.25


def test_the_interval_holds_the_truth():
    rng = np.random.default_rng(6)
    truth = math.acos(SINGULAR.sum() / 10)
    inside = []
    for x, y in zip(*samples(rng, 20, 60), strict=True):
        low, high = read(x, y, estimator="moments", moments=5).interval
        inside.append(low <= truth <= high)
    assert np.mean(inside) >= 0.9  # it reaches 1.96 deviations and the whole bound on the bias


def test_the_two_estimators_meet_where_samples_are_many():
    rng = np.random.default_rng(7)
    x, y = (one[0] for one in samples(rng, 1, 4000, np.array([0.9, 0.6])))
    plug_in, few = read(x, y), read(x, y, estimator="moments")
    assert float(few) == pytest.approx(float(plug_in), abs=0.06)
    assert few.interval[0] < math.acos(0.75) < few.interval[1]
    lengths = read(x, y, kind="euclidean"), read(x, y, kind="euclidean", estimator="moments")
    assert float(lengths[1]) == pytest.approx(float(lengths[0]), rel=0.06)
    few_then_many = few.details["moments"]
    assert few_then_many[0] == pytest.approx(1 + (0.6 / 0.9) ** 2, rel=0.05) and len(few_then_many) == 10


def test_sides_of_different_width_and_their_order():
    rng = np.random.default_rng(8)
    x, y = (one[0] for one in samples(rng, 1, 80))
    wide = torch.cat([y, torch.tensor(rng.normal(size=(80, 4)))], 1)
    first, second = (float(read(*two, estimator="moments", moments=4, seed=3)) for two in ((x, wide), (wide, x)))
    assert first == pytest.approx(second, abs=1e-9)


def test_memory_is_bounded_by_doing_fewer_groups_at_a_time(monkeypatch):
    rng = np.random.default_rng(9)
    x, y = (one[0] for one in samples(rng, 1, 60))
    whole = float(read(x, y, estimator="moments"))
    monkeypatch.setattr("explorer.measures.similarity._few_samples.rows_per_chunk", lambda *a: 4)
    assert float(read(x, y, estimator="moments")) == pytest.approx(whole, abs=1e-12)


def test_too_few_samples_for_the_highest_moment_are_refused():
    rng = np.random.default_rng(10)
    with pytest.raises(SampleError, match=r"moments=10 needs 23 or more"):
        read(*rng.normal(size=(2, 22, 3)), estimator="moments")
    assert math.isfinite(float(read(*rng.normal(size=(2, 23, 3)), estimator="moments")))


def test_a_cosine_beyond_one_is_told():
    rng = np.random.default_rng(11)
    x = rng.normal(size=(60, 8))
    found = [read(x, x, estimator="moments", seed=seed) for seed in range(12)]
    beyond = [one for one in found if one.details["cosine"] > 1]
    assert beyond and all(float(one) == 0 and "noise" in one.verdict for one in beyond)
