"""What every two variables tell of a target: both, each alone, and only together."""

import html
from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
import plotly.graph_objects as go

from explorer.figures._drawing import amount
from explorer.figures.theme import THEMES, Theme, framed, narrow, thousands
from explorer.result import NATS_PER
from explorer.results.interactions import Interactions

TOP, ROW, BOTTOM = 134, 30, 54
MOST = 30
"""Pairs drawn at most: those that tell most."""
LONG = 34
"""Letters of a pair's names on the axis; all of them are told on hover."""
ATOMS = ("redundancy", "first alone", "second alone", "synergy")
PATTERNS = ("", "/", "\\", "x")
"""Fillings, so that the parts are told apart without colours."""
FAINT = 0.35
"""Opacity of a part that shuffled targets reach."""
DOUBTED = "*"
"""After a number that is doubted, as on the plane."""
LEAST = {False: 0.06, True: 0.15}
"""Share of the axis below which a part has no number of its own in the bar, on a wide and on a narrow screen."""


def draw(
    found: Interactions, *, theme: Literal["light", "dark"] = "light", unit: Literal["nats", "bits"] = "nats"
) -> go.Figure:
    """A bar a pair, in four parts that add up to what both tell of the target, the pairs that tell most above.

    Without a target it says so and draws nothing. A part below 0, which chance or a decomposition can give, is
    drawn to the left. Bars of pairs whose true parts are not finite are open and their numbers have a star.
    """
    look = THEMES[theme]
    parts, pairs = _parts(found, unit)
    rows = len(pairs)
    figure = go.Figure()
    for place, null in enumerate(_shuffled(found, unit) if rows else ()):
        figure.add_traces(_bars(found, parts[:, place], pairs, place, null, look))
    height = TOP + BOTTOM + ROW * max(3, rows)
    frame = framed(finding(found, unit), _subtitle(found, rows, unit), alternative(found, unit), look, height)
    figure.update_layout(frame | {"barmode": "relative", "bargap": 0.3})
    figure.update_layout(margin={"t": TOP + frame["height"] - height, "l": 20, "r": 30, "b": BOTTOM})
    _axes(figure, found, parts, pairs, unit, look)
    return figure


def finding(found: Interactions, unit: str = "nats") -> str:
    """The title: the pair that tells most only together."""
    if found.synergy is None:
        return "No target was given: there is nothing to tell apart"
    if found.unbounded:
        return "Some variables and the target look like functions of each other: what they tell of it is then infinite"
    most, null = (one / NATS_PER[unit] for one in found.most("synergy"))
    if most <= null:
        return f"No synergy beyond chance: {amount(most)} {unit} at most, and {amount(null)} with the target shuffled"
    if most < 0.005:
        return "No two of these variables tell anything only together"
    i, j = sorted(map(int, np.unravel_index(int(np.nanargmax(found.synergy)), found.synergy.shape)))
    beside = "" if np.isfinite(null) else ", not set against shuffles"
    return (
        f"{found.names[i]} and {found.names[j]} tell {amount(most)} {unit} only together, the most of all pairs{beside}"
    )


def alternative(found: Interactions, unit: str) -> str:
    """The figure in words."""
    parts, pairs = _parts(found, unit)
    read = [
        f"{found.names[i]} and {found.names[j]}{', doubtful' * doubted}: "
        + ", ".join(f"{n} {amount(v)}" for n, v in zip(ATOMS, row, strict=True))
        for (i, j), row, doubted in zip(pairs[:6], parts[:6], _doubted(found, pairs[:6]), strict=True)
    ]
    shuffled = f" {_null(found, unit)}." if read else ""
    return f"{finding(found, unit)}. What pairs tell of the target, {unit}: {'; '.join(read)}.{shuffled}"


def _doubted(found: Interactions, pairs: Sequence[tuple[int, int]]) -> list[bool]:
    """Whether the true atoms of each pair are not finite: the target looks like a function of what the pair holds."""
    named = {name for one in found.doubts if one.rule == "deterministic" for name in one.scores}
    return [f"{found.names[i]}, {found.names[j]}" in named for i, j in pairs]


def _parts(found: Interactions, unit: str) -> tuple[np.ndarray, list[tuple[int, int]]]:
    """The four atoms (m, 4) of the m pairs that tell most, and the pairs."""
    if found.redundancy is None:
        return np.zeros((0, 4)), []
    first, second = np.triu_indices(len(found.names), 1)
    parts = np.stack([values for values, _ in found.atoms().values()], 1) / NATS_PER[unit]
    order = np.argsort(-parts.sum(1), kind="stable")[:MOST]
    return parts[order], [(int(first[place]), int(second[place])) for place in order]


def _shuffled(found: Interactions, unit: str) -> tuple[float, ...]:
    """The most that each of the four parts reads of any pair with the target shuffled; NaN where it is not known."""
    kinds = ("redundancy", "unique", "unique", "synergy")
    return tuple(found.most(kind)[1] / NATS_PER[unit] for kind in kinds)


