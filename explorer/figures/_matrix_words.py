"""What a matrix of informations shows, in sentences that follow from its numbers."""

import html

import numpy as np

from explorer.figures.theme import thousands
from explorer.result import NATS_PER
from explorer.results.metric_table import MetricTable

HELD, LITTLE = 0.5, 0.15
"""Shares of the entropy of a factor from which a latent holds it, and below which it hardly tells of it."""
ALIKE = 0.6
"""The second latent tells at least this share of what the first does: the factor is spread."""
NAMED = 3
"""Latents with a factor each that the title names at most."""
FEW = "few samples"
"""The rule that fires where shuffled rows tell much of a factor."""


def finding(table: MetricTable) -> str:
    """The title: which latents hold which factors, which factors are spread, and of which no latent tells much.

    Latents that drown in their noise are spoken of by themselves: their means may tell what the code does not.
    It names what is above chance in the whole matrix, and nothing where there are too few samples.
    """
    if scarce(table):
        return f"{thousands(table.about.get('n', 0))} samples are too few to say which latent tells of which factor"
    held, spread, weak, silent = _sorted(table)
    drowned = _drowned(table, silent)
    several = {j: factors for j, factors in held.items() if len(factors) > 1}
    clauses = [_holds(table, j, factors) for j, factors in several.items()][:2]
    clauses += _hold(table, {j: factors[0] for j, factors in held.items() if j not in several})
    clauses += _spread(table, spread)
    if not clauses:
        clauses += [_weak(table, k) for k in weak[:2]]
    if silent:
        many = f"{len(silent)} other factors" if clauses else "any factor"
        few = _listed([table.factors[k] for k in silent]) if len(silent) <= NAMED else many
        which = "no latent that leaves its noise" if drowned else "no latent"
        clauses += [*drowned, f"{which} tells much of {few}"]
    text = "; ".join(clauses)
    return html.escape(text[:1].upper() + text[1:], quote=False)


def named(table: MetricTable, latent: int) -> str:
    """A latent as a sentence names it."""
    name = table.latents[latent]
    return f"latent {name}" if name.isdigit() else name


def beyond(table: MetricTable) -> np.ndarray:
    """(d, K) whether an information is above the most that shuffled rows read; all where no null is known."""
    return np.isnan(table.null_high) | (table.information > table.null_high)


def above_all(table: MetricTable) -> np.ndarray:
    """(d, K) whether an information is above chance in the whole matrix; all where no null is known.

    What it has above the mean of shuffled rows must exceed the most that any cell of them has, so that of a matrix of
    chance alone one in twenty shows a cell, however many it has.

    References: westfall1993.
    """
    above = table.null_high - table.null
    return np.isnan(table.null_high) | (table.information - table.null > np.nanmax(above, initial=-np.inf))


def leaving(table: MetricTable) -> np.ndarray:
    """(d, K) shares of entropies; 0 for latents that drown in their noise."""
    shares = table.shares.copy()
    shares[list(table.about.get("drowned", ()))] = 0
    return shares


def scarce(table: MetricTable) -> bool:
    """Whether there are too few samples for the matrix to say anything."""
    return any(one.rule == FEW for one in table.warnings)


def subtitle(table: MetricTable, unit: str) -> str:
    """How latents were cut, samples, and what the marks mean."""
    about = table.about
    strategy = str(about.get("strategy", "")).replace("_", " ")
    cut = f"plug-in informations in {unit}, {about.get('bins', '?')} {strategy} bins"
    size = f"n = {thousands(about.get('n', 0))} · seed {about.get('seed', 0)}"
    null = "null not computed yet"
    if not np.isnan(table.null_high).all():
        null = f"dashed: most that shuffled rows read · hollow, grey: not above it{_by_chance(table)}"
    dead = len(about.get("dead", ()))
    gone = f" · {dead} of {len(table.latents)} latents never change" if dead else ""
    drowned = len(about.get("drowned", ()))
    gone += f" · {drowned} drown in their noise" if drowned else ""
    of = ", of those that do not drown" if drowned else ""
    marks = f"area: share of the factor's entropy · framed: the latent that tells most{of} · {null}"
    return f"{cut} · {size}{gone}<br>{marks}"


