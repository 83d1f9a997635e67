"""Optimal transport that also keeps what lies together together: the coupling's information, from kernels."""

from dataclasses import dataclass

import numpy as np
from scipy.spatial.distance import cdist

from explorer.engines.divergence.sinkhorn import Coupling, coupling
from explorer.engines.finite.tables import mutual_information
from explorer.errors import SampleError, SettingError

CONVERGED, ROUNDS, SHORTEST = 1e-5, 200, 1e-3
"""Fall of the objective, in epsilons, that ends the descent; most rounds; shortest step that is tried."""
EXACT = 1e-4
"""Total error of the row sums in a round."""


@dataclass(frozen=True)
class Kernels:
    r"""Gaussian kernels among n and among m samples, by which a coupling P of them has a smooth density.

    .. math:: I_h(P) = \sum_{ij} P_{ij} \ln \frac{f(x_i, y_j)}{f(x_i) f(y_j)}, \qquad
              f(x, y) = \sum_{kl} P_{kl} K(x_k, x) L(y_l, y)

    with f(x) and f(y) the sums over the margins of P. It is a plug-in number in nats that depends on the bandwidths:
    0 for the product of the margins, and at most the information of P itself as the kernels narrow.

    Attributes:
        x, y: kernels, (n, n) and (m, m).

    References: chuang2023.
    """

    x: np.ndarray
    y: np.ndarray

    @classmethod
    def of(cls, x: np.ndarray, y: np.ndarray, bandwidth: float) -> "Kernels":
        """Kernels of samples (n, d) and (m, e), with deviations of `bandwidth` times the samples' own.

        Raises:
            SettingError: for a bandwidth that is not positive.
        """
        if not bandwidth > 0:
            raise SettingError(f"bandwidth={bandwidth} must be positive")
        return cls(_gaussian(x, bandwidth), _gaussian(y, bandwidth))

    def log_ratio(self, plan: np.ndarray) -> np.ndarray:
        """ln f(x, y) / (f(x) f(y)) at every pair, (n, m)."""
        alone = (self.x @ plan.sum(1))[:, None] * (self.y @ plan.sum(0))
        return np.log(self.x @ plan @ self.y / alone)

    def information(self, plan: np.ndarray) -> float:
        """I_h(P) in nats."""
        return float((plan * self.log_ratio(plan)).sum())

    def slope(self, plan: np.ndarray) -> np.ndarray:
        """The gradient of I_h with respect to P while its margins stay as they are, (n, m)."""
        return self.log_ratio(plan) + self.x @ (plan / (self.x @ plan @ self.y)) @ self.y


@dataclass(frozen=True)
class Informed:
    """A coupling that weighs cost against information.

    Attributes:
        plan: (n, m).
        cost: mean cost of a pair.
        information: I_h of the plan in nats.
        objectives: what was minimised, at the start and after every round; it never rises.
        converged: whether the last round lowered it by less than 1e-5 epsilon; row sums are right to 1e-4 in all.
    """

    plan: np.ndarray
    cost: float
    information: float
    objectives: tuple[float, ...]
    converged: bool


def informed(cost: np.ndarray, kernels: Kernels, weight: float, epsilon: float) -> Informed:
    r"""A coupling P of equal masses at a low value of

    .. math:: \langle C, P \rangle - w I_h(P) + \varepsilon \sum_{ij} P_{ij} \ln \frac{P_{ij}}{p_i q_j}

    by mirror descent from the coupling that the cost alone gives. The published step takes the coupling of the cost
    C - w times the gradient of I_h; here it is shortened by halves until the objective falls, so that no round raises
    it. The objective has several low places, and the descent ends in one near its start: among clusters
    of equal sizes and shapes, which is matched with which is left to the cost and to chance. With weight 0 it is
    entropic transport.

    Args:
        cost: C, (n, m).
        kernels: of both sides.
        weight: w, the cost that one nat is worth.
        epsilon: weight of the entropy, in the units of the cost.

    Raises:
        SampleError: for kernels that do not fit the cost.
        SettingError: for a weight below 0 or an epsilon that is not positive.

    References: chuang2023.
    """
    if (len(kernels.x), len(kernels.y)) != np.shape(cost):
        raise SampleError(
            f"cost has shape {np.shape(cost)} for kernels of {len(kernels.x)} and {len(kernels.y)} samples"
        )
    if weight < 0:
        raise SettingError(f"weight={weight} must be at least 0")
    problem = _Problem(np.asarray(cost, float), kernels, weight, epsilon)
    at = coupling(cost, epsilon, tolerance=EXACT)
    objectives, fall = [problem.objective(at.plan)], np.inf
    while fall > CONVERGED * epsilon and len(objectives) <= ROUNDS:
        at = problem.lowered(at, objectives[-1])
        objectives.append(problem.objective(at.plan))
        fall = objectives[-2] - objectives[-1]
    done = at.converged and fall <= CONVERGED * epsilon
    cheapness = float((cost * at.plan).sum())
    return Informed(at.plan, cheapness, kernels.information(at.plan), tuple(objectives), done)


@dataclass(frozen=True)
class _Problem:
    """What is minimised."""

    cost: np.ndarray
    kernels: Kernels
    weight: float
    epsilon: float

    def objective(self, plan: np.ndarray) -> float:
        gain = self.weight * self.kernels.information(plan)
        return float((self.cost * plan).sum()) - gain + self.epsilon * mutual_information(plan)

    def lowered(self, at: Coupling, now: float) -> Coupling:
        """The coupling after a step down the slope of the objective; as it was where no length tried lowers it."""
        goal = self.cost - self.weight * self.kernels.slope(at.plan)
        own = self.epsilon * np.log(np.maximum(at.plan, np.finfo(float).tiny) * at.plan.size)
        step, potential = 1.0, at.potential
        while step > SHORTEST:
            cost = step * goal - (1 - step) * own
            found = coupling(cost, self.epsilon, potential=potential, tolerance=EXACT)
            if self.objective(found.plan) < now:
                return found
            step, potential = step / 2, found.potential
        return at


def _gaussian(samples: np.ndarray, bandwidth: float) -> np.ndarray:
    squares = cdist(samples, samples, "sqeuclidean")
    variance = squares.mean() / 2
    if not variance > 0:
        raise SampleError("all samples coincide, so no kernel tells them apart")
    return np.exp(-squares / (2 * bandwidth**2 * variance))
