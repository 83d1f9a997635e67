"""Coloured shapes in several environments, exactly: what a shape and a colour tell of a label, and for how long."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.optimize import minimize
from scipy.special import expit, log_expit

from explorer.engines.finite.tables import conditional_information
from explorer.errors import InputError

Feature = Literal["nothing", "shape", "colour", "both"]

SPAN, STEPS = 6.0, 121
"""Largest weight tried on shape and on colour, and how many values of each."""


@dataclass(frozen=True)
class Weights:
    """A predictor: the log-odds of the label are `shape` s + `colour` c, with label, s and c 1 or -1.

    No predictor of two bits that treats both labels alike is richer.
    """

    shape: float
    colour: float


@dataclass(frozen=True)
class Environments:
    r"""A label, its shape and its colour, bits all three, in environments that differ in the colour alone.

    .. math:: Y = S \oplus N, \quad C = Y \oplus F_e, \quad P(S = 1) = \tfrac12, \; P(N = 1) = q, \; P(F_e = 1) = f_e

    The shape causes the label, in every environment alike; the label causes the colour, which is wrong with a chance
    that depends on the environment. All environments are equally likely.

    Args:
        label_noise: q, the chance that the label is not that of the shape.
        flips: f_e of each environment.

    Raises:
        InputError: for a chance that does not lie inside (0, 1), or fewer than two environments.

    References: arjovsky2019; kamath2021.
    """

    label_noise: float
    flips: tuple[float, ...]

    def __post_init__(self) -> None:
        if len(self.flips) < 2 or not all(0 < chance < 1 for chance in (self.label_noise, *self.flips)):
            rule = "chances must lie inside (0, 1), for two environments or more"
            raise InputError(f"label_noise={self.label_noise} and flips={self.flips}: {rule}")

    @property
    def table(self) -> np.ndarray:
        """P(E, S, C, Y), (environments, 2, 2, 2)."""
        s, c, y = np.indices((2, 2, 2))
        flips = np.array(self.flips)[:, None, None, None]
        label = np.where(s == y, 1 - self.label_noise, self.label_noise)
        return label * np.where(c == y, 1 - flips, flips) / (2 * len(self.flips))

    def information(self, feature: Feature) -> float:
        r"""I(Y; E | feature) in nats: 0 where the feature means the same in every environment.

        .. math:: I(Y; E \mid \Phi) = H(Y \mid \Phi) - H(Y \mid \Phi, E)

        References: arjovsky2019.
        """
        hidden: dict[Feature, tuple[int, ...]] = {"nothing": (1, 2), "shape": (2,), "colour": (1,), "both": ()}
        seen = self.table.sum(hidden[feature])
        return conditional_information(seen.reshape(len(seen), -1, 2).transpose(2, 0, 1))

    def risk(self, weights: Weights, flip: float | np.ndarray) -> np.ndarray:
        """Expected log-loss in nats of a predictor where colours are wrong with chance `flip`."""
        return _risk(self.label_noise, np.asarray(flip, float), weights.shape, weights.colour)[0]

    def least_risk(self) -> Weights:
        """The predictor of least log-loss over the environments together; in closed form."""
        return Weights(_log_odds(self.label_noise), _log_odds(sum(self.flips) / len(self.flips)))

    def invariant(self) -> Weights:
        """The best predictor that ignores the colour; in closed form."""
        return Weights(_log_odds(self.label_noise), 0.0)

    def penalised(self, penalty: float) -> Weights:
        r"""The predictor of least risk with the penalty of IRMv1.

        .. math:: \min_f \sum_e \Big[ R^e(f) + \lambda \Big(\frac{d}{dw} R^e(w f) \Big|_{w = 1}\Big)^2 \Big]

        The least that the simplex method of Nelder and Mead reaches from the predictor of least risk, the invariant
        one, the best of a grid of weights and the lowest points of a line. It need not be invariant: other predictors
        can have no penalty either, and a lower risk (kamath2021).

        Args:
            penalty: lambda.

        Raises:
            InputError: for a negative penalty.

        References: arjovsky2019, equation IRMv1; kamath2021.
        """
        if not penalty >= 0:
            raise InputError(f"penalty={penalty} must be at least 0")
        starts = [self.least_risk(), self.invariant(), *self._gridded(penalty), *self._lined(penalty)]
        found = [self._climbed(start, penalty) for start in starts]
        return min(found, key=lambda one: float(self._objective(one.shape, one.colour, penalty)))

    def _gridded(self, penalty: float) -> list[Weights]:
        """The best of all pairs of weights."""
        values = np.linspace(-SPAN, SPAN, STEPS)
        shape, colour = np.meshgrid(values, values, indexing="ij")
        best = int(self._objective(shape, colour, penalty).argmin())
        return [Weights(float(shape.ravel()[best]), float(colour.ravel()[best]))]

    def _lined(self, penalty: float) -> list[Weights]:
        """The lowest points over the colour's weight where the shape has that of the invariant predictor.

        Every predictor without penalty lies on this line, but for the one that says nothing.
        """
        shape, colour = self.invariant().shape, np.linspace(-SPAN, SPAN, 10 * STEPS)
        value = self._objective(shape, colour, penalty)
        low = (value[1:-1] < value[:-2]) & (value[1:-1] <= value[2:])
        return [Weights(shape, float(one)) for one in colour[1:-1][low]]

    def _climbed(self, start: Weights, penalty: float) -> Weights:
        options = {"xatol": 1e-9, "fatol": 1e-15, "maxiter": 2000}
        first = np.array([start.shape, start.colour])
        found = minimize(
            lambda w: float(self._objective(w[0], w[1], penalty)), first, method="Nelder-Mead", options=options
        )
        return Weights(*map(float, found.x))

    def _objective(self, shape: float | np.ndarray, colour: float | np.ndarray, penalty: float) -> np.ndarray:
        parts = (_risk(self.label_noise, np.asarray(flip), shape, colour) for flip in self.flips)
        return sum((risk + penalty * slope**2 for risk, slope in parts), np.zeros(()))


def _risk(
    noise: float, flip: np.ndarray, shape: float | np.ndarray, colour: float | np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Log-loss, and its derivative by a factor on all weights, at 1."""
    loss, slope = np.zeros(()), np.zeros(())
    for right, p in ((1, 1 - noise), (-1, noise)):
        for same, r in ((1, 1 - flip), (-1, flip)):
            margin = right * shape + same * colour
            loss = loss - p * r * log_expit(margin)
            slope = slope - p * r * margin * expit(-margin)
    return loss, slope


def _log_odds(wrong: float) -> float:
    return math.log((1 - wrong) / wrong)


@dataclass(frozen=True)
class Risks:
    """Log-loss in nats over how often the colour is wrong, (flips,) each.

    Attributes:
        least, penalised, invariant: of the predictor of least risk, of that with the penalty, of that of the shape.
    """

    flips: np.ndarray
    least: np.ndarray
    penalised: np.ndarray
    invariant: np.ndarray

    def at(self, flip: float) -> dict[str, float]:
        """The three where colours are wrong with chance `flip`: straight lines between the chances at hand."""
        lines = {"least": self.least, "penalised": self.penalised, "invariant": self.invariant}
        return {name: float(np.interp(flip, self.flips, line)) for name, line in lines.items()}


def risks(world: Environments, penalty: float, flips: Sequence[float]) -> Risks:
    """What the three predictors lose in environments with other chances of a wrong colour, ascending."""
    at = np.asarray(flips, float)
    found = (world.least_risk(), world.penalised(penalty), world.invariant())
    return Risks(at, *(np.broadcast_to(world.risk(one, at), at.shape) for one in found))
