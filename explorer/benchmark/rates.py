"""What a list of answers with known truths says about the one who gave them."""

import math
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from explorer.result import LEAST, SHARE


@dataclass(frozen=True)
class Answer:
    """One estimate of a known information, or why there is none.

    Attributes:
        by: the estimator or peer.
        interval: None where none was computed.
        doubted: whether a rule fired that casts doubt on the value; None where no rules were asked.
        chosen: the estimator that was chosen, where one chooses.
        refusal: why there is no value.
    """

    by: str
    task: str
    seed: int
    judged: bool
    truth: float
    value: float | None = None
    interval: tuple[float, float] | None = None
    doubted: bool | None = None
    seconds: float = 0.0
    chosen: str = ""
    refusal: str = ""

    @property
    def error(self) -> float:
        """How far the value is from the truth; NaN without a value."""
        return math.nan if self.value is None else abs(self.value - self.truth)

    @property
    def bad(self) -> bool:
        """Off by more than max(0.1 nats, 15 %)."""
        return self.error > max(LEAST, SHARE * abs(self.truth))


def rates(answers: Iterable[Answer]) -> dict[str, Any]:
    """Errors, coverage and how well warnings tell bad estimates from good ones; None for what cannot be told."""
    asked = list(answers)
    given = [one for one in asked if one.value is not None]
    with_interval = [one for one in given if one.interval]
    ruled = [one for one in given if one.doubted is not None]
    return {
        "asked": len(asked),
        "answered": len(given),
        "tasks": len({one.task for one in given}),
        "error": _mean([one.error for one in given]),
        "worst": max((one.error for one in given), default=None),
        "bad": sum(one.bad for one in given),
        "intervals": len(with_interval),
        "coverage": _mean([one.interval[0] <= one.truth <= one.interval[1] for one in with_interval if one.interval]),
        "ruled": len(ruled),
        "caught": _mean([bool(one.doubted) for one in ruled if one.bad]),
        "false_alarms": _mean([bool(one.doubted) for one in ruled if not one.bad]),
        "seconds": statistics.median(one.seconds for one in given) if given else None,
    }


def _mean(values: Sequence[float]) -> float | None:
    return float(statistics.fmean(values)) if values else None
