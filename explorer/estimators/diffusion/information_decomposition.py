"""Mutual information by what is known of noise with a condition and without it."""

import math
from dataclasses import dataclass, field
from typing import Annotated, Any, ClassVar, Literal

import torch

from explorer.checks import varying
from explorer.denoisers.gaps import Comparison
from explorer.denoisers.schedule import Schedule
from explorer.denoisers.training import Plan
from explorer.device import seeded
from explorer.errors import SampleError, SettingError
from explorer.estimators.base import Estimator, Reading
from explorer.estimators.diffusion.base import LEAST, Denoised, blocks, by_chance, ceiling, denoised, reading
from explorer.numerics.margins import spread
from explorer.result import Doubt
from explorer.settings import Range


@dataclass(frozen=True)
class InformationDecomposition(Estimator):
    r"""The I-MMSE decomposition: how much better noise is told from X when Y is known, summed over all noise.

    .. math:: I = \tfrac12 \int E|e - \hat e(x_\alpha)|^2 - E|e - \hat e(x_\alpha, y)|^2\, d\alpha
                = \tfrac12 \int E|\hat e(x_\alpha) - \hat e(x_\alpha, y)|^2\, d\alpha

    with \alpha the log ratio of signal and noise. The first form, "standard", is a difference of two errors: it can be
    negative, and a worse denoiser of either kind moves it. The second, "orthogonal", cannot be negative, has less
    variance, and splits over single samples and over the columns of X: `entries` gives these. Both are in the details.

    One network denoises X with Y and without it (labels as indicator columns). It learns from a part of the samples;
    its best state is chosen, and the integral is read, on the others. Neither a lower nor an upper bound: networks
    trained too short read too little, and independent variables a little more than 0. Less noise than `high` and more
    than `low` are left out: between -5 and 7 correlation 0.99 reads 1.93 for 1.96 nats, and a column of X at most 3.5.
    The standard error is that of the samples read, not that of another training. Columns are centred and divided by
    their deviation, constant ones are left out. The entropy adds the difference to a normal variable of the same
    deviation, and what is left out is in it too.

    10 000 samples of 10 + 10 normal columns take some 10 seconds of one core; a linear path makes these easy.

    Args:
        form: "orthogonal" or "standard".
        low: log ratio of signal and noise at which the integral begins.
        high: log ratio at which it ends.
        steps: updates at most.
        hidden: units of each hidden layer.
        held_out: share of the samples that is not learnt from.

    Raises:
        SampleError: for fewer than 32 samples, fewer than 8 a label on average, or when no loss is finite; of an
            entropy, for a constant column.
        SettingError: unless low is less than high.

    References: kong2024.
    """

    needs: ClassVar[tuple[str, str]] = ("continuous", "any")
    finds: ClassVar[tuple[str, ...]] = ("multivariate_normal", "labelled_clusters")
    tolerance: ClassVar[float] = 0.1
    symmetric: ClassVar[bool] = False
    random: ClassVar[bool] = True
    learned: ClassVar[bool] = True
    least: ClassVar[int] = LEAST

    form: Literal["orthogonal", "standard"] = "orthogonal"
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
        normal = len(scale) * math.log(2 * math.pi * math.e) / 2 + float(scale.log().sum())
        told = reading(found, "value", len(scale), normal=normal)
        return Reading(normal - told.nats, told.standard_error, told.details, told.doubts)

    def doubts(self, x: torch.Tensor, y: torch.Tensor | None, value: float) -> tuple[Doubt, ...]:
        return () if y is None or self.form == "standard" else by_chance(value)

    def decomposed(self, x: torch.Tensor, *given: torch.Tensor) -> Denoised | None:
        """The trained denoiser and its gaps; None where a variable never changes."""
        columns = blocks([x, *given], "standard")
        if not (columns[0].shape[1] and columns[1].shape[1]):
            return None
        columns = [*columns[:2], *(one for one in columns[2:] if one.shape[1])]
        return self._denoised(columns, decomposition(known=len(columns) - 2), "orthogonal")

    def _read(self, x: torch.Tensor, *given: torch.Tensor) -> Reading:
        found = self.decomposed(x, *given)
        if found is None:
            return Reading(0.0)
        columns = varying(x).shape[1]
        forms = {name: gap.nats for name, gap in found.gaps.items()}
        told = reading(found, "orthogonal", columns, ceiling=ceiling(columns, self._schedule), **forms)
        own = found.gaps[self.form]
        return Reading(own.nats, own.standard_error, told.details, told.doubts)

    @property
    def _schedule(self) -> Schedule:
        return Schedule(self.low, self.high)

    def _denoised(self, columns: list[torch.Tensor], pairs: dict[str, Comparison], value: str) -> Denoised:
        plan = Plan(steps=self.steps, held_out=self.held_out)
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


def decomposition(known: int = 0, entropy: bool = False) -> dict[str, Comparison]:
    """What `gaps` is asked: the distance, "orthogonal", and the difference of mean square errors, "standard".

    Args:
        known: variables after the two that are always known.
        entropy: of X alone: "value", its divergence from a standard normal variable.
    """
    if entropy:
        return {"value": ({0: (1,)}, {0: "normal"}, "distance")}
    z = (0,) * known
    alone, given = (1, -1, *z), (1, 0, *z)
    return {
        "orthogonal": ({0: alone}, {0: given}, "distance"),
        "standard": ({0: alone}, {0: given}, "difference"),
    }
