"""A cloud of samples as the component draws it: positions, colours, what is selected, how far to trust it."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import streamlit as st

from explorer.catalogue import embeddings, figures
from explorer.data import Recording, digest
from explorer.figures.theme import SHAPES, THEMES, label, thousands
from explorer.results.representation import Cloud
from explorer.studies import clouds
from explorer.studies.clouds import Picture, Scale
from explorer.ui import samples, selection, show
from explorer.ui.components.points import points_or_flat
from explorer.ui.selection import Selection


@dataclass(frozen=True)
class Scene:
    """What a cloud is drawn from: its positions, its colours, what is selected.

    Attributes:
        codes: (n,) class of each sample, in sorted order of `names`; None without a column to colour by.
        mask: (n,) selected samples.
    """

    recording: Recording
    picture: Picture
    scale: Scale
    cloud: Cloud
    column: str
    codes: np.ndarray | None
    names: tuple[str, ...]
    selected: Selection
    mask: np.ndarray

    @property
    def place(self) -> str:
        """Of the cloud, as a selection names it."""
        return place_of(self.recording, self.picture)


def scene(recording: Recording, picture: Picture, scale: Scale, column: str) -> Scene | None:
    """The cloud as far as it is there, with the current selection; None before its first step."""
    cloud = clouds.collected(recording, picture, scale)
    if cloud is None:
        return None
    codes, names = samples.classes(recording, column)
    chosen = selection.current()
    mask = _mask(recording, picture, cloud, chosen, codes)
    return Scene(recording, picture, scale, cloud, column, codes, names, chosen, mask)


def place_of(recording: Recording, picture: Picture) -> str:
    """A picture as a selection names it: layer, embedding, and a digest of settings, seed and recorded steps."""
    data = [recording.step_digest(step) for step in picture.steps or ()]
    return f"{picture.layer}/{picture.embedding}/{digest(dict(picture.settings), picture.seed, data)[:8]}"


def unit_at(cloud: Cloud, step: int) -> float:
    """By what the positions at a step were divided."""
    scale = cloud.about["scale"]
    return float(scale[cloud.steps.index(step) if len(scale) > 1 and step in cloud.steps else 0])


def _mask(
    recording: Recording, picture: Picture, cloud: Cloud, chosen: Selection, codes: np.ndarray | None
) -> np.ndarray:
    """The selected samples; a polygon counts in the cloud in which it was drawn."""
    if chosen.kind != "polygon":
        return chosen.mask(None, codes, len(recording))
    where = cloud if chosen.place == place_of(recording, picture) else _drawn_in(recording, picture, chosen)
    if where is None or chosen.step not in where.steps:
        st.caption(show.plain(f"The selection was drawn in {chosen.place} at {chosen.step}, which is not shown now."))
        return np.zeros(len(recording), bool)
    positions = where.positions[where.steps.index(chosen.step)]
    return chosen.mask(positions, codes, len(recording), unit_at(where, chosen.step))


def _drawn_in(recording: Recording, picture: Picture, chosen: Selection) -> Cloud | None:
    """The cloud of another layer or embedding, where it is computed with what is chosen on the page now."""
    layer, name, _ = [*chosen.place.rsplit("/", 2), "", ""][:3]
    if layer not in recording.layers or name not in embeddings:
        return None
    settings = picture.settings if name == picture.embedding else {}
    drawn = Picture(layer, name, settings, picture.steps, picture.seed).checked(recording)
    return clouds.collected(recording, drawn) if chosen.place == place_of(recording, drawn) else None


def draw(scene: Scene, step: int, key: str) -> None:
    """The component; what it reports becomes the selection."""
    found = points_or_flat(view(scene, step), key=key, flat=lambda: _flat(scene, step))
    told = found.selection
    if told == st.session_state.get(f"{key}-told"):
        return
    st.session_state[f"{key}-told"] = told
    unit = unit_at(scene.cloud, told["step"]) if told and "polygon" in told else 1.0
    selection.choose(selection.reported(told, scene.place, unit) or Selection())
    st.rerun()


def view(scene: Scene, step: int) -> dict[str, Any]:
    """A scene as the component takes it."""
    recording, cloud, theme = scene.recording, scene.cloud, st.context.theme.type or "light"
    look, count = THEMES[theme], max(1, len(scene.names))
    offered = samples.offered(recording, scene.picture, cloud, scene.codes, scene.scale)
    place = cloud.steps.index(step) if step in cloud.steps else len(cloud.steps) - 1
    axes = ["first component", "second component"] if scene.picture.embedding == "pca" else ["", ""]
    return {
        **offered,
        "n": len(cloud),
        "steps": list(cloud.steps),
        "step": place,
        "names": list(scene.names) or ["all samples"],
        "colours": look.category_colours(count),
        "shapes": [SHAPES[i // len(look.categories) % len(SHAPES)] for i in range(count)],
        "axes": axes,
        "title": f"{label(scene.picture.layer)}: {thousands(len(cloud))} samples",
        "subtitle": f"{cloud.about['call']} · seed {cloud.about['seed']} · {_unit(cloud)}",
        "alt": f"Cloud of {len(cloud)} samples in {label(scene.picture.layer)}, {int(scene.mask.sum())} selected.",
        "step_name": cloud.about["step_name"],
        "extent": [[-1.05, 1.05], [-1.05, 1.05]],
        "theme": theme,
        "background": look.background,
        "filename": f"{recording.name}-{scene.picture.layer}-{scene.picture.embedding}",
        **_chosen(scene),
    }  # fmt: skip


def _unit(cloud: Cloud) -> str:
    """What the half width of the frame stands for."""
    scale = cloud.about["scale"]
    if len(scale) == 1:
        return f"1 is {scale[0]:.3g} in units of the layer"
    return f"1 is {min(scale):.3g} to {max(scale):.3g} in units of the layer, by step"


def _chosen(scene: Scene) -> dict[str, Any]:
    """The selection: as a rule where the browser can apply it to this cloud, else as a bit a row."""
    chosen = scene.selected
    if chosen.kind == "polygon" and chosen.place == scene.place:
        corners = chosen.drawn(unit_at(scene.cloud, chosen.step))
        return {"selected": {"polygon": corners, "step": chosen.step}, "mask": None}
    if chosen.kind == "class" and scene.codes is not None:
        return {"selected": {"category": chosen.category}, "mask": None}
    return {"selected": None, "mask": samples.offered_mask(scene.mask) if scene.mask.any() else None}


def _flat(scene: Scene, step: int) -> Any:
    """The picture without WebGL."""
    cloud = scene.cloud
    place = cloud.steps.index(step) if step in cloud.steps else -1
    names, theme = scene.names or ("all samples",), st.context.theme.type or "light"
    return figures["flat_cloud"](cloud.positions[place], scene.codes, names=names, theme=theme)


def trust(cloud: Cloud, step: int) -> str:
    """How far the picture can be trusted, in words."""
    place = cloud.steps.index(step) if step in cloud.steps else -1
    trust, left_out = float(cloud.trustworthiness[place]), float(cloud.unexplained[place])
    parts = [cloud.about["frame"]]
    if not np.isnan(trust):
        rows = f"on {thousands(cloud.about['rows'])} rows" if cloud.about["rows"] < len(cloud) else "on all rows"
        parts.append(f"Trustworthiness {trust:.2f} {rows}: 1 means that neighbours here are neighbours in the layer.")
    if not np.isnan(left_out):
        parts.append(f"{left_out:.0%} of the variance is outside the picture.")
    if len(cloud) > samples.WORDS:
        parts.append(f"Above {thousands(samples.WORDS)} samples a point tells its number and class alone.")
    return show.plain(" ".join(parts))
