"""One cell of the matrix: the latent beside the factor, over the number of bins, and decoded."""

from functools import partial

import streamlit as st

from explorer.coded import latent_factor
from explorer.coded.latent_factor import Cell
from explorer.results.latents import LatentFactor
from explorer.results.metric_table import MetricTable
from explorer.ui import codes, computing, export, results, show, traversal_view
from explorer.ui.codes import Chosen

CITED = ("miller1955", "chen2018", "locatello2019")

DROWNED = "This is of its means alone: they vary less than a tenth of their noise, and a sample tells next to nothing."


def panel(chosen: Chosen, table: MetricTable) -> None:
    """Joint histogram, points, null, bin sweep and the latent's traversal."""
    chosen = _controls(chosen, table)
    latent, factor = chosen.pair
    cell = Cell(latent, table.factors[factor], chosen.plan.bins, chosen.plan.strategy, chosen.plan.seed).checked()
    soon = "This cell is being computed: its histogram, its null, and the information over all bins."
    computing.shown(
        latent_factor, (chosen.coded, cell), partial(_shown, chosen), "This cell over all numbers of bins takes", soon
    )
    traversal_view.strip(chosen, latent)


def _controls(chosen: Chosen, table: MetricTable) -> Chosen:
    """Two boxes for the latent and the factor; a click on the matrix moves them."""
    latent, factor = chosen.pair
    names = [f"latent {name}" for name in table.latents]
    one, two, three = st.columns([2, 2, 5], vertical_alignment="bottom")
    st.session_state["pair-latent"], st.session_state["pair-factor"] = names[latent], table.factors[factor]
    one.selectbox("Latent", names, key="pair-latent", on_change=_moved, args=(names, table.factors))
    two.selectbox("Factor", table.factors, key="pair-factor", on_change=_moved, args=(names, table.factors))
    share = table.shares[latent, factor]
    text = f"It tells **{share:.0%}** of the entropy of {show.plain(table.factors[factor])}."
    drowned = latent in table.about.get("drowned", ())
    three.markdown(f"{text} {DROWNED}" if drowned else text)
    return chosen


def _moved(latents: list[str], factors: tuple[str, ...]) -> None:
    latent, factor = st.session_state["pair-latent"], st.session_state["pair-factor"]
    codes.choose_pair(latents.index(latent), factors.index(factor))


def _shown(chosen: Chosen, found: LatentFactor) -> None:
    """The two figures and what repeats them."""
    theme = st.context.theme.type or "light"
    left, right = st.columns(2, gap="large")
    name = f"latent-{found.latent}-{found.factor}"
    with left:
        results.figure(found.plot(unit=chosen.unit, theme=theme), "pair", name)
    with right:
        results.figure(found.sweep.plot(unit=chosen.unit, theme=theme), "sweep", f"{name}-bins")
    with st.expander("Tables and exports"):
        one, two = st.columns(2)
        one.dataframe(found.to_frame(), hide_index=True, alt=f"Joint histogram of {name}")
        two.dataframe(found.sweep.to_frame(), hide_index=True, alt=f"Information over the number of bins of {name}")
        about = (name, f"Latent {found.latent} and {found.factor}, n = {found.about['n']}.")
        results.exports(python(chosen, found), export.used(CITED), about, found.to_frame)


def python(chosen: Chosen, found: LatentFactor) -> str:
    """Code that looks into the same cell."""
    data = chosen.python.rpartition("\n")[0]
    options = {name: found.about[name] for name in ("bins", "strategy", "seed")}
    given = "".join(f", {name}={value!r}" for name, value in options.items())
    return (
        f"{data}\n"
        "from explorer.coded.latent_factor import Cell, compute\nfrom explorer.metrics import Coded\n\n"
        f"found = compute(Coded(codes, factors), Cell({found.about['latent']}, {found.factor!r}{given}))\n"
        f"found.plot(unit={chosen.unit!r})\nfound.sweep.plot(unit={chosen.unit!r})\n"
    )
