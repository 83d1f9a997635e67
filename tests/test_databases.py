"""Tests of shuffled tables against simulation, enumeration of all orders, and bounds that hold for every test."""

import math
from itertools import permutations

import numpy as np
import pytest

from explorer.distributions import MultivariateNormal
from explorer.engines.divergence.databases import Databases, Ranking, matching_statistic, simulated, sum_statistic
from explorer.errors import SettingError

CASES = [(0.5, 3), (0.2, 16), (0.1, 100), (0.9, 1), (0.05, 400)]


@pytest.mark.parametrize(("rho", "columns"), CASES)
def test_the_sum_test_is_a_comparison_of_chi_squares(rho: float, columns: int) -> None:
    a, b, c, d = np.random.default_rng(0).chisquare(columns, (4, 200_000))
    drawn = ((1 + rho) * a + d > (1 - rho) * b + c).mean()
    assert Databases(rho, columns).sum_test == pytest.approx(drawn, abs=4 * 0.5 / math.sqrt(200_000))


def test_the_sum_test_in_closed_form() -> None:
    """Two columns: chi-squares of two degrees are exponential, and P(sum of two > sum of two) is rational."""
    rho = 0.6
    up, down = (2 * (1 + rho), 2.0), (2 * (1 - rho), 2.0)

    def share(first: float, second: float) -> tuple[float, float]:
        """Weights of the two exponentials in the density of their sum."""
        return first / (first - second), -second / (first - second)

    exact = sum(
        w * v * s / (s + t)
        for s, w in zip(up, share(*up), strict=True)
        for t, v in zip(down, share(*down), strict=True)
    )
    assert Databases(rho, 2).sum_test == pytest.approx(exact, abs=1e-6)


def test_the_sum_test_grows_with_correlation_and_columns_from_one_half() -> None:
    assert Databases(0.0, 5).sum_test == 0.5
    by_rho = [Databases(rho, 8).sum_test for rho in (0.05, 0.2, 0.5, 0.9, 0.99)]
    by_columns = [Databases(0.2, d).sum_test for d in (1, 4, 16, 64, 256)]
    assert by_rho == sorted(by_rho) and by_columns == sorted(by_columns) and by_columns[-1] > 0.98


def test_it_does_not_depend_on_the_number_of_rows() -> None:
    here = Databases(0.3, 16)
    for rows in (1, 5, 20):
        found = simulated(here, rows, 300, seed=rows)[0]
        assert abs(found.area - here.sum_test) < 4 * found.error


def test_the_second_moment_is_the_mean_over_all_orders() -> None:
    """Every cycle of length k gives (1 - rho^2k)^-d; 24 orders of four rows one by one."""
    rho, columns, rows = 0.4, 3, 4
    total = 0.0
    for order in permutations(range(rows)):
        left, product = set(range(rows)), 1.0
        while left:
            first, length = min(left), 0
            at = first
            while at in left:
                left.remove(at)
                at, length = order[at], length + 1
            product *= (1 - rho ** (2 * length)) ** -columns
        total += product
    assert Databases(rho, columns).second_moment(rows) == pytest.approx(total / math.factorial(rows), abs=1e-12)


def test_the_second_moment_is_that_of_the_likelihood_ratio() -> None:
    """Two rows, one column: the mean over both orders of the density ratio, squared, under independence."""
    rho, rng = 0.3, np.random.default_rng(0)
    x, y = rng.standard_normal((2, 400_000, 2))

    def ratio(a: np.ndarray, b: np.ndarray) -> np.ndarray:
        return np.exp(-(rho**2 * (a * a + b * b) - 2 * rho * a * b) / (2 * (1 - rho**2))) / math.sqrt(1 - rho**2)

    straight, crossed = (ratio(x[:, 0], b[:, 0]) * ratio(x[:, 1], b[:, 1]) for b in (y, y[:, ::-1]))
    squares = ((straight + crossed) / 2) ** 2
    error = squares.std() / math.sqrt(len(squares))
    assert Databases(rho, 1).second_moment(2) == pytest.approx(squares.mean(), abs=4 * error)


