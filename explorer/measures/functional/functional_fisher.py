"""Functional Fisher information of a probe."""

from dataclasses import dataclass
from typing import Annotated, ClassVar

import torch

from explorer.measures.base import Measure, Reading
from explorer.measures.functional._labels import of_labels
from explorer.numerics.groups import group_means
from explorer.settings import Range


@dataclass(frozen=True)
class FunctionalFisher(Measure):
    r"""Functional Fisher information of a linear probe: which units the probability of the label hangs on.

    .. math:: Ent(f) \le \tfrac12 E \frac{\langle \Sigma \nabla f, \nabla f \rangle}{f}
              = \sum_j \tfrac12 E \frac{(\Sigma \nabla f)_j \, \partial_j f}{f}

    averaged over the samples, with E over normal noise around each. f is the probability of the sample's own label by
    a softmax probe fitted to all of z; the paper differentiates the network from its input on, for which
    `explorer.measures.functional.base.functional_information` takes any function. The parts are a share of the value
    for each unit. With independent noise units that carry the same are each credited for being moved alone; with the
    covariance of z they move together, and parts may be negative. Scores of the paper are twice these: it leaves the
    1/2 out. A probe that is sure everywhere reads near 0 though all units matter. Columns are standardised. The
    entropy is by Monte Carlo, too small by a share of up to about 1 / pairs.

    Args:
        covariance: noise with the covariance of z; else independent noise of the same variances.
        spread: variance of the noise as a share of that of z.
        pairs: draws of noise, each with its opposite, around every sample.
        regularization: half the factor of the squared weights in the probe's summed loss.

    References: gat2022; gat2020; gross1975.
    """

    against: ClassVar[str | None] = "labels"
    limits: ClassVar[tuple[float | None, float | None]] = (0.0, None)
    invariant: ClassVar[tuple[str, ...]] = ("shift", "scaling", "stretching")
    random: ClassVar[bool] = True
    side: ClassVar[str] = "both"
    effort: ClassVar[tuple[float, ...]] = (0.01, 1.1e-06, 0.0, 0.0)

    covariance: bool = False
    spread: Annotated[float, Range(0.001, 10.0, log=True)] = 0.15
    pairs: Annotated[int, Range(1, 1000, log=True)] = 16
    regularization: Annotated[float, Range(1e-3, 1e4, log=True)] = 1.0

    def value(self, z: torch.Tensor, y: torch.Tensor) -> Reading:
        """The bound; details hold the entropy that it bounds, the gap, and the parts by unit and class."""
        found = of_labels(z, y, self.covariance, self.spread, self.pairs, self.regularization)
        bound, entropy = float(found.parts.bound.mean()), float(found.parts.entropy.mean())
        details = {
            "functional_entropy": entropy,
            "gap": bound - entropy,
            "mean_probability": float(found.parts.mean.mean()),
            "per_unit": found.parts.attribution.mean(0).tolist(),
            "per_class": group_means(found.parts.bound[:, None], y)[0][:, 0].tolist(),
        }
        return Reading(bound, details=details, doubts=found.doubts)
