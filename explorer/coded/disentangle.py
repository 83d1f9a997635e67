"""Every score of disentanglement of one code, with the matrix behind them: planned, computed in parts, kept.

Reading what is there needs no torch.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from explorer.catalogue import measures
from explorer.coded.jobs import Kept, Read, Rows
from explorer.jobs.progress import nothing
from explorer.metrics import MATRIX, REPEATS, Coded, Metrics, effort
from explorer.result import Doubt, Null
from explorer.results.metric_table import MetricTable
from explorer.score import Score

MOST = 12
"""Names of latents that a note lists."""


def disentanglement(
    codes: Any,
    factors: Any,
    *,
    variances: Any = None,
    metrics: Sequence[str] | str | None = None,
    bins: int = 20,
    strategy: str = "equal_width",
    assignment: str = "hungarian",
    settings: Mapping[str, Mapping[str, Any]] | None = None,
    trust: str = "quick",
    seed: int = 0,
    device: str = "auto",
    progress: Callable[..., None] = nothing,
) -> MetricTable:
    """Every score of codes against factors at once, with the matrix of informations behind them.

    Args:
        codes: latents, shape (n, d), a DataFrame with their names or an array; means where the code has noise.
        factors: what made the data, (n,) or (n, K), a DataFrame or a mapping of names to columns: counted, real or
            text, on a grid or not.
        variances: of Gaussian q(z|x), shape (n, d), for scores that need the noise of a code.
        metrics: catalogue keys; None takes all. A score that is undefined for the data says why, and the others
            are computed.
        bins: cells of each latent and of each real factor, for every score that cuts.
        strategy: cells of "equal_width" or of "equal_frequency".
        assignment: the latent meant for each factor, where a score asks: "hungarian" takes those that tell most, each
            once; "order" the i-th for the i-th.
        settings: of single scores, as `{"dci": {"learner": "boosting"}}`.
        trust: intervals and nulls of "all" scores, of those that are "quick", or "none".

    Raises:
        UnknownNameError: for a metric that is not there.
        SettingError: for a setting that does not exist or is out of its range.
        SampleError: for samples that cannot be used: lengths that differ, NaN, no factor that changes.
    """
    plan = Metrics(tuple([metrics] if isinstance(metrics, str) else metrics or ()), bins, strategy, assignment)
    plan = replace(plan, settings=settings or {}, trust=trust, seed=seed).checked()
    coded = Coded(codes, factors, names=tuple(map(str, getattr(codes, "columns", ()))))  # lengths are compared first
    from explorer.checks import as_array  # torch comes with it

    noise = None if variances is None else as_array(variances, "variances")
    return compute(replace(coded, means=as_array(codes, "codes"), variances=noise), plan, progress, device)


def parts(coded: Coded, plan: Metrics) -> list[tuple[str, bool]]:
    """What a checked plan consists of: all values, then the intervals and nulls asked for, quick ones first."""
    n, width = coded.shape
    names = (MATRIX, *sorted(plan.names, key=lambda name: effort(name, n, width)))
    return [(name, False) for name in names] + [(name, True) for name in names if plan.trusts(name, n, width)]


def _asked(plan: Metrics, name: str, trusted: bool) -> list[Any]:
    given = {"bins": plan.bins, "strategy": plan.strategy} if name == MATRIX else plan.of(name)
    return [name, given, plan.seed, trusted]


def _result(coded: Coded, plan: Metrics, rows: Rows) -> MetricTable | None:
    """The table of the parts that are there; None before the matrix is."""
    asked = parts(coded, plan)
    found = {name: rows.get((name, True), rows.get((name, False))) for name in (MATRIX, *plan.names)}
    matrix = found.pop(MATRIX)
    if matrix is None:
        return None
    waiting = [name for name, trusted in asked if trusted and (name, True) not in rows]
    about = {
        "bins": plan.bins,
        "strategy": plan.strategy,
        "assignment": plan.assignment,
        "seed": plan.seed,
        "trust": plan.trust,
        "missing": [name for name, row in found.items() if row is None],
        "waiting": waiting,
        "parts": len(asked),
        "done": len(rows),
        "texts": dict(coded.texts),
        **matrix["about"],
    }
    table = _table(matrix, {name: row for name, row in found.items() if row}, about)
    return replace(table, warnings=(*table.warnings, *_notes(coded)))


def _notes(coded: Coded) -> tuple[Doubt, ...]:
    """What was left out of files, and where names of latents stand."""
    notes, names = [Doubt("columns", one, note=True) for one in coded.notes], coded.named_latents
    if names:
        listed = ", ".join(f"{j} is {name}" for j, name in enumerate(names[:MOST]))
        text = f"Where a doubt or a detail has the number of a latent, it is its place: {listed}"
        notes.append(Doubt("latents", f"{text}{' and so on' if len(names) > MOST else ''}.", note=True))
    return tuple(notes)


def _table(matrix: Mapping[str, Any], rows: Mapping[str, Any], about: dict[str, Any]) -> MetricTable:
    cards = {name: measures.card(name).constants for name in rows}
    about |= {"views": {name: one.get("view", "") for name, one in cards.items()}}
    about |= {"misses": {name: one.get("misses", "") for name, one in cards.items()}}
    shape = (len(matrix["latents"]), len(matrix["factors"]))
    square = {
        name: np.array(matrix.get(name) or np.full(shape, np.nan), float).reshape(shape)
        for name in ("information", "low", "high", "null", "null_high")
    }
    doubts = tuple(Doubt(**one) for one in matrix["doubts"])
    return MetricTable(
        latents=tuple(matrix["latents"]),
        factors=tuple(matrix["factors"]),
        **square,
        entropies=np.array(matrix["entropies"], float),
        scores={name: _score(row["score"]).within(doubts) for name, row in rows.items() if "score" in row},
        undefined={name: row["undefined"] for name, row in rows.items() if "undefined" in row},
        warnings=doubts,
        about=about,
    )


def _score(plain: Mapping[str, Any]) -> Score:
    """The score that `dataclasses.asdict` wrote."""
    given = {**plain, "warnings": tuple(Doubt(**one) for one in plain["warnings"])}
    given["null"] = plain["null"] and Null(**plain["null"])
    given["interval"] = plain["interval"] and tuple(plain["interval"])
    return Score(**given)


def _reader(coded: Coded, plan: Metrics, device: str) -> Read:
    from explorer.coded.scoring import Scoring  # torch comes with it

    return Scoring(coded, plan, device).row


def _seconds(coded: Coded, plan: Metrics) -> float:
    each = {name: 0.01 if name == MATRIX else effort(name, *coded.shape) for name, _ in parts(coded, plan)}
    return sum(each[name] * (REPEATS if trusted else 1) for name, trusted in parts(coded, plan))


TABLE: Kept[Metrics, MetricTable] = Kept(
    module=__name__,
    plan=Metrics,
    reader=_reader,
    result=_result,
    seconds=_seconds,
    title=lambda coded, _: f"Disentanglement of {coded.title}",
    parts=parts,
    asked=_asked,
    note=lambda name, trusted: f"{name}{', interval and null' if trusted else ''}",
)
key, missing, collected, compute = TABLE.key, TABLE.missing, TABLE.collected, TABLE.compute
run, specification, submitted = TABLE.run, TABLE.specification, TABLE.submitted
