"""What a sweep computes: the plan, the key of every cell, and what it will cost."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np

from explorer.catalogue import Card, estimators
from explorer.data import Recording, digest
from explorer.errors import SettingError, UnknownNameError
from explorer.jobs.specification import code_version
from explorer.settings import Range, Setting, checked_settings

Cell = tuple[int, str]

SECONDS = {
    "discrete": (0.005, 1e-6, 0.0),
    "binned": (0.003, 1e-6, 0.0),
    "gaussian": (0.02, 5e-6, 0.0),
    "neighbours": (0.005, 4e-6, 1e-9),
    "estimators": (0.005, 4e-6, 1e-9),
    "projected": (0.005, 3e-5, 1e-9),
    "tables": (0.005, 5e-6, 1e-9),
    "kernel": (0.01, 0.0, 2e-8),
    "many": (0.005, 5e-6, 1e-9),
    "time": (0.005, 4e-6, 1e-9),
    "spherical": (0.01, 0.0, 8e-8),
    "critic": (0.002, 2e-7, 0.0),
    "learned": (0.01, 1e-5, 0.0),
}
"""Seconds of one estimate by family: fixed, for each sample and column, for each pair of samples."""
UNKNOWN = (10.0, 1e-4, 0.0)
"""The same for families that are not listed."""
UPDATE, SAMPLE = 0.003, 1.5e-4
"""Seconds of those that train: for an update of 512 samples that may be made, of which critics make about half, and for
a sample that is looked at; measured with 500 to 8000 samples of 2 to 20 columns on one core."""
TOGETHER = 0.5
"""Share of it that a training takes on a plane of what trains several cells together and asks for no standard errors;
measured with 1000 samples."""
UPDATES, BATCH = 600, 512
"""Updates and samples of one, where an entry that trains has no such settings."""

OPTIONS = (
    Setting("noise", float, 0.0, Range(0.0, 1e6)),
    Setting("permutations", int, 5, Range(0, 10_000)),
    Setting("seed", int, 0, Range(0, 2**31 - 1)),
)


@dataclass(frozen=True)
class Plan:
    """What to compute at every step and layer; its fields are the cell's key.

    Attributes:
        estimator: catalogue key.
        settings: of the estimator; what is left out has its default.
        target: "y", a factor, or a layer: then I(T_i; T_target) at the same step.
        noise: standard deviation of Gaussian noise added to T before estimating, 0 for none.
        permutations: of the target, for the null of I(T;Y).
        seed: of the noise and the permutations.
    """

    estimator: str = "binning"
    settings: Mapping[str, Any] = field(default_factory=dict)
    target: str = "y"
    noise: float = 0.0
    permutations: int = 5
    seed: int = 0

    @property
    def call(self) -> str:
        """The estimator as one reads it, with every setting that has a value: `binning(bins=30, low=-1, high=1)`."""
        given = {name: value for name, value in self.settings.items() if value is not None}
        return f"{self.estimator}({', '.join(f'{name}={_shown(value)}' for name, value in given.items())})"

    def checked(self, recording: Recording) -> "Plan":
        """The plan with every setting typed, and refused where its parts contradict each other.

        Raises:
            UnknownNameError: for an estimator, layer or column that is not there.
            SettingError: for a setting that does not exist, is out of its range, or does not fit the others.
        """
        card = estimators.card(self.estimator)
        if not self.to_layer(recording):
            column(recording, self.target)
        given = checked_settings(card.settings, self.settings, self.estimator)
        full = {setting.name: setting.default for setting in card.settings} | given
        rest = {setting.name: setting.checked(getattr(self, setting.name)) for setting in OPTIONS}
        plan = Plan(self.estimator, full, self.target, **rest)
        plan._fits(card, recording)
        return plan

    def to_layer(self, recording: Recording) -> bool:
        """Whether the target is a layer; a label or factor of the same name comes first."""
        columns = [*recording.factors, *(["y"] if recording.y is not None else [])]
        return self.target in recording.layers and self.target not in columns

    def _fits(self, card: Card, recording: Recording) -> None:
        if card.constants.get("by_column") or card.constants.get("ordered"):
            what = "many variables" if card.constants.get("by_column") else "steps of time"
            raise SettingError(
                f"estimator={self.estimator!r} reads {what} and no I(X;T); a plane takes ksg, binning and their like"
            )
        low, high = self.settings.get("low"), self.settings.get("high")
        if low is not None and high is not None and low >= high:
            raise SettingError(f"low={low:g} must be below high={high:g}")
        if self.noise and (card.family == "binned" or self.estimator == "adaptive_kde"):
            raise SettingError(
                f"noise={self.noise:g} cannot be used with {self.estimator}: X is the row's identity, and one noisy "
                "sample of a row would count the noise as information; kde_bounds takes noise exactly, ksg samples it"
            )
        if card.constants.get("x_is_identity") and card.family == "kernel" and self.to_layer(recording):
            raise SettingError(f"{self.estimator} needs labels as target and {self.target!r} is a layer; choose 'ksg'")


def takes_layers(name: str) -> bool:
    """Whether an estimator of I takes real values of any number of columns, as activations are."""
    card = estimators.card(name)
    shannon = card.constants.get("quantity", "I(X;Y)") == "I(X;Y)"
    return shannon and card.family not in ("discrete", "tables") and card.constants.get("columns") is None


def keys(recording: Recording, plan: Plan, steps: Iterable[int], layers: Iterable[str]) -> dict[Cell, str]:
    """The key of every cell in the results catalogue: data, plan and code."""
    columns = [recording.x, None if plan.to_layer(recording) else recording.target(plan.target)]
    common = digest(*(c for c in columns if c is not None), asdict(plan), code_version())
    layers = list(layers)
    return {
        (step, layer): digest(common, step_digest, layer)
        for step in steps
        for step_digest in [recording.step_digest(step)]
        for layer in layers
    }


def texts(cells: Mapping[Cell, Mapping[str, Any]]) -> dict[str, Any]:
    """The newest sentence of every rule and layer, and why cells have no value."""
    doubts: dict[str, dict[str, str]] = {}
    failed = {}
    for (_, layer), cell in cells.items():
        said: dict[str, list[str]] = {}
        for rule, text, *quantity in cell.get("doubts", ()):
            said.setdefault(rule, []).append(": ".join((*filter(None, quantity), text)))
        for rule, found in said.items():
            doubts.setdefault(rule, {})[layer] = " ".join(found)
        if "error" in cell:
            failed[layer] = cell["error"]
    return {"doubts": doubts, "failed": failed}


def _shown(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else repr(value)


def cost(recording: Recording, plan: Plan) -> tuple[float, int]:
    """About how long (seconds on one core) and how much memory (bytes) the whole plane takes.

    Kernels compare all pairs once a cell whatever the number of targets, cells are sorted, and nearest neighbours are
    sought for every target; the constants were measured with 4096 samples and are good to a factor of three. All
    others cost one estimate a target; those that train hold as many cells as they compute together.
    """
    n, cells = len(recording), len(recording.steps) * len(recording.layers)
    width = max((math.prod(shape[1:]) for shape in recording.shapes.values()), default=1)
    targets = 2 + plan.permutations
    card = estimators.card(plan.estimator)
    family = card.family
    if family == "kernel" and card.constants.get("x_is_identity"):
        return cells * 2.2e-9 * n * n * (1 + width / 50), 8 * n * 512 * 4
    if family == "neighbours":
        return cells * 2.5e-8 * n * n * targets, 8 * n * min(n, 2048) * 6
    if family == "binned":
        return cells * 5e-9 * n * math.log2(n + 2) * width * (1 + targets / 10), 8 * n * width * 4
    memory, group = 8 * n * (width + min(n, 2048)) * 2, min(cells, card.constants.get("cells_at_once", 1))
    if group > 1:
        memory += group * n * width * 12  # in float64, and as critics take them
    return cells * seconds_of_cell(plan, n, width + 1), memory


def trains(estimator: str) -> bool:
    """Whether an estimator trains a model at each call, as its card says."""
    return bool(estimators.card(estimator).constants.get("learned"))


def seconds_of_cell(plan: Plan, n: int, width: int) -> float:
    """About how long one cell takes on one core, beside others where the estimator trains several together."""
    at_once = estimators.card(plan.estimator).constants.get("cells_at_once", 1)
    one = seconds_of(plan.estimator, n, width, plan.settings) * (TOGETHER if at_once > 1 else 1)
    return one * (2 + plan.permutations)


def seconds_of(estimator: str, n: int, width: int, settings: Mapping[str, Any] | None = None) -> float:
    """About how long one estimate takes on one core, with x and y of `width` columns together.

    By family, measured with 500 to 8000 samples: a slow member of one takes up to ten times its quickest. Those that
    train are counted by their updates and by samples, whatever their settings but these: steps, batch and members.
    """
    if trains(estimator):
        chosen = {one.name: one.default for one in estimators.card(estimator).settings} | dict(settings or {})
        updates = (chosen.get("steps") or UPDATES) * (chosen.get("members") or 1)
        return UPDATE * updates * min(chosen.get("batch") or BATCH, n) / BATCH + SAMPLE * n
    card = estimators.card(estimator)
    fixed, linear, square = card.constants.get("effort") or SECONDS.get(card.family, UNKNOWN)
    return fixed + linear * n * width + square * n * n


def column(recording: Recording, target: str) -> np.ndarray:
    """The labels or factor that a plan names.

    Raises:
        UnknownNameError: when there is none of that name; the message lists layers too.
    """
    try:
        return recording.target(target)
    except UnknownNameError as error:
        names = [*(["y"] if recording.y is not None else []), *recording.factors, *recording.layers]
        raise UnknownNameError("label, factor or layer", target, names) from error


def columns(recording: Recording, target: str) -> dict[str, np.ndarray]:
    """The columns that a target names: "factors" are all of them.

    Raises:
        UnknownNameError: for a column that is not there.
    """
    return dict(recording.factors) if target == "factors" else {target: column(recording, target)}
