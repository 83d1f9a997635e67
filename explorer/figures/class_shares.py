"""Which classes a selection of samples is made of, beside those of all samples."""

import html
from collections.abc import Mapping
from typing import Any, Literal

import numpy as np
import plotly.graph_objects as go

from explorer.figures.theme import THEMES, Theme, framed, thousands

TOP, BOTTOM, ROW, RIGHT = 78, 52, 28, 96
MOST = 40
"""Classes drawn at most: those with most selected samples, then with most of all."""
LONG = 24
"""Letters of a name on the axis; all of them are told on hover."""


def draw(counts: Mapping[str, Any], *, theme: Literal["light", "dark"] = "light") -> go.Figure:
    """A row a class: a wide bar for its share of the selection, a thin grey one for its share of all samples.

    `counts` has "names" of the classes, "all" with how many samples each has and "selected" with how many of them are
    selected, or None. Classes keep their order and their colour of the point cloud. Of more than 40 those with most
    selected samples are drawn, and the figure says how many are not.
    """
    look, every = THEMES[theme], np.array(counts["all"], int)
    given = counts.get("selected")
    chosen = np.zeros_like(every) if given is None else np.array(given, int)
    names = [str(name) for name in counts["names"]]
    kept = np.sort(np.lexsort((-every, -chosen))[:MOST])
    figure = go.Figure(_bars(names, every, chosen, kept, look))
    height = TOP + BOTTOM + ROW * max(2, len(kept))
    title = html.escape(_finding(names, every, chosen), quote=False)
    subtitle = _subtitle(chosen, len(every) - len(kept))
    frame = framed(title, subtitle, _alternative(names, every, chosen), look, height, 44)
    frame["title"]["font"] = {"size": 16}
    figure.update_layout(frame | {"margin": {"t": TOP + frame["height"] - height, "l": 20, "r": RIGHT, "b": BOTTOM}})
    _counts(figure, every, chosen, kept, look)
    _axes(figure, [names[c] for c in kept], _shares(every)[kept], _shares(chosen)[kept], look)
    return figure


def _shares(counts: np.ndarray) -> np.ndarray:
    """Each of the counts in percent of their sum."""
    return 100 * counts / max(1, counts.sum())


def _percent(share: float) -> str:
    """Whole percents, which do not turn a few into none, nor nearly all into all."""
    if 0 < share < 0.5:
        return "under 1 %"
    return "over 99 %" if 99.5 <= share < 100 else f"{share:.0f} %"


def _bars(
    names: list[str], every: np.ndarray, chosen: np.ndarray, kept: np.ndarray, look: Theme
) -> tuple[go.Bar, go.Bar]:
    """The selection above, all samples below; a click on either tells the class by its place."""
    colours = look.category_colours(len(every))
    rows = np.arange(len(kept))
    plain = [html.escape(names[c], quote=False) for c in kept]
    told = [
        f"{name}: {thousands(chosen[c])} of {thousands(every[c])} selected" for name, c in zip(plain, kept, strict=True)
    ]
    both: dict[str, Any] = {
        "y": rows, "orientation": "h", "customdata": kept, "hovertext": told, "cliponaxis": False,
        "hovertemplate": "%{hovertext}<extra></extra>", "textposition": "outside", "textangle": 0,
    }  # fmt: skip
    shares = _shares(chosen)[kept]
    wide = go.Bar(
        x=shares, width=0.46, offset=-0.38, marker={"color": [colours[c] for c in kept], "line": {"width": 0}},
        text=[_percent(one) if one else "" for one in shares], textfont={"color": look.text}, name="selected", **both,
    )  # fmt: skip
    offset = 0.14 if chosen.any() else -0.08
    thin = go.Bar(x=_shares(every)[kept], width=0.16, offset=offset, marker={"color": look.axis, "line": {"width": 0}},
                  name="all", **both)  # fmt: skip
    return wide, thin


