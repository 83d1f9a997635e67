"""What estimators by denoising share: columns as a denoiser takes them, one training, and what it noticed."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch

from explorer.checks import varying
from explorer.denoisers import Mask
from explorer.denoisers.gaps import Comparison, Gap, asked, gaps
from explorer.denoisers.network import Denoiser
from explorer.denoisers.schedule import Schedule
from explorer.denoisers.training import Plan, Trained, fitted
from explorer.device import one_thread
from explorer.errors import SampleError
from explorer.estimators.base import Reading
from explorer.numerics.margins import in_margins
from explorer.result import Doubt

LEVELS, LOOKED = 64, 8
"""Levels of noise of a reading, and of a look in between."""
ROWS = 512
"""Held-out rows of a look in between."""
LEAST = 32
"""Fewest samples: a share of 0.3 leaves 9 to read."""


@dataclass(frozen=True)
class Denoised:
    """Samples, their denoiser and what was read by it.

    Attributes:
        table: (n, D), the variables beside each other.
        gaps: by the names of the comparisons, on rows that were not learnt from.
    """

    table: torch.Tensor
    trained: Trained[Denoiser]
    gaps: Mapping[str, Gap]


def blocks(variables: Sequence[torch.Tensor], margins: str) -> list[torch.Tensor]:
    """Columns of deviation 1 for every variable, constant ones left out, labels as one column for each; (n, d) each.

    Raises:
        SampleError: with fewer than 8 samples a label, on average.
    """
    return [in_margins(varying(v), margins) if v.is_floating_point() else _indicators(v) for v in variables]


def denoised(
    variables: Sequence[torch.Tensor],
    comparisons: Mapping[str, Comparison],
    schedule: Schedule,
    plan: Plan,
    hidden: int,
    value: str,
) -> Denoised:
    """Train one denoiser for all masks that the comparisons name, and make the comparisons on held-out rows.

    Args:
        variables: `blocks` of them.
        value: the comparison that is read at every look in between.
    """
    table, widths = torch.cat(list(variables), 1), [one.shape[1] for one in variables]
    seed = int(torch.randint(2**31, ()))
    looked = {value: comparisons[value]}

    def read(denoiser: Denoiser, held: torch.Tensor) -> float:
        return gaps(denoiser, table[held[:ROWS]], widths, looked, schedule, LOOKED, seed)[value].nats

    trained = fitted(Denoiser(widths, hidden, seed, schedule), table, _evenly(asked(comparisons)), plan, seed, read)
    with one_thread():
        found = gaps(trained.network, table[trained.held], widths, comparisons, schedule, LEVELS, seed + 1)
    return Denoised(table, trained, found)


def reading(found: Denoised, value: str, columns: int, **details: Any) -> Reading:
    """The value of one comparison with the training, the integrand and the part of each of the first columns."""
    gap, trained = found.gaps[value], found.trained
    by_column = gap.entries.mean(0)[:columns]
    told = {
        "curves": trained.curves,
        "stopped": trained.stopped or "all updates were made",
        "best": trained.best,
        "held out": len(trained.held),
        "log_snr": gap.log_snr.tolist(),
        "integrand": gap.integrand.tolist(),
        "by_column": by_column.tolist(),
        "precision": "float32",
        **details,
    }
    return Reading(gap.nats, gap.standard_error, told, gaining(trained))


def gaining(trained: Trained[Any]) -> tuple[Doubt, ...]:
    """A doubt where the last look was the best one by more than rounding, or a loss was no number."""
    found = []
    if "no number" in trained.stopped:
        found.append(Doubt("training", f"Training ended at {trained.stopped}."))
    if len(trained.held_loss) > 2 and trained.held_loss[-1] < min(trained.held_loss[:-2]) - 0.02:
        text = "The held-out loss was still falling at the last update: the value is likely too low; raise steps."
        found.append(Doubt("undertrained", text))
    return tuple(found)


def ceiling(columns: int, schedule: Schedule) -> float:
    """The most that any variable can tell about this many columns seen under the least noise, nats."""
    return columns * math.log1p(math.exp(schedule.high)) / 2


def by_chance(value: float) -> tuple[Doubt, ...]:
    """A remark on a small distance of two predictions, which chance alone makes positive."""
    text = (
        "Two predictions differ a little by chance, and their distance is never negative: near 0 the value is too high."
    )
    return (Doubt("positive", text, note=True),) if value < 0.05 else ()


def _evenly(masks: Sequence[Mask]) -> list[Mask]:
    """Every mask as often as it has variables to diffuse, so that each of these is learnt equally often."""
    return [one for one in masks for _ in range(one.count(1))]


def _indicators(labels: torch.Tensor) -> torch.Tensor:
    count = int(labels.max()) + 1
    if count * 8 > len(labels):
        rule = "at least 8 samples a label are needed on average"
        raise SampleError(f"{len(labels)} samples have {count} labels; {rule}")
    return torch.nn.functional.one_hot(labels, count).double()[:, : count if count > 1 else 0]
