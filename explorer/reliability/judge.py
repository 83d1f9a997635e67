"""One estimate with everything that says how far it can be trusted."""

import time
from contextlib import nullcontext
from dataclasses import replace

from scipy.stats import t as student

from explorer.device import one_thread, seeded
from explorer.errors import InputError
from explorer.estimators.base import Estimator, Samples
from explorer.reliability.consistency import consistency
from explorer.reliability.interval import GROUPS, LEVEL, SPLITS, Interval, interval_of
from explorer.reliability.null import FIRST, MOST, permutation_null
from explorer.reliability.null import LEVEL as EVIDENCE
from explorer.reliability.rules import fired, opinion
from explorer.result import Doubt, Estimate, in_both

LARGEST = 2000
"""Samples up to which every estimate gets its null unasked."""

SMALL = 5000
"""Samples up to which one thread computes an estimate faster than several."""


def judged(
    entry: Estimator,
    samples: Samples,
    seed: int = 0,
    *,
    null: bool | None = None,
    interval: bool | None = None,
    laws: bool = False,
) -> Estimate:
    """The estimate with its interval, its permutation null and the rules that fire.

    Args:
        null: None computes it up to 2000 samples, and says so above; of an entry that trains True alone does.
        interval: None computes it, unless the entry gives one of its own, which is then kept; of an entry that trains
            and has no standard error of its own True alone computes it. False leaves out either.
        laws: try data processing, additivity and independence as well.
    """
    with one_thread() if len(samples) <= SMALL else nullcontext():
        return _judged(entry, samples, seed, null, interval, laws)


def _judged(
    entry: Estimator, samples: Samples, seed: int, null: bool | None, interval: bool | None, laws: bool
) -> Estimate:
    start = time.perf_counter()
    with seeded(seed, samples.x.values.device):
        chosen, why = entry.settled(*samples.tensors)
    result = replace(chosen.on(samples, seed), seconds=time.perf_counter() - start)
    found = None
    if interval is False:
        result = replace(result, interval=None, level=None)
    elif result.interval is None and interval is None and chosen.learned and result.standard_error is None:
        trainings = GROUPS + 2 * SPLITS
        text = f"{chosen.name} trains, and an interval takes {trainings} trainings; interval=True asks for it."
        result = _noted(result, "no interval", text)
    elif result.interval is None:
        result, found = _with_interval(result, chosen, samples)
    if samples.y is not None and not chosen.by_column:
        with seeded(seed, samples.x.values.device):
            second = opinion(chosen, samples) if chosen is entry and samples.z is None else None
        doubts = tuple(fired(chosen, samples, result.nats, found or _own(result), second))
        constant = any(doubt.rule == "constant" for doubt in doubts)  # says all that the others try to
        before = [doubt for doubt in result.warnings if doubt.note or not constant]
        result = replace(result, warnings=(*before, *doubts))
        result = _with_laws(result, chosen, samples, constant) if laws else result
        result = result if constant else _with_null(result, chosen, samples, null)
    else:
        result = _with_laws(result, chosen, samples) if laws else result
        result = _with_null(result, chosen, samples, null) if chosen.by_column else result
    return result if chosen is entry else entry.signed(result, why)


def _with_interval(result: Estimate, chosen: Estimator, samples: Samples) -> tuple[Estimate, Interval | None]:
    if chosen.learned and result.standard_error is not None:
        return _around(result, result.standard_error), None
    try:
        found = interval_of(chosen.bare, samples, result.value, result.seed)
    except InputError as error:
        return _noted(result, "no interval", f"Parts of the samples were refused: {error}"), None
    own = result.standard_error
    spread = found.standard_error if own is None else own
    return replace(result, interval=(found.low, found.high), level=LEVEL, standard_error=spread), found


def _own(result: Estimate) -> Interval | None:
    """The interval that the estimator itself has given, which knows of no drift."""
    if result.interval is None:
        return None
    low, high = result.interval
    reach = max(result.value - low, high - result.value)
    error = result.standard_error or reach / float(student.ppf((1 + LEVEL) / 2, GROUPS - 1))
    return Interval(low, high, error, 0.0, reach)


def _around(result: Estimate, error: float) -> Estimate:
    """The interval of an estimator that trains: its own standard error, of groups of samples held out."""
    reach = float(student.ppf((1 + LEVEL) / 2, GROUPS - 1)) * error
    return replace(result, interval=(result.value - reach, result.value + reach), level=LEVEL)


def _with_laws(result: Estimate, chosen: Estimator, samples: Samples, constant: bool = False) -> Estimate:
    """The result with what data processing, additivity and independence say of it, or why they say nothing."""
    if constant:
        return _noted(result, "laws", "No law is tried where a variable is constant: the information is 0.")
    if samples.z is not None or (samples.y is None) != chosen.by_column:
        return _noted(result, "laws", f"No law is tried on {result.quantity}.")
    checks = consistency(chosen.bare, samples, result.nats, result.seed)
    return replace(result, warnings=(*result.warnings, *(check.doubt for check in checks)))


def _with_null(result: Estimate, chosen: Estimator, samples: Samples, wanted: bool | None) -> Estimate:
    if wanted is None and chosen.learned:
        text = f"{chosen.name} trains, and a permutation null takes {FIRST} to {MOST} trainings; null=True asks for it."
        return _noted(result, "no null", text)
    if wanted is None and result.n > LARGEST:
        text = f"No permutation null was computed: n = {result.n} is above {LARGEST}; null=True asks for one."
        return _noted(result, "no null", text)
    if wanted is False:
        return result
    try:
        null = permutation_null(chosen.bare, samples, result.nats, seed=result.seed)
    except InputError as error:
        return _noted(result, "no null", f"With y permuted: {error}")
    result = replace(result, null=null)
    if null.p_value <= EVIDENCE:
        return result
    text = f"With {null.how} it reads up to {in_both(null.high)}: {in_both(result.nats)} is no evidence of dependence."
    return _noted(result, "null", text)


def _noted(result: Estimate, rule: str, text: str) -> Estimate:
    return replace(result, warnings=(*result.warnings, Doubt(rule, text, note=True)))
