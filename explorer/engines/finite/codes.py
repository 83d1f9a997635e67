"""Deterministic codes of a source whose entropy is limited, and what passes through them."""

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import ArrayLike

from explorer.engines.finite.coupling import falling, greedy_coupling
from explorer.engines.finite.tables import ROUNDING, entropy, margin, mutual_information, probabilities, x_log_x
from explorer.errors import InputError

LARGEST = 8
"""Levels of a source whose codes are all tried: 4140 of them for 8 levels."""


def code_table(p: np.ndarray, groups: np.ndarray) -> np.ndarray:
    """The joint table of X and T = groups[X], shape (len(p), number of groups)."""
    return p[:, None] * (groups[:, None] == np.arange(groups.max() + 1))


def greedy_code(p: ArrayLike, rate: float) -> np.ndarray:
    """A deterministic code T of X whose entropy is at most `rate` nats: the group of each level, shape (len(p),).

    Merging the two smallest masses costs least entropy; where even that is too much to keep, the two largest are
    merged and it is tried again. I(X; T) = H(T) lies at most h(p_2) below the rate, h the binary entropy of the
    second largest probability.

    Raises:
        InputError: for a negative rate.

    References: ebrahimi2024.
    """
    p = probabilities(p, 1)
    if not rate >= 0:
        raise InputError(f"rate={rate!r} must be 0 or more")
    groups = [[int(i)] for i in np.argsort(-p, kind="stable")]  # largest mass first
    while _nats_of(p, groups) > rate + ROUNDING:
        small = _sorted(p, [*groups[:-2], groups[-2] + groups[-1]])
        groups = _sorted(p, [groups[0] + groups[1], *groups[2:]])
        if _nats_of(p, small) <= rate + ROUNDING:
            groups = small
    return _labels(groups, len(p))


def _nats_of(p: np.ndarray, groups: list[list[int]]) -> float:
    return float(-x_log_x(np.array([p[group].sum() for group in groups])).sum())


def _sorted(p: np.ndarray, groups: list[list[int]]) -> list[list[int]]:
    return sorted(groups, key=lambda group: -p[group].sum())


def _labels(groups: list[list[int]], levels: int) -> np.ndarray:
    labels = np.empty(levels, int)
    for name, group in enumerate(groups):
        labels[group] = name
    return labels


def all_codes(levels: int) -> np.ndarray:
    """Every way to group the levels, one a row: shape (Bell number, levels); the first level is in group 0.

    Raises:
        InputError: for more levels than can all be tried.
    """
    if not 1 <= levels <= LARGEST:
        raise InputError(f"levels={levels} must be 1 to {LARGEST}, for all codes are tried")
    codes = np.zeros((1, 1), int)
    for _ in range(levels - 1):
        width = int(codes.max()) + 2
        grown = np.concatenate([np.c_[codes, np.full(len(codes), name)] for name in range(width)])
        codes = grown[grown[:, -1] <= grown[:, :-1].max(1) + 1]
    return codes


def code_entropies(p: ArrayLike) -> np.ndarray:
    """H(T) in nats of every deterministic code T of X, in rising order; at most 8 levels.

    The best code for a rate is the last that does not pass it.
    """
    p = probabilities(p, 1)
    codes = all_codes(len(p))
    masses = ((codes[:, :, None] == np.arange(len(p))) * p[:, None]).sum(1)  # (codes, groups)
    return np.sort(-x_log_x(masses).sum(1)) + 0.0


@dataclass(frozen=True)
class Rates:
    """What passes at each rate, all in nats and of shape (number of rates,).

    Attributes:
        greedy: I(X; T) = H(T) of the greedy code.
        best: I(X; T) of the best deterministic code. Codes with chance in them can hold more, up to the rate.
        received: I(X; Y) where T of the greedy code is coupled greedily with Y.
        guaranteed: what the greedy code surely holds: the limit less h(p_2), or 0.
        limit: what no code passes: the rate, or H(X) where that is less.
    """

    rates: np.ndarray
    greedy: np.ndarray
    best: np.ndarray
    received: np.ndarray
    guaranteed: np.ndarray
    limit: np.ndarray

    def divided(self, unit: float) -> "Rates":
        """All numbers in another unit, that many nats each."""
        return Rates(*(getattr(self, one.name) / unit for one in fields(self)))


def through_rates(p: ArrayLike, q: ArrayLike, rates: ArrayLike) -> Rates:
    """X with margin p is coded as T with H(T) <= rate, and T coupled with Y of margin q, for each rate in nats.

    References: ebrahimi2024.
    """
    p, q, asked = probabilities(p, 1), probabilities(q, 1), np.asarray(rates, float)
    codes = [greedy_code(p, rate) for rate in asked]
    second = np.sort(p)[-2] if len(p) > 1 else 0.0
    known, gap = code_entropies(p), entropy([second, 1 - second])
    best = known[np.searchsorted(known, asked + ROUNDING, side="right") - 1]
    names = [code.tobytes() for code in codes]
    held = {name: (entropy(margin(code_table(p, code), 1)), received(p, q, code))
            for name, code in dict(zip(names, codes, strict=True)).items()}  # fmt: skip
    greedy, passed = np.array([held[name] for name in names]).T
    limit = np.minimum(asked, entropy(p))
    return Rates(asked, greedy, best, passed, np.maximum(limit - gap, 0.0), limit)


def received(p: np.ndarray, q: np.ndarray, code: np.ndarray) -> float:
    """I(X; Y) in nats where T = code[X] is coupled greedily with Y of margin q."""
    encoder = code_table(p, code)
    sent = margin(encoder, 1)
    decoder = greedy_coupling(sent, q) / np.where(sent > 0, sent, 1.0)[:, None]
    return mutual_information(encoder @ decoder)


def rates_of_falling(levels: int, ratio: float, rate: float) -> tuple[Rates, Rates, float]:
    """A source whose probabilities fall by one ratio, received as a uniform variable: a curve, one rate, H(X); in bits.

    The curve runs from 0 to a little over H(X) or the rate asked for.
    """
    source, unit = falling(levels, ratio), np.log(2)
    end = max(entropy(source) / unit, rate) + 0.1
    uniform = falling(levels, 1.0)
    curve, here = (
        through_rates(source, uniform, asked * unit) for asked in (np.linspace(0, end, 161), np.array([rate]))
    )
    return curve.divided(unit), here.divided(unit), entropy(source) / unit
