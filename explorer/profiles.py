"""A measure of every layer at every step: the plan, the key and cost of its cells, and the table of them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from explorer.catalogue import Card, measures
from explorer.data import Recording, digest
from explorer.errors import SettingError, UnknownNameError
from explorer.jobs.specification import code_version
from explorer.measures._effort import seconds
from explorer.plan import Cell, column, columns, texts
from explorer.result import repr_call
from explorer.results.trajectory import Trajectory
from explorer.settings import Range, Setting, checked_settings

STEPS = ("previous", "first", "last")
"""Steps of the same layer with which a pair can be compared."""

OPTIONS = (
    Setting("permutations", int, 0, Range(0, 1000)),
    Setting("seed", int, 0, Range(0, 2**31 - 1)),
)

SHORT = ("cka", "rbf", "svcca", "pwcca", "cca", "ska", "mig", "dmig", "xmig", "dlig", "rmig", "jemmig", "sap", "dci",
         "irs", "udr", "vae", "kl")  # fmt: skip
"""Words of catalogue keys that are abbreviations."""


@dataclass(frozen=True)
class Profile:
    """What to read at every step and layer; its fields are the cell's key.

    Attributes:
        measure: catalogue key.
        settings: of the measure; what is left out has its default.
        target: what the measure compares a layer with: "y" or a factor, where it takes labels or values; "factors" for
            all of them, where it scores codes; where it compares representations, "previous", "first" or "last"
            recorded step of the same layer, "x" for the inputs, or another layer at the same step. "" takes "y", all
            factors, or the previous step.
        permutations: shuffles, of the rows of what it is compared with or of every column of T by itself, whose mean
            is the null.
        seed: of everything random.
    """

    measure: str = "diffusion_spectral_entropy"
    settings: Mapping[str, Any] = field(default_factory=dict)
    target: str = ""
    permutations: int = 0
    seed: int = 0

    @property
    def call(self) -> str:
        """The measure as one reads it, with every setting that has a value."""
        return repr_call(self.measure, {name: value for name, value in self.settings.items() if value is not None})

    def checked(self, recording: Recording) -> "Profile":
        """The plan with every setting typed and its target named.

        Raises:
            UnknownNameError: for a measure, layer or column that is not there.
            SettingError: for a setting that does not exist or is out of its range, or a needless target.
        """
        card = measures.card(self.measure)
        given = checked_settings(card.settings, self.settings, self.measure)
        full = {setting.name: setting.default for setting in card.settings} | given
        rest = {setting.name: setting.checked(getattr(self, setting.name)) for setting in OPTIONS}
        return Profile(self.measure, full, self._target(card, recording), **rest)

    def _target(self, card: Card, recording: Recording) -> str:
        against = card.constants.get("against")
        if against is None and self.target:
            raise SettingError(f"target={self.target!r}: {self.measure} reads a layer alone and takes no target")
        if against is None:
            return ""
        if against == "factors":
            return self._factors(recording)
        if against != "representation":
            column(recording, self.target or "y")
            return self.target or "y"
        known = [*STEPS, *(["x"] if recording.x is not None else []), *recording.layers]
        chosen = "previous" if self.target in ("", "y") else self.target
        if chosen not in known:
            raise UnknownNameError("step, input or layer to compare with", chosen, known)
        return chosen

    def _factors(self, recording: Recording) -> str:
        """All factors, or one column by name."""
        known = [*(["factors"] if recording.factors else []), *(["y"] if recording.y is not None else [])]
        chosen = self.target or next(iter(known), "factors")
        if chosen not in (*known, *recording.factors):
            raise UnknownNameError("factors, label or factor", chosen, [*known, *recording.factors])
        return chosen

    def partner(self, recording: Recording, step: int) -> int | None:
        """The step with which a pair is compared at `step`; None where there is no earlier one."""
        place = recording.steps.index(step)
        if self.target == "previous":
            return recording.steps[place - 1] if place else None
        return {"first": recording.steps[0], "last": recording.steps[-1]}.get(self.target, step)


def keys(recording: Recording, plan: Profile, steps: Iterable[int], layers: Iterable[str]) -> dict[Cell, str]:
    """The key of every cell in the results catalogue: data, plan and code."""
    against = measures.card(plan.measure).constants.get("against")
    given: list[Any] = [recording.x] if plan.target == "x" else []
    if against in ("labels", "labels or values", "factors"):
        given = [part for pair in columns(recording, plan.target).items() for part in pair]
    common = digest(*given, asdict(plan), code_version())
    layers = list(layers)
    found: dict[Cell, str] = {}
    for step in steps:
        partner = plan.partner(recording, step) if plan.target in STEPS else step
        both = [recording.step_digest(step), "" if partner is None else recording.step_digest(partner)]
        found |= {(step, layer): digest(common, *both, layer) for layer in layers}
    return found


def cells(recording: Recording, plan: Profile, device: str = "auto") -> Any:
    """What computes a cell; torch comes with it."""
    from explorer.readings import Readings

    return Readings(recording, plan, device)


def title(recording: Recording, plan: Profile) -> str:
    """What a person reads of the job."""
    return f"{words(plan.measure)} of {recording.name}"


def words(name: str) -> str:
    """A catalogue key as one says it: "Diffusion spectral entropy"."""
    said = " ".join(word.upper() if word in SHORT else word for word in name.split("_")).replace("MIG sup", "MIG-sup")
    return said[0].upper() + said[1:]


def cost(recording: Recording, plan: Profile) -> tuple[float, int]:
    """About how long (seconds on one core) and how much memory (bytes) the whole profile takes."""
    n, many = len(recording), len(recording.steps) * (1 + plan.permutations)
    sides = 2 if measures.card(plan.measure).constants.get("against") == "representation" else 1
    each = sum(seconds_of(plan.measure, n, sides * width) for width in widths(recording).values())
    effort = measures.card(plan.measure).constants.get("effort", ())
    pairs = any((*effort[2:4], *effort[5:]))
    return many * each, 8 * n * (max(widths(recording).values(), default=1) + (3 * n if pairs else 0))


def seconds_of(measure: str, n: int, width: int) -> float:
    """About how long one reading of n samples takes on one core; `width` holds the columns of both sides of a pair."""
    return seconds(measures.card(measure).constants.get("effort", (0.002, 2e-8, 0.0, 0.0)), n, width)


def widths(recording: Recording) -> dict[str, int]:
    """Columns of every layer."""
    found = {}
    for layer, shape in recording.shapes.items():
        found[layer] = 1
        for size in shape[1:]:
            found[layer] *= size
    return found


def table(
    recording: Recording, plan: Profile, cells: Mapping[Cell, Mapping[str, Any]], layers: Sequence[str], total: int
) -> Trajectory:
    """The profile as far as `cells` hold it; `about` tells what it means and how many are missing of `total`."""
    rows = [
        {"step": step, "layer": layer, "quantity": plan.measure}
        | {key: cell.get(key) for key in ("value", "low", "high", "null")}
        | {"warnings": [rule for rule, _ in cell.get("doubts", ())]}
        for (step, layer), cell in cells.items()
    ]
    card = measures.card(plan.measure)
    about = {
        "recording": recording.name,
        "path": recording.path,
        "measure": plan.measure,
        "words": words(plan.measure),
        "summary": card.summary,
        "settings": dict(plan.settings),
        "call": plan.call,
        "target": plan.target,
        "against": card.constants.get("against"),
        "distance": card.constants.get("distance", ""),
        "usable": card.constants.get("usable", False),
        "limits": list(card.constants.get("limits", (None, None))),
        "permutations": plan.permutations,
        "seed": plan.seed,
        "layers": list(layers),
        "recorded": len(recording.steps),
        "n": len(recording),
        "step_name": recording.provenance.get("step", "step"),
        "complete": recording.complete,
    }
    about |= texts(cells) | {"cells": len(cells), "total": total}
    usual = card.constants.get("unit", "nats")  # a setting may change it: the cells know
    unit = next((cell["unit"] for cell in cells.values() if "unit" in cell), usual)
    return Trajectory.from_rows(rows, unit=unit, about=about, metrics=recording.metrics)
