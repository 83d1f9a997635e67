"""Every score of disentanglement of one code, with the matrix behind them: planned, computed in parts, kept.

Reading what is there needs no torch.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any

import numpy as np

from explorer.catalogue import measures
from explorer.coded.jobs import queued, specified
from explorer.data import digest
from explorer.errors import InputError
from explorer.jobs.board import Job
from explorer.jobs.progress import nothing
from explorer.jobs.results import results
from explorer.jobs.specification import Specification, code_version
from explorer.metric_table import MetricTable
from explorer.metrics import FAMILY, MATRIX, REPEATS, Coded, Metrics, effort
from explorer.result import Doubt, Null, finite
from explorer.score import Score


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
        codes: latents, shape (n, d); means where the code has noise.
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
    from explorer.checks import as_array  # torch comes with it

    noise = None if variances is None else as_array(variances, "variances")
    return compute(Coded(as_array(codes, "codes"), factors, noise), plan, progress, device)


def compute(coded: Coded, plan: Metrics, progress: Callable[..., None] = nothing, device: str = "auto") -> MetricTable:
    """The table of a checked plan, from the results catalogue or computed part by part and kept there.

    Raises:
        SampleError: for samples that cannot be used.
    """
    from explorer.coded.scoring import Scoring  # torch comes with it

    todo = missing(coded, plan)
    if todo:
        work = Scoring(coded, plan, device)
        for done, (name, trusted) in enumerate(todo):
            progress(done, len(todo), f"{name}{', interval and null' if trusted else ''}")
            results().put_many({key(coded, plan, name, trusted): finite(work.row(name, trusted))})
        progress(len(todo), len(todo), "")
    table = collected(coded, plan)
    if table is None:
        raise InputError("the results catalogue lost what was just computed; look at its disk")
    return table


def parts(coded: Coded, plan: Metrics) -> list[tuple[str, bool]]:
    """What a checked plan consists of: all values, then the intervals and nulls asked for, quick ones first."""
    n, width = coded.shape
    names = (MATRIX, *sorted(plan.names, key=lambda name: effort(name, n, width)))
    return [(name, False) for name in names] + [(name, True) for name in names if plan.trusts(name, n, width)]


def missing(coded: Coded, plan: Metrics) -> list[tuple[str, bool]]:
    """The parts that are not in the results catalogue."""
    keys = {part: key(coded, plan, *part) for part in parts(coded, plan)}
    known = results().get_many(keys.values())
    return [part for part, one in keys.items() if one not in known]


def key(coded: Coded, plan: Metrics, name: str, trusted: bool) -> str:
    """The key of one part in the results catalogue."""
    given = {"bins": plan.bins, "strategy": plan.strategy} if name == MATRIX else plan.of(name)
    return digest(FAMILY, coded.digest, name, given, plan.seed, trusted, code_version())


def collected(coded: Coded, plan: Metrics) -> MetricTable | None:
    """The table of a checked plan as far as it is there; None before the matrix is."""
    keys = {part: key(coded, plan, *part) for part in parts(coded, plan)}
    known = results().get_many(keys.values())
    rows = {part: known[one] for part, one in keys.items() if one in known}
    found = {name: rows.get((name, True), rows.get((name, False))) for name in (MATRIX, *plan.names)}
    matrix = found.pop(MATRIX)
    if matrix is None:
        return None
    waiting = [name for name, trusted in keys if trusted and (name, True) not in rows]
    about = {
        "bins": plan.bins,
        "strategy": plan.strategy,
        "assignment": plan.assignment,
        "seed": plan.seed,
        "trust": plan.trust,
        "missing": [name for name, row in found.items() if row is None],
        "waiting": waiting,
        "parts": len(keys),
        "done": len(rows),
        "texts": dict(coded.texts),
        **matrix["about"],
    }
    return _table(matrix, {name: row for name, row in found.items() if row}, about)


def _table(matrix: Mapping[str, Any], rows: Mapping[str, Any], about: dict[str, Any]) -> MetricTable:
    cards = {name: measures.card(name).constants for name in rows}
    about |= {"views": {name: one.get("view", "") for name, one in cards.items()}}
    about |= {"misses": {name: one.get("misses", "") for name, one in cards.items()}}
    shape = (len(matrix["latents"]), len(matrix["factors"]))
    square = {
        name: np.array(matrix.get(name) or np.full(shape, np.nan), float).reshape(shape)
        for name in ("information", "low", "high", "null", "null_high")
    }
    return MetricTable(
        latents=tuple(matrix["latents"]),
        factors=tuple(matrix["factors"]),
        **square,
        entropies=np.array(matrix["entropies"], float),
        scores={name: _score(row["score"]) for name, row in rows.items() if "score" in row},
        undefined={name: row["undefined"] for name, row in rows.items() if "undefined" in row},
        warnings=tuple(Doubt(**one) for one in matrix["doubts"]),
        about=about,
    )


def _score(plain: Mapping[str, Any]) -> Score:
    """The score that `dataclasses.asdict` wrote."""
    given = {**plain, "warnings": tuple(Doubt(**one) for one in plain["warnings"])}
    given["null"] = plain["null"] and Null(**plain["null"])
    given["interval"] = plain["interval"] and tuple(plain["interval"])
    return Score(**given)


def run(
    codes: str,
    factors: str,
    variances: str,
    plan: Mapping[str, Any],
    progress: Callable[..., None] = nothing,
    device: str = "auto",
) -> dict[str, Any]:
    """The job: compute what is missing."""
    asked = Metrics(**{**plan, "names": tuple(plan["names"])}).checked()
    table = compute(Coded.named(codes, factors, variances), asked, progress, device)
    return {"scores": len(table.scores), "undefined": len(table.undefined)}


def specification(coded: Coded, plan: Metrics, device: str = "auto") -> Specification:
    """The job that computes a checked plan.

    Raises:
        SettingError: for codes in memory, which another process cannot read.
    """
    taken = sum(_seconds(coded, name, trusted) for name, trusted in parts(coded, plan))
    return specified("explorer.coded.disentangle:run", coded, asdict(plan), coded.digest, taken, device)


def submitted(coded: Coded, plan: Metrics) -> Job:
    """Submit a checked plan as a job."""
    return queued(specification(coded, plan), f"Disentanglement of {coded.texts['codes']}")


def _seconds(coded: Coded, name: str, trusted: bool) -> float:
    each = 0.01 if name == MATRIX else effort(name, *coded.shape)
    return each * (REPEATS if trusted else 1)
