"""Where latents stand as factors change: maps over two factors, curves over the others."""

from functools import partial

import streamlit as st

from explorer.coded import factor_map
from explorer.coded.factor_map import BANDS, SERIES, View
from explorer.results.latents import FactorMap
from explorer.results.metric_table import MetricTable
from explorer.ui import computing, export, results
from explorer.ui.codes import Chosen

CITED = ("chen2018",)


def panel(chosen: Chosen, table: MetricTable) -> None:
    """One row a latent: its mean over a plane of two factors, and over the other factors one by one."""
    if len(table.factors) < 2:
        st.info(f"There is one factor, {table.factors[0]}; a map needs two. The open cell shows the latent beside it.")
        return
    view = _controls(chosen, table).checked()
    soon = "Means of the latents over the levels of the factors are being computed."
    computing.shown(factor_map, (chosen.coded, view), partial(_shown, chosen, view), "Means over all levels take", soon)


def _shown(chosen: Chosen, view: View, found: FactorMap) -> None:
    """The figure and what repeats it."""
    drawn = found.plot(theme=st.context.theme.type or "light")
    results.figure(drawn, "factor-map", "latents-over-factors")
    with st.expander("Table and exports"):
        st.dataframe(found.to_frame(), hide_index=True, alt=drawn.layout.meta["alt"])
        about = ("latents-over-factors", f"Means of latents over factors, n = {found.about['n']}.")
        results.exports(python(chosen, view), export.used(CITED), about, found.to_frame)


def _controls(chosen: Chosen, table: MetricTable) -> View:
    """Which latents, the two factors of the map, the factor with a curve a level, and the band."""
    levels = dict(zip(table.factors, table.about["levels"], strict=True))
    first, second = _usual(levels)
    one, two, three, four, five = st.columns([2.6, 1.6, 1.6, 1.6, 1.6], vertical_alignment="bottom")
    names = list(table.latents)
    latents = one.multiselect(
        "Latents", names, key="map.latents", placeholder="those that are active",
        help="Active: with known noise, means that vary by more than 0.01; else those that change at all.",
    )  # fmt: skip
    x = two.selectbox("Map over", list(levels), list(levels).index(first), key="map.x")
    others = [name for name in levels if name != x]
    y = three.selectbox("and", others, others.index(second) if second in others else 0, key="map.y")
    counted = [name for name, count in levels.items() if 0 < count <= SERIES and name not in (x, y)]
    few = ["none", *sorted(counted, key=levels.__getitem__)]
    series = four.selectbox(
        "A curve for each", few, min(1, len(few) - 1), key="map.series", help=f"A factor of at most {SERIES} levels."
    )
    band = five.selectbox("Band", BANDS, key="map.band", bind="query-params", help="Of the samples, or of their mean.")
    places = tuple(names.index(name) for name in latents) or None
    curves = tuple(name for name in levels if name not in (x, y, series))
    view = View(places, (x, y), curves, "" if series == "none" else series, band)
    return View(**{**vars(view), "bins": chosen.plan.bins, "strategy": chosen.plan.strategy})


def _usual(levels: dict[str, int]) -> tuple[str, str]:
    """Two factors of as many levels, the last such pair: of sprites the positions; else the last two."""
    names = list(levels)
    for b in range(len(names) - 1, 0, -1):
        for a in range(b - 1, -1, -1):
            if levels[names[a]] == levels[names[b]] > 2:
                return names[a], names[b]
    return names[-2], names[-1]


def python(chosen: Chosen, view: View) -> str:
    """Code that computes and draws the same."""
    data = chosen.python.rpartition("\n")[0]
    given = ", ".join(f"{name}={value!r}" for name, value in vars(view).items() if value != getattr(View(), name))
    noise = "" if chosen.coded is None or chosen.coded.variances is None else ", variances"
    return (
        f"{data}\nfrom explorer.coded.factor_map import View, compute\nfrom explorer.metrics import Coded\n\n"
        f"found = compute(Coded(codes, factors{noise}), View({given}).checked())\nfound.plot()\n"
    )
