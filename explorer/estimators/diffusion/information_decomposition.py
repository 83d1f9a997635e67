"""Mutual information by what is known of noise with a condition and without it."""

import math
from dataclasses import dataclass, field, replace
from typing import Annotated, Any, ClassVar, Literal

import torch

from explorer.checks import varying
from explorer.denoisers import Side
from explorer.denoisers.gaps import Comparison
from explorer.denoisers.gaps import Form as GapForm
from explorer.denoisers.schedule import Schedule
from explorer.denoisers.training import Plan
from explorer.device import seeded
from explorer.errors import SampleError, SettingError
from explorer.estimators.base import Estimator, Reading
from explorer.estimators.diffusion.base import (
    BATCH,
    LEAST,
    Denoised,
    Form,
    below_neighbours,
    blocks,
    by_chance,
    ceiling,
    chosen,
    denoised,
    reading,
    steadied,
)
from explorer.numerics.margins import spread
from explorer.settings import Range

WAYS = {"x": ("orthogonal", "standard"), "y": ("orthogonal of y", "standard of y")}
"""By the variable that is diffused, the comparisons of its value as a distance and as a difference."""
PARTS = ("held-out mean", "integrand", "by_column")
"""Details that are, of an entropy, those of the divergence that is taken off."""
FORMS: dict[str, Form] = {"mean": "mean", "standard": "difference", "orthogonal": "distance"}


@dataclass(frozen=True)
class InformationDecomposition(Estimator):
    r"""The I-MMSE decomposition: how much better noise is told from X when Y is known, summed over all noise.

    .. math:: I = \tfrac12 \int E|e - \hat e(x_\alpha)|^2 - E|e - \hat e(x_\alpha, y)|^2\, d\alpha
                = \tfrac12 \int E|\hat e(x_\alpha) - \hat e(x_\alpha, y)|^2\, d\alpha

    with \alpha the log ratio of signal and noise. The first form, "standard", is a difference of two errors: it can be
    negative, and a worse denoiser of either kind moves it. The second, "orthogonal", cannot be negative, has less
    variance, and splits over single samples and over the columns of X: `entries` gives these. Both are in the details.
    The default is their mean, which what a network has learnt by heart does not move: it raises the second as much as
    it lowers the first.

    One network denoises X with Y and without it (labels as indicator columns), and a real Y with X and without; the one
    whose errors differ more is read, "diffused" in the details. It is told what a normal distribution of the same
    covariances would predict and learns the rest, as `minde` does. It learns from a part of the samples; its best state
    is chosen, and the integral is read, on the others, less what normal densities say these hold more than all ("normal
    share" in the details, as of `minde`). "by_column" and `entries` are of X, by distance, of the rows read alone.

    Neither a lower nor an upper bound: networks trained too short, or from few samples of curved dependence, read too
    little, and a doubt says where nearest neighbours read clearly more. Less noise than `high` and more than `low` are
    left out: between -5 and 7 correlation 0.99 reads 1.93 for 1.96 nats, and a column of X at most 3.5. The standard
    error is that of the samples read, of those learnt from and of half of what both forms differ by. Columns are
    centred and divided by their deviation, constant ones are left out. Independent variables read more than 0 by
    default, as of `minde`, and a remark says so near 0. The entropy is that of a normal variable of the same deviation
    less the divergence from it, and what is left out is in it too; the curve "estimate" is then of the divergence.

    Args:
        diffused: X or Y, whichever is better told, or X alone. Of both the larger difference of squared errors decides,
            and is a little too large by chance.
        form: "orthogonal", "standard" or the mean of both.
        low: log ratio of signal and noise at which the integral begins.
        high: log ratio at which it ends.
        steps: updates at most.
        hidden: units of each hidden layer.
        held_out: share of the samples that is not learnt from.

    Raises:
        SampleError: for fewer than 32 samples, fewer than 8 a label on average, or when no loss is finite; of an
            entropy, for a constant column.
        SettingError: unless low is less than high.

    References: kong2024; ledoit2004; glasserman2003.
    """

    needs: ClassVar[tuple[str, str]] = ("continuous", "any")
    finds: ClassVar[tuple[str, ...]] = ("multivariate_normal", "labelled_clusters")
    tolerance: ClassVar[float] = 0.1
    symmetric: ClassVar[bool] = False
    random: ClassVar[bool] = True
    learned: ClassVar[bool] = True
    least: ClassVar[int] = LEAST

    diffused: Literal["either", "x"] = "either"
    form: Literal["mean", "standard", "orthogonal"] = "mean"
    low: Annotated[float, Range(-12.0, 0.0)] = -5.0
    high: Annotated[float, Range(0.0, 12.0)] = 7.0
    steps: Annotated[int, Range(50, 100_000, log=True)] = 600
    hidden: Annotated[int, Range(8, 512, log=True)] = 64
    held_out: Annotated[float, Range(0.2, 0.6)] = 0.3

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.low < self.high:
            raise SettingError(f"low={self.low:g} must be less than high={self.high:g}")

    def nats(self, x: torch.Tensor, y: torch.Tensor) -> Reading:
        return self._read(x, y)

    def conditional(self, x: torch.Tensor, y: torch.Tensor, z: torch.Tensor) -> Reading:
        return self._read(x, y, z)

    def entropy(self, x: torch.Tensor) -> Reading:
        scale = spread(varying(x))
        if len(scale) < x.shape[1]:
            rule = f"{x.shape[1] - len(scale)} of {x.shape[1]} columns are constant"
            raise SampleError(f"the differential entropy of x is minus infinity: {rule}")
        found = self._denoised([*blocks([x], "standard")], decomposition(entropy=True), "value")
        apart = found.gaps["value"]
        normal = len(scale) * math.log(2 * math.pi * math.e) / 2 + float(scale.log().sum())
        value = steadied(apart.rows, found.normal["value"], found.trained.held)
        told = reading(found, apart, value, len(scale), normal=normal)
        details = {f"{name} of divergence" if name in PARTS else name: one for name, one in told.details.items()}
        return replace(told, nats=normal - told.nats, details=details)

    def decomposed(self, x: torch.Tensor, *given: torch.Tensor, both: bool = False) -> Denoised | None:
        """The trained denoiser and its gaps, also with Y diffused; None where a variable never changes."""
        columns = blocks([x, *given], "standard")
        if not (columns[0].shape[1] and columns[1].shape[1]):
            return None
        columns = [*columns[:2], *(one for one in columns[2:] if one.shape[1])]
        return self._denoised(columns, decomposition(known=len(columns) - 2, both=both), "orthogonal")

    def _read(self, x: torch.Tensor, *given: torch.Tensor) -> Reading:
        both = self.diffused == "either" and given[0].is_floating_point()
        found = self.decomposed(x, *given, both=both)
        if found is None:
            return Reading(0.0)
        ways = {one: names for one, names in WAYS.items() if both or one == "x"}
        form: Form = FORMS[self.form]
        way, gap, value = chosen(found, ways, form)
        columns = varying(x).shape[1]
        forms = {name: found.gaps[one].nats for name, one in zip(("orthogonal", "standard"), ways[way], strict=True)}
        most = ceiling(columns if way == "x" else varying(given[0]).shape[1], self._schedule)
        told = reading(found, gap, value, columns, ceiling=most, diffused=way, **forms)
        of_x = found.gaps["orthogonal"].entries.mean(0)[:columns].tolist()
        chance = by_chance(value, form, len(ways))
        less = below_neighbours(x, given[0], value.nats) if both and len(given) == 1 else ()
        return replace(told, details={**told.details, "by_column": of_x}, doubts=(*told.doubts, *chance, *less))

    @property
    def _schedule(self) -> Schedule:
        return Schedule(self.low, self.high)

    def _denoised(self, columns: list[torch.Tensor], pairs: dict[str, Comparison], value: str) -> Denoised:
        plan = Plan(steps=self.steps, batch=BATCH, held_out=self.held_out)
        return denoised(columns, pairs, self._schedule, plan, self.hidden, value)