def _by_chance(table: MetricTable) -> str:
    """How many cells are above their own null and not above that of the whole matrix, and what chance lets through."""
    cells, shuffles = table.information.size, table.about.get("shuffles", 19)
    alone = int((beyond(table) & ~above_all(table)).sum())
    text = f"<br>{alone} of {cells} cells above their own null and not above that of all cells: left out of the title"
    more = f"chance alone brings about {cells / (shuffles + 1):.2g}"
    return f"{text} ({more})" if alone else ""


def alternative(table: MetricTable, unit: str) -> str:
    """The matrix in words, for those who do not see it."""
    rows = []
    for k, name in enumerate(table.factors):
        best = np.argsort(-table.shares[:, k], kind="stable")[:2]
        read = " and ".join(f"{named(table, j)} {table.shares[j, k]:.0%}" for j in best)
        rows.append(f"{name} ({table.entropies[k] / NATS_PER[unit]:.2f} {unit}): {read}")
    size = f"{len(table.latents)} latents and {len(table.factors)} factors"
    return html.escape(f"Matrix of informations of {size}. {finding(table)}. Most of each factor: {'; '.join(rows)}.")


def _sorted(table: MetricTable) -> tuple[dict[int, list[int]], list[int], list[int], list[int]]:
    """Factors held by a latent, spread over two, told weakly, and told by none; those held most come first."""
    shares, sure = leaving(table), above_all(table)
    held: dict[int, list[int]] = {}
    spread, weak, silent = [], [], []
    for k in np.argsort(-shares.max(0), kind="stable").tolist():
        first, *rest = np.argsort(-shares[:, k], kind="stable").tolist()
        best = shares[first, k]
        if best < LITTLE or not sure[first, k]:
            silent.append(k)
        elif rest and shares[rest[0], k] > ALIKE * best:
            spread.append(k)
        elif best >= HELD:
            held.setdefault(first, []).append(k)
        else:
            weak.append(k)
    return held, spread, weak, silent


def _holds(table: MetricTable, latent: int, factors: list[int]) -> str:
    parts = [f"{table.factors[k]} ({_percent(table.shares[latent, k])})" for k in factors]
    return f"{named(table, latent)} holds {_listed(parts)}"


def _hold(table: MetricTable, single: dict[int, int]) -> list[str]:
    """What latents with one factor each hold: in one clause, the first few of them."""
    pairs = list(single.items())
    if len(pairs) < 2:
        return [_holds(table, j, [k]) for j, k in pairs]
    told = pairs[:NAMED]
    factors = _listed([f"{table.factors[k]} ({_percent(table.shares[j, k])})" for j, k in told])
    rest = f", {len(pairs) - NAMED} more one each" if len(pairs) > NAMED else ""
    return [f"latents {_listed([table.latents[j] for j, _ in told])} hold {factors}{rest}"]


def _spread(table: MetricTable, factors: list[int]) -> list[str]:
    """Which two latents tell most of factors that are spread, in one clause."""
    parts: list[str] = []
    for k in factors[:2]:
        both = sorted(np.argsort(-leaving(table)[:, k], kind="stable")[:2].tolist())
        words = " is spread over latents " if not parts else " over "
        parts.append(f"{table.factors[k]}{words}{_listed([table.latents[j] for j in both])}")
    return [", ".join(parts)] if parts else []


def _weak(table: MetricTable, k: int) -> str:
    best = int(leaving(table)[:, k].argmax())
    return f"{named(table, best)} tells {_percent(table.shares[best, k])} of {table.factors[k]}"


def _drowned(table: MetricTable, factors: list[int]) -> list[str]:
    """Of which of these factors the means of a latent drowned in noise tell most, in one clause."""
    sure, drowned, told = above_all(table), table.about.get("drowned", ()), []
    for k in factors:
        best = int(table.shares[:, k].argmax())
        if best in drowned and table.shares[best, k] >= LITTLE and sure[best, k]:
            told.append((best, k))
    if not told:
        return []
    best, k = max(told, key=lambda at: table.shares[at])
    share = _percent(table.shares[best, k])
    return [f"the means of {named(table, best)}, drowned in noise, tell {share} of {table.factors[k]}"]


def _percent(share: float) -> str:
    """Whole percents, which do not turn nearly all into all."""
    return "over 99 %" if 0.995 <= share < 1 - 1e-9 else f"{100 * share:.0f} %"


def _listed(names: list[str]) -> str:
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
