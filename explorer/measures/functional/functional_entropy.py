"""Functional entropy of a probe."""

from dataclasses import dataclass
from typing import Annotated, ClassVar

import torch

from explorer.measures.base import Measure, Reading
from explorer.measures.functional._labels import of_labels
from explorer.numerics.groups import group_means
from explorer.settings import Range


@dataclass(frozen=True)
class FunctionalEntropy(Measure):
    r"""Functional entropy of a linear probe: how far noise around a sample moves the probability of its label.

    .. math:: Ent(f) = E f \ln f - E f \, \ln E f \le \tfrac12 E \frac{\langle \Sigma \nabla f, \nabla f \rangle}{f}

    averaged over the samples, with E over normal noise of covariance Sigma around each. f is the probability of the
    sample's own label by a softmax probe fitted to all of z; the papers differentiate the network from its input on,
    for which `explorer.measures.functional.base.functional_information` takes any function. 0 where noise leaves f as
    it is: for a probe that tells nothing, and for one that is sure everywhere, so that classes far apart read as low
    as shuffled labels. The bound is `functional_fisher`, which alone has parts by unit. The entropy is by Monte Carlo,
    too small by a share of up to about 1 / pairs. Columns are standardised.

    Args:
        covariance: noise with the covariance of z; else independent noise of the same variances.
        spread: variance of the noise as a share of that of z.
        pairs: draws of noise, each with its opposite, around every sample.
        regularization: half the factor of the squared weights in the probe's summed loss.

    References: gat2020; gat2022; gross1975.
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
        """The entropy; details hold its bound, the gap, and the parts by class."""
        found = of_labels(z, y, self.covariance, self.spread, self.pairs, self.regularization)
        entropy, bound = float(found.parts.entropy.mean()), float(found.parts.bound.mean())
        details = {
            "bound": bound,
            "gap": bound - entropy,
            "mean_probability": float(found.parts.mean.mean()),
            "per_class": group_means(found.parts.entropy[:, None], y)[0][:, 0].tolist(),
        }
        return Reading(entropy, details=details, doubts=found.doubts)
