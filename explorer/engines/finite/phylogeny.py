"""What letters of a sequence tell of their ancestor and of each other as substitutions gather."""

from dataclasses import dataclass

import numpy as np

from explorer.engines.finite.channels import joint, substitution
from explorer.engines.finite.tables import bits, mutual_information

LONGEST = 3.0
"""Substitutions a site at the end of the curves."""


@dataclass(frozen=True)
class Descent:
    """Information in bits, of whole sequences.

    Attributes:
        times: substitutions a site between ancestor and descendant, shape (T,).
        ancestor: I(ancestor; descendant) at each time, shape (T,).
        sisters: I(descendant; descendant) of two that parted at the ancestor, shape (T,).
        ancestor_here, sisters_here: both at the time asked for.
        ceiling: log2 of the number of sequences among which a contrastive bound finds the relative: the most it shows.
    """

    times: np.ndarray
    ancestor: np.ndarray
    sisters: np.ndarray
    ancestor_here: float
    sisters_here: float
    ceiling: float


def descent(time: float, sites: int, candidates: int) -> Descent:
    """Sequences of independent sites, each a fair letter of four; information is `sites` times that of one site.

    Between sisters lie two branches, so that they share what an ancestor shares with a descendant of twice the time.

    References: jukes1969; lu2020evolution.
    """
    times = np.linspace(0, LONGEST, 61)
    both = [np.array([sites * _site(factor * one) for one in (time, *times)]) for factor in (1, 2)]
    ancestor, sisters = (bits(values) for values in both)
    return Descent(times, ancestor[1:], sisters[1:], float(ancestor[0]), float(sisters[0]), float(np.log2(candidates)))


def _site(time: float) -> float:
    return mutual_information(joint(np.full(4, 0.25), substitution(time)))
