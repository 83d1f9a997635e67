"""By how much k looks at the same n samples may mislead: fixed beforehand, and each chosen after the ones before."""

import math

import numpy as np
from scipy.special import ndtr

from explorer.errors import InputError

LEVEL = 0.05
"""The chance with which one of all looks may be off by more than the bound."""

ANSWERS = 1000
"""Values that one look can show: a share read to three digits."""


def fixed(n: int, looks: int, level: float = LEVEL) -> float:
    r"""How far any of `looks` shares, all chosen beforehand, may lie from its true value.

    .. math:: \sqrt{\frac{\ln(2 k / \delta)}{2 n}}

    Hoeffding's inequality for one share of n samples, and Bonferroni's for all k: with chance 1 - level every one of
    them lies within it.

    Args:
        n: samples that all looks share.
        looks: how many shares are read, k.
        level: the chance that is left, delta.

    Raises:
        InputError: unless n and looks are at least 1 and level lies inside (0, 1).

    References: hoeffding1963.
    """
    _check(n, looks, level)
    return math.sqrt(math.log(2 * looks / level) / (2 * n))


def adaptive(n: int, looks: int, level: float = LEVEL, answers: int = ANSWERS) -> float:
    r"""The same when every look may be chosen after the answers of those before.

    .. math:: \sqrt{\frac{\ln(2 N / \delta)}{2 n}}, \qquad N = 1 + m + \dots + m^{k - 1}

    With m values that an answer can show, N questions could have been asked along some path, and the bound holds for
    all of them at once. For large m it grows as the square root of k ln(m) / (2 n): as the root of the number of
    looks, where `fixed` grows as the root of its logarithm. An upper bound: no way of looking can do worse, most do
    better.

    Args:
        n: samples that all looks share.
        looks: how many shares are read, k.
        level: the chance that is left, delta.
        answers: values that a look can show, m.

    Raises:
        InputError: as `fixed`, and unless answers is at least 1.

    References: dwork2015; dwork2015generalization.
    """
    _check(n, looks, level)
    if answers < 1:
        raise InputError(f"answers={answers} must be at least 1")
    questions = np.logaddexp.reduce(np.arange(looks) * math.log(answers))
    return math.sqrt((float(questions) + math.log(2 / level)) / (2 * n))


def voted(n: int, looks: float) -> float:
    r"""The share of n coin flips that a vote of features reads right, features kept where training and holdout agree.

    .. math:: \Phi\Big(\sqrt{\frac{k}{\pi n}}\Big)

    Half of k features that know nothing are kept, and each reads the holdout right by \sqrt{1 / (2 \pi n)} more often
    than it should. What is reached, so a lower limit of the harm; in the limit of many features and samples.

    Args:
        n: samples of the holdout.
        looks: features that are tried, k.

    References: dwork2015science.
    """
    return float(ndtr(math.sqrt(looks / (math.pi * n))))


def half_width(share: float, n: int) -> float:
    """Half the usual 95 % interval of a share of n samples, which is meant for a question fixed beforehand."""
    return 1.96 * math.sqrt(share * (1 - share) / n)


def _check(n: int, looks: int, level: float) -> None:
    if n < 1 or looks < 1:
        raise InputError(f"n={n} and looks={looks} must be at least 1")
    if not 0 < level < 1:
        raise InputError(f"level={level} must lie inside (0, 1)")
