"""The regret of a Bayes mixture against closed forms, quadrature and simulation; the mass that bounds it."""

import math

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.special import gammaln
from scipy.stats import binom, spearmanr

from explorer.engines.validity.prior_mass import Product, ball, counted, divergence
from explorer.errors import InputError


@pytest.mark.parametrize("n", [1, 10, 200, 2000])
def test_one_uniform_parameter_is_laplaces_rule(n):
    s = np.arange(n + 1)
    closed = -(np.log(n + 1) + gammaln(n + 1) - gammaln(s + 1) - gammaln(n - s + 1))
    assert np.abs(Product(1).log_mixture(n) - closed).max() < 1e-10
    # its regret is ln(n + 1) minus the entropy of the number of heads
    p = [0.03, 0.5, 0.8]
    expected = [math.log(n + 1) - binom(n, one).entropy() for one in p]
    assert Product(1).regret(p, n) == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("k, n, s", [(2, 20, 5), (5, 50, 50), (30, 100, 60), (3, 8, 0)])
def test_a_product_by_quadrature_over_the_chance_of_heads(k, n, s):
    def density(p):
        return (-math.log(p)) ** (k - 1) / math.gamma(k) * p**s * (1 - p) ** (n - s)

    exact = quad(density, 0, 1, epsabs=0, epsrel=1e-11, limit=500, points=[0.01, 0.1, 0.5, 0.9])[0]
    assert Product(k).log_mixture(n)[s] == pytest.approx(math.log(exact), abs=1e-8)


def test_the_mixture_is_a_distribution():
    n = 40
    s = np.arange(n + 1)
    ways = gammaln(n + 1) - gammaln(s + 1) - gammaln(n - s + 1)
    assert np.exp(ways + Product(7).log_mixture(n)).sum() == pytest.approx(1, abs=1e-10)


def test_mass_by_drawing_parameters():
    rng = np.random.default_rng(0)
    coins = rng.random((200_000, 4)).prod(1)
    for truth, radius in ((0.05, 0.02), (0.3, 0.2), (0.01, 0.001)):
        low, high = ball([truth], radius)
        share = ((coins >= low) & (coins <= high)).mean()
        mass = float(Product(4).mass([truth], radius)[0])
        assert share == pytest.approx(mass, abs=4 * math.sqrt(mass / len(coins)))


@pytest.mark.parametrize("truth", [1e-9, 0.02, 0.5, 0.999])
@pytest.mark.parametrize("radius", [1e-6, 0.01, 1.0])
def test_the_edges_of_a_ball_lie_at_its_radius(truth, radius):
    low, high = ball([truth], radius)
    assert low[0] < truth < high[0]
    # D is known to about 1e-16; a radius above what even q = 0 has, as far as floats go, has its edge there
    for edge in (low, high):
        if 1e-300 < edge[0] < 1 - 1e-12:
            assert divergence(np.array([truth]), edge)[0] == pytest.approx(radius, rel=1e-6, abs=1e-15)


def test_every_ball_bounds_the_regret_and_the_best_is_near():
    truth = np.geomspace(1e-6, 0.99, 25)
    for k in (1, 4, 30):
        for n in (10, 300):
            coin = Product(k)
            regret, bound = coin.regret(truth, n), coin.bound(truth, n)
            assert np.all(regret > 0) and np.all(regret < bound)
            # the mass is not only a bound: it orders truths of different cost, and tells the size of what is not small
            large = regret > 2
            assert len(regret[large]) < 3 or spearmanr(regret[large], bound[large]).statistic > 0.99
            assert np.all(bound[regret > 5] < 2 * regret[regret > 5])
            for radius in (0.1 / n, 1 / n, 10 / n):
                with np.errstate(divide="ignore"):
                    assert np.all(regret < n * radius - np.log(coin.mass(truth, radius)))


def test_regret_by_playing_the_game():
    k, n, truth = 3, 20, 0.2
    rng = np.random.default_rng(1)
    coins = rng.random((400_000, k)).prod(1)
    heads = np.arange(n + 1)
    mixture = np.array([(coins**s * (1 - coins) ** (n - s)).mean() for s in heads])
    known = truth**heads * (1 - truth) ** (n - heads)
    drawn = rng.binomial(n, truth, 200_000)
    played = np.log(known / mixture)[drawn]
    error = played.std() / math.sqrt(len(played)) + 0.01  # of the drawn coins
    assert Product(k).regret([truth], n)[0] == pytest.approx(played.mean(), abs=3 * error)


def test_many_parameters_can_cost_less_than_one():
    n, rare = 200, [1e-6]
    assert Product(14).regret(rare, n)[0] < Product(1).regret(rare, n)[0] / 10
    assert counted(14, n) == pytest.approx(14 * counted(1, n))
    assert Product(14).regret([0.9], n)[0] > 10 * Product(1).regret([0.9], n)[0]


def test_refuses():
    with pytest.raises(InputError, match="at least 1"):
        Product(0)
    for truth in ([0.0], [1.0], [math.nan]):
        with pytest.raises(InputError, match="inside"):
            Product(1).regret(truth, 5)
    for n in (0, 2001):
        with pytest.raises(InputError, match="2000"):
            Product(1).regret([0.5], n)
