"""Mutual information gap, from posteriors."""

import math
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Literal

import torch

from explorer.errors import SampleError
from explorer.factors import Factors
from explorer.measures.base import Reading
from explorer.measures.disentanglement._noise import drawn_doubts, noisy
from explorer.measures.disentanglement.base import FactorMeasure, alive, dead_doubts, real_doubts
from explorer.numerics.cells import entropy
from explorer.numerics.posteriors import Posterior, log_marginals, log_marginals_within
from explorer.result import Doubt, in_both
from explorer.settings import Range

OVERLAP = 5.0
"""Rows of one level that a code of a latent must be able to come from, or its information is that of the rows."""


@dataclass(frozen=True)
class MIGPosterior(FactorMeasure):
    r"""Gap between the two latents that tell most of a factor, with q(z|x) as the noise of the code.

    .. math:: \frac1K \sum_k \frac{I(z_{(1)}; v_k) - I(z_{(2)}; v_k)}{H(v_k)}, \qquad
        I(z_j; v_k) = E \ln q(z_j|v_k) - E \ln q(z_j)

    with q(z_j) the mixture of all n posteriors and q(z_j|v_k) that of the rows of the same level, both exact at every
    point, and E a mean over samples of q(z|x), one of each row. Both densities are taken at the same samples, so that
    their chance cancels; published code draws them anew. Any sampling of the factors will do: a level counts as
    often as it occurs, where published code walks through a full grid. Informations below 0, which chance makes, are
    left, where published code sets them to 0; a note says what there was. Posteriors narrow against the spacing of the
    rows name the row: then I is H(v_k) for every latent and the gap is 0, which is doubted. `mig`, from means, is
    another number.

    It is of the n rows as they are, and no bound for others; what chance reads is in the null.

    Args:
        samples: rows whose posteriors are drawn from, at most, with a note where there are more; the mixtures are
            always over all rows.
        bins: cells of each real factor.
        strategy: cells of a real factor, of equal width or of equal frequency.

    Raises:
        SampleError: with one latent only, when no latent changes, or for a variance of 0, whose density is infinite.

    References: chen2018.
    """

    view: ClassVar[str] = "factors"
    misses: ClassVar[str] = (
        "It is 1 though two factors share one latent, and 0 though two latents hold the same factor."
    )
    posterior: ClassVar[str] = "needed"
    limits: ClassVar[tuple[float | None, float | None]] = (None, None)
    random: ClassVar[bool] = True
    invariant: ClassVar[tuple[str, ...]] = ()
    effort: ClassVar[tuple[float, ...]] = (0.01, 0.0, 0.0, 0.0, 0.0, 7e-9)

    samples: Annotated[int, Range(10, 10_000_000, log=True)] = 10_000
    bins: Annotated[int, Range(2, 1000)] = 20
    strategy: Literal["equal_width", "equal_frequency"] = "equal_width"

    def value(self, z: Posterior, v: Factors) -> Reading:
        """The mean gap; details hold it by factor with its sampling error, which latents tell most, and the matrix."""
        if z.shape[1] < 2:
            raise SampleError("z has 1 latent; a gap needs two")
        living, codes = alive(z), v.cells(self.bins, self.strategy)
        noisy(z, "the density")
        entropies = torch.stack([entropy(column) for column in codes.T])
        if not (entropies > 0).all():
            raise SampleError(f"factor {v.names[int(entropies.argmin())]} never changes in these samples")
        rows = torch.randperm(len(z), device=z.device)[: self.samples]
        points = z[rows].drawn()
        whole = log_marginals(points, z)
        each = torch.stack([log_marginals_within(points, c[rows], z, c) - whole for c in codes.T], 2)  # (s, d, K)
        each[:, ~living] = 0
        told = (z[rows].log_density(points) - whole).mean(0)
        gaps, top, details = _gaps(each, entropies)
        details |= {
            "entropies": entropies.tolist(),
            "latent_entropies": (-whole.mean(0)).tolist(),
            "index_information": told.tolist(),
            "dead": int((~living).sum()),
            "samples": len(rows),
        }
        common = math.log(len(z)) - entropies - (told[:, None] - each.mean(0)).gather(0, top)
        doubts = (*dead_doubts(living), *real_doubts(v, self.bins, self.strategy), *drawn_doubts(len(z), len(rows)))
        doubts += (*_below(each.mean(0), entropies), *_overlap_doubts(common, v.names))
        return Reading(float(gaps.mean()), details=details, doubts=doubts)


def _gaps(each: torch.Tensor, entropies: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, dict[str, Any]]:
    """Gaps (K,), the places of the best and second latent (2, K), and details, from ln q(z_j|v_k) / q(z_j)."""
    information = each.mean(0)
    top, place = information.topk(2, 0)
    gaps = (top[0] - top[1]) / entropies
    chosen = each.gather(1, place.expand(len(each), -1, -1))
    errors = (chosen[:, 0] - chosen[:, 1]).std(0, correction=0) / entropies / math.sqrt(len(each))
    best, second = place.tolist()
    details = {"per_factor": gaps.tolist(), "errors": errors.tolist(), "best": best, "second": second}
    return gaps, place, details | {"matrix": information.tolist()}


def _below(information: torch.Tensor, entropies: torch.Tensor) -> tuple[Doubt, ...]:
    """A note on informations below 0, and what the score is with them set to 0."""
    low = float(information.min())
    if low >= 0:
        return ()
    top = information.clamp(min=0).topk(2, 0).values
    clamped = float(((top[0] - top[1]) / entropies).mean())
    count = f"{int((information < 0).sum())} of {information.numel()}"
    text = f"{count} informations are below 0, down to {in_both(low, '.2g')}"
    return (Doubt("below 0", f"{text}, by chance; set to 0 they give {clamped:.4g}.", note=True),)


def _overlap_doubts(log_rows: torch.Tensor, names: tuple[str, ...]) -> tuple[Doubt, ...]:
    """A doubt where the best or second latent tells the rows of a level apart; (2, K) ln of the rows it does not."""
    least = log_rows.amin(0)
    found = [f"{name} ({rows:.1f})" for name, rows in zip(names, least.exp().tolist(), strict=True) if rows < OVERLAP]
    if not found:
        return ()
    text = f"A code comes from few rows of a level of {', '.join(found)}: it names the row, and with it every factor"
    return (Doubt("narrow posteriors", f"{text}. More rows make informations smaller; compare `rmig`."),)
