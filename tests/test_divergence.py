"""Divergences from neighbours against known ones, their sums written out, and the rate of their error."""

import math

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import norm

from explorer.engines.divergence.neighbours import distance_divergence, distance_divergences
from explorer.engines.divergence.normals import Normals
from explorer.engines.divergence.ratios import ratio_divergences
from explorer.errors import SampleError, SettingError
from explorer.estimators import NearestNeighborRatio

rng = np.random.default_rng(0)


@pytest.mark.parametrize(("shift", "scale"), [(0.0, 1.0), (1.5, 1.0), (0.7, 2.0), (-1.0, 0.6)])
@pytest.mark.parametrize("alpha", [0.3, 0.5, 1.0, 1.4])
def test_divergences_of_normals_are_their_integrals(shift: float, scale: float, alpha: float) -> None:
    p, q = norm(0, 1), norm(shift, scale)
    if alpha == 1:
        whole = quad(lambda x: p.pdf(x) * (p.logpdf(x) - q.logpdf(x)), -12, 12)[0]
    else:
        inner = quad(lambda x: math.exp(alpha * p.logpdf(x) + (1 - alpha) * q.logpdf(x)), -40, 40, limit=200)[0]
        whole = math.log(inner) / (alpha - 1)
    assert Normals(1, shift, scale).renyi(alpha) == pytest.approx(whole, abs=1e-8)


def test_normals_of_more_columns_add_up_and_continue_at_one() -> None:
    one, three = Normals(1, 0.0, 1.7), Normals(3, 0.0, 1.7)
    assert three.nats == pytest.approx(3 * one.nats)
    assert three.renyi(1 + 1e-7) == pytest.approx(three.nats, abs=1e-5)
    assert math.isinf(Normals(1, 0.0, 0.5).renyi(2.0))  # p^2 / q grows: the integral has no end
    with pytest.raises(SettingError, match="scale=0"):
        Normals(1, 0.0, 0)


@pytest.mark.parametrize("k", [1, 4])
def test_distances_are_the_equation_written_out(k: int) -> None:
    x, y = rng.normal(size=(40, 3)), 0.5 + rng.normal(size=(30, 3))
    rho = [np.sort(np.linalg.norm(x - one, axis=1))[k] for one in x]
    nu = [np.sort(np.linalg.norm(y - one, axis=1))[k - 1] for one in x]
    expected = 3 * np.mean(np.log(nu) - np.log(rho)) + math.log(30 / 39)
    assert distance_divergence(x, y, k) == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize(("columns", "shift", "scale"), [(1, 1.0, 1.0), (2, 1.0, 1.0), (2, 0.0, 1.5), (3, 0.0, 1.0)])
def test_distances_find_known_divergences(columns: int, shift: float, scale: float) -> None:
    pair = Normals(columns, shift, scale)
    found = [distance_divergence(*pair.sample(2000, 2000, seed)) for seed in range(6)]
    assert np.mean(found) == pytest.approx(pair.nats, abs=0.06)


def test_the_error_of_distances_falls_as_the_root_of_n_in_one_column() -> None:
    pair, sizes = Normals(1, 1.0), (100, 400, 1600, 6400)
    errors = [
        np.sqrt(np.mean([(distance_divergence(*pair.sample(n, n, seed)) - 0.5) ** 2 for seed in range(40)]))
        for n in sizes
    ]
    slope = np.polyfit(np.log(sizes), np.log(errors), 1)[0]
    assert slope == pytest.approx(-0.5, abs=0.12)


def test_equal_clouds_read_zero_on_average_and_are_not_clipped() -> None:
    found = np.array([distance_divergence(*Normals(2, 0.0).sample(300, 300, seed)) for seed in range(30)])
    assert abs(found.mean()) < 4 * found.std() / math.sqrt(30) and found.min() < 0


def test_far_clouds_read_too_low_in_many_columns() -> None:
    pair = Normals(10, 4.0)
    assert distance_divergence(*pair.sample(500, 500)) < pair.nats - 1


def test_several_numbers_of_neighbours_are_each_by_itself() -> None:
    x, y = Normals(2, 1.0).sample(100, 120)
    assert distance_divergences(x, y, [2, 7]).tolist() == [distance_divergence(x, y, 2), distance_divergence(x, y, 7)]


def test_ratios_of_order_one_are_those_of_the_estimator() -> None:
    import torch

    x, y = Normals(2, 1.0).sample(150, 200)
    entry = NearestNeighborRatio(k=12).divergence(torch.as_tensor(x), torch.as_tensor(y))
    assert ratio_divergences(x, y, [12])[0] == pytest.approx(entry.nats, abs=1e-12)


@pytest.mark.parametrize("alpha", [0.5, 2.0])
def test_ratios_are_the_equation_written_out(alpha: float) -> None:
    x, y, k = rng.normal(size=(50, 2)), 0.3 + rng.normal(size=(60, 2)), 7
    both, powers = np.vstack([x, y]), []
    for i in range(60):
        d = np.linalg.norm(both - y[i], axis=1)
        d[50 + i] = np.inf
        inside = (np.argsort(d)[:k] < 50).sum()
        powers.append((60 / 50 * inside / (k - inside + 1)) ** alpha)
    expected = math.log(np.mean(powers)) / (alpha - 1)
    assert ratio_divergences(x, y, [k], alpha)[0] == pytest.approx(expected, abs=1e-12)


# N(0, I) against N((1/2, 0), I) with 8000 points: order 1/2 is 1/16 = .0625; an independent run read .084, .071, .069
# for k = 44, 89, 178 (card of methods)
def test_ratios_of_order_one_half_as_known() -> None:
    found = ratio_divergences(*Normals(2, 0.5).sample(8000, 8000), [44, 89, 178], 0.5)
    assert found == pytest.approx([0.084, 0.071, 0.069], abs=0.015)


def test_a_divergence_grows_with_its_order() -> None:
    x, y = Normals(2, 1.0).sample(1000, 1000)
    found = [ratio_divergences(x, y, [60], alpha)[0] for alpha in (0.25, 0.5, 1.0, 2.0)]
    assert found == sorted(found)


def test_bad_samples_and_settings_get_one_sentence() -> None:
    x, y = Normals(2, 1.0).sample(20, 20)
    for read in (lambda a, b: distance_divergence(a, b), lambda a, b: ratio_divergences(a, b, [5])):
        with pytest.raises(SampleError, match="x has 2 columns and y has 1"):
            read(x, y[:, :1])
        with pytest.raises(SampleError, match="coincide"):
            read(np.zeros((20, 2)), np.zeros((20, 2)))
        with pytest.raises(SampleError, match="NaN"):
            read(x, np.where(y > 0, np.nan, y))
    with pytest.raises(SampleError, match="k=20 needs more than 20 samples of x and at least 20 of y; got 20 and 20"):
        distance_divergence(x, y, 20)
    with pytest.raises(SettingError, match="ks="):
        distance_divergences(x, y, [])
    with pytest.raises(SettingError, match="ascend"):
        ratio_divergences(x, y, [5, 5])
    with pytest.raises(SettingError, match="alpha=0"):
        ratio_divergences(x, y, [5], 0)
    with pytest.raises(SampleError, match="more neighbours than the 40 samples give"):
        ratio_divergences(x, y, [40])
    assert ratio_divergences(x + 100, y, [5], 0.5)[0] == math.inf
