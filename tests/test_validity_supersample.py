"""Bounds from a supersample against plain enumeration, a closed form, and what must hold of any learner."""

import math
from itertools import pairwise, product

import numpy as np
import pytest

from explorer.engines.validity.supersample import MOST, bounds, numbers
from explorer.errors import InputError


def mutual(table):
    table = np.asarray(table, float)
    rest = table.sum(1, keepdims=True) * table.sum(0, keepdims=True)
    seen = table > 0
    return float((table[seen] * np.log(table[seen] / rest[seen])).sum())


def learner(cells, beta):
    """P(hypothesis | training samples), and the loss of a hypothesis; one by one."""
    tables = list(product((0, 1), repeat=cells))

    def draw(samples):
        weights = np.array([math.exp(-beta * sum(table[c] != y for c, y in samples)) for table in tables])
        return weights / weights.sum()

    return tables, draw


def enumerated(n, cells, noise, beta):
    """The same numbers by a sum over every supersample and every coin, in every order."""
    tables, draw = learner(cells, beta)
    samples = [(c, y) for c in range(cells) for y in (0, 1)]
    chance = {s: (noise if s[1] else 1 - noise) / cells for s in samples}
    training = gap = pair = hypothesis = 0.0
    differences = np.zeros((n, 3, 2))
    for z in product(samples, repeat=2 * n):
        p, pairs = math.prod(chance[s] for s in z), [(z[2 * i], z[2 * i + 1]) for i in range(n)]
        learned = np.zeros((len(tables), 2**n))
        joint = np.zeros((n, 4, 2))
        for k, coins in enumerate(product((0, 1), repeat=n)):
            learned[:, k] = draw([pairs[i][u] for i, u in enumerate(coins)]) / 2**n
            for w, table in enumerate(tables):
                for i, u in enumerate(coins):
                    a, b = (int(table[c] != y) for c, y in pairs[i])
                    joint[i, 2 * a + b, u] += learned[w, k]
                    differences[i, b - a + 1, u] += p * learned[w, k]
                    seen, held = ((a, b), (b, a))[u]
                    training += p * learned[w, k] * seen / n
                    gap += p * learned[w, k] * (held - seen) / n
        hypothesis += p * mutual(learned) / n
        pair += p * sum(map(mutual, joint)) / n
    return training, gap, sum(map(mutual, differences)) / n, pair, hypothesis


@pytest.mark.parametrize(
    "n, cells, noise, beta", [(1, 1, 0.3, 1.0), (2, 2, 0.2, 1.5), (3, 1, 0.4, 2.0), (2, 1, 0.5, 30.0), (1, 3, 0.1, 0.7)]
)
def test_counts_what_plain_enumeration_counts(n, cells, noise, beta):
    found = bounds(n, cells, noise, beta)
    got = (found.training, found.gap, found.difference, found.pair, found.hypothesis)
    assert got == pytest.approx(enumerated(n, cells, noise, beta), abs=1e-12)


@pytest.mark.parametrize("n, cells", [(1, 1), (2, 3), (4, 2), (8, 1)])
@pytest.mark.parametrize("noise", [0.05, 0.3, 0.5])
@pytest.mark.parametrize("beta", [0.0, 0.5, 2.0, 50.0])
def test_the_gap_lies_below_every_bound_and_they_are_in_order(n, cells, noise, beta):
    found = bounds(n, cells, noise, beta)
    chain = [found.gap**2 / 2, found.difference, found.pair, found.hypothesis]  # nats, known to about 1e-15
    assert all(a <= b + 1e-14 for a, b in pairwise(chain))
    assert found.gap >= -1e-15
    roots = [found.from_difference, found.from_pair, found.from_hypothesis]
    assert roots == pytest.approx(np.sqrt(2 * np.maximum(chain[1:], 0)), abs=1e-15)


@pytest.mark.parametrize("n, noise, beta", [(1, 0.5, 1.0), (3, 0.5, 0.8), (5, 0.2, 2.0)])
def test_the_gap_of_one_cell_in_closed_form(n, noise, beta):
    # one cell, one hypothesis bit: P(1 | k ones) is logistic in beta (2 k - n); the mean losses are sums over k
    k = np.arange(n + 1)
    p = np.array([math.comb(n, i) * noise**i * (1 - noise) ** (n - i) for i in k])
    one = 1 / (1 + np.exp(-beta * (2 * k - n)))
    training = (p * (one * (n - k) + (1 - one) * k)).sum() / n
    test = (p * (one * (1 - noise) + (1 - one) * noise)).sum()
    found = bounds(n, 1, noise, beta)
    assert (found.training, found.gap) == pytest.approx((training, test - training), abs=1e-13)


@pytest.mark.parametrize("cells, noise", [(1, 0.5), (2, 0.3), (4, 0.5), (3, 0.01)])
def test_one_sample_that_is_learned_by_heart_is_known_exactly(cells, noise):
    # a single training sample is never lost, so the gap is the test loss and equals I(dL; U) / ln 2
    found = bounds(1, cells, noise, 60.0)
    assert found.training == pytest.approx(0, abs=1e-15)
    assert found.interpolating == pytest.approx(found.gap, abs=1e-12)


def test_the_gap_of_a_gibbs_learner_is_its_symmetrised_information():
    # n beta gap = I(W; S) + L(W; S) for weights exp(-beta errors) and a uniform prior (aminian et al., 2021)
    n, cells, noise, beta = 2, 2, 0.3, 1.3
    _, draw = learner(cells, beta)
    samples = [(c, y) for c in range(cells) for y in (0, 1)]
    sets = list(product(samples, repeat=n))
    p = np.array([math.prod((noise if y else 1 - noise) / cells for _, y in one) for one in sets])
    kernel = np.array([draw(one) for one in sets])
    marginal = p @ kernel
    symmetrised = (p[:, None] * (kernel - marginal) * np.log(kernel / marginal)).sum()
    assert bounds(n, cells, noise, beta).gap == pytest.approx(symmetrised / (n * beta), abs=1e-12)


def test_nothing_learned_is_nothing_known():
    found = bounds(3, 2, 0.2, 0.0)
    assert (found.gap, found.difference, found.pair, found.hypothesis) == pytest.approx((0, 0, 0, 0), abs=1e-14)


@pytest.mark.parametrize("arguments", [(0, 1, 0.1, 1.0), (1, 0, 0.1, 1.0), (1, 1, 1.1, 1.0), (1, 1, 0.1, math.nan)])
def test_refuses(arguments):
    with pytest.raises(InputError, match="must be at least 1"):
        bounds(*arguments)


def test_refuses_what_is_too_large_to_count():
    assert numbers(6, 3) > MOST
    with pytest.raises(InputError, match="needs a table of"):
        bounds(6, 3, 0.1, 1.0)
