"""Latent traversals: what a decoder draws when one latent, or two, move away from the code of an image.

Reading what is there needs no torch.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from statistics import NormalDist
from typing import Any, Literal

import numpy as np

from explorer.arrays import recording as opened
from explorer.data import Recording, digest
from explorer.errors import FileError, SampleError, SettingError, UnknownNameError
from explorer.jobs import board
from explorer.jobs.board import Job
from explorer.jobs.progress import nothing
from explorer.jobs.results import results
from explorer.jobs.specification import Specification, code_version
from explorer.results.representation import Traversal
from explorer.settings import Range, Setting
from explorer.sources._limits import check_size

Report = Callable[..., None]

MEAN = "mean"
"""The layer whose values the decoder takes."""
MOST = 16 << 20
"""Pixels of one traversal at most, a byte each; they are kept packed."""
SETTINGS = (
    Setting("values", int, 11, Range(2, 41)),
    Setting("span", str, "prior", None, ("prior", "posterior")),
    Setting("share", float, 0.95, Range(0.5, 0.999)),
    Setting("seed", int, 0, Range(0, 2**31 - 1)),
)


@dataclass(frozen=True)
class Route:
    """From which code, and along which latents.

    Attributes:
        anchor: row of the probe whose code is left; None draws one by `seed`.
        latents: that move, each by itself; None for all.
        grid: two latents move against each other instead.
        values: that each takes, evenly spaced.
        span: the middle `share` of the standard normal prior, or of the means of each latent over the probe.
        share: 0.5 to 0.999.
        seed: of the anchor.
    """

    anchor: int | None = None
    latents: tuple[int, ...] | None = None
    grid: bool = False
    values: int = 11
    span: str = "prior"
    share: float = 0.95
    seed: int = 0

    def checked(self, recording: Recording) -> "Route":
        """The same with every value typed, an anchor and latents that are there.

        Raises:
            UnknownNameError: for a recording without a layer of means.
            SettingError: for a row, latent or setting out of its range, or more pictures than are kept.
        """
        if MEAN not in recording.layers:
            raise UnknownNameError("layer", MEAN, recording.layers)
        shared = {one.name: one.checked(getattr(self, one.name)) for one in SETTINGS}
        n, d = len(recording), int(np.prod(recording.shapes[MEAN][1:], dtype=int))
        row = int(np.random.default_rng(shared["seed"]).integers(n)) if self.anchor is None else self.anchor
        anchor = Setting("anchor", int, 0, Range(0, n - 1)).checked(row)
        place = Setting("latents", int, 0, Range(0, d - 1))
        latents = tuple(dict.fromkeys(place.checked(j) for j in (range(d) if self.latents is None else self.latents)))
        if not latents or (self.grid and len(latents) != 2):
            raise SettingError(f"latents={self.latents!r} must hold {'two' if self.grid else 'at least one'}")
        found = replace(self, anchor=anchor, latents=latents, **shared)
        if (pixels := found.pictures * pixels_of(recording)) > MOST:
            size = f"{found.pictures} pictures of {pixels_of(recording)} pixels"
            raise SettingError(f"{size} are {pixels / 2**20:.0f} MiB and {MOST >> 20} are kept; take fewer latents")
        return found

    @property
    def pictures(self) -> int:
        """How many a checked route has."""
        return self.values * (self.values if self.grid else len(self.latents or ()))


def pixels_of(recording: Recording) -> int:
    """Pixels of one image of the probe.

    Raises:
        SampleError: for a recording that does not hold its inputs.
    """
    if recording.x is None:
        raise SampleError(f"{recording.name} was recorded without its images, so no picture can be compared with them")
    return int(np.prod(recording.x.shape[1:], dtype=int))


def picture(recording: Recording, row: int) -> np.ndarray:
    """An image of the probe, (height, width) uint8: 0 to 1 as 0 to 255; what lies beyond is black or white.

    Raises:
        SampleError: for a recording without images, or whose inputs are no square ones.
    """
    side = round(pixels_of(recording) ** 0.5)
    if side**2 != pixels_of(recording):
        raise SampleError(f"{recording.name} holds inputs of {pixels_of(recording)} values, which are no square image")
    assert recording.x is not None
    grey = np.asarray(recording.x[row], np.float64).reshape(side, side)
    return np.round(255 * np.clip(np.nan_to_num(grey), 0, 1)).astype(np.uint8)


def models(recording: Recording) -> list[int]:
    """Recorded steps whose model lies in the folder, ascending."""
    return [step for step in recording.steps if recording.path and _file(recording, step).is_file()]


def model_path(recording: Recording, step: int) -> Path:
    """The file of the model at a recorded step.

    Raises:
        UnknownNameError: for a step that was not recorded.
        FileError: when no model of it was kept.
    """
    if step not in recording.steps:
        raise UnknownNameError("recorded step", step, recording.steps)
    if recording.path is None or not (path := _file(recording, step)).is_file():
        with_one = ", ".join(map(str, models(recording)[:12])) or "none"
        raise FileError(f"{recording.name} has no model of step {step} in its folder; steps with one: {with_one}")
    return path


def traversal(
    recording: Recording,
    step: int,
    *,
    anchor: int | None = None,
    latents: Sequence[int] | None = None,
    grid: bool = False,
    values: int = 11,
    span: Literal["prior", "posterior"] = "prior",
    share: float = 0.95,
    seed: int = 0,
    device: str = "auto",
    progress: Report = nothing,
) -> Traversal:
    """What the decoder of a step draws when single latents of an image's code move, the others staying.

    The code that is left is the recorded mean of q(z|x). Pictures are the means of the decoder's Bernoulli pixels,
    rounded to 256 grey levels; none is drawn at random.

    Args:
        recording: with layers `mean` and, in its folder, the models of its steps.
        step: a recorded one.
        anchor: row of the probe whose code is left; None draws one by `seed`.
        latents: that move; None for all.
        grid: two latents move against each other.
        values: that each takes, evenly spaced.
        span: "prior" or "posterior", the means of each latent over the probe.
        share: of the span, its middle.

    Raises:
        UnknownNameError: for a step, or layer, that is not there.
        SettingError: for a row, latent or setting out of its range, or more pictures than are kept.
        FileError: when there is no model, or the file is damaged or of another network.

    References: higgins2017, section 4.
    """
    chosen = None if latents is None else tuple(latents)
    route = Route(anchor, chosen, grid, values, span, share, seed).checked(recording)
    return compute(recording, step, route, progress, device)


def key(recording: Recording, step: int, route: Route) -> str:
    """The key of a checked route in the results catalogue: of the model, the codes, the image and the code version."""
    path = model_path(recording, step)
    check_size(path, path.stat().st_size)
    image = picture(recording, route.anchor or 0)
    return digest("traversal", path.read_bytes(), recording.step_digest(step), image, asdict(route), code_version())


def collected(recording: Recording, step: int, route: Route) -> Traversal | None:
    """The pictures of a checked route; None when they have not been drawn.

    Raises:
        FileError: when there is no model.
    """
    wanted = key(recording, step, route)
    found = results().get_many([wanted])
    return Traversal.from_dict(found[wanted]) if wanted in found else None


def compute(
    recording: Recording, step: int, route: Route, progress: Report = nothing, device: str = "auto"
) -> Traversal:
    """The pictures of a checked route, from the results catalogue or drawn and kept there.

    Raises:
        FileError: when there is no model, or the file is damaged or of another network.
        SampleError: for codes that are no numbers.
    """
    found = collected(recording, step, route)
    if found is None:
        found = _traversed(recording, step, route, progress, device)
        results().put_many({key(recording, step, route): found.to_dict()})
    return found


def run(
    path: str, step: int, route: Mapping[str, Any], progress: Report = nothing, device: str = "auto"
) -> dict[str, Any]:
    """The job: draw what is missing."""
    recording = opened(path)
    asked = Route(**{**route, "latents": tuple(route["latents"])}).checked(recording)
    return {"pictures": int(np.prod(compute(recording, step, asked, progress, device).images.shape[:2]))}


run_grid = run
"""The same job under a name of its own: a view that waits for both must not end one for the other."""


def specification(recording: Recording, step: int, route: Route) -> Specification:
    """The job that draws a checked route; a decoder that removes noise step by step takes 15 times the seconds it says.

    Raises:
        FileError: when there is no model.
    """
    data = key(recording, step, route)
    arguments = {"path": recording.folder, "step": step, "route": asdict(route)}
    pixels = route.pictures * pixels_of(recording)
    cost = {"seconds": 0.5 + 4e-7 * pixels, "bytes": 400.0 * pixels_of(recording) + 2 * pixels}
    name = "run_grid" if route.grid else "run"
    return Specification(f"explorer.coded.traversal:{name}", arguments, data, route.seed, cost=cost)


def submitted(recording: Recording, step: int, route: Route) -> Job:
    """Submit a checked route as a job."""
    what = "Grid of two latents" if route.grid else "Traversal"
    return board.submitted(specification(recording, step, route), f"{what} of {recording.name} at {step}")


def _file(recording: Recording, step: int) -> Path:
    return Path(recording.path or "") / "models" / f"{step:08d}.safetensors"


def _traversed(recording: Recording, step: int, route: Route, progress: Report, device: str) -> Traversal:
    from explorer.coded.decoding import decoded  # torch comes with it

    row, latents = route.anchor or 0, route.latents or ()
    codes = np.asarray(recording.activations(step, MEAN), np.float64)
    if not np.isfinite(codes).all():
        raise SampleError(f"layer {MEAN} at step {step} holds NaN or infinity, from which no latent can move")
    values = _values(codes, route)
    asked = _asked(codes[row], values, route)
    image = picture(recording, row)
    path = model_path(recording, step)
    pictures = decoded(path, np.vstack([codes[row], *asked]), image.shape[0], device, progress)
    about = {"run": recording.name, "step": step, **asdict(route), "model": path.name, "grey": "mean of each pixel"}
    about |= {"factors": {name: column[row] for name, column in recording.factors.items()}}
    side = (len(asked), route.values, *image.shape)
    return Traversal(latents, values, pictures[1:].reshape(side), pictures[0], image, codes[row], about)


def _values(codes: np.ndarray, route: Route) -> np.ndarray:
    """(latents, values) evenly spaced over the middle share of the prior, or of the means."""
    tail, moving = (1 - route.share) / 2, codes[:, list(route.latents or ())]
    high = NormalDist().inv_cdf(1 - tail)
    ends = np.full((2, moving.shape[1]), [[-high], [high]])
    if route.span == "posterior":
        ends = np.quantile(moving, [tail, 1 - tail], axis=0)
    return np.linspace(ends[0], ends[1], route.values, axis=-1)


def _asked(code: np.ndarray, values: np.ndarray, route: Route) -> np.ndarray:
    """(rows, values, d) codes to decode."""
    latents = route.latents or ()
    found = np.tile(code, (route.values if route.grid else len(latents), route.values, 1))
    if route.grid:
        found[:, :, latents[0]], found[:, :, latents[1]] = values[0][:, None], values[1]
        return found
    for place, latent in enumerate(latents):
        found[place, :, latent] = values[place]
    return found
