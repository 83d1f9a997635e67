"""Record a trained network without a training loop: one step of activations, in process or as a job."""

import hashlib
import json
import shutil
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from explorer import arrays, jobs
from explorer.data import digest
from explorer.errors import FileError, SampleError, SettingError, UnknownNameError
from explorer.jobs.progress import nothing
from explorer.models._select import form_of
from explorer.recordings import library
from explorer.recordings.atomic import making
from explorer.recordings.folder import unlike_a_recording
from explorer.recordings.manifest import read_manifest, write_manifest
from explorer.sources._limits import size
from explorer.trained.recipe import Recipe

if TYPE_CHECKING:
    import torch
    from torch import nn

    from explorer.trained.opened import Opened

STEP = 0
"""The step that is recorded; a trained network has one."""
ACCURACY = "accuracy is the share of samples whose largest output stands at the place of their label."
NO_ACCURACY = (
    "accuracy needs labels that are whole numbers from 0, at least two of them, and a network that returns one row a "
    "sample with an output for each"
)


def record(
    recipe: "Recipe | Opened",
    folder: str | Path,
    *,
    device: str = "auto",
    overwrite: bool = False,
    progress: Callable[..., None] = nothing,
) -> Path:
    """Record the layers of a trained network; the recording's folder.

    It is written beside the folder and renamed when it is whole: an end before that leaves nothing behind. Of a
    classifier of Hugging Face, which returns `logits`, and of any network where the recipe asks for it, the share of
    samples whose largest output is at the place of their label is kept as the metric `accuracy`, and the notes say so.

    Args:
        recipe: what to load and feed, or the same opened.
        device: "auto", "cpu" or "cuda"; of a recipe that is not opened.
        overwrite: replace the recording that the folder holds.
        progress: called with samples done, their number and "samples"; what it raises ends the recording.

    Raises:
        FileError: when the folder holds something, or the disk has too little room.
        SettingError: when layers and probe take more than the budget.
        SampleError, InputError: when the network cannot take the data, a layer cannot be recorded, or an accuracy is
            asked for and labels or outputs give none.
    """
    from explorer.recordings.budget import bytes_of
    from explorer.recordings.recorder import Recorder
    from explorer.trained.listing import chosen, listed, probe_bytes
    from explorer.trained.opened import opened

    target = Path(folder)
    check_free(target, overwrite)
    given = opened(recipe, device) if isinstance(recipe, Recipe) else recipe
    layers, about = listed(given), given.recipe
    names, needed, once = chosen(layers), sum(one.bytes for one in layers if one.chosen), probe_bytes(given, layers)
    limit, rule = bytes_of(about.budget), "take fewer layers or samples, a pool that keeps less, or float16"
    told = f"{size(needed)} of the chosen layers and {size(once)} of the probe"
    if limit is not None and needed + once > limit:
        raise SettingError(f"budget={about.budget!r} is less than the {told}; {rule}")
    if needed + once > (free := _disk(target)):
        raise FileError(f"disk is needed for {told}, and {size(free)} are free; {rule}")
    with making(target, overwrite) as part, _Outputs(given.model) as outputs:
        probe = given.x if given.y is None else (given.x, given.y)
        recorder = Recorder(
            part, given.model, probe, names, factors=given.factors, pool=given.pool, dtype=about.dtype,
            batch=about.batch, seed=about.seed, progress=progress, provenance=_provenance(given),
        )  # fmt: skip
        with recorder:
            recorder.step(STEP)
            share = _share(given, outputs)
            if share is not None:
                recorder.note(STEP, accuracy=share)
        if share is not None:
            _remark(part, ACCURACY)
    return target


def check_free(target: Path, overwrite: bool) -> None:
    """Refuse a folder that holds something that would be lost.

    Raises:
        FileError: naming what it holds.
    """
    if not target.exists() or (target.is_dir() and not any(target.iterdir())):
        return
    if alien := unlike_a_recording(target):
        raise FileError(f"{target} holds {alien}, which no recording has")
    if not overwrite:
        rule = "choose another folder, or pass overwrite=True (--overwrite)"
        raise FileError(f"{target} holds a recording; {rule}")


def accuracy(largest: np.ndarray | None, columns: int, y: np.ndarray | None) -> float | None:
    """The share of rows whose largest output is at the place of their label.

    None unless the labels y, (n,), are whole numbers from 0 to columns - 1, at least two of them.

    Args:
        largest: the place of the largest output of each row, (n,).
        columns: how many outputs a row has.
    """
    if largest is None or y is None or y.dtype.kind not in "biu" or len(largest) != len(y):
        return None
    if y.min() < 0 or y.max() >= columns or (y == y[0]).all():
        return None
    return float((largest == y).mean())


def _share(given: "Opened", outputs: "_Outputs") -> float | None:
    """The accuracy where it is asked for, or the network returns logits, each of which is some label's.

    Raises:
        SampleError: when it is asked for and there is none.
    """
    asked = given.recipe.accuracy
    plain = outputs.logits and given.y is not None and np.array_equal(np.unique(given.y), np.arange(outputs.columns))
    share = accuracy(outputs.largest(len(given)), outputs.columns, given.y) if asked or plain else None
    if asked and share is None:
        raise SampleError(NO_ACCURACY)
    return share


def _remark(folder: Path, note: str) -> None:
    """Add a sentence to the notes of a recording."""
    manifest = read_manifest(folder)
    manifest.provenance["notes"] = [*manifest.notes, note]
    write_manifest(folder, manifest)


