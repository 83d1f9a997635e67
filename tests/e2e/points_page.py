"""A Streamlit page with one cloud of points: classes that part over training, drawn from formulas.

The query says which: n, steps, classes, theme=dark, name=NAME for the first class, images, report, flat.
"""

from typing import Any

import numpy as np
import streamlit as st

from explorer.figures import flat_cloud
from explorer.figures.theme import THEMES, shapes
from explorer.numerics.polygon import inside
from explorer.ui import geometry
from explorer.ui.components.points import points_or_flat

NAMES = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]


def clouds(n: int, steps: int, classes: int) -> tuple[list[np.ndarray], np.ndarray]:
    """Positions at each step and the class of each row: Gaussian clouds whose centres move apart."""
    rng = np.random.default_rng(0)
    codes = rng.integers(0, classes, n)
    angle = 2 * np.pi * np.arange(classes) / classes
    centres = np.stack([1.6 * np.cos(angle), np.sin(angle)], 1)
    noise = rng.normal(size=(n, 2)) * 0.35
    parts = np.linspace(0, 1, steps) if steps > 1 else [1.0]
    return [(noise * (1.6 - part) + 2.2 * part * centres[codes]).astype(np.float32) for part in parts], codes


def view(query: dict[str, str]) -> dict[str, Any]:
    """The whole view; what it names is offered to this session."""
    n, steps, classes = (int(query.get(key, default)) for key, default in (("n", 3000), ("steps", 1), ("classes", 6)))
    theme = query.get("theme", "light")
    positions, codes = clouds(n, steps, classes)
    every = np.concatenate([[one.min(0), one.max(0)] for one in positions])
    shown: dict[str, Any] = {
        "version": f"{n}-{steps}-{classes}",
        "n": n,
        "steps": [10 * i for i in range(steps)],
        "positions": [geometry.offer_positions(one) for one in positions],
        "categories": geometry.offer_categories(codes),
        "names": [query.get("name", NAMES[0]), *(NAMES[c % 10] for c in range(1, classes))],
        "colours": THEMES[theme].category_colours(classes),
        "shapes": shapes(classes),
        "extent": np.stack([every.min(0), every.max(0)], 1).tolist(),
        "axes": ["principal component 1", "principal component 2"],
        "title": "The classes part between step 100 and step 200",
        "subtitle": f"Layer 3, first two principal components of the last step · n = {n}",
        "alt": "Cloud of points that part into classes.",
        "theme": theme,
        "filename": "layer_3",
        "report": "report" in query,
        "labels": geometry.offer_texts([f"word <b>{i}</b>" for i in range(n)]) if n <= 5000 else None,
    }
    if "images" in query:
        pictures = (np.arange(n)[:, None, None] * 7 + np.arange(64).reshape(8, 8) * 4) % 256
        shown |= {"images": geometry.offer_images(pictures.astype(np.uint8)), "image_shape": [8, 8]}
    return shown


def page() -> None:
    """Show the cloud that the query asks for, with buttons that recolour it and select elsewhere."""
    query = {key: st.query_params[key] for key in st.query_params}
    if "shown" not in st.session_state:
        st.session_state.shown = view(query)
    shown = dict(st.session_state.shown)
    left, middle, right, last = st.columns(4)
    if left.button("Recolour"):
        st.session_state.turned = st.session_state.get("turned", 0) + 1
    turned = st.session_state.get("turned", 0)
    shown["colours"] = list(np.roll(shown["colours"], turned))
    if middle.button("Every second row"):
        st.session_state.mask = geometry.offer_mask(np.arange(shown["n"]) % 2 == 0)
    if right.button("Class two"):
        st.session_state.selected = {"category": 2}
    if last.button("Nothing"):
        st.session_state.mask = st.session_state.selected = None
    if last.button("Step back"):
        st.session_state.step = st.session_state.get("step", len(shown["steps"]) - 1) - 1
    shown["step"] = st.session_state.get("step", len(shown["steps"]) - 1)
    shown |= {"mask": st.session_state.get("mask"), "selected": st.session_state.get("selected")}
    shown["version"] += f"-{turned}"

    def flat() -> Any:
        positions, codes = clouds(shown["n"], 1, len(shown["names"]))
        return flat_cloud.draw(positions[0], codes, names=shown["names"], axes=shown["axes"], title=shown["title"])

    result = points_or_flat(shown, key="points", flat=flat)
    polygon = (result.selection or {}).get("polygon")
    if polygon:
        step = shown["steps"].index(result.selection["step"])
        rows = inside(clouds(shown["n"], len(shown["steps"]), len(shown["names"]))[0][step], polygon)
        st.write(f"server counts {rows.sum()}")
    else:
        st.write(f"selection {result.selection}")
    st.write(f"reported {result.step}")


if __name__ == "__main__":
    st.set_page_config(layout="wide")
    page()
