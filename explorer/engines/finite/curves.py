"""Bottleneck curves as they are drawn: in bits, with the code at one beta and where the code takes on more."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from explorer.engines.finite.bottleneck import betas_with, bottleneck, critical_beta, merged
from explorer.engines.finite.families import family
from explorer.engines.finite.gaussian_bottleneck import gaussian_bottleneck
from explorer.engines.finite.tables import bits, margin, mutual_information

MOST, GAUSSIAN_MOST = 20.0, 60.0
"""The largest beta of a curve."""
ABOVE = 1.02
"""The curve has a beta this much above the critical one."""
STEPS, TOLERANCE = 600, 1e-7
"""Iterations of a pass at most, and the change of a Lagrangian, in nats, that ends one."""


@dataclass(frozen=True)
class Opening:
    """A place of the curve where something is added.

    Attributes:
        beta: the first beta of the curve at which it is there, or the exact one where that is known.
        compression, relevance: I(X; T) and I(T; Y) there, in bits.
        count: values of T, or directions, in use from there on.
    """

    beta: float
    compression: float
    relevance: float
    count: int


@dataclass(frozen=True)
class Traced:
    """A curve and one beta on it, in bits.

    Attributes:
        compression, relevance: the curve, shape (B,).
        kept, told: I(X; T) and I(T; Y) at the beta asked for.
        most: I(X; Y), which no code passes.
        critical: from which beta keeping nothing is not stable.
        openings: where values of T, or directions, are added; in order.
        code: P(T = t | X = x) at the beta asked for, shape (values in use, levels of X); of a Gaussian curve the bits
            that each direction keeps of X and tells of Y, shape (2, directions).
        converged: whether all codes of the curve are finished.
    """

    compression: np.ndarray
    relevance: np.ndarray
    kept: float
    told: float
    most: float
    critical: float
    openings: list[Opening]
    code: np.ndarray
    converged: bool


def traced(name: str, noise: float, beta: float) -> Traced:
    """The curve of a family of tables, betas from 1 to 20.

    Raises:
        UnknownNameError: for a family that does not exist.
    """
    p = family(name, noise)
    critical = critical_beta(p)
    betas = betas_with(MOST, beta, ABOVE * critical)
    found = bottleneck(p, betas, steps=STEPS, tolerance=TOLERANCE)
    compression, relevance = np.abs(bits(found.compression).round(9)), np.abs(bits(found.relevance).round(9))
    reached = np.maximum.accumulate(found.values)
    grown = np.flatnonzero(np.diff(reached)) + 1
    openings = [Opening(betas[i], compression[i], relevance[i], int(reached[i])) for i in grown]
    at = int(np.searchsorted(betas, beta))
    code = merged(p, found.encoders[at])
    total = float(bits(mutual_information(p)))
    ends = float(compression[at]), float(relevance[at])
    return Traced(compression, relevance, *ends, total, critical, openings, code, found.converged)


def gaussian_traced(correlations: ArrayLike, beta: float) -> Traced:
    """The curve of jointly normal variables with these canonical correlations, betas from 1 to 60, exactly."""
    whole = gaussian_bottleneck(correlations, np.geomspace(1, GAUSSIAN_MOST, 120))
    at = gaussian_bottleneck(correlations, beta)
    edges, equal = np.unique(whole.critical[whole.critical <= GAUSSIAN_MOST], return_counts=True)
    there = gaussian_bottleneck(correlations, edges)
    openings = [
        Opening(edge, float(bits(kept)), float(bits(told)), int(count))
        for edge, kept, told, count in zip(edges, there.compression, there.relevance, equal.cumsum(), strict=True)
    ]
    rho2 = np.square(np.asarray(correlations, float))
    kept = np.log1p(at.gains[0]) / 2
    code = bits(np.stack([kept, kept - np.log1p(at.gains[0] * (1 - rho2)) / 2]))
    ends = float(bits(at.compression[0])), float(bits(at.relevance[0]))
    most = float(bits(np.log(1 / (1 - rho2)).sum() / 2))
    critical = float(whole.critical.min())
    return Traced(bits(whole.compression), bits(whole.relevance), *ends, most, critical, openings, code, True)


@dataclass(frozen=True)
class TwoSteps:
    """A code B of X0 made for X1, and a code C of B made for X2, in bits.

    Attributes:
        first: I(X0; B) and I(B; X1).
        second: I(B; C) and I(C; X2).
        whole: I(X0; X1), I(X0; X2) and I(B; X2): what X0 has of each, and what B has left of X2.
        converged: whether both codes are finished.
    """

    first: tuple[float, float]
    second: tuple[float, float]
    whole: tuple[float, float, float]
    converged: bool


def two_steps(p: ArrayLike, beta_first: float, beta_second: float) -> TwoSteps:
    """Two bottlenecks in a row over the table of X0, X1, X2.

    Args:
        p: the joint table with three axes; each level of X0 occurs.
        beta_first: what a bit about X1 is worth in bits about X0.
        beta_second: what a bit about X2 is worth in bits about B.

    References: xiao2024.
    """
    p = np.asarray(p, float)
    one, other = margin(p, 0, 1), margin(p, 0, 2)
    outer = bottleneck(one, [beta_first])
    middle = merged(one, outer.encoders[0]) @ other  # B with X2, (values of B, levels of X2)
    inner = bottleneck(middle, [beta_second])
    whole = (float(bits(mutual_information(table))) for table in (one, other, middle))
    return TwoSteps(
        (float(bits(outer.compression[0])), float(bits(outer.relevance[0]))),
        (float(bits(inner.compression[0])), float(bits(inner.relevance[0]))),
        (next(whole), next(whole), next(whole)),
        outer.converged and inner.converged,
    )
