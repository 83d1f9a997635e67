"""One call each: estimate, measure, disentanglement, open, plane, profile, compare, similarity, interactions."""

from pathlib import Path
from typing import Any

from explorer.bundle import open_bundled
from explorer.catalogue import estimators, measures
from explorer.coded.disentangle import disentanglement
from explorer.data import Recording
from explorer.errors import FileError, SettingError
from explorer.examples.base import bundled
from explorer.recordings.foreign import found
from explorer.recordings.store import open_folder
from explorer.result import Estimate
from explorer.runs.groups import compare
from explorer.score import Score
from explorer.settings import checked_settings
from explorer.sources._readers import is_source
from explorer.studies.likeness import similarity
from explorer.sweep import plane, profile
from explorer.together import interactions

__all__ = [
    "compare", "disentanglement", "estimate", "interactions", "measure", "open", "plane", "profile", "similarity",
]  # fmt: skip


def estimate(
    x: Any,
    y: Any = None,
    *,
    z: Any = None,
    estimator: str = "auto",
    x_kind: str = "auto",
    y_kind: str = "auto",
    z_kind: str = "auto",
    seed: int = 0,
    device: str = "auto",
    null: bool | None = None,
    interval: bool | None = None,
    laws: bool = False,
    **settings: Any,
) -> Estimate:
    """I(X; Y), I(X; Y | Z), or the entropy of X when y is None, with how far it can be trusted.

    Args:
        x: samples, shape (n,) or (n, d): list, array, DataFrame, Series or tensor on any device.
        y: samples paired with x.
        z: samples of a condition, paired with x and y.
        estimator: catalogue key, see `explorer list estimators`; "auto" looks at the data and says what it chose.
        x_kind, y_kind, z_kind: "continuous", "discrete", "mixed" (real with values that repeat), "labels" or "auto".
        null: compute the permutation null; None does up to 2000 samples.
        interval: compute an interval; None does.
        laws: try on these samples what every information obeys: data processing, additivity, independence.
        settings: of the estimator, as `k=3`.

    Raises:
        UnknownNameError: for an estimator that is not there.
        SettingError: for a setting that does not exist or is out of its range.
        SampleError: for samples that cannot be used.
    """
    from explorer.reliability.judge import judged

    entry = estimators[estimator](**checked_settings(estimators.card(estimator).settings, settings, estimator))
    samples = entry.checked(x, y, z, (x_kind, y_kind, z_kind), device)
    return judged(entry, samples, seed, null=null, interval=interval, laws=laws)


def measure(
    z: Any,
    y: Any = None,
    *,
    measure: str,
    seed: int = 0,
    device: str = "auto",
    null: bool | None = None,
    interval: bool = False,
    **settings: Any,
) -> Score:
    """A score of a representation, with how far it can be trusted.

    Args:
        z: samples of a representation, shape (n,) or (n, d).
        y: what the measure compares it with, paired row by row: labels, values, or a second representation.
        measure: catalogue key, see `explorer list measures`.
        null: compute what shuffled rows of y read, or columns of z shuffled each by itself; None does where y is given
            and the measure is quick.
        interval: compute an interval over parts of the samples, where the measure has none of its own.
        settings: of the measure, as `sigma=5`.

    Raises:
        UnknownNameError: for a measure that is not there.
        InputError: for a y that is missing, or given to a measure that takes none.
        SettingError: for a setting that does not exist or is out of its range.
        SampleError: for samples that cannot be used.
    """
    from explorer.reliability.scores import scored

    entry = measures[measure](**checked_settings(measures.card(measure).settings, settings, measure))
    samples, target = entry.checked(z, y, device)
    return scored(entry, samples, target, seed, null=null, interval=interval)


def open(path: str | Path, *, pattern: str = "", x: Any = None, y: Any = None, factors: Any = None) -> Recording:
    """A recording: a folder, also one that is still being written, a bundled run by name, or files of other programs.

    Of other programs nothing is copied, and one layer at a time is read: from a folder whose files are steps, from one
    file or store that holds several steps as groups, or from a file that is one step. `explorer convert` makes a
    recording of them that jobs and the app can open. Arrays whose rows are not the samples are left out, and the
    provenance says which.

    Args:
        path: of the folder, file or store.
        pattern: where the step stands in the names of files below a folder, `epoch_{step}.npz` or
            `{step}/{layer}.npy`, or of arrays in one file, `step_{step}/{layer}`. One file needs none where its names
            begin with a number or a word like step or epoch, as step_10/fc1.
        x, y: of such files: an array, the name of one that they hold, or FILE, FILE:NAME or FILE:a,b of another file.
            Unless given, an array called x is the inputs and one called y, label, labels, target or Y the labels.
        factors: of such files: names as for y, with FILE all its columns; or {name: column}. Unless given, arrays of
            text or whole numbers, one a sample, are factors.

    Raises:
        FileError: when there is no such folder, file or bundled run, or a file in it is damaged.
        SettingError: for a pattern that breaks its rule, or one that a recording does not take.
        UnknownNameError, SampleError: for a column that is not there, or not paired row by row.
    """
    place, asked = Path(path), {"pattern": pattern or None, "x": x, "y": y, "factors": factors}
    if not place.exists() and str(path) in bundled():
        return open_bundled(str(path))
    if not place.exists():
        raise FileError(f"{path} does not exist; give a recording folder or a bundled run: {', '.join(bundled())}")
    if not place.is_dir() or is_source(place) or (pattern and not (place / "manifest.json").is_file()):
        return found(place, pattern, x, y, factors).recording()
    named = [name for name, given in asked.items() if given is not None]
    if named and (place / "manifest.json").is_file():
        raise SettingError(f"{named[0]} is of files of other programs and {path} is a recording; leave it out")
    return open_folder(place)
