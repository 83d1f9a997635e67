"""Total correlation of a normal distribution with the covariance of the codes."""

from dataclasses import dataclass
from typing import ClassVar

import torch

from explorer.errors import SampleError
from explorer.measures.base import Reading
from explorer.measures.disentanglement.base import FactorMeasure, alive, dead_doubts
from explorer.numerics.covariance import Correlation, log_det_bias
from explorer.result import Doubt

BLIND = Doubt(
    "correlation alone",
    "It sees correlation alone: independent latents of equal variance read 0 in any rotation, and so does dependence"
    " without correlation.",
    note=True,
)


@dataclass(frozen=True)
class GaussianTotalCorrelation(FactorMeasure):
    r"""Total correlation of a normal distribution with the covariance of the codes.

    .. math:: \frac12 \Big( \sum_j \ln \Sigma_{jj} - \ln \det \Sigma \Big) = -\frac12 \ln \det R

    in nats, with R the correlations of the latents that change. It is the least total correlation that latents of
    these correlations and normal margins can have; for codes of other kinds it is no bound. It is biased upward: d
    independent normal latents read about d (d - 1) / 4n, and what exactly is in the details as "chance".

    Raises:
        SampleError: when no latent changes, or when latents determine each other linearly, as they do with no more
            samples than latents: the total correlation is then infinite.

    References: locatello2019; watanabe1960; muirhead1982.
    """

    against: ClassVar[str | None] = None
    unit: ClassVar[str] = "nats"
    limits: ClassVar[tuple[float | None, float | None]] = (0.0, None)
    side: ClassVar[str] = "low"
    view: ClassVar[str] = "code"
    misses: ClassVar[str] = "It is 0 for every rotation of independent latents, and looks at no factor."
    invariant: ClassVar[tuple[str, ...]] = ("shift", "scaling", "stretching", "permutation")
    sensitive: ClassVar[tuple[str, ...]] = ("rotation", "linear")
    effort: ClassVar[tuple[float, ...]] = (0.0003, 1e-8, 0.0, 0.0, 6e-10)

    def value(self, z: torch.Tensor) -> Reading:
        """The total correlation; details hold the correlations and what independent latents read."""
        living = alive(z)
        n, d = len(z), int(living.sum())
        if n <= d:
            raise SampleError(f"z has {n} samples of {d} latents, which then determine each other; take more samples")
        found = Correlation.of(z[:, living], shrink=False)
        log_det = found.log_det(slice(None))
        if log_det is None:
            raise SampleError("latents of z determine each other linearly: their total correlation is infinite")
        details = {
            "matrix": _wide(found.matrix, living),
            "chance": (d * log_det_bias(1, n) - log_det_bias(d, n)) / 2,
            "dead": int((~living).sum()),
        }
        return Reading(max(0.0, -float(log_det) / 2), details=details, doubts=(BLIND, *dead_doubts(living)))


def _wide(matrix: torch.Tensor, living: torch.Tensor) -> list[list[float | None]]:
    """Rows and columns for all latents, None where one is dead."""
    full = torch.full((len(living), len(living)), torch.nan, dtype=matrix.dtype, device=matrix.device)
    full[living.nonzero(), living.nonzero().T] = matrix
    return [[None if value != value else value for value in row] for row in full.tolist()]
