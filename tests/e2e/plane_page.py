"""A Streamlit page with one information plane: six layers of a tanh network, drawn from formulas.

The query says which: theme=dark, layer=NAME for the fifth layer, gaps, unmeasured, empty, live, report. Its buttons
send new data.
"""

import math
from typing import Any

import streamlit as st

from explorer.ui.components.plane import plane

COLOURS = {
    "light": ["#440154", "#472d7b", "#3b528b", "#2c728e", "#21918c", "#28ae80"],
    "dark": ["#2c728e", "#21918c", "#28ae80", "#5ec962", "#addc30", "#fde725"],
}
SHAPES = ["square", "hexagon", "diamond", "triangle-up", "pentagon", "star"]
LAYERS = ["tanh 10", "tanh 7", "tanh 5", "tanh 4", "tanh 3", "softmax"]
EPOCHS = sorted({0, *(round(8000 ** (k / 56)) for k in range(57))})
# a layer's anchors over log time: (epoch, I(X;T), I(T;Y)), bits
ANCHORS: dict[str, list[tuple[float, float, float]]] = {
    "tanh 10": [(0, 11.97, 0.985), (1, 11.98, 0.990), (100, 12.0, 0.999), (8000, 12.0, 0.999)],
    "tanh 7": [(0, 11.90, 0.97), (1, 11.92, 0.975), (100, 12.0, 0.999), (8000, 11.98, 0.999)],
    "tanh 5": [(0, 11.86, 0.945), (3, 11.84, 0.955), (40, 11.95, 0.985), (8000, 11.80, 0.997)],
    "tanh 4": [(0, 10.85, 0.57), (2, 10.9, 0.54), (8, 11.05, 0.71), (14, 11.32, 0.83), (22, 11.15, 0.91),
               (40, 9.8, 0.895), (90, 9.7, 0.91), (300, 10.6, 0.945), (900, 11.2, 0.972), (3000, 10.8, 0.99),
               (8000, 10.38, 0.998)],
    "tanh 3": [(0, 7.2, 0.13), (2, 6.88, 0.065), (6, 7.85, 0.22), (12, 8.45, 0.45), (25, 8.5, 0.61), (45, 7.6, 0.705),
               (90, 6.3, 0.712), (180, 6.3, 0.74), (350, 7.5, 0.80), (700, 8.02, 0.86), (1300, 7.6, 0.92),
               (2500, 6.3, 0.963), (4500, 4.8, 0.977), (8000, 3.35, 0.986)],
    "softmax": [(0, 0.98, 0.06), (1, 0.1, 0.004), (3, 0.6, 0.03), (7, 1.9, 0.14), (12, 3.2, 0.32), (25, 4.05, 0.60),
                (45, 3.3, 0.628), (90, 3.65, 0.66), (200, 3.3, 0.75), (500, 2.2, 0.885), (1200, 1.6, 0.925),
                (2500, 2.25, 0.945), (5000, 1.7, 0.953), (8000, 1.36, 0.947)],
}  # fmt: skip


def at(layer: str, epoch: float, which: int) -> float:
    """A coordinate of a layer, linear between its anchors in log(1 + epoch), bits."""
    anchors = ANCHORS[layer]
    after = next(k for k, anchor in enumerate(anchors) if anchor[0] >= epoch)
    low, high = anchors[max(0, after - 1)], anchors[after]
    span = math.log1p(high[0]) - math.log1p(low[0])
    part = (math.log1p(epoch) - math.log1p(low[0])) / span if span else 0.0
    return low[which] + (high[which] - low[which]) * part + 0.004 * math.sin(7 * math.log1p(epoch)) * (which == 1)


def curve(low: float, high: float, middle: float, width: float = 0.55) -> list[float]:
    """A logistic curve in log time."""
    return [low + (high - low) / (1 + math.exp(-(math.log1p(e) - math.log1p(middle)) / width)) for e in EPOCHS]