def run(recipe: dict[str, Any], path: str, device: str = "auto", progress: Callable[..., None] = nothing) -> Any:
    """Record as a job: the recipe as plain data, and the folder; what a run before has finished is taken as it is."""
    asked = Recipe.of(recipe)
    if not _finished(asked, Path(path)):
        record(asked, path, device=device, progress=progress)
    return {"recording": path}


def layers(recipe: dict[str, Any], device: str = "auto", progress: Callable[..., None] = nothing) -> Any:
    """List as a job: how many samples and bytes of them, what was done to network and data, and every layer."""
    from explorer.trained.listing import listed, probe_bytes
    from explorer.trained.opened import opened

    given = opened(Recipe.of(recipe), device)
    found = listed(given)
    about = {"samples": len(given), "notes": list(given.notes), "probe": probe_bytes(given, found)}
    return about | {"layers": [asdict(one) for one in found]}


def specification(recipe: Recipe, path: str | Path | None = None) -> jobs.Specification:
    """The job that records a recipe into a folder; without one, the job that lists its layers."""
    stamps = [_stamp(Path(recipe.model)), *(_stamp(arrays.path(text)) for text in recipe.texts)]
    file = str(recipe.settings.get("network", "")).rpartition(":")[0]
    stamps += [_stamp(Path(file))] if file.endswith(".py") else []
    arguments = {"recipe": recipe.plain} | ({} if path is None else {"path": str(path)})
    what = "layers" if path is None else "run"
    return jobs.Specification(f"explorer.trained.recorded:{what}", arguments, digest(*map(str, stamps)), recipe.seed)


def submitted(recipe: Recipe) -> jobs.Job:
    """Submit the job that records a recipe into a new folder among the recordings of this computer."""
    live = {str(one): job for job in jobs.jobs() if job.live for one in job.spec.arguments.values()}
    for path in library.names(stem(recipe)):
        spec = specification(recipe, path)
        if str(path) in live and live[str(path)].id == spec.id:
            return live[str(path)]
        if str(path) not in live and not path.exists() and not _was_done(spec):
            break
    return jobs.submitted(spec, f"Recording {path.name}")


def stem(recipe: Recipe) -> str:
    """What a recording is called: its title, or the name of the network's file or folder."""
    return recipe.title or Path(recipe.model).resolve().stem


def _was_done(spec: jobs.Specification) -> bool:
    """Whether such a job is done: its recording was deleted since."""
    try:
        return jobs.job(spec.id).state == "done"
    except UnknownNameError:
        return False


def _finished(recipe: Recipe, folder: Path) -> bool:
    """Whether a folder holds the whole recording of a recipe."""
    if not (folder / "manifest.json").is_file():
        return False
    manifest = read_manifest(folder)
    return manifest.complete and manifest.provenance.get("recipe") == _plain(recipe.short())


def _plain(recipe: Recipe) -> Any:
    """As JSON gives it back."""
    return json.loads(json.dumps(recipe.plain))


class _Outputs:
    """Where the largest output of each sample is, while it holds: of a network that returns a row a sample.

    Attributes:
        columns: how many outputs a row has.
        logits: whether the network calls them so.
    """

    def __init__(self, model: "nn.Module"):
        self.model, self.parts, self.columns, self.logits = model, list["torch.Tensor"](), 0, False

    def __enter__(self) -> "_Outputs":
        self.hook = self.model.register_forward_hook(self._keep)
        return self

    def __exit__(self, *_: object) -> None:
        self.hook.remove()

    def largest(self, n: int) -> np.ndarray | None:
        """Of the last n rows, (n,); None when the network returned something else, or fewer."""
        whole = np.concatenate([part.numpy() for part in self.parts]) if self.parts else np.empty(0, int)
        return whole[-n:] if len(whole) >= n else None

    def _keep(self, _module: "nn.Module", _inputs: Any, output: Any) -> None:
        values = getattr(output, "logits", output)
        if getattr(values, "ndim", 0) == 2 and values.shape[1]:
            self.columns, self.logits = values.shape[1], values is not output
            self.parts.append(values.detach().argmax(1).cpu())


def _provenance(given: "Opened") -> dict[str, Any]:
    recipe, path = given.recipe.short(), Path(given.recipe.model)
    form = form_of(given.recipe.model) if recipe.form == "auto" else recipe.form
    return {
        "title": stem(given.recipe),
        **{name: text for name in ("licence", "source") if (text := getattr(recipe, name))},
        "network": {"file": path.name, "form": form, "blake2b": _digest(path), "settings": dict(recipe.settings)},
        "recipe": _plain(recipe),
        "notes": list(given.notes),
    }


def _digest(path: Path) -> str:
    """Of a file's bytes; of a folder, its weights."""
    found = hashlib.blake2b(digest_size=16)
    for one in sorted(path.glob("*.safetensors")) if path.is_dir() else [path]:
        with one.open("rb") as stream:
            found.update(hashlib.file_digest(stream, "blake2b").digest())
    return found.hexdigest()


def _stamp(path: Path) -> tuple[float, int]:
    """When a file was last written, or the newest file of a folder, and its size."""
    found = [one.stat() for one in (path.iterdir() if path.is_dir() else [path]) if one.is_file()]
    return max((one.st_mtime, one.st_size) for one in found) if found else (0.0, 0)


def _disk(target: Path) -> int:
    """Bytes that are free where a folder is to be."""
    return shutil.disk_usage(next(one for one in target.absolute().parents if one.is_dir())).free