def _counts(figure: go.Figure, every: np.ndarray, chosen: np.ndarray, kept: np.ndarray, look: Theme) -> None:
    """How many samples stand behind each row, at the right."""
    some = bool(chosen.any())
    column: dict[str, Any] = {"x": 1, "xref": "paper", "xshift": RIGHT - 12, "xanchor": "right", "showarrow": False}
    figure.add_annotation(
        **column, y=1, yref="paper", yanchor="bottom", text="selected of all" if some else "samples",
        font={"color": look.secondary, "size": 11},
    )  # fmt: skip
    for row, c in enumerate(kept):
        text = f"{thousands(chosen[c])} of {thousands(every[c])}" if some else thousands(every[c])
        colour = look.text if chosen[c] or not some else look.secondary
        figure.add_annotation(**column, y=row, text=text, font={"color": colour})


def _axes(figure: go.Figure, names: list[str], every: np.ndarray, chosen: np.ndarray, look: Theme) -> None:
    most = max(1.0, float(every.max(initial=0)), float(chosen.max(initial=0)))
    words = "share of the selected and of all, %" if chosen.any() else "share of all samples, %"
    figure.update_xaxes(
        range=[0, 1.12 * most], showgrid=False, zeroline=True, zerolinecolor=look.axis, linecolor=look.axis,
        ticks="outside", nticks=6, title={"text": words, "standoff": 6},
    )  # fmt: skip
    short = [name if len(name) <= LONG else f"{name[: LONG - 1]}…" for name in names]
    figure.update_yaxes(
        range=[max(2, len(names)) - 0.45, -0.55], tickvals=np.arange(len(names)), showgrid=False, zeroline=False,
        ticktext=[html.escape(one, quote=False) for one in short], ticks="", ticklabelstandoff=6, automargin=True,
    )  # fmt: skip
    figure.update_layout(clickmode="event+select", dragmode=False, bargap=0)


def _named(name: str) -> str:
    """A class as a sentence names it: a bare number gets the word before it."""
    return f"class {name}" if name.replace(".", "", 1).lstrip("-").isdigit() else name


def _finding(names: list[str], every: np.ndarray, chosen: np.ndarray) -> str:
    """The title: of which classes most of the selection is."""
    total, size = int(every.sum()), int(chosen.sum())
    many = f"{len(every)} class{'es' * (len(every) != 1)}"
    if not size:
        return f"{thousands(total)} samples in {many}, none selected: draw around points, or click a class"
    if size == total:
        return f"All {thousands(total)} samples are selected"
    order, shares, usual = np.argsort(-chosen, kind="stable"), _shares(chosen), _shares(every)
    first = order[0]
    if size == 1:
        return f"The selected sample is of {_named(names[first])}"
    of = f"Of {thousands(size)} selected samples"
    lead = f"{_percent(shares[first])} are of {_named(names[first])} ({_percent(usual[first])} of all)"
    if shares[first] == 100:
        return f"All {thousands(size)} selected samples are of {_named(names[first])} ({_percent(usual[first])} of all)"
    if shares[first] < 75 and shares[order[:2]].sum() >= 75:
        parts = [f"{_percent(shares[c])} {{}}of {_named(names[c])}" for c in order[:2]]
        return f"{of} {parts[0].format('are ')}, {parts[1].format('')}"
    return f"{of} {lead}" if shares[first] >= 50 else f"{of} no class has half; {lead}"


def _subtitle(chosen: np.ndarray, hidden: int) -> str:
    """What the bars are, and how many classes are not drawn."""
    wide = "wide bar: share of the selected · " if chosen.any() else ""
    return f"{wide}thin grey bar: share of all" + (
        f" · {thousands(hidden)} smaller classes are not drawn" if hidden else ""
    )


def _alternative(names: list[str], every: np.ndarray, chosen: np.ndarray) -> str:
    """The rows in words, for those who do not see them."""
    order = np.lexsort((-every, -chosen))[:12]
    read = "; ".join(f"{_named(names[c])} {thousands(chosen[c])} of {thousands(every[c])}" for c in order)
    rest = f"; {thousands(len(every) - 12)} more classes" if len(every) > 12 else ""
    return f"Bars of classes. {_finding(names, every, chosen)}. Selected of all: {read}{rest}."
