"""How estimators that train learn: their curves while a job runs, and after it."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from explorer.catalogue import figures
from explorer.ui import results

LATEST = "the latest"


def shown(series: Mapping[str, Mapping[str, Any]], unit: str) -> None:
    """The curves of one training, the latest unless another is chosen, under what it is doing; nothing without any.

    Args:
        series: by the name of the training, that which runs now first.
    """
    if not series:
        return
    heading = st.empty()
    chosen = st.selectbox("Training of", [LATEST, *series], key="training") if len(series) > 1 else LATEST
    found = series.get(chosen) or latest(series)
    heading.markdown("**How it was trained**" if "stopped" in found else "**How it trains**")
    drawn = figures["training_curves"](found, unit=unit, theme=st.context.theme.type or "light")
    results.figure(drawn, "training-curves", "training-curves")


def latest(series: Mapping[str, Mapping[str, Any]]) -> Mapping[str, Any]:
    """The curves of the training that runs, or else of the one that ended last."""
    return next((one for one in series.values() if "stopped" not in one), [*series.values()][-1])


def finished(details: Mapping[str, Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
    """Of the details of estimates by estimator those with training curves."""
    return {name: {"stopped": "", "estimator": name, **one} for name, one in details.items() if "curves" in one}
