"""How much synergy there must be and can be, from each source with its labels and the two sources without them."""

from dataclasses import dataclass

import numpy as np

from explorer.errors import InputError
from explorer.numerics.broja import information, least_table

AGREE = 1e-9
"""How far probabilities that two tables share may differ."""


@dataclass(frozen=True)
class SynergyBounds:
    """What follows for the BROJA atoms of X1, X2 and Y from their three tables of pairs, in nats.

    Attributes:
        redundancy, unique_1, unique_2: exact; they depend on the two labelled tables alone.
        by_redundancy: a lower bound on the synergy from what the sources share that Y does not explain.
        by_disagreement: a lower bound from how differently the two predict Y; it can be negative and say nothing.
        upper: an upper bound.
    """

    redundancy: float
    unique_1: float
    unique_2: float
    by_redundancy: float
    by_disagreement: float
    upper: float

    @property
    def lower(self) -> float:
        """The larger lower bound, at least 0."""
        return max(0.0, self.by_redundancy, self.by_disagreement)


def synergy_bounds(one: np.ndarray, two: np.ndarray, sources: np.ndarray) -> SynergyBounds:
    r"""Bounds on S of I(X1, X2; Y) = R + U1 + U2 + S without any table of all three.

    .. math:: S &\ge R - I(X_1; X_2) + \max_i \min_{r \in \Delta_i} I_r(X_1; X_2 \mid Y) \\
              S &\ge \tfrac18 E \lVert p(y|x_1) - p(y|x_2) \rVert_1^2 - \tfrac12 (U_1 + U_2) \\
              S &\le H(X_1, X_2) + H(Y) - H(p_{12} \wedge p_y) - (R + U_1 + U_2)

    The first is R - S = I(X1; X2) - I(X1; X2 | Y), with the last term replaced by the least that tables r with two of
    the three margins have, those that meet in X1 or those that meet in X2. The second is Pinsker's inequality for
    I(X1; Y | X2) + I(X2; Y | X1) = U1 + U2 + 2 S; the source has the same idea with a constant of its own. In the third
    the greatest lower bound of two distributions in majorization is at most the joint entropy of any coupling.

    Args:
        one: p(x1, y), shape (L1, M).
        two: p(x2, y), shape (L2, M).
        sources: p(x1, x2), shape (L1, L2).

    Raises:
        InputError: for tables that are no probabilities or disagree on what they share.

    References: liang2024; bertschinger2014.
    """
    one, two, sources = _agreeing(one, two, sources)
    of = one.sum(0)
    table, gap, _ = least_table(one, two)
    least = information(table.reshape(-1, len(of)))
    first, second = information(one), information(two)
    shared, unique_1, unique_2 = first + second - least, least - second, least - first
    apart = max(_explained(sources, two.T, two), _explained(sources.T, one.T, one))
    posteriors = [table / np.where(table.sum(1) > 0, table.sum(1), 1)[:, None] for table in (one, two)]
    far = np.abs(posteriors[0][:, None] - posteriors[1][None]).sum(2) ** 2
    disagreement = float((sources * far).sum()) / 8 - (unique_1 + unique_2) / 2
    most = _entropy(sources) + _entropy(of) - _entropy(_meet(sources.ravel(), of))
    return SynergyBounds(
        shared, unique_1, unique_2, shared - information(sources) + apart, disagreement - gap, most - least + gap
    )


def _explained(sources: np.ndarray, target: np.ndarray, labelled: np.ndarray) -> float:
    """The least I_r(A; B | Y) of tables with the margins (A, B) and (Y, B): the least I_r(A, Y; B) less I(B; Y)."""
    table, gap, _ = least_table(sources, target)
    return information(table.reshape(-1, sources.shape[1])) - gap - information(labelled)


def _meet(p: np.ndarray, q: np.ndarray) -> np.ndarray:
    """The greatest lower bound of two distributions in the order of majorization."""
    size = max(len(p), len(q))
    sums = [np.cumsum(np.sort(np.pad(one, (0, size - len(one))))[::-1]) for one in (p, q)]
    return np.diff(np.minimum(*sums), prepend=0.0).clip(0)


def _entropy(p: np.ndarray) -> float:
    p = p[p > 0]
    return float(-(p * np.log(p)).sum())


def _agreeing(*tables: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The three tables as float64.

    Raises:
        InputError: for tables that are no probabilities or disagree on what they share.
    """
    names = ("one", "two", "sources")
    one, two, sources = (np.asarray(table, float) for table in tables)
    for name, table in zip(names, (one, two, sources), strict=True):
        if table.ndim != 2 or not (table >= 0).all() or abs(table.sum() - 1) > AGREE:
            raise InputError(f"{name} has shape {table.shape} and sum {table.sum():.9g}; it must be a table with sum 1")
    shared = {
        "Y": (one.sum(0), two.sum(0), "one and two"),
        "X1": (one.sum(1), sources.sum(1), "one and sources"),
        "X2": (two.sum(1), sources.sum(0), "two and sources"),
    }
    for name, (a, b, which) in shared.items():
        if a.shape != b.shape or np.abs(a - b).max() > AGREE:
            raise InputError(f"{which} give {name} different probabilities; tables of pairs must share their margins")
    return one, two, sources
