"""Cause and effect from two columns: in the true direction, what is left over does not know the cause."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from explorer.engines.causes.independence import Dependence, dependence
from explorer.errors import SampleError, SettingError

FEATURES = 8
"""Cubic splines between quantiles of the cause, for each of the two natural parameters."""

PRIOR = 0.01
"""What each spline counts by itself, in samples: as if at it the effect had its mean and variance over all."""

CONVERGED, STEPS = 1e-10, 200
"""Half the square of Newton's step, in nats, at which a fit ends; and the most steps."""


def pair(n: int, bend: float, spread: float, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    r"""A cause and its effect by a location-scale noise model, (n,) each.

    .. math:: Y = X + b (X^2 - 1) + \tfrac12 e^{s X} N

    X and N are standard normal and independent. With b = s = 0 both are jointly normal, and no method can tell which
    is the cause.

    Args:
        bend: b, how far the mean of the effect is from a line.
        spread: s, how much the cause scales the noise.

    Raises:
        SampleError: for fewer than 1 sample.

    References: immer2023.
    """
    if n < 1:
        raise SampleError(f"n={n} must be at least 1")
    x, noise = np.random.default_rng(seed).standard_normal((2, n))
    return x, x + bend * (x**2 - 1) + np.exp(spread * x) * noise / 2


@dataclass(frozen=True)
class Fit:
    """A normal distribution of the effect for each cause; both columns are standardised before.

    Attributes:
        cause: standardised, (n,).
        residual: effect minus its fitted mean, over its fitted deviation, (n,).
        likelihood: mean ln density of the standardised effect given the cause, in nats.
    """

    cause: np.ndarray
    residual: np.ndarray
    likelihood: float

    @property
    def points(self) -> np.ndarray:
        """Cause and residual side by side, (n, 2)."""
        return np.stack([self.cause, self.residual], 1)

    @cached_property
    def dependence(self) -> Dependence:
        """HSIC of cause and residual, and the chance of as much without any dependence."""
        return dependence(self.cause, self.residual)


def fitted(cause: np.ndarray, effect: np.ndarray) -> Fit:
    r"""The likeliest normal distribution of the effect whose natural parameters are splines of the cause.

    .. math:: \ln p(y | x) = \eta(x) y - \tfrac12 \tau(x) y^2 - \frac{\eta(x)^2}{2 \tau(x)}
              + \tfrac12 \ln \frac{\tau(x)}{2 \pi}

    Mean eta / tau and variance 1 / tau. The log-likelihood is jointly concave in both functions, so the splines have
    one best fit, which Newton's method finds; the weights of tau stay positive. Each spline counts as a hundredth of
    a sample with the mean and variance of all.

    Args:
        cause, effect: (n,) numbers.

    Raises:
        SampleError: for columns of different lengths, fewer than 32 samples, or fewer than 16 distinct values in one.
        SettingError: when the fit does not converge.

    References: immer2023.
    """
    _check(cause, effect)
    x, y = ((v - v.mean()) / v.std() for v in (cause, effect))
    basis, n = _splines(x), len(x)
    problem = _Problem.of(basis, y)
    weights = problem.best()
    eta, tau = basis @ weights[0], basis @ weights[1]
    likelihood = (eta * y - tau * y**2 / 2 - eta**2 / tau / 2 + np.log(tau / (2 * np.pi)) / 2).sum() / n
    return Fit(x, np.sqrt(tau) * (y - eta / tau), float(likelihood))


@dataclass(frozen=True)
class Directions:
    """Both directions of two columns: first causes second, and second causes first."""

    forward: Fit
    backward: Fit


def directions(first: np.ndarray, second: np.ndarray) -> Directions:
    """The fit in both directions; see `fitted`.

    References: immer2023.
    """
    return Directions(fitted(first, second), fitted(second, first))


def _splines(x: np.ndarray) -> np.ndarray:
    """Cubic B-splines at x, (n, FEATURES): not negative, with sum 1; by de Boor's recursion."""
    inner = np.quantile(x, np.linspace(0, 1, FEATURES - 2))
    piece = np.clip(np.searchsorted(inner, x, "right") - 1, 0, FEATURES - 4)  # the largest x is in the last piece
    knots, x = np.concatenate([np.repeat(inner[0], 3), inner, np.repeat(inner[-1], 3)]), x[:, None]
    basis = np.eye(FEATURES + 3)[piece + 3]
    for degree in (1, 2, 3):
        left, right = knots[: -degree - 1], knots[degree + 1 :]
        rise = _ratio(x - left, knots[degree:-1] - left)
        fall = _ratio(right - x, right - knots[1:-degree])
        basis = rise * basis[:, :-1] + fall * basis[:, 1:]
    return basis


def _ratio(part: np.ndarray, width: np.ndarray) -> np.ndarray:
    """part / width, 0 where pieces have no width."""
    return np.divide(part, width, out=np.zeros(part.shape), where=width > 0)


@dataclass(frozen=True)
class _Problem:
    """A log-likelihood in the weights (2, k) of eta and tau: rows (m, k), how each counts, and its y and y squared."""

    rows: np.ndarray
    counts: np.ndarray
    first: np.ndarray
    second: np.ndarray

    @classmethod
    def of(cls, basis: np.ndarray, y: np.ndarray) -> "_Problem":
        """The samples, and one row for each spline by itself."""
        k = basis.shape[1]
        counts = np.concatenate([np.ones(len(y)), np.full(k, PRIOR)]) / len(y)
        first, second = np.concatenate([y, np.zeros(k)]), np.concatenate([y**2, np.ones(k)])
        return cls(np.concatenate([basis, np.eye(k)]), counts, first, second)

    def best(self) -> np.ndarray:
        """The weights of the largest value, by Newton's method with halved steps."""
        k = self.rows.shape[1]
        weights = np.stack([np.zeros(k), np.ones(k)])
        for _ in range(STEPS):
            slope, curve = self._slopes(weights)
            step = np.linalg.solve(curve, slope)
            gain = float(slope @ step)
            if gain < 2 * CONVERGED:
                return weights
            weights = self._ahead(weights, step.reshape(2, k), gain)
        raise SettingError(f"the fit did not converge in {STEPS} steps")

    def value(self, weights: np.ndarray) -> float:
        """Mean log-likelihood without its constant; minus infinity where a weight of tau is not positive."""
        if weights[1].min() <= 0:
            return -np.inf
        eta, tau = self.rows @ weights[0], self.rows @ weights[1]
        return float(self.counts @ (eta * self.first - tau * self.second / 2 - eta**2 / tau / 2 + np.log(tau) / 2))

    def _ahead(self, weights: np.ndarray, step: np.ndarray, gain: float) -> np.ndarray:
        now, length = self.value(weights), 1.0
        while self.value(weights + length * step) < now + length * gain / 4 and length > 1e-12:
            length /= 2
        return weights + length * step

    def _slopes(self, weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The gradient (2 k,) and minus the second derivatives (2 k, 2 k)."""
        eta, tau = self.rows @ weights[0], self.rows @ weights[1]
        mean = eta / tau
        slopes = [self.first - mean, (mean**2 - self.second + 1 / tau) / 2]
        curves = [[1 / tau, -mean / tau], [-mean / tau, mean**2 / tau + 1 / (2 * tau**2)]]
        gradient = np.concatenate([(self.counts * one) @ self.rows for one in slopes])
        return gradient, np.block([[(self.rows.T * (self.counts * one)) @ self.rows for one in row] for row in curves])


def _check(cause: np.ndarray, effect: np.ndarray) -> None:
    if cause.shape != effect.shape or cause.ndim != 1 or len(cause) < 32:
        rule = "they must be (n,) of one length, 32 or more"
        raise SampleError(f"cause and effect have shapes {cause.shape} and {effect.shape}; {rule}")
    if min(len(np.unique(cause)), len(np.unique(effect))) < 16:
        raise SampleError("cause and effect must have 16 distinct values or more each")
