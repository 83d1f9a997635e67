"""What scores of codes against factors share: which latents count, and what is warned of."""

import math
from dataclasses import dataclass
from typing import Any, ClassVar

import torch

from explorer.errors import SampleError
from explorer.factors import Factors
from explorer.measures.base import Measure
from explorer.numerics.bins import binned
from explorer.numerics.cells import counts, entropy
from explorer.numerics.tables import information_matrix
from explorer.result import Doubt

ROUNDING = 1e-12
"""Nats by which the entropy of a constant can come out above 0; one different sample of a billion has 2e-8."""

CROWDED = 2.0
"""Cells that the middle 98 % of a latent must span, or single values far away decide how it is cut."""


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


def alive(z: torch.Tensor) -> torch.Tensor:
    """Which latents change at all, (d,) bool.

    Raises:
        SampleError: when none does.
    """
    found = (z != z[:1]).any(0)
    if not found.any():
        raise SampleError("z never changes: every latent is constant, and none can code a factor")
    return found


def of_living(values: torch.Tensor, found: torch.Tensor) -> list[Any]:
    """One plain value a latent, None where it is dead."""
    return [one if living else None for one, living in zip(values.tolist(), found.tolist(), strict=True)]


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
    capped = [f"{name} ({float(h):.2f})" for name, h in zip(names, entropies, strict=True) if float(h) > math.log(bins)]
    if not capped:
        return ()
    text = f"{bins} bins hold at most {math.log(bins):.2f} nats, less than the entropy of {', '.join(capped)}"
    return (Doubt("bins cap", f"{text}: even a perfect latent reads too little. Take more bins."),)


def real_doubts(v: Factors, bins: int, strategy: str) -> tuple[Doubt, ...]:
    """A note that says which factors were cut, since their entropy is then one of cells."""
    real = [v.names[k] for k in v.real]
    text = f"{', '.join(real)} is real and was cut into {bins} cells ({strategy.replace('_', ' ')})."
    return (Doubt("cut factors", f"{text} Its entropy is that of the cells.", note=True),) if real else ()


def outlier_doubts(z: torch.Tensor, bins: int) -> tuple[Doubt, ...]:
    """A doubt where a few values far away leave the others of a latent in a cell or two of equal width."""
    rows = z.T.contiguous().sort(1).values
    n = rows.shape[1]
    middle = rows[:, min(n - 1, math.ceil(0.99 * n) - 1)] - rows[:, int(0.01 * n)]
    span = rows[:, -1] - rows[:, 0]
    found = (middle > 0) & (middle * bins < CROWDED * span)
    if not found.any():
        return ()
    which = ", ".join(str(j) for j in found.nonzero().ravel().tolist()[:8])
    text = f"Single values far away stretch the range of latent {which}: 98 % lies in {CROWDED:.0f} of {bins} bins"
    return (Doubt("outliers", f"{text}. Take equal-frequency bins, or look at those values."),)