def series(layer: str, k: int, theme: str) -> dict[str, Any]:
    """One layer; the wide ones have a high null, the last two an interval."""
    x = [at(layer, e, 1) for e in EPOCHS]
    y = [min(0.999, at(layer, e, 2)) for e in EPOCHS]
    null = {"tanh 5": 0.906, "tanh 4": 0.548, "tanh 3": 0.084}.get(layer)
    spread = 0.35 if layer == "tanh 3" else None
    return {
        "layer": layer, "depth": k, "colour": COLOURS[theme][k], "shape": SHAPES[k], "x": x, "y": y,
        "null": [null * (0.8 + 0.2 * b / 12) for b in x] if null else None,
        "x_low": [v - spread for v in x] if spread else None, "x_high": [v + spread for v in x] if spread else None,
        "doubts": [["at the ceiling"] if v > 11.9 else [] for v in x],
    }  # fmt: skip


def near(epoch: int) -> int:
    """The recorded epoch nearest to one."""
    return min(EPOCHS, key=lambda one: abs(one - epoch))


def view(theme: str = "light") -> dict[str, Any]:
    """The whole view."""
    return {
        "version": f"six-{theme}",
        "unit": "bits",
        "steps": [12 * e for e in EPOCHS],
        "epochs": EPOCHS,
        "series": [series(layer, k, theme) for k, layer in enumerate(LAYERS)],
        "limits": {
            "x_max": 12.0, "x_label": "I(X;T) ≤ H(X) = 12 bits",
            "y_max": 0.999, "y_label": "no point can be here: I(T;Y) ≤ H(Y) = 0.999 bit", "diagonal": True,
        },
        "axis": {"x": "I(X;T), bits", "y": "I(T;Y), bits"},
        "metrics": [
            {"name": "train loss", "values": curve(0.70, 0.01, 40), "dash": False},
            {"name": "test loss", "values": curve(0.70, 0.14, 35), "dash": True},
            {"name": "train accuracy", "values": curve(0.47, 0.998, 20), "dash": False},
            {"name": "test accuracy", "values": curve(0.48, 0.96, 20), "dash": True},
        ],
        "notes": [{"step": 12 * near(25), "layer": "tanh 3", "text": "epoch 25: peak 8.5 bits"}],
        "log_steps": True,
        "text": {
            "title": "The 3-unit layer forgets 5.1 of 8.5 bits about its input after epoch 25",
            "subtitle": f"Binned mutual information, 30 cells · all 4 096 inputs · {len(EPOCHS)} recorded epochs",
            "alt": "Information plane of six layers over 8 000 epochs.",
        },
        "theme": theme,
        "filename": "twelve_bit_tanh",
        "footer": "binning(bins=30) · n = 4096 · seed 0",
    }  # fmt: skip


def shortened(whole: dict[str, Any], steps: int) -> dict[str, Any]:
    """The view after its first `steps` steps."""
    cut = {**whole, "steps": whole["steps"][:steps], "epochs": whole["epochs"][:steps], "version": f"{steps} steps"}
    lists = ("x", "y", "null", "x_low", "x_high", "doubts", "values")
    for name in ("series", "metrics"):
        cut[name] = [{k: v[:steps] if k in lists and v else v for k, v in one.items()} for one in whole[name]]
    return cut


def page() -> None:
    """Show the plane that the query asks for."""
    query = st.query_params
    whole = view(query.get("theme", "light"))
    whole["series"][4]["layer"] = query.get("layer", "tanh 3")
    if "gaps" in query:
        whole["series"][4]["y"] = [None if 20 <= i < 30 else y for i, y in enumerate(whole["series"][4]["y"])]
    whole |= {"live": "live" in query, "report": "report" in query}
    steps = min(len(EPOCHS), 30 + 10 * st.session_state.get("sent", 0)) if "live" in query else len(EPOCHS)
    st.button("More", on_click=lambda: st.session_state.update(sent=st.session_state.get("sent", 0) + 1))
    steps = 0 if "empty" in query else steps
    if "unmeasured" in query:
        nothing = dict.fromkeys(("x", "y", "null", "x_low", "x_high"), [None] * len(EPOCHS))
        whole["series"][4] |= nothing
    if st.checkbox("Show", value=True):
        result = plane(shortened(whole, steps), key="plane")
        st.write(f"reported {result.step}")


if __name__ == "__main__":
    st.set_page_config(layout="wide")
    page()
