"""Two sequences of real numbers of which one tells, or both tell, of the other's next step by a known amount."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from explorer.errors import SettingError

Pair = tuple[np.ndarray, np.ndarray]


@dataclass(frozen=True)
class DrivenNormals:
    r"""Two normal sequences, each of which follows both at the step before.

    .. math:: X_t = a_x X_{t-1} + b_{yx} Y_{t-1} + E_t, \qquad Y_t = a_y Y_{t-1} + b_{xy} X_{t-1} + F_t

    with independent standard normal E and F.

    Attributes:
        own_x, own_y: what a sequence keeps of its last step.
        x_to_y, y_to_x: what it takes of the other's last step.

    Raises:
        SettingError: where the pair would grow without end.
    """

    own_x: float = 0.0
    own_y: float = 0.5
    x_to_y: float = 1.0
    y_to_x: float = 0.0

    def __post_init__(self) -> None:
        largest = float(np.abs(np.linalg.eigvals(self._step)).max())
        if not largest < 1:
            raise SettingError(f"the pair grows {largest:.3g}-fold a step; own and cross weights must shrink it")

    @cached_property
    def _step(self) -> np.ndarray:
        return np.array([[self.own_x, self.y_to_x], [self.x_to_y, self.own_y]])

    @cached_property
    def _covariance(self) -> np.ndarray:
        """Of (X_t, Y_t), (2, 2)."""
        from scipy.linalg import solve_discrete_lyapunov

        return solve_discrete_lyapunov(self._step, np.eye(2))

    def sample(self, n: int, seed: int = 0) -> Pair:
        """x and y of n steps, (n,) each, from the stationary pair."""
        rng = np.random.default_rng(seed)
        noise, state = rng.normal(size=(n, 2)), np.linalg.cholesky(self._covariance) @ rng.normal(size=2)
        states = np.empty((n, 2))
        for t in range(n):
            states[t] = state = self._step @ state + noise[t]
        return states[:, 0], states[:, 1]

    def transfer(self, past_x: int = 1, past_y: int = 1, delay: int = 1) -> float:
        """TE X -> Y in nats: I(X_t-delay, ..., past_x of them; Y_t | Y_t-1, ..., past_y of them).

        References: schreiber2000; barnett2009.
        """
        source = [(delay + j, 0) for j in range(past_x)]
        known = [(1 + j, 1) for j in range(past_y)]
        return max(0.0, math.log(self._left(known) / self._left(known + source)) / 2)

    @property
    def turned(self) -> "DrivenNormals":
        """The same pair with the names exchanged, so that its transfer is TE Y -> X."""
        return DrivenNormals(self.own_y, self.own_x, self.y_to_x, self.x_to_y)

    def _left(self, known: Sequence[tuple[int, int]]) -> float:
        """The variance of Y_t that (steps back, 0 for X or 1 for Y) leave."""
        places = [(0, 1), *known]
        whole = np.array([[self._between(a, b) for b in places] for a in places])
        return float(whole[0, 0] - whole[0, 1:] @ np.linalg.solve(whole[1:, 1:], whole[1:, 0]))

    def _between(self, a: tuple[int, int], b: tuple[int, int]) -> float:
        """The covariance of two values, each (steps back, which)."""
        (back_a, i), (back_b, j) = sorted((a, b))  # the later first
        return float((np.linalg.matrix_power(self._step, back_b - back_a) @ self._covariance)[i, j])


def after(distribution: Any, n: int, seed: int = 0, delay: int = 1, memory: float = 0.0) -> Pair:
    """Sequences whose TE X -> Y is the information of a distribution, for any of the catalogue with a real y.

    Pairs are drawn independently; the x of each comes `delay` steps before its y, and y is added to `memory` times
    the y-sequence one step before. So the past of y tells nothing of the pair, and X_t-delay tells all of it.

    Raises:
        SettingError: for a memory outside (-1, 1) or a delay below 0.
    """
    if not -1 < memory < 1 or delay < 0:
        raise SettingError(f"memory={memory!r} must lie in (-1, 1) and delay={delay!r} be at least 0")
    x, y = distribution.sample(n + delay, seed)
    for t in range(1, n):
        y[t] += memory * y[t - 1]
    return x[delay:], y[:n]
