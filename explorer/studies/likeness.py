"""A measure of every pair of representations: layers of a run, at one step or several, and of several runs.

Reading what is there needs no torch.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import lru_cache
from itertools import product
from typing import Any

import numpy as np

from explorer.arrays import recording as opened
from explorer.catalogue import measures
from explorer.data import Recording, digest
from explorer.entries import Entry, called
from explorer.errors import InputError, SampleError, SettingError, UnknownNameError
from explorer.jobs import board
from explorer.jobs.board import Job
from explorer.jobs.progress import nothing
from explorer.jobs.results import results
from explorer.jobs.specification import Specification, code_version
from explorer.numerics.scaling import dissimilarities, scaled
from explorer.profiles import seconds_of, widths
from explorer.result import finite, repr_call
from explorer.results.representation import Similarity
from explorer.settings import Range, Setting, checked_settings

Report = Callable[..., None]
Place = tuple[int, int, str]
"""Which recording, step and layer."""

SEED = Setting("seed", int, 0, Range(0, 2**31 - 1))
MOST = 200
"""Representations that are compared with each other at most."""


@dataclass(frozen=True)
class Pairs:
    """Which representations to compare, and by which measure.

    Attributes:
        measure: catalogue key of a measure of two representations, or the entry with its settings.
        settings: of the measure; what is left out has its default.
        steps: of every recording; None takes the last of each.
        layers: of every recording; None takes all.
        null: read every pair once more with the rows of one shuffled.
        seed: of everything random.
    """

    measure: str = "linear_cka"
    settings: Mapping[str, Any] = field(default_factory=dict)
    steps: tuple[int, ...] | None = None
    layers: tuple[str, ...] | None = None
    null: bool = True
    seed: int = 0

    def checked(self) -> "Pairs":
        """The same with every setting typed.

        Raises:
            UnknownNameError: for a measure that is not there.
            SettingError: for a measure of something else, or a setting that does not exist or is out of its range.
        """
        card = measures.card(self.measure)
        against = card.constants.get("against")
        if against != "representation":
            raise SettingError(
                f"measure={self.measure!r} takes {against or 'no y'}; one of two representations is needed"
            )
        given = checked_settings(card.settings, self.settings, self.measure)
        full = {one.name: one.default for one in card.settings} | given
        steps, layers = _listed("steps", self.steps), _listed("layers", self.layers)
        return replace(self, settings=full, steps=steps, layers=layers, seed=SEED.checked(self.seed))


def places(recordings: Sequence[Recording], plan: Pairs) -> list[Place]:
    """The representations that a checked plan compares: by recording, then step, then layer.

    Raises:
        UnknownNameError: for a step or layer that a recording lacks.
        SampleError: without two representations, with over 200, or for recordings of different samples.
    """
    _same_samples(recordings)
    found: list[Place] = []
    for which, one in enumerate(recordings):
        steps, layers = plan.steps or one.steps[-1:], plan.layers or one.layers
        for what, given, known in (("recorded step", steps, one.steps), ("layer", layers, one.layers)):
            for name in given:
                if name not in known:
                    raise UnknownNameError(f"{what} of {one.name}", name, known)
        found += [(which, step, layer) for step, layer in product(steps, layers)]
    if not 2 <= len(found) <= MOST:
        raise SampleError(f"{len(found)} representation(s) were chosen; 2 to {MOST} can be compared with each other")
    return found


def names(recordings: Sequence[Recording], chosen: Sequence[Place]) -> tuple[str, ...]:
    """Representations as one reads them: what they have in common is left out."""
    titles = [one.name for one in recordings]
    if len(set(titles)) < len(titles):
        titles = [f"{title} ({i})" for i, title in enumerate(titles, 1)]
    columns = [[titles[which], layer, f"step {step}"] for which, step, layer in chosen]
    kept = [i for i in range(3) if len({row[i] for row in columns}) > 1]
    if 2 in kept and len({(which, step) for which, step, _ in chosen}) == len(recordings):
        kept.remove(2)  # every recording has its own last step
    return tuple(", ".join(row[i] for i in kept) for row in columns)


def key(recordings: Sequence[Recording], plan: Pairs, chosen: Sequence[Place]) -> str:
    """The key of the matrix in the results catalogue."""
    data = [[recordings[which].step_digest(step), layer] for which, step, layer in chosen]
    return digest("similarity", data, asdict(plan), names(recordings, chosen), code_version())


def collected(recordings: Sequence[Recording], plan: Pairs) -> Similarity | None:
    """The matrix of a checked plan; None when it has not been computed.

    Raises:
        ExplorerError: as `places`.
    """
    wanted = key(recordings, plan, places(recordings, plan))
    found = results().get_many([wanted])
    return Similarity.from_dict(found[wanted]) if wanted in found else None


def compute(
    recordings: Sequence[Recording], plan: Pairs, progress: Report = nothing, device: str = "auto"
) -> Similarity:
    """The matrix of a checked plan, from the results catalogue or computed and kept there.

    Raises:
        ExplorerError: as `places`.
        SampleError: when the measure can take no pair.
    """
    known = collected(recordings, plan)
    if known is not None:
        return known
    chosen = places(recordings, plan)
    found = _matrix(recordings, plan, chosen, progress, device)
    results().put_many({key(recordings, plan, chosen): found.to_dict()})
    return found


def similarity(
    recordings: Recording | Sequence[Recording],
    measure: str | Entry = "linear_cka",
    *,
    steps: Sequence[int] | None = None,
    layers: Sequence[str] | None = None,
    null: bool = True,
    seed: int = 0,
    device: str = "auto",
    progress: Report = nothing,
    **settings: Any,
) -> Similarity:
    """How alike representations are: a measure of every pair, and a map of all.

    Args:
        recordings: one, whose layers are compared at a step or between steps, or several of the same samples.
        measure: catalogue key of a measure of two representations, or the entry with its settings.
        steps: of every recording; None takes the last of each.
        layers: of every recording; None takes all.
        null: read every pair once more with the rows of one shuffled.
        settings: of the measure, as `debiased=True`.

    Raises:
        UnknownNameError: for a measure, step or layer that is not there.
        SettingError: for a measure of something else, or a setting that does not exist or is out of its range.
        SampleError: for recordings of different samples, or when the measure can take no pair.
    """
    runs = [recordings] if isinstance(recordings, Recording) else list(recordings)
    if other := [one for one in runs if not isinstance(one, Recording)]:
        raise SampleError(f"recordings hold {other[0]!r}, which is none; open it first: explorer.open({other[0]!r})")
    plan = Pairs(*called(measure, settings), steps, layers, null, seed)  # type: ignore[arg-type]  # checked makes them tuples
    return compute(runs, plan.checked(), progress, device)


def run(
    paths: Sequence[str], plan: Mapping[str, Any], progress: Report = nothing, device: str = "auto"
) -> dict[str, Any]:
    """The job: compute what is missing."""
    found = compute([opened(path) for path in paths], Pairs(**plan).checked(), progress, device)
    return {"representations": len(found.names)}


def specification(recordings: Sequence[Recording], plan: Pairs, device: str = "auto") -> Specification:
    """The job that computes a checked plan; the same matrix of the same data is the same job.

    Raises:
        SettingError: for a recording in memory, which another process cannot read.
    """
    data = digest(key(recordings, plan, places(recordings, plan)))
    arguments = {"paths": [one.folder for one in recordings], "plan": asdict(plan), "device": device}
    foreseen = dict(zip(("seconds", "bytes"), cost(recordings, plan), strict=True))
    return Specification(f"{__name__}:run", arguments, data, plan.seed, cost=foreseen)


def submitted(recordings: Sequence[Recording], plan: Pairs) -> Job:
    """Submit a checked plan as a job."""
    return board.submitted(specification(recordings, plan), f"Similarity of representations by {plan.measure}")


def cost(recordings: Sequence[Recording], plan: Pairs) -> tuple[float, int]:
    """About how long (seconds on one core) and how much memory (bytes) a checked plan takes."""
    chosen, n = places(recordings, plan), len(recordings[0])
    wide = [widths(recordings[which])[layer] for which, _, layer in chosen]
    symmetric = bool(measures.card(plan.measure).constants.get("symmetric"))
    times = 1 + plan.null
    seconds = sum(times * seconds_of(plan.measure, n, wide[i] + wide[j]) for i, j in _pairs(len(wide), symmetric))
    return seconds, 8 * n * (sum(wide) + 4 * max(wide))


def _listed(name: str, chosen: Any) -> tuple[Any, ...] | None:
    """Steps or layers without repetition."""
    if chosen is None:
        return None
    if isinstance(chosen, str) or not isinstance(chosen, Iterable) or not (found := tuple(dict.fromkeys(chosen))):
        raise SettingError(f"{name}={chosen!r} must be a list that holds at least one")
    return found


def _pairs(m: int, symmetric: bool) -> list[tuple[int, int]]:
    """Which of m are compared: with a symmetric measure every pair once."""
    return [(i, j) for i in range(m) for j in range(i if symmetric else 0, m)]


def _same_samples(recordings: Sequence[Recording]) -> None:
    """Refuse recordings whose rows are known to be different samples; where nothing is known their number decides."""
    for one in recordings[1:]:
        first = recordings[0]
        columns = [(name, getattr(first, name), getattr(one, name)) for name in ("x", "y")]
        different = [name for name, a, b in columns if a is not None and b is not None and not np.array_equal(a, b)]
        if len(one) != len(first) or different:
            what = f"{len(first)} and {len(one)} samples" if len(one) != len(first) else f"different {different[0]}"
            raise SampleError(f"{first.name} and {one.name} hold {what}; every row must be the same sample in both")


def _matrix(
    recordings: Sequence[Recording], plan: Pairs, chosen: Sequence[Place], progress: Report, device: str
) -> Similarity:
    entry, called = measures[plan.measure](**plan.settings), names(recordings, chosen)
    values, null = np.full((2, len(chosen), len(chosen)), np.nan)
    wanted, read = _pairs(len(chosen), entry.symmetric), _reader(recordings, device)
    errors: dict[str, str] = {}
    doubts: dict[str, dict[str, Any]] = {}
    for done, (i, j) in enumerate(wanted):
        pair = f"{called[i]} and {called[j]}"
        progress(done, len(wanted), pair)
        try:
            values[i, j], null[i, j], found = _cell(entry, read(*chosen[i]), read(*chosen[j]), plan, (i, j))
        except InputError as error:
            errors[pair] = str(error)
            continue
        for rule, text in found:
            doubts[rule] = {"text": text, "pair": pair, "pairs": doubts.get(rule, {}).get("pairs", 0) + 1}
    progress(len(wanted), len(wanted), "")
    if np.isnan(values).all():
        raise SampleError(next(iter(errors.values())))
    if entry.symmetric:
        values, null = (np.where(np.isnan(one), one.T, one) for one in (values, null))
    apart, words = dissimilarities(values, bool(entry.distance), entry.limits[1])
    spots, stress = scaled(apart)
    about = asdict(plan) | {"call": repr_call(plan.measure, plan.settings), "unit": entry.unit, "dissimilarity": words}
    about |= {"n": len(recordings[0]), "limits": list(entry.limits), "errors": errors, "doubts": doubts}
    about["representations"] = [{"run": recordings[i].name, "step": step, "layer": layer} for i, step, layer in chosen]
    about["unplaced"] = [name for name, spot in zip(called, spots, strict=True) if np.isnan(spot).any()]
    return Similarity(called, values, spots, bool(entry.distance), stress, null if plan.null else None, finite(about))


def _cell(entry: Any, a: Any, b: Any, plan: Pairs, pair: tuple[int, int]) -> tuple[float, float, list[tuple[str, str]]]:
    """The value, what one shuffle of the rows of the second reads, and the doubts about the value."""
    score, null = entry.on(a, b, plan.seed), np.nan
    if plan.null:
        order = np.random.default_rng((plan.seed, *pair)).permutation(len(a))
        null = entry.on(a, replace(b, values=b.values[order]), plan.seed).value
    return score.value, null, [(one.rule, one.text) for one in score.warnings if not one.note]


def _reader(recordings: Sequence[Recording], device: str) -> Callable[[int, int, str], Any]:
    """Checked representations; as many are kept as fit into an eighth of the free memory."""
    from explorer import checks  # torch comes with it
    from explorer.device import memory_free, resolve

    where = resolve(device)
    largest = 8 * max(len(one) * max(widths(one).values()) for one in recordings)

    @lru_cache(max(2, memory_free(where) // (8 * largest)))
    def read(which: int, step: int, layer: str) -> Any:
        return checks.variable(recordings[which].activations(step, layer), layer, "continuous", "continuous", where)

    return read
