"""Encoders T of X drawn at random, and where they lie on the information plane of a joint table of X and Y."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from explorer.engines.finite.tables import mutual_information, probabilities, x_log_x
from explorer.errors import InputError
from explorer.result import conversion

STEP = 1.0
"""Deviation of a random change of an encoder's log weights."""


@dataclass(frozen=True)
class Encoded:
    """Encoders on the plane, and what bounds them.

    Attributes:
        xt, ty: I(X;T) and I(T;Y) of each encoder, (count,).
        information: I(X;Y), which I(T;Y) cannot exceed.
        entropy_x, entropy_y: H(X), which I(X;T) cannot exceed, and H(Y).
    """

    xt: np.ndarray
    ty: np.ndarray
    information: float
    entropy_x: float
    entropy_y: float
    unit: str = "nats"

    def to(self, unit: str) -> "Encoded":
        """The same in "nats" or "bits"."""
        times = conversion(self.unit, unit)
        information, h_x, h_y = (times * one for one in (self.information, self.entropy_x, self.entropy_y))
        return Encoded(times * self.xt, times * self.ty, information, h_x, h_y, unit)

    @property
    def excess(self) -> dict[str, float]:
        """By how much the boldest encoder passes each bound: 0 or less, but for rounding, as each is a theorem."""
        return {
            "over the diagonal": float((self.ty - self.xt).max()),
            "over I(X;Y)": float(self.ty.max()) - self.information,
            "beyond H(X)": float(self.xt.max()) - self.entropy_x,
        }

    @property
    def frame(self) -> tuple[float, float]:
        """How far right and how far up a picture of all this reaches."""
        return 1.1 * self.entropy_x, 1.3 * self.information + 0.02 * self.entropy_x

    @property
    def regions(self) -> list[tuple[str, np.ndarray]]:
        """Corners (m, 2) of where no encoder can lie, with the bound that forbids it."""
        (right, top), i, h = self.frame, self.information, self.entropy_x
        return [
            ("above I(X;T)", np.array([[0, 0], [i, i], [0, i]])),
            ("above I(X;Y)", np.array([[0, i], [right, i], [right, top], [0, top]])),
            ("beyond H(X)", np.array([[h, 0], [right, 0], [right, i], [h, i]])),
        ]


def encoded(p: ArrayLike, encoders: np.ndarray) -> Encoded:
    """Where encoders lie on the plane, in nats; T depends on X alone, so that Y - X - T is a Markov chain.

    Args:
        p: joint table of X and Y, (levels of X, levels of Y).
        encoders: P(T = t | X = x), (count, levels of X, states of T).

    Raises:
        InputError: unless every row of every encoder is a distribution, one for each level of X.

    References: tishby1999; cover2006, section 2.8.
    """
    table, q = probabilities(p, 2), np.asarray(encoders, float)
    if q.ndim != 3 or q.shape[1] != len(table) or not (q >= 0).all() or np.abs(q.sum(2) - 1).max() > 1e-9:
        raise InputError(f"encoders of shape {q.shape} must hold a distribution over T for each of {len(table)} levels")
    p_x, p_y = table.sum(1), table.sum(0)
    h_x, h_y = (-float(x_log_x(margin).sum()) for margin in (p_x, p_y))
    p_xt, p_ty = p_x[:, None] * q, np.einsum("xy,cxt->cty", table, q)
    h_t, h_xt, h_ty = (-x_log_x(one).sum(tuple(range(1, one.ndim))) for one in (p_xt.sum(1), p_xt, p_ty))
    return Encoded(h_x + h_t - h_xt, h_y + h_t - h_ty, mutual_information(table), h_x, h_y)


def searched(p: ArrayLike, states: int, sharpness: float, rounds: int, count: int = 200, seed: int = 0) -> Encoded:
    """Random encoders, each of which then tries to tell much of Y and little of X.

    The rows are softmaxes of normal numbers times `sharpness`: 0 makes T independent of X, large values make it a
    function of X. In every round each encoder is changed at random, and keeps the change where I(T;Y) - b I(X;T)
    rises; b goes evenly from 0 to 1 over the encoders. Nothing but the rows is constrained.

    Args:
        p: joint table of X and Y.
        states: of T.
        sharpness: of the encoders before the search.
        rounds: of the search.

    Raises:
        InputError: for a table that is none.

    References: tishby1999, equation 15.
    """
    rng, shape = np.random.default_rng(seed), (count, len(probabilities(p, 2)), states)
    price = np.linspace(0, 1, count, endpoint=False)
    weights = sharpness * rng.standard_normal(shape)
    found = encoded(p, softmax(weights))
    for _ in range(rounds):
        tried = weights + STEP * rng.standard_normal(shape)
        other = encoded(p, softmax(tried))
        better = other.ty - price * other.xt > found.ty - price * found.xt
        weights = np.where(better[:, None, None], tried, weights)
        xt, ty = np.where(better, other.xt, found.xt), np.where(better, other.ty, found.ty)
        found = replace(found, xt=xt, ty=ty)
    return found


def softmax(weights: np.ndarray) -> np.ndarray:
    """exp(weights) divided by their sum over the last axis."""
    powers = np.exp(weights - weights.max(-1, keepdims=True))
    return powers / powers.sum(-1, keepdims=True)
