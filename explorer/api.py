"""One call each: estimate, measure, disentanglement, open, plane, profile, similarity."""

from pathlib import Path
from typing import Any

from explorer.bundle import open_bundled
from explorer.catalogue import estimators, measures
from explorer.coded.disentangle import disentanglement
from explorer.data import Recording
from explorer.errors import FileError
from explorer.likeness import similarity
from explorer.recordings.bundled import bundled
from explorer.recordings.store import open_folder
from explorer.result import Estimate
from explorer.score import Score
from explorer.settings import checked_settings
from explorer.sweep import plane, profile

__all__ = ["disentanglement", "estimate", "measure", "open", "plane", "profile", "similarity"]


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


def open(path: str | Path) -> Recording:
    """The recording in a folder, also one that is still being written, or a bundled run by name.

    Raises:
        FileError: when there is no such folder or bundled run, or a file in it is damaged.
    """
    if not Path(path).exists() and str(path) in bundled():
        return open_bundled(str(path))
    if not Path(path).exists():
        raise FileError(f"{path} does not exist; give a recording folder or a bundled run: {', '.join(bundled())}")
    return open_folder(path)
