"""Scores over the number of bins: no single number is honest without the curve."""

from functools import partial

import streamlit as st

from explorer.catalogue import measures
from explorer.coded import metric_sweep
from explorer.coded.metric_sweep import Sweep
from explorer.results.latents import BinSweep
from explorer.ui import computing, export, results
from explorer.ui.codes import Chosen


def panel(chosen: Chosen) -> None:
    """MIG, MIG-sup, modularity and DMIG over 3 to 300 bins of both kinds, when they are asked for."""
    coded, plan = chosen.coded, chosen.plan
    trust = st.toggle(
        "with intervals and nulls", False, key="sweep.trust", bind="query-params",
        help="Takes some seventy readings for each point of a curve.",
    )  # fmt: skip
    sweep = Sweep(trust=trust, marked=plan.bins, marked_strategy=plan.strategy, seed=plan.seed).checked()
    assert coded is not None
    left = len(metric_sweep.missing(coded, sweep)) / len(sweep.parts)
    soon = "The scores are being read at every number of bins."
    computing.shown(
        metric_sweep, (coded, sweep), partial(_shown, chosen, sweep), "The scores at all these bins take", soon, left
    )


def _shown(chosen: Chosen, sweep: Sweep, found: BinSweep) -> None:
    """The figure and what repeats it."""
    st.caption("The title tells of the score that the number of bins moves most; every other curve moves less.")
    drawn = found.plot(theme=st.context.theme.type or "light")
    results.figure(drawn, "bin-sweep", "scores-over-bins")
    with st.expander("Table and exports"):
        st.dataframe(found.to_frame(), hide_index=True, alt=drawn.layout.meta["alt"])
        cited = export.used(key for name in sweep.names for key in measures.card(name).references)
        note = f"Scores over the number of bins, n = {found.about['n']}, seed {found.about['seed']}."
        results.exports(python(chosen, sweep), cited, ("scores-over-bins", note), found.to_frame)


def python(chosen: Chosen, sweep: Sweep) -> str:
    """Code that computes and draws the same."""
    data = chosen.python.rpartition("\n")[0]
    given = ", ".join(f"{name}={getattr(sweep, name)!r}" for name in ("trust", "marked", "marked_strategy", "seed"))
    return (
        f"{data}\nfrom explorer.coded.metric_sweep import Sweep, compute\nfrom explorer.metrics import Coded\n\n"
        f"found = compute(Coded(codes, factors), Sweep({given}))\nfound.plot()\n"
    )
