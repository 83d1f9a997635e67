"""What estimators by denoising share: columns as a denoiser takes them, one training, and what it noticed."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import torch

from explorer.checks import varying
from explorer.denoisers import Mask
from explorer.denoisers.descent import split
from explorer.denoisers.gaps import Comparison, Gap, asked, gaps, kept
from explorer.denoisers.network import Denoiser
from explorer.denoisers.normal import NormalPart, shrunk
from explorer.denoisers.schedule import Schedule
from explorer.denoisers.training import Plan, Trained, fitted
from explorer.device import one_thread
from explorer.errors import SampleError
from explorer.estimators.base import Reading
from explorer.estimators.neighbours.ksg import KSG
from explorer.numerics.margins import in_margins
from explorer.result import Doubt, in_both, off

Form = Literal["mean", "difference", "distance"]
"""The distance of two predictions, the difference of their squared errors, or the mean of both."""
LEVELS, LOOKED = 64, 8
"""Levels of noise of a reading, and of a look in between."""
ROWS = 512
"""Held-out rows of a look in between."""
BATCH = 512
"""Samples of an update, over all masks."""
LEAST = 32
"""Fewest samples: a share of 0.3 leaves 9 to read."""


@dataclass(frozen=True)
class Denoised:
    """Samples, their denoiser and what was read by it.

    Attributes:
        table: (n, D), the variables beside each other.
        gaps: by the names of the comparisons, on rows that were not learnt from.
        normal: by the same names what normal densities, fitted to other rows, tell of every row, (n,), or 0.
    """

    table: torch.Tensor
    trained: Trained[Denoiser]
    gaps: Mapping[str, Gap]
    normal: dict[str, torch.Tensor]

    @property
    def learnt(self) -> int:
        """How many rows were learnt from."""
        return len(self.table) - len(self.trained.held)


@dataclass(frozen=True)
class Steadied:
    r"""The mean of held-out rows with the normal part of all rows in the place of theirs.

    .. math:: \bar v_{held} - c\,(\bar q_{held} - \bar q_{all}), \qquad c = \mathrm{cov}(v, q) / \mathrm{var}(q)

    with v what is read of a row and q what normal densities tell of it, a control variate: how many nats the held-out
    rows happen to hold more than others is known from q without any training.

    Attributes:
        nats: the value.
        standard_error: of all this, for a network that is given.
        share: c; 0 where q tells nothing of v. Of normal variables it is 1 for a difference of squared errors, which
            varies over rows as q does, hardly more than 0 for a distance, which does not, and half for their mean.
    """

    nats: float
    standard_error: float
    share: float


def steadied(rows: torch.Tensor, normal: torch.Tensor, held: torch.Tensor) -> Steadied:
    """Of rows read (m,) and the normal part of all (n,), of which those are `held`.

    References: glasserman2003.
    """
    own = normal[held.to(normal.device)]
    apart = own - own.mean()
    share = float((apart * rows).sum() / apart.square().sum()) if float(own.std()) > 1e-6 else 0.0
    error = float((rows - share * own).var()) / len(rows) + share**2 * float(normal.var()) / len(normal)
    return Steadied(float(rows.mean() + share * (normal.mean() - own.mean())), math.sqrt(error), share)


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
    normal: bool = True,
    keep: bool = False,
) -> Denoised:
    """Train one denoiser for all masks that the comparisons name, and make the comparisons on held-out rows.

    Args:
        variables: `blocks` of them.
        value: the comparison that is read at every look in between.
        normal: begin with the normal distribution of the rows learnt from, and say what normal densities tell of all;
            else begin with independent columns, and say nothing.
        keep: of what the network adds to the normal part only the share that serves held-out rows best.
    """
    table, widths = torch.cat(list(variables), 1), [one.shape[1] for one in variables]
    seed = int(torch.randint(2**31, ()))
    looked = {value: comparisons[value]}

    def read(denoiser: Denoiser, held: torch.Tensor) -> float:
        return gaps(denoiser, table[held[:ROWS]], widths, looked, schedule, LOOKED, seed)[value].nats

    learnt, rows = split(len(table), plan, seed)
    covariance = shrunk(table[learnt.to(table.device)]) if normal else None
    denoiser = Denoiser(widths, hidden, seed, schedule, covariance)
    trained = fitted(denoiser, table, _evenly(asked(comparisons)), plan, seed, read, looked)
    with one_thread():
        if keep:
            denoiser.share = kept(denoiser, table[trained.held], asked(comparisons), LOOKED, seed + 2)
        found = gaps(trained.network, table[trained.held], widths, comparisons, schedule, LEVELS, seed + 1)
        parts = (rows, *learnt.tensor_split(2)) if normal else ()
        return Denoised(table, trained, found, _by_normal(table, denoiser.columns, parts, comparisons))


def reading(found: Denoised, gap: Gap, value: Steadied, columns: int, **details: Any) -> Reading:
    """A value with the training, and of its gap, of held-out rows alone, mean, integrand and the first columns."""
    trained = found.trained
    told = {
        "curves": trained.curves,
        "stopped": trained.stopped or "all updates were made",
        "best": trained.best,
        "held out": len(trained.held),
        "held-out mean": gap.nats,
        "network share": trained.network.share,
        "normal share": value.share,
        "log_snr": gap.log_snr.tolist(),
        "integrand": gap.integrand.tolist(),
        "by_column": gap.entries.mean(0)[:columns].tolist(),
        "precision": "float32",
        **details,
    }
    return Reading(value.nats, value.standard_error, told, gaining(trained))


def chosen(found: Denoised, ways: Mapping[str, tuple[str, str]], form: Form) -> tuple[str, Gap, Steadied]:
    r"""The way whose squared errors differ most, its value in a form, and what both are of.

    Every way to diffuse has the same information where predictions are exact. The less a prediction given the rest has
    learnt, the smaller is the difference, so that the largest has learnt most: with one of Y given X and one of X given
    Y, it belongs to the joint density that describes held-out rows better. The standard error includes
    what other rows to learn from would change, by the deviation of what both forms differ by, and half of what they
    differ by. The larger of two readings is a little too large by chance.

    Args:
        ways: by their names those of a distance and of a difference.
    """
    way = max(ways, key=lambda one: found.gaps[ways[one][1]].nats)
    distance, difference = (found.gaps[one] for one in ways[way])
    weight = {"distance": 0.0, "mean": 0.5, "difference": 1.0}[form]
    gap = Gap(
        distance.log_snr,
        torch.lerp(distance.integrand, difference.integrand, weight),
        torch.lerp(distance.entries, difference.entries, weight),
    )
    value = steadied(gap.rows, found.normal[ways[way][0]], found.trained.held)
    taught = float((difference.rows - distance.rows).var()) / found.learnt
    apart = (distance.nats - difference.nats) / 2
    return way, gap, replace(value, standard_error=math.sqrt(value.standard_error**2 + taught + apart**2))


def below_neighbours(x: torch.Tensor, y: torch.Tensor, nats: float) -> tuple[Doubt, ...]:
    """A doubt where nearest neighbours, which seldom read too much, read clearly more; none where they refuse."""
    try:
        near = float(KSG(margins="gauss").nats(x, y))
    except SampleError:
        return ()
    if near <= nats or not off(nats, near):
        return ()
    text = f"ksg reads {in_both(near, '.2f')} of these samples: the network has not learnt all of their dependence."
    return (Doubt("below neighbours", f"{text} Raise steps and hidden, or take more samples."),)


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


def by_chance(value: Steadied, form: Form, ways: int) -> tuple[Doubt, ...]:
    """A remark on a value below 0.05 or two standard errors that chance makes larger: by a distance, or of two ways."""
    causes = ["the distance of two predictions is never negative"] if form != "difference" else []
    causes += ["the larger of two readings is taken"] if ways > 1 else []
    if not causes or value.nats >= max(0.05, 2 * value.standard_error):
        return ()
    return (Doubt("positive", f"Near 0 the value is too high by chance: {', and '.join(causes)}.", note=True),)


def _by_normal(
    table: torch.Tensor, columns: torch.Tensor, parts: Sequence[torch.Tensor], comparisons: Mapping[str, Comparison]
) -> dict[str, torch.Tensor]:
    """ln of the ratio of both sides' normal densities at each row, fitted to the other parts, or 0; (n,) each."""
    found = {name: table.new_zeros(len(table)) for name in comparisons}
    for part in (one.to(table.device) for one in parts):
        others = torch.ones(len(table), dtype=torch.bool, device=table.device).index_fill_(0, part, False)
        normal = NormalPart(shrunk(table[others]), columns)
        for name, (less, more, _) in comparisons.items():
            found[name][part] = normal.log_densities(table[part], more) - normal.log_densities(table[part], less)
    return found


def _evenly(masks: Sequence[Mask]) -> list[Mask]:
    """Every mask as often as it has variables to diffuse, so that each of these is learnt equally often."""
    return [one for one in masks for _ in range(one.count(1))]


def _indicators(labels: torch.Tensor) -> torch.Tensor:
    count = int(labels.max()) + 1
    if count * 8 > len(labels):
        rule = "at least 8 samples a label are needed on average"
        raise SampleError(f"{len(labels)} samples have {count} labels; {rule}")
    return torch.nn.functional.one_hot(labels, count).double()[:, : count if count > 1 else 0]