@dataclass(frozen=True)
class Entries:
    """What single samples and single columns of X add to I(X; Y).

    Attributes:
        rows: indices of the samples read, which the denoiser did not learn from.
        nats: (rows, columns of X), constant columns 0; sums over columns are pointwise information, their mean is I.
        standard: pointwise information by the difference of errors, (rows,); noisier, with negative values.
        details: of the training.
    """

    rows: torch.Tensor
    nats: torch.Tensor
    standard: torch.Tensor
    details: dict[str, Any] = field(default_factory=dict)


def entries(x: Any, y: Any, seed: int = 0, device: str = "auto", **settings: Any) -> Entries:
    r"""1/2 \int (\hat e_j(x_\alpha) - \hat e_j(x_\alpha, y))^2 d\alpha for held-out samples and every column j of X.

    Args:
        x, y: samples as `InformationDecomposition` takes them, (n, d) and (n,) or (n, d).
        settings: of `InformationDecomposition`.

    Raises:
        SampleError: as the entry does.

    References: kong2024.
    """
    entry = InformationDecomposition(**settings)
    samples = entry.checked(x, y, device=device).tensors
    with seeded(seed, samples[0].device):
        found = entry.decomposed(*samples)
    own = (samples[0] != samples[0][:1]).any(0)
    if found is None:
        shape = (len(samples[0]), len(own))
        return Entries(torch.arange(shape[0]), torch.zeros(shape), torch.zeros(shape[0]))
    nats = torch.zeros(len(found.trained.held), len(own), dtype=torch.float64)
    nats[:, own.cpu()] = found.gaps["orthogonal"].entries[:, : int(own.sum())].cpu()
    return Entries(found.trained.held, nats, found.gaps["standard"].rows.cpu(), {"curves": found.trained.curves})


def decomposition(known: int = 0, entropy: bool = False, both: bool = False) -> dict[str, Comparison]:
    """What `gaps` is asked: the distance, "orthogonal", and the difference of mean square errors, "standard".

    Args:
        known: variables after the two that are always known.
        entropy: of X alone: "value", its divergence from a standard normal variable.
        both: also of Y with X known, and without it.
    """
    if entropy:
        return {"value": ({0: (1,)}, {0: "normal"}, "distance")}
    z = (0,) * known
    asked: dict[str, tuple[Side, Side]] = {"x": ({0: (1, -1, *z)}, {0: (1, 0, *z)})}
    if both:
        asked["y"] = ({1: (-1, 1, *z)}, {1: (0, 1, *z)})
    forms: tuple[GapForm, GapForm] = ("distance", "difference")
    return {WAYS[way][i]: (*asked[way], form) for way in asked for i, form in enumerate(forms)}