def _bars(
    found: Interactions, values: np.ndarray, pairs: list[tuple[int, int]], place: int, null: float, look: Theme
) -> list[go.Bar]:
    """One part of every pair: filled where it is known, and open where it is doubted."""
    doubted = np.array(_doubted(found, pairs))
    shuffled = f"; shuffled to {amount(null)}" if np.isfinite(null) else ""
    told = [
        html.escape(f"{found.names[i]} and {found.names[j]}: {ATOMS[place]} {amount(v)}{shuffled}", quote=False)
        for (i, j), v in zip(pairs, values, strict=True)
    ]
    return [
        go.Bar(
            x=values[rows], y=rows, orientation="h", name=ATOMS[place], hovertemplate="%{hovertext}<extra></extra>",
            marker=_marker(place, unknown, look) | {"opacity": [FAINT if values[i] <= null else 1.0 for i in rows]},
            hovertext=[told[i] + "; doubtful" * unknown for i in rows],
        )
        for unknown in (False, True) if len(rows := np.flatnonzero(doubted == unknown))
    ]  # fmt: skip


def _marker(place: int, unknown: bool, look: Theme) -> dict[str, Any]:
    """How a part is filled; that of pairs that are doubted is open."""
    colour = look.categories[(0, 2, 3, 1)[place]]
    fill: dict[str, Any] = {"shape": PATTERNS[place], "fgcolor": look.background, "size": 5, "solidity": 0.25}
    fill |= {"bgcolor": colour, "fillmode": "replace"}  # without both the app's Plotly leaves the ground empty
    if not unknown:
        return {"color": colour, "line": {"width": 1, "color": look.background}, "pattern": fill}
    fill |= {"bgcolor": look.background, "fgcolor": colour}
    return {"color": look.background, "line": {"width": 1.5, "color": colour}, "pattern": fill}


def _subtitle(found: Interactions, rows: int, unit: str) -> str:
    about = found.about
    named = {"broja": "BROJA decomposition", "mmi": "redundancy is the smaller information (MMI)"}
    parts = [named.get(str(about.get("pid")), ""), f"informations by {about.get('estimator')}" if rows else ""]
    parts.append(f"n = {thousands(int(about.get('n', 0)))}")
    parts += [f"open, {DOUBTED}: doubtful: deterministic"] if found.unbounded else []
    total = len(found.names) * (len(found.names) - 1) // 2
    every = rows > 0 and all(_doubted(found, _parts(found, unit)[1]))
    parts += [f"{rows} of {total} pairs, those that tell most"] if 0 < rows < total else []
    keys = f"{'□' if every else '■'} redundancy · ▨ the first alone · ▧ the second alone · ▩ synergy"
    text = html.escape(" · ".join(filter(None, parts)), quote=False)
    return (" · " if narrow() else "<br>").join([text, keys, _null(found, unit)]) if rows else text


def _null(found: Interactions, unit: str) -> str:
    """What the parts of any pair read at most with the target shuffled."""
    shared, alone, _, synergy = _shuffled(found, unit)
    if np.isnan(synergy):
        return "The target was not shuffled"
    read = f"redundancy to {amount(shared)}, alone {amount(alone)}, synergy {amount(synergy)}"
    return f"With the target shuffled: {read}; faint parts are no more"


def _axes(
    figure: go.Figure, found: Interactions, parts: np.ndarray, pairs: list[tuple[int, int]], unit: str, look: Theme
) -> None:
    ends = np.where(parts > 0, parts, 0).sum(1)
    high, low = float(ends.max(initial=0.0)) or 1.0, float(np.where(parts < 0, parts, 0).sum(1).min(initial=0.0))
    figure.update_xaxes(
        range=[low * 1.05, high * 1.12], showgrid=False, zeroline=True, zerolinecolor=look.axis, linecolor=look.axis,
        ticks="outside", title={"text": f"I(pair; {found.about.get('target', 'Y')}), {unit}", "standoff": 4},
    )  # fmt: skip
    names = [f"{found.names[i]}, {found.names[j]}" for i, j in pairs]
    short = [html.escape(one if len(one) <= LONG else f"{one[: LONG - 1]}…", quote=False) for one in names]
    figure.update_yaxes(
        range=[max(3, len(pairs)) - 0.4, -0.6], tickvals=np.arange(len(pairs)), ticktext=short, ticks="",
        showgrid=False, zeroline=False, automargin=True, ticklabelstandoff=6,
    )  # fmt: skip
    font = {"size": 11, "color": look.text}
    for row, (values, end, open_) in enumerate(zip(parts, ends, _doubted(found, pairs), strict=True)):
        start = 0.0
        for value in np.where(values > 0, values, 0):
            if value > LEAST[narrow()] * high:
                figure.add_annotation(
                    x=start + value / 2, y=row, text=amount(float(value)), showarrow=False,
                    font=font, bgcolor=look.background, borderpad=1,
                )  # fmt: skip
            start += value
        total = amount(float(values.sum()))
        text = f"{total} {DOUBTED}" if open_ else f"<b>{total}</b>"
        figure.add_annotation(x=end, y=row, xanchor="left", xshift=6, text=text, showarrow=False, font=font)
