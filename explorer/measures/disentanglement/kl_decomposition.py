"""What the KL of posteriors from the prior is made of."""

import math
from dataclasses import dataclass
from typing import Annotated, ClassVar

import torch

from explorer.measures.base import Reading
from explorer.measures.disentanglement._noise import drawn_doubts, noisy
from explorer.measures.disentanglement.base import FactorMeasure
from explorer.numerics.posteriors import KLTerms, Posterior, kl_terms
from explorer.result import Doubt, in_both
from explorer.settings import Range

NEAR = math.log(5.0)
"""Nats below ln n from which on the index-code information is that of n samples, not of the code."""

DRAWS = 30
"""Samples below which what the regression does to the terms shows beside their errors."""


@dataclass(frozen=True)
class KLDecomposition(FactorMeasure):
    r"""Mean KL of posteriors from N(0, I): index-code information, total correlation and dimension-wise KL.

    .. math:: E\, \mathrm{KL}(q(z|x) \| p(z)) = I(z; i) + \mathrm{KL}\big(q(z) \| \textstyle\prod_j q(z_j)\big)
        + \sum_j \mathrm{KL}(q(z_j) \| p(z_j))

    The value is the KL in nats, in closed form; the three terms are in the details and add up to it. q(z) is the
    mixture of all n posteriors, evaluated exactly at samples; the terms share the samples, and what the sampled KL
    differs by from the closed form is taken off them by regression, so that the sum holds to rounding. Each term has
    the standard error that its sampling leaves. The regression has a bias of order 1 / samples and the errors leave it
    out: fewer than 30 samples are doubted.

    All three are of the n rows as they are. The information of n rows is at most ln n; a code that tells them all
    apart reads ln n whatever it holds, and what the bound cuts off is then in the total correlation. A code without
    noise has infinite KL and is refused.

    Args:
        samples: rows whose posteriors are drawn from, at most, with a note where there are more; the mixture is always
            over all rows.
        active: variance of the posterior means above which a latent counts as active.

    Raises:
        SampleError: for a variance of 0.

    References: chen2018, equation 2; hoffman2016; burda2016; watanabe1960; kingma2014.
    """

    against: ClassVar[str | None] = None
    unit: ClassVar[str] = "nats"
    limits: ClassVar[tuple[float | None, float | None]] = (0.0, None)
    posterior: ClassVar[str] = "needed"
    random: ClassVar[bool] = True
    view: ClassVar[str] = "code"
    misses: ClassVar[str] = "It looks at no factor: a code of noise that is wide and independent reads like a good one."
    effort: ClassVar[tuple[float, ...]] = (0.01, 0.0, 0.0, 0.0, 0.0, 4.5e-9)

    samples: Annotated[int, Range(10, 10_000_000, log=True)] = 10_000
    active: Annotated[float, Range(0, 100)] = 0.01

    def value(self, z: Posterior) -> Reading:
        """The mean KL; details hold the terms, their errors, the KL by latent and how many latents are active."""
        noisy(z, "the KL from the prior")
        rows = torch.randperm(len(z), device=z.device)[: self.samples]
        found = kl_terms(z, rows=rows)
        spread = z.mean.var(0, correction=0)
        names = ("index_code_information", "total_correlation", "dimension_wise_kl")
        details = {
            "index_code_information": found.index_code_information,
            "total_correlation": found.total_correlation,
            "dimension_wise_kl": float(found.dimension_wise.sum()),
            "errors": dict(zip(names, found.errors.tolist(), strict=True)),
            "dimension_wise": found.dimension_wise.tolist(),
            "per_unit": found.kl.tolist(),
            "mean_variance": spread.tolist(),
            "active": (spread > self.active).nonzero().ravel().tolist(),
            "active_units": int((spread > self.active).sum()),
            "sampled_kl": found.sampled,
            "samples": len(rows),
        }
        doubts = (*drawn_doubts(len(z), len(rows)), *_few(len(rows)), *_saturation(found, len(z)))
        return Reading(float(found.kl.sum()), details=details, doubts=doubts)


def _few(drawn: int) -> tuple[Doubt, ...]:
    """A doubt where the regression rests on so few samples that the terms are biased and their errors too small."""
    text = f"The terms come from {drawn} samples: the regression that makes them add up biases them by up to a tenth of"
    text += " a nat, and the errors stated are too small. The KL itself is exact."
    return (Doubt("few draws", text),) if drawn < DRAWS else ()


def _saturation(found: KLTerms, n: int) -> tuple[Doubt, ...]:
    """A doubt where the code tells the samples apart one by one."""
    if found.index_code_information < math.log(n) - NEAR:
        return ()
    read, most = (in_both(one, ".2f") for one in (found.index_code_information, math.log(n)))
    text = f"The index-code information, {read}, is as good as ln n, {most}"
    return (Doubt("ln n", f"{text}, the most that {n} rows allow: it counts the rows, and more rows make it larger."),)
