"""A layer over training as points in the plane, in one frame; the picture of every step is kept as a file.

Reading what is there needs no torch: the app shows the first steps while a worker embeds the others.
"""

import io
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

import numpy as np

from explorer.catalogue import embeddings
from explorer.data import Recording, digest
from explorer.errors import FileError, SampleError, SettingError, UnknownNameError
from explorer.home import home, make_room
from explorer.jobs.progress import nothing
from explorer.jobs.results import results
from explorer.jobs.specification import Specification, code_version
from explorer.recordings.manifest import write_atomically, writing
from explorer.recordings.store import open_folder
from explorer.result import repr_call
from explorer.results.representation import Cloud
from explorer.settings import Range, Setting, checked_settings

Report = Callable[..., None]
Scale = Literal["common", "step"]

ROOM = 4 << 30
"""Bytes of pictures that are kept on disk; those that were made or read longest ago go first."""

SEED = Setting("seed", int, 0, Range(0, 2**31 - 1))

FRAMES = {
    "common": "The axes are those of all steps together; each step is shown about its own mean.",
    "step": "Each step is rotated or mirrored, and shifted, onto the step before it.",
    "": "Each step is rotated or mirrored, shifted, and brought to one size, which means nothing here, onto the step "
    "before it.",
}


@dataclass(frozen=True)
class Picture:
    """What to draw.

    Attributes:
        layer: of the recording.
        embedding: catalogue key.
        settings: of the embedding; what is left out has its default.
        steps: ascending; None for all that are recorded.
        seed: of the embedding, and of the rows on which trustworthiness is computed.
    """

    layer: str
    embedding: str = "pca"
    settings: Mapping[str, Any] = field(default_factory=dict)
    steps: tuple[int, ...] | None = None
    seed: int = 0

    @property
    def call(self) -> str:
        """The embedding as one reads it: `umap(n_neighbors=15, min_dist=0.1)`."""
        return repr_call(self.embedding, self.settings)

    @property
    def frame(self) -> str:
        """How the steps come into one frame: "common" or "step" where the embedding has the choice, else ""."""
        return self.settings.get("frame", "")

    def checked(self, recording: Recording) -> "Picture":
        """The picture with every setting typed and its steps named, in ascending order.

        Raises:
            UnknownNameError: for an embedding, layer or step that is not there.
            SettingError: for a setting that does not exist or is out of its range.
            SampleError: for a recording without steps.
        """
        card = embeddings.card(self.embedding)
        given = checked_settings(card.settings, self.settings, self.embedding)
        full = {setting.name: setting.default for setting in card.settings} | given
        if self.layer not in recording.layers:
            raise UnknownNameError("layer", self.layer, recording.layers)
        for step in self.steps or ():
            if step not in recording.steps:
                raise UnknownNameError("recorded step", step, recording.steps)
        steps = tuple(sorted(set(recording.steps if self.steps is None else self.steps)))
        if not steps:
            raise SampleError(f"{recording.name} has no recorded step to draw yet")
        return replace(self, settings=full, steps=steps, seed=SEED.checked(self.seed))

    def keys(self, recording: Recording) -> dict[int, str]:
        """The key of every step of a checked picture: data, settings, code and the key of the step before."""
        steps = self.steps or ()
        data = {step: recording.step_digest(step) for step in steps}
        shared = list(data.values()) if self.frame == "common" else None
        key = digest("cloud", self.layer, self.embedding, dict(self.settings), self.seed, code_version(), shared)
        return {step: (key := digest(key, data[step])) for step in steps}


def cloud(
    recording: Recording,
    layer: str,
    *,
    embedding: str = "pca",
    steps: Sequence[int] | None = None,
    scale: Scale = "common",
    seed: int = 0,
    device: str = "auto",
    progress: Report = nothing,
    **settings: Any,
) -> Cloud:
    """One layer as points in the plane at every step, in one frame, with how far each picture can be trusted.

    The common frame of `pca` serves all steps. Any other picture starts from that of the step before where the method
    can, and is turned onto it; where sizes mean nothing, in all but `pca`, it is brought to the size of it too. What
    was computed before, by whomever, is read.

    Args:
        recording: its rows are the points.
        layer: whose activations are embedded.
        embedding: catalogue key.
        steps: None for all that are recorded.
        scale: "common" divides all steps by one number, so that growth is seen; "step" fills the frame at every step.
        seed: of everything random.
        settings: of the embedding, as `n_neighbors=30`.

    Raises:
        UnknownNameError: for an embedding, layer or step that is not there.
        SettingError: for a setting that does not exist or is out of its range.
        SampleError: for activations that hold NaN or infinity.
        MissingExtraError: for an embedding whose package is not installed.
    """
    chosen = None if steps is None else tuple(steps)
    picture = Picture(layer, embedding, settings, chosen, seed).checked(recording)
    compute(recording, picture, device=device, progress=progress)
    found = collected(recording, picture, scale)
    assert found is not None  # all steps have just been computed
    return found


