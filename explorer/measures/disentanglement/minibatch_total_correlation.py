"""Total correlation of q(z) as it is estimated in training, from one batch at a time."""

from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

import torch

from explorer.measures.base import Reading
from explorer.measures.disentanglement._noise import noisy
from explorer.measures.disentanglement.base import FactorMeasure
from explorer.networks.autoencoder import Gaussian
from explorer.numerics.posteriors import Posterior, log_mixture
from explorer.objectives._minibatch import batch_mixture
from explorer.result import Doubt, in_both, off
from explorer.settings import Range


@dataclass(frozen=True)
class MinibatchTotalCorrelation(FactorMeasure):
    r"""Total correlation of q(z) from batches: the estimate that beta-TCVAE trains on, with its bias.

    .. math:: \frac1M \sum_i \Big[ \ln \hat q(z_i) - \sum_j \ln \hat q(z_{ij}) \Big], \qquad
        \hat q(z_i) = \sum_{m=1}^M w_{im}\, q(z_i|x_m)

    in nats, as a mean over batches of M of the n rows, every row once. Weighted sampling ("mws") takes w = 1 / nM. It
    is biased, and more rows make it worse: the weights of a batch add up to 1 / n, so that every ln q falls short by
    ln n where posteriors overlap, and by ln M where they lie apart. The value is too large by (d - 1) ln n for
    posteriors that overlap, 28 nats for 4 independent latents of 10 000 rows; by (d - 1) ln M for those apart in every
    latent; and by up to d ln n - ln M where they overlap in each latent and not in all together. Stratified sampling
    ("mss") gives the own posterior 1 / n, one other (n - M + 1) / n(M - 1) and the rest 1 / (M - 1); the weights add up
    to 1 and q is estimated without bias, though ln q is not: it is the default, off by less than 1 nat on the three
    bundled autoencoders where weighted sampling is off by 67 to 77. The paper's formula is taken: published code puts
    1 / n and the stratum weight into the first two columns, whichever row is meant.

    Values below 0 come out, and are left. The bias is no constant: it changes with the code, and so it has a gradient
    of its own in training. To measure a code take `kl_decomposition`. What exact densities read at the samples of the
    first batch is in the details as "full_data", and as "excess" how much more the estimate reads there.

    Args:
        weights: of minibatch stratified or minibatch weighted sampling.
        batch: rows of a batch; what is left of the rows joins no batch, and a note says so.

    Raises:
        SampleError: for a variance of 0, or fewer rows than three.

    References: chen2018, appendix C.
    """

    against: ClassVar[str | None] = None
    unit: ClassVar[str] = "nats"
    limits: ClassVar[tuple[float | None, float | None]] = (None, None)
    least: ClassVar[int] = 3
    side: ClassVar[str] = "low"
    posterior: ClassVar[str] = "needed"
    random: ClassVar[bool] = True
    view: ClassVar[str] = "code"
    misses: ClassVar[str] = (
        "Its bias changes with the code, tens of nats with weighted sampling, and it looks at no factor."
    )
    effort: ClassVar[tuple[float, ...]] = (0.005, 1.5e-6, 0.0, 0.0)

    weights: Literal["mss", "mws"] = "mss"
    batch: Annotated[int, Range(3, 4096, log=True)] = 256

    def value(self, z: Posterior) -> Reading:
        """The mean over batches; details hold each, and exact values for the first."""
        noisy(z, "the density")
        n, size = len(z), min(self.batch, len(z))
        batches = torch.randperm(n, device=z.device)[: n // size * size].split(size)
        drawn = [z[rows].drawn() for rows in batches]
        read = [self._read(points, z[rows], n) for points, rows in zip(drawn, batches, strict=True)]
        whole, each = log_mixture(drawn[0], z)
        exact = float((whole - each.sum(1)).mean())
        details = {"per_batch": read, "full_data": exact, "excess": read[0] - exact, "batch": size}
        return Reading(sum(read) / len(read), details=details, doubts=self._doubts(details, n, len(read)))

    def _read(self, points: torch.Tensor, posterior: Posterior, n: int) -> float:
        """The estimate of one batch."""
        _, whole, product = batch_mixture(Gaussian(posterior.mean, posterior.variance.log()), points, n, self.weights)
        return float((whole - product).mean())

    def _doubts(self, details: dict, n: int, count: int) -> tuple[Doubt, ...]:
        size = details["batch"]
        first, exact = (in_both(one, ".4g") for one in (details["per_batch"][0], details["full_data"]))
        text = f"At the samples of the first batch the estimate reads {first}, exact densities {exact}"
        near = not off(details["per_batch"][0], details["full_data"])
        found = [Doubt("bias", f"{text}; the rest is bias of the batches.", note=near)]
        if left := n - count * size:
            found.append(
                Doubt("rows left", f"{left} of {n} rows filled no batch of {size} and were left out.", note=True)
            )
        if size < self.batch:
            found.append(Doubt("batch", f"There are {n} rows: one batch of {size} was taken.", note=True))
        return tuple(found)
