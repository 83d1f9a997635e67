"""What scores of codes against factors share: which latents count, and what is warned of."""

import math
from dataclasses import dataclass, replace
from typing import Any, ClassVar, cast

import torch

from explorer.checks import Variable
from explorer.errors import SampleError
from explorer.factors import Factors
from explorer.measures.base import FACTORS, Measure
from explorer.numerics.bins import binned
from explorer.numerics.cells import counts, entropy
from explorer.numerics.posteriors import Posterior
from explorer.numerics.tables import information_matrix
from explorer.result import Doubt, in_both
from explorer.score import Score

ROUNDING = 1e-12
"""Nats by which the entropy of a constant can come out above 0; one different sample of a billion has 2e-8."""

TAIL = 0.025
"""Share of the values on each side that may be far away, one value at least: the rest is the middle of a latent."""

CROWDED = 2.0
"""Cells that the middle of a latent must span, or a few values far away decide how it is cut."""

WIDE = 0.25
"""Share of the range that is enough for the middle of a latent, however few the cells."""


class FactorMeasure(Measure):
    """A score of codes z (n, d) against factors v (n, K).

    Details follow one convention: "per_factor" one number a factor, "per_unit" one a latent (NaN-free; None for a dead
    one), "matrix" latents x factors where there is one, "dead" how many latents never change and were left out.

    Attributes:
        view: what the score goes over: "factors" (one latent a factor?), "latents" (one factor a latent?), "both",
            or "code" where it reads the code alone.
        misses: a sentence: which code it takes for good, or for bad, though it is not.
    """

    against: ClassVar[str | None] = "factors"
    unit: ClassVar[str] = ""
    limits: ClassVar[tuple[float | None, float | None]] = (0.0, 1.0)
    view: ClassVar[str] = "factors"
    misses: ClassVar[str] = ""

    def on(self, z: Variable, y: Variable | None = None, seed: int = 0) -> Score:
        """As every measure; details hold the names of the factors too, since those that never change were left out."""
        score = super().on(z, y, seed)
        if y is None or self.against != FACTORS:
            return score
        return replace(score, details={"factors": list(cast(Factors, y.values).names), **score.details})


def alive(z: torch.Tensor | Posterior) -> torch.Tensor:
    """Which latents change at all, their means or their noise, (d,) bool.

    Raises:
        SampleError: when none does.
    """
    parts = (z.mean, z.variance) if isinstance(z, Posterior) else (z,)
    found = torch.stack([(one != one[:1]).any(0) for one in parts]).any(0)
    if not found.any():
        raise SampleError("z never changes: every latent is constant, and none can code a factor")
    return found


def of_living(values: torch.Tensor | list[Any], found: torch.Tensor) -> list[Any]:
    """One plain value a latent, None where it is dead."""
    plain = values.tolist() if isinstance(values, torch.Tensor) else values
    return [one if living else None for one, living in zip(plain, found.tolist(), strict=True)]


def dead_doubts(found: torch.Tensor) -> tuple[Doubt, ...]:
    """A note that says how many latents are constant and were left out."""
    dead = int((~found).sum())
    text = f"{dead} of {len(found)} latents never change and were left out."
    return (Doubt("dead latents", text, note=True),) if dead else ()


@dataclass(frozen=True)
class Matrix:
    """Plug-in informations of latents and factors, and what belongs to them.

    Attributes:
        information: (d, K) nats, of every latent; 0 where one is dead.
        entropies: (K,) nats, of every factor as it was counted or cut.
        alive: (d,) which latents change.
        occupied: (d,) how many cells of each latent hold a sample.
        bins, doubts: cells of a latent, and what is doubtful about them.
    """

    information: torch.Tensor
    entropies: torch.Tensor
    alive: torch.Tensor
    occupied: torch.Tensor
    bins: int
    doubts: tuple[Doubt, ...]

    @classmethod
    def of(cls, z: torch.Tensor, v: Factors, bins: int, strategy: str) -> "Matrix":
        """The matrix of codes cut into `bins` cells a latent, and factors counted, or cut alike where they are real.

        Raises:
            SampleError: when every latent is constant, or cells leave a factor without a change.
        """
        living, cells = alive(z), v.cells(bins, strategy)
        entropies = torch.stack([entropy(column) for column in cells.T])
        if not (entropies > ROUNDING).all():
            raise SampleError(f"factor {v.names[int(entropies.argmin())]} never changes in these samples")
        codes = binned(z, bins, strategy)
        information = information_matrix(codes, cells).clamp(min=0)  # rounding is below 0 by 1e-15
        occupied = torch.tensor([len(counts(column)) for column in codes.T], device=z.device)
        doubts = (*dead_doubts(living), *cap_doubts(entropies, v.names, bins), *real_doubts(v, bins, strategy))
        if strategy == "equal_width":
            doubts += outlier_doubts(z, bins)
        return cls(information, entropies, living, occupied, bins, doubts)


def cap_doubts(entropies: torch.Tensor, names: tuple[str, ...], bins: int) -> tuple[Doubt, ...]:
    """A doubt where the cells of a latent cannot hold what a factor has to tell."""
    capped = [
        f"{name}, {in_both(float(h), '.2f')}"
        for name, h in zip(names, entropies, strict=True)
        if float(h) > math.log(bins)
    ]
    if not capped:
        return ()
    text = f"{bins} bins hold at most {in_both(math.log(bins), '.2f')}, less than the entropy of {'; '.join(capped)}"
    return (Doubt("bins cap", f"{text}: even a perfect latent reads too little. Take more bins."),)


def real_doubts(v: Factors, bins: int, strategy: str) -> tuple[Doubt, ...]:
    """A note that says which factors were cut, since their entropy is then one of cells."""
    real = [v.names[k] for k in v.real]
    text = f"{', '.join(real)} is real and was cut into {bins} cells ({strategy.replace('_', ' ')})."
    return (Doubt("cut factors", f"{text} Its entropy is that of the cells.", note=True),) if real else ()


def outlier_doubts(
    low: torch.Tensor,
    bins: int,
    high: torch.Tensor | None = None,
    advice: str = "Take equal-frequency bins, or look at those values",
) -> tuple[Doubt, ...]:
    """A doubt where a few values far away leave the others of a latent in a cell or two of equal width.

    Args:
        low: (n, d) values, or where each begins if it has a width.
        bins: cells of a latent.
        high: (n, d) where each value ends; None where it has no width.
        advice: what to do.
    """
    first = low.T.contiguous().sort(1).values
    last = first if high is None else high.T.contiguous().sort(1).values
    far = min(max(1, int(TAIL * len(low))), (len(low) - 1) // 2)
    middle, span = last[:, -1 - far] - first[:, far], last[:, -1] - first[:, 0]
    found = (middle > 0) & (middle < min(CROWDED / bins, WIDE) * span)
    if not found.any():
        return ()
    which = ", ".join(str(j) for j in found.nonzero().ravel().tolist()[:8])
    cells = float((bins * middle / span)[found].max())
    text = f"At most {far} of {len(low)} values on each side stretch the range of latent {which}"
    return (Doubt("outliers", f"{text}: the others span {cells:.2g} of {bins} bins. {advice}."),)
