"""Which latent is meant to hold which factor, and gaps as shares of what dependent factors leave to be told."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import torch
from scipy.optimize import linear_sum_assignment

from explorer.errors import SampleError
from explorer.factors import Factors
from explorer.measures.base import Reading
from explorer.measures.disentanglement.base import ROUNDING, Matrix
from explorer.numerics.tables import information_matrix
from explorer.result import Doubt, in_both

THIN = 0.1
"""Share of a factor's entropy below which what is left of it makes a ratio of noise."""

BETTER = 0.1
"""Nats a factor by which another assignment must tell more before the order is doubted."""


@dataclass(frozen=True)
class Assigned:
    """The matrix of informations with a latent for every factor.

    Attributes:
        latents: (K,) the latent of each factor.
        conditional: (K, K) nats, H(v_k | v_l); 0 where l = k.
        doubts: of the matrix and of the assignment.
    """

    matrix: Matrix
    latents: torch.Tensor
    conditional: torch.Tensor
    names: tuple[str, ...]
    doubts: tuple[Doubt, ...]

    @classmethod
    def of(cls, z: torch.Tensor, v: Factors, entry: Any) -> "Assigned":
        """By the bins, strategy and assignment of an entry.

        Raises:
            SampleError: with fewer latents than factors.
        """
        (_, d), (_, factors) = z.shape, v.shape
        if d < factors:
            raise SampleError(f"z has {d} latent(s) for {factors} factors; {entry.name} gives each one of its own")
        found = Matrix.of(z, v, entry.bins, entry.strategy)
        cells = v.cells(entry.bins, entry.strategy)
        conditional = (found.entropies[:, None] - information_matrix(cells, cells)).clamp(min=0)  # rounding
        order, best = torch.arange(factors), _largest(found.information)
        latents = order if entry.assignment == "order" else best
        doubts = _doubts(found.information, order, best, entry.assignment, v.names)
        return cls(found, latents.to(z.device), conditional, v.names, (*found.doubts, *doubts))

    @property
    def factor_of(self) -> torch.Tensor:
        """(d,) the factor of each latent, -1 where it has none."""
        found = torch.full((len(self.matrix.information),), -1, device=self.latents.device)
        found[self.latents] = torch.arange(len(self.latents), device=self.latents.device)
        return found

    def ratios(self, gaps: torch.Tensor, left: torch.Tensor, more: Mapping[str, Any]) -> Reading:
        """The mean of gaps / left over factors, both (K,) nats; details hold them apart.

        Raises:
            SampleError: where nothing is left of a factor, so that its ratio does not exist.
        """
        if not (left > ROUNDING).all():
            name = self.names[int(left.argmin())]
            raise SampleError(f"factor {name} is told by another factor completely; a share of nothing is none")
        values = gaps / left
        details = {
            "per_factor": values.tolist(),
            "numerators": gaps.tolist(),
            "denominators": left.tolist(),
            "latents": self.latents.tolist(),
            **more,
            "matrix": self.matrix.information.tolist(),
            "entropies": self.matrix.entropies.tolist(),
            "dead": int((~self.matrix.alive).sum()),
        }
        return Reading(float(values.mean()), details=details, doubts=(*self.doubts, *self._thin(left)))

    def _thin(self, left: torch.Tensor) -> tuple[Doubt, ...]:
        """A doubt where a denominator is so small that the ratio explodes."""
        shares = (left / self.matrix.entropies).tolist()
        thin = [f"{name} ({share:.1%})" for name, share in zip(self.names, shares, strict=True) if share < THIN]
        text = f"Another factor tells nearly all of {', '.join(thin)}: the ratio divides by what is left of the entropy"
        return (Doubt("small denominator", f"{text}. Look at numerator and denominator apart."),) if thin else ()


def _largest(information: torch.Tensor) -> torch.Tensor:
    """The latent of each factor, no latent twice, so that the sum of informations is largest."""
    latents, factors = linear_sum_assignment(information.cpu().numpy(), maximize=True)
    return torch.as_tensor(latents[factors.argsort()])


def _doubts(
    information: torch.Tensor, order: torch.Tensor, best: torch.Tensor, how: str, names: tuple[str, ...]
) -> tuple[Doubt, ...]:
    """What is to be known of the assignment: it was read off the data, or the order is not the one of the data."""
    listed = ", ".join(f"{name}: {latent}" for name, latent in zip(names, best.tolist(), strict=True))
    if how == "hungarian":
        text = f"No latent was meant for a factor: those that tell most together were taken ({listed})."
        return (Doubt("assignment", f"{text} Chance gains by the choice.", note=True),)
    rows, columns = information.cpu(), torch.arange(len(names))
    missed = float((rows[best, columns] - rows[order, columns]).mean())
    if missed < BETTER:
        return ()
    more = in_both(missed, ".2f")
    text = f"Latent k was taken for factor k, and another assignment tells {more} a factor more ({listed})"
    return (Doubt("assignment", f"{text}. assignment='hungarian' takes that one."),)