def test_the_second_moment_goes_to_its_limit() -> None:
    here = Databases(0.5, 3)
    found = [here.second_moment(n) for n in (1, 2, 5, 50)]
    assert found == pytest.approx([2.3704, 3.4161, 4.4009, 4.4683], abs=1e-4)  # card of methods
    assert here.second_moment(200) == pytest.approx(here.second_moment(), abs=1e-9)
    assert Databases(0.0, 3).second_moment() == 1 and Databases(0.999, 300).second_moment() == math.inf
    assert Databases(0.05, 400).second_moment(100) == pytest.approx(Databases(0.05, 400).second_moment(), rel=1e-3)


@pytest.mark.parametrize(("rho", "columns"), [(0.05, 4), (0.1, 4), (0.2, 1), (0.02, 100)])
def test_no_test_is_above_the_ceiling(rho: float, columns: int) -> None:
    here = Databases(rho, columns)
    ordered = [0.5, here.sum_test, here.ceiling(1), here.ceiling(8), here.ceiling() + 1e-12, 1.0]
    assert ordered == sorted(ordered)
    for found in simulated(here, 8, 400):
        assert found.area - 4 * found.error < here.ceiling(8)


def test_while_rho_squared_d_falls_the_ceiling_goes_to_one_half() -> None:
    ceilings = [Databases(math.sqrt(share / 1000), 1000).ceiling() for share in (0.5, 0.1, 0.01, 0.001)]
    assert ceilings == sorted(ceilings, reverse=True) and ceilings[-1] < 0.52


def test_a_row_knows_what_the_normal_pair_shares() -> None:
    assert Databases(0.6, 7).row_information == pytest.approx(MultivariateNormal(7, 0.6).nats)


def test_tables_have_the_law_they_say() -> None:
    x, y = Databases(0.7, 2).sample(20_000, True, np.random.default_rng(0))
    assert np.abs(np.corrcoef(x.T, y.T)[:2, 2:]).max() < 0.03  # the order is lost
    order = np.argsort(np.argsort(x[:, 0]))
    assert x.shape == y.shape == (20_000, 2) and len(set(order)) == 20_000
    assert np.cov(y.T) == pytest.approx(np.eye(2), abs=0.05)
    one = [Databases(0.7, 1).sample(1, True, np.random.default_rng(seed)) for seed in range(4000)]
    assert np.corrcoef([a[0, 0] for a, _ in one], [b[0, 0] for _, b in one])[0, 1] == pytest.approx(0.7, abs=0.03)


def test_statistics_written_out() -> None:
    x, y = np.random.default_rng(0).standard_normal((2, 4, 3))
    assert sum_statistic(x, y) == pytest.approx(sum(a @ b for a in x for b in y))
    assert matching_statistic(x, y) == pytest.approx(
        max(sum(x[i] @ y[o[i]] for i in range(4)) for o in permutations(range(4)))
    )


def test_a_ranking_counts_pairs_and_its_error_is_that_of_repetitions() -> None:
    found = Ranking.of(np.array([1.0, 3.0]), np.array([0.0, 3.0, 2.0]))
    assert found.area == pytest.approx((1 + 0 + 0 + 1 + 0.5 + 1) / 6)
    rng = np.random.default_rng(0)
    many = [Ranking.of(0.5 + rng.standard_normal(60), rng.standard_normal(60)) for _ in range(400)]
    assert np.mean([one.error for one in many]) == pytest.approx(np.std([one.area for one in many]), rel=0.15)
    sure = Ranking.of(np.arange(10.0) + 20, np.arange(10.0))
    assert sure.interval == (0.7, 1.0)


def test_bad_settings_get_one_sentence() -> None:
    for rho, columns in ((1.0, 3), (-0.1, 3), (0.5, 0)):
        with pytest.raises(SettingError, match="rho="):
            Databases(rho, columns)
    with pytest.raises(SettingError, match="trials=1"):
        simulated(Databases(0.5, 2), 3, 1)
