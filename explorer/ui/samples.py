"""The samples of a recording as the cloud shows them: classes, words, pictures, rows of a table."""

import itertools
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from explorer.data import Recording, digest
from explorer.results.representation import Cloud
from explorer.studies.clouds import Picture
from explorer.ui import geometry

MOST = 200
"""Classes up to which a column is shown as classes; above, it is cut into quantiles."""

WORDS = 100_000
"""Samples up to which every sample has its words on hover."""

PARTS = 5
"""Quantiles into which a column of many values is cut."""


def classes(recording: Recording, column: str) -> tuple[np.ndarray | None, tuple[str, ...]]:
    """The class of each sample and the names in sorted order; quantiles of a column of many real values."""
    if column == "none":
        return None, ()
    values = recording.target(column)
    if values.dtype.kind == "f" and len(np.unique(values)) > 20:
        edges = np.quantile(values, np.linspace(0, 1, PARTS + 1))
        codes = np.clip(np.searchsorted(edges, values, side="right") - 1, 0, PARTS - 1)
        return codes, tuple(f"{low:.3g} to {high:.3g}" for low, high in itertools.pairwise(edges))
    names, codes = np.unique(values.astype(str) if values.dtype == object else values, return_inverse=True)
    return codes.ravel(), tuple(str(name) for name in names)


def offered(
    recording: Recording, picture: Picture, cloud: Cloud, codes: np.ndarray | None, scale: str
) -> dict[str, Any]:
    """URLs of positions, classes, words and pictures; `version` names them.

    They are kept for the session, since large arrays take time to write, and offered again when the files are gone.
    """
    columns = {name: digest(values) for name, values in _columns(recording).items()}
    about = [recording.path, recording.provenance.get("id"), columns, scale, list(cloud.steps)]
    version = digest(list(picture.keys(recording).values()), about, *(() if codes is None else (codes,)))[:12]
    known = st.session_state.setdefault("offered", {})
    if version not in known or not geometry.still_there(known[version]):
        known[version] = {
            "version": version,
            "positions": [geometry.offer_positions(one) for one in cloud.positions],
            "categories": None if codes is None else geometry.offer_categories(codes),
            "labels": geometry.offer_texts(texts(recording)) if len(recording) <= WORDS else None,
        } | _pictures(recording)
    return known[version]


def offered_mask(mask: np.ndarray) -> str:
    """The URL of the selected rows."""
    return geometry.offer_mask(mask)


def texts(recording: Recording) -> list[str]:
    """What is said of each sample: its labels, its factors, its text."""
    columns, n = _columns(recording), len(recording)
    lines = [", ".join(f"{name} {_short(values[i])}" for name, values in columns.items()) for i in range(n)]
    x = recording.x
    if x is None or x.dtype.kind not in "OUS":
        return lines
    return [f"{line}\n{_short(' '.join(map(str, np.atleast_1d(one))))}" for line, one in zip(lines, x, strict=True)]


def table(recording: Recording, cloud: Cloud, rows: np.ndarray, step: int) -> pd.DataFrame:
    """Some samples with their labels, factors and places."""
    place = cloud.steps.index(step) if step in cloud.steps else -1
    columns = _columns(recording)
    found = {"sample": rows} | {name: values[rows] for name, values in columns.items()}
    x, y = cloud.positions[place][rows].T
    return pd.DataFrame(found | {"first axis": x, "second axis": y})


def _columns(recording: Recording) -> dict[str, np.ndarray]:
    """Labels and factors by name."""
    return {name: values for name, values in {"y": recording.y, **recording.factors}.items() if values is not None}


def _pictures(recording: Recording) -> dict[str, Any]:
    """Grey pictures of inputs that are images, at most 64 x 64 and 64 MB in all; nothing otherwise."""
    x, shape = recording.x, recording.provenance.get("image_shape")
    if x is not None and shape is None and x.ndim in (3, 4):
        shape = x.shape[-2:] if x.ndim == 3 or x.shape[1] in (1, 3) else x.shape[1:3]
    if x is None or not shape or x.dtype.kind not in "iuf" or max(shape) > 64 or len(x) * shape[0] * shape[1] > 64e6:
        return {}
    if x.ndim == 4 and x.shape[1:3] == tuple(shape):  # colours last
        x = x.mean(3)
    grey = x.reshape(len(x), -1, *shape).mean(1) if x.size != len(x) * shape[0] * shape[1] else x.reshape(-1, *shape)
    low, high = float(grey.min()), float(grey.max())
    scaled = (grey - low) * (255 / ((high - low) or 1.0))
    return {"images": geometry.offer_images(scaled.astype(np.uint8)), "image_shape": list(shape)}


def _short(value: Any) -> str:
    text = f"{value:.4g}" if isinstance(value, float | np.floating) else str(value)
    return text if len(text) <= 120 else f"{text[:117]}..."
