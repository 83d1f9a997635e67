"""How far a fitted normal distribution lies from the best one, when the truth may not be normal."""

import math
from collections.abc import Sequence
from typing import Literal

import numpy as np

from explorer.errors import InputError

Truth = Literal["normal", "laplace", "uniform"]

EXCESS: dict[Truth, float] = {"normal": 0.0, "laplace": 3.0, "uniform": -1.2}
"""Kurtosis less that of a normal distribution."""


def risks(truth: Truth, samples: Sequence[int], draws: int, seed: int = 0) -> np.ndarray:
    r"""Kullback-Leibler divergence of each fit from the information projection, in nats, (len(samples), draws).

    .. math:: D\big(N(0, 1) \,\|\, N(m, v)\big) = \tfrac12 \Big[\ln v + \frac{1 + m^2}{v} - 1\Big]

    The normal distribution nearest to the truth in Kullback-Leibler divergence has its mean and variance, 0 and 1; the
    likeliest fit has those of the samples.

    Args:
        truth: of mean 0 and variance 1.
        samples: in each fit, at least 2.
        draws: fits at each number of samples.

    Raises:
        InputError: for fewer than 2 samples or 1 draw, or an unknown truth.

    References: sheena2021.
    """
    if min(samples) < 2 or draws < 1 or truth not in EXCESS:
        rule = f"samples must be at least 2, draws at least 1, truth one of {', '.join(EXCESS)}"
        raise InputError(f"truth={truth!r}, samples={list(samples)}, draws={draws}: {rule}")
    rng = np.random.default_rng(seed)
    fits = (_drawn(truth, (draws, n), rng) for n in samples)
    return np.array([(np.log(v) + (1 + m**2) / v - 1) / 2 for m, v in ((x.mean(1), x.var(1)) for x in fits)])


def first_order(truth: Truth, n: float | Sequence[float] | np.ndarray) -> np.ndarray:
    r"""The leading term of the expected divergence, in nats.

    .. math:: \frac{1}{2 n} \operatorname{tr}(J^{-1} V) = \frac{1}{2 n} \Big(2 + \frac{\kappa}{2}\Big)

    with J the Fisher information of the model at the projection, V the covariance of its score under the truth, and
    kappa the excess kurtosis. Where the truth is normal it is the number of parameters over 2 n.

    References: sheena2021.
    """
    return (2 + EXCESS[truth] / 2) / (2 * np.asarray(n, float))


def needed(truth: Truth, target: float) -> int:
    """Samples after which the leading term is at most `target` nats.

    Raises:
        InputError: unless the target is positive.

    References: sheena2021.
    """
    if not target > 0:
        raise InputError(f"target={target} must be positive")
    return math.ceil(float(first_order(truth, 1)) / target - 1e-9)


def interval(found: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Two standard errors below and above the mean of each row."""
    mean, error = found.mean(1), found.std(1, ddof=1) / math.sqrt(found.shape[1])
    return mean - 2 * error, mean + 2 * error


def _drawn(truth: Truth, shape: tuple[int, int], rng: np.random.Generator) -> np.ndarray:
    if truth == "normal":
        return rng.standard_normal(shape)
    half = np.sqrt(3)
    return rng.laplace(scale=np.sqrt(0.5), size=shape) if truth == "laplace" else rng.uniform(-half, half, shape)