def compute(recording: Recording, picture: Picture, *, device: str = "auto", progress: Report = nothing) -> int:
    """Embed and keep the steps of a checked picture that are missing; the number of steps embedded."""
    wanted = picture.keys(recording)
    have = results().get_many(wanted.values())
    missing = [step for step, key in wanted.items() if key not in have or not _file(key).exists()]
    if not missing:
        return 0
    from explorer.embeddings._walk import Walk  # torch comes with it

    method = embeddings[picture.embedding](**picture.settings)
    walk = Walk(recording, picture.layer, method, tuple(wanted), picture.seed, device)
    before: np.ndarray | None = None
    for done, (step, key) in enumerate(wanted.items(), 1):
        if step in missing:
            before, read = walk.at(step, before)
            _keep(key, before)
            results().put_many({key: read})
        else:
            before = _kept(key)
        progress(done, len(wanted), f"{recording.provenance.get('step', 'step')} {step}, {picture.layer}")
    return len(missing)


def collected(recording: Recording, picture: Picture, scale: Scale = "common") -> Cloud | None:
    """The steps of a checked picture that have been embedded; None when there is none yet.

    Raises:
        SettingError: for a scale that does not exist.
        FileError: for a file that is damaged.
    """
    if scale not in ("common", "step"):
        raise SettingError(f"scale={scale!r} must be 'common' or 'step'")
    wanted = picture.keys(recording)
    read = results().get_many(wanted.values())
    there = {step: key for step, key in wanted.items() if key in read and _file(key).exists()}
    if not there:
        return None
    positions, unit = _scaled(np.stack([_kept(key) for key in there.values()]), scale)
    numbers = [read[key] for key in there.values()]
    turns = {name: [one.get(name) for one in numbers] for name in ("residual", "degrees", "mirrored")}
    return Cloud(
        steps=tuple(there),
        positions=positions,
        method=picture.embedding,
        settings=picture.settings,
        trustworthiness=np.array([one["trustworthiness"] for one in numbers], float),
        unexplained=np.array([one["unexplained"] for one in numbers], float),
        about=_about(recording, picture) | unit | {name: numbers[0][name] for name in ("rows", "neighbours")} | turns,
    )


def run(
    path: str, layer: str, progress: Report, embedding: str = "pca", device: str = "auto", **rest: Any
) -> dict[str, Any]:
    """Embed what has been recorded, as a job: `rest` are settings, steps and seed of a `Picture`.

    A recording that is still being written is not waited for; `complete` says whether it was.
    """
    recording = open_folder(path)
    given = rest | {"steps": None if rest.get("steps") is None else tuple(rest["steps"])}
    picture = Picture(layer, embedding, **given).checked(recording)
    compute(recording, picture, device=device, progress=progress)
    return {"steps": len(picture.steps or ()), "complete": recording.complete}


def specification(recording: Recording, picture: Picture, device: str = "auto") -> Specification:
    """The job that embeds a checked picture; the same picture of the same data is the same job.

    Raises:
        SettingError: for a recording in memory, which another process cannot read.
    """
    arguments = {"path": recording.folder, "device": device, **vars(picture)}
    arguments |= {"settings": dict(picture.settings), "steps": list(picture.steps or ())}
    data = digest([recording.step_digest(step) for step in picture.steps or ()])
    seconds, memory = cost(recording, picture)
    return Specification(f"{__name__}:run", arguments, data, picture.seed, cost={"seconds": seconds, "bytes": memory})


def cost(recording: Recording, picture: Picture) -> tuple[float, int]:
    """About how long (seconds on one core) and how much memory (bytes) a checked picture takes.

    Measured with 900 to 10 000 samples of 64 columns, good to a factor of three: once, a step, and a step and sample.
    """
    n, width = len(recording), int(np.prod(recording.shapes[picture.layer][1:], dtype=int))
    once, each, sample = embeddings.card(picture.embedding).constants["effort"]
    trust = 1.5e-7 * min(n, 2000) ** 2
    steps = len(picture.steps or ())
    return once + steps * (each + sample * n + 2e-9 * n * width * min(width, 2000) + trust), 8 * n * (3 * width + 400)


def _about(recording: Recording, picture: Picture) -> dict[str, Any]:
    n = len(recording)
    return {
        "recording": recording.name,
        "path": recording.path,
        "layer": picture.layer,
        "call": picture.call,
        "seed": picture.seed,
        "n": n,
        "d": int(np.prod(recording.shapes[picture.layer][1:], dtype=int)),
        "frame": FRAMES[picture.frame],
        "total": len(picture.steps or ()),
        "step_name": recording.provenance.get("step", "step"),
        "complete": recording.complete,
    }


def _scaled(positions: np.ndarray, scale: Scale) -> tuple[np.ndarray, dict[str, Any]]:
    """Positions in [-1, 1], and what 1 stands for: one number, or one a step; 1 where there is no extent."""
    largest = np.abs(positions).max(axis=(1, 2), keepdims=True)
    if scale == "common":
        largest = largest.max(axis=0, keepdims=True)
    unit = np.where(largest > 0, largest, 1).astype(np.float32)
    return positions / unit, {"scaled": scale, "scale": unit.ravel().tolist()}


def _file(key: str) -> Path:
    return home() / "clouds" / f"{key}.npy"


def _keep(key: str, positions: np.ndarray) -> None:
    path, stream = _file(key), io.BytesIO()
    with writing(path):
        path.parent.mkdir(parents=True, exist_ok=True)
    np.save(stream, positions, allow_pickle=False)
    write_atomically(path, stream.getvalue())
    make_room(path.parent, "*.npy*", ROOM)


def _kept(key: str) -> np.ndarray:
    path = _file(key)
    try:
        os.utime(path)
        return np.load(path, allow_pickle=False)
    except (OSError, ValueError) as error:
        raise FileError(f"{path} cannot be read ({error}); delete it, and the picture is computed again") from error
