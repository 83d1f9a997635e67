"""Generalisation bounds from a supersample, without sampling: every supersample of a small problem is counted."""

import math
from dataclasses import dataclass
from functools import cache
from itertools import combinations_with_replacement, product

import numpy as np
from scipy.special import entr

from explorer.engines.finite.tables import mutual_information, mutual_informations
from explorer.errors import InputError

MOST = 3_000_000
"""Numbers in the largest table of one problem."""


@dataclass(frozen=True)
class Bounds:
    """The gap between test and training loss, and what bounds it; losses are 0 or 1, information is in nats.

    Attributes:
        training, gap: expected training loss, and expected test loss minus it.
        difference: I(dL; U), of the difference of a pair's losses with the coin that chose the training sample.
        pair: I(L, L'; U | Z), of both losses with that coin, given the supersample.
        hypothesis: I(W; U | Z) / n, of what was learned with all coins, given the supersample, for one sample.
    """

    training: float
    gap: float
    difference: float
    pair: float
    hypothesis: float

    @property
    def from_difference(self) -> float:
        """sqrt(2 I(dL; U)): bounds the gap, as all three do."""
        return math.sqrt(2 * max(0.0, self.difference))

    @property
    def from_pair(self) -> float:
        """sqrt(2 I(L, L'; U | Z)), never below that from the difference."""
        return math.sqrt(2 * max(0.0, self.pair))

    @property
    def from_hypothesis(self) -> float:
        """sqrt(2 I(W; U | Z) / n), never below that from the pair."""
        return math.sqrt(2 * max(0.0, self.hypothesis))

    @property
    def interpolating(self) -> float:
        """I(dL; U) / ln 2: equals the gap where no training sample is lost and dL favours neither side, as here."""
        return self.difference / math.log(2)


def bounds(n: int, cells: int, noise: float, beta: float) -> Bounds:
    r"""The gap of a learner that fills a table, and three bounds on it, all exact.

    A sample is a cell, all equally likely, with a label: the cell's true one, flipped with chance `noise`. A
    hypothesis gives each cell a label. The learner draws a hypothesis with weight exp(-beta training errors): beta 0
    learns nothing, a large beta minimises the training loss and draws among equals. Of a supersample of n pairs of
    samples Z, fair coins U choose which of each pair is trained on; L and L' are the pair's losses and dL = L' - L.

    .. math:: |gap| \le \sqrt{2 I(\Delta L; U)} \le \sqrt{2 I(L, L'; U \mid Z)} \le \sqrt{\tfrac2n I(W; U \mid Z)}

    The true labels do not matter: turning a label turns the problem into itself.

    Args:
        n: training samples.
        cells: cells of the table; there are 2^cells hypotheses.
        noise: chance of a wrong label.
        beta: how hard the learner fits.

    Raises:
        InputError: for n or cells below 1, beta below 0, noise outside [0, 1], or more than MOST numbers.

    References: wang2023supersample; steinke2020; harutyunyan2021; hellstrom2022.
    """
    if n < 1 or cells < 1 or not 0 <= noise <= 1 or not beta >= 0:
        rule = "n and cells must be at least 1, noise in [0, 1] and beta at least 0"
        raise InputError(f"n={n}, cells={cells}, noise={noise}, beta={beta}: {rule}")
    if (size := numbers(n, cells)) > MOST:
        raise InputError(f"n={n} with cells={cells} needs a table of {size} numbers; the most is {MOST}")
    pairs, losses = _pairs(n, cells), _losses(cells)
    chances = _chances(n, cells, noise)
    coins = np.array(list(product((0, 1), repeat=n)))
    pair_losses = losses[:, pairs]  # (hypotheses, supersamples, n, 2)
    errors = _errors(pair_losses, coins)
    learned = np.exp(-beta * (errors - errors.min(0)))
    learned /= learned.sum(0)  # (hypotheses, supersamples, coins)
    joint = _joint(learned, pair_losses, coins)
    return Bounds(*_means(chances, joint), *_information(chances, joint, learned))


