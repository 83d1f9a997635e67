"""One call each: estimate, measure, disentanglement, open, plane."""

from pathlib import Path
from typing import Any

from explorer.bundle import open_bundled
from explorer.catalogue import estimators, measures
from explorer.data import Recording
from explorer.errors import ExplorerError, FileError, InputError
from explorer.recordings.bundled import bundled
from explorer.recordings.store import open_folder
from explorer.result import Estimate, Score
from explorer.settings import checked_settings
from explorer.sweep import plane

__all__ = ["disentanglement", "estimate", "measure", "open", "plane"]

DEFAULT = "ksg"
"""What "auto" stands for until an estimator of that name chooses by itself."""


def estimate(
    x: Any,
    y: Any = None,
    *,
    z: Any = None,
    estimator: str = "auto",
    x_kind: str = "auto",
    y_kind: str = "auto",
    seed: int = 0,
    device: str = "auto",
    **settings: Any,
) -> Estimate:
    """I(X; Y), or the entropy of X when y is None, with what is doubtful about it.

    Args:
        x: samples, shape (n,) or (n, d): list, array, DataFrame, Series or tensor on any device.
        y: samples paired with x.
        z: a condition; no estimator here takes one yet.
        estimator: catalogue key, see `explorer list estimators`.
        x_kind, y_kind: "continuous", "discrete" or "auto".
        settings: of the estimator, as `k=3`.

    Raises:
        UnknownNameError: for an estimator that is not there.
        SettingError: for a setting that does not exist or is out of its range.
        SampleError: for samples that cannot be used.
    """
    if z is not None:
        raise InputError("z=... asks for a conditional information; no estimator of this version takes a condition")
    from explorer.reliability.null import with_null

    name = _chosen(estimator, y)
    entry = estimators[name](**checked_settings(estimators.card(name).settings, settings, name))
    result = entry(x, y, x_kind=x_kind, y_kind=y_kind, seed=seed, device=device)
    return result if y is None else with_null(result, entry, x, y, x_kind, y_kind)


def measure(z: Any, y: Any = None, *, measure: str, seed: int = 0, device: str = "auto", **settings: Any) -> Score:
    """A score of a representation z, shape (n, d).

    Raises:
        UnknownNameError: for a measure that is not there.
    """
    entry = measures[measure](**checked_settings(measures.card(measure).settings, settings, measure))
    return entry(z, y, seed=seed, device=device)


def disentanglement(codes: Any, factors: Any, *, metrics: Any = None, seed: int = 0) -> Any:
    """The table of disentanglement metrics of codes (n, d) and factors (n, K).

    Raises:
        ExplorerError: as long as this version has no disentanglement metric.
    """
    raise ExplorerError(
        "disentanglement: this version has no disentanglement metric; `explorer list measures` shows all"
    )


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


def _chosen(estimator: str, y: Any) -> str:
    if estimator != "auto" or "auto" in estimators:
        return estimator
    return DEFAULT if y is not None else "gaussian"