def numbers(n: int, cells: int) -> int:
    """Numbers in the largest table of a problem: hypotheses x supersamples x coins."""
    kinds = cells * (2 * cells + 1)
    return 2**cells * math.comb(kinds + n - 1, n) * 2**n


def _losses(cells: int) -> np.ndarray:
    """Whether a hypothesis is wrong on a sample, (hypotheses, samples); sample 2 c + y is label y in cell c."""
    tables = np.array(list(product((0, 1), repeat=cells)))
    return np.stack([tables[:, s // 2] != s % 2 for s in range(2 * cells)], 1).astype(float)


@cache
def _pairs(n: int, cells: int) -> np.ndarray:
    """Supersamples up to the order of pairs and within pairs, (supersamples, n, 2)."""
    kinds = list(combinations_with_replacement(range(2 * cells), 2))
    return np.array(list(combinations_with_replacement(kinds, n)))


def _chances(n: int, cells: int, noise: float) -> np.ndarray:
    """The chance of each of these supersamples, over all orders."""
    sample = np.tile([1 - noise, noise], cells) / cells  # every true label is 0
    pairs = _pairs(n, cells)
    within = np.where(pairs[..., 0] == pairs[..., 1], 1, 2)
    return _orders(n, cells) * (sample[pairs].prod(-1) * within).prod(-1)


@cache
def _orders(n: int, cells: int) -> np.ndarray:
    """In how many orders the pairs of each supersample can come."""
    pairs = _pairs(n, cells)
    codes = pairs[..., 0] * 2 * cells + pairs[..., 1]
    repeats = (codes[:, :, None] == codes[:, None, :]).astype(int)
    earlier = np.tril(repeats).sum(-1)  # the how-manieth of its kind
    return math.factorial(n) / earlier.prod(-1)


def _errors(pair_losses: np.ndarray, coins: np.ndarray) -> np.ndarray:
    """Training errors, (hypotheses, supersamples, coins)."""
    first, second = pair_losses[..., 0], pair_losses[..., 1]
    return first @ (1 - coins.T) + second @ coins.T


def _joint(learned: np.ndarray, pair_losses: np.ndarray, coins: np.ndarray) -> np.ndarray:
    """P(L, L', U_i = u | Z), (supersamples, n, 2, 2, 2)."""
    share = np.stack([learned @ (1 - coins), learned @ coins], -1) / len(coins)  # (hypotheses, supersamples, n, u)
    which = pair_losses @ (2, 1)
    parts = [(share * (which == k)[..., None]).sum(0) for k in range(4)]
    return np.stack(parts, 2).reshape(*which.shape[1:], 2, 2, 2)


def _means(chances: np.ndarray, joint: np.ndarray) -> tuple[float, float]:
    """Expected training loss, and test loss minus training loss."""
    p = np.einsum("s,snabu->abu", chances, joint) / joint.shape[1]
    training = p[1, :, 0].sum() + p[:, 1, 1].sum()
    test = p[:, 1, 0].sum() + p[1, :, 1].sum()
    return float(training), float(test - training)


def _information(chances: np.ndarray, joint: np.ndarray, learned: np.ndarray) -> tuple[float, float, float]:
    """I(dL; U), I(L, L'; U | Z) and I(W; U | Z) / n."""
    n = joint.shape[1]
    p = np.einsum("s,snabu->abu", chances, joint) / n
    difference = np.stack([p[1, 0], p[0, 0] + p[1, 1], p[0, 1]])  # dL = -1, 0, 1
    difference = (difference + difference[::-1, ::-1]) / 2  # the pair in its other order
    pair = chances @ mutual_informations(joint.reshape(*joint.shape[:2], 4, 2)).mean(-1)
    hypothesis = chances @ (entr(learned.mean(-1)).sum(0) - entr(learned).sum(0).mean(-1))  # H(W | Z) - H(W | U, Z)
    return mutual_information(difference), float(pair), float(hypothesis) / n
