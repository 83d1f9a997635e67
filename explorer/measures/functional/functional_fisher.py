"""Functional Fisher information of a probe."""

from dataclasses import dataclass
from typing import Annotated, ClassVar

import torch

from explorer.measures.base import Measure, Reading
from explorer.measures.functional.base import Functional, functional_information
from explorer.numerics.margins import standard
from explorer.numerics.softmax import fitted
from explorer.result import Doubt
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
    effort: ClassVar[tuple[float, float, float, float]] = (0.01, 1.1e-06, 0.0, 0.0)

    covariance: bool = False
    spread: Annotated[float, Range(0.001, 10.0, log=True)] = 0.15
    pairs: Annotated[int, Range(1, 1000, log=True)] = 16
    regularization: Annotated[float, Range(1e-3, 1e4, log=True)] = 1.0

    def value(self, z: torch.Tensor, y: torch.Tensor) -> Reading:
        """The bound; details hold the entropy that it bounds, the gap, and the parts by unit and class."""
        z = standard(z)
        probe = fitted(z, y, int(y.max()) + 1, self.regularization)
        covariance = z.T @ z / (len(z) - 1) if self.covariance else z.var(0)

        def of_label(points: torch.Tensor) -> torch.Tensor:
            return probe.log_probabilities(points).gather(1, y[:, None])[:, 0].exp()

        found = functional_information(of_label, z, self.spread * covariance, self.pairs)
        bound, entropy = float(found.bound.mean()), float(found.entropy.mean())
        sizes = torch.bincount(y)
        by_class = z.new_zeros(len(sizes)).index_add_(0, y, found.bound) / sizes
        details = {
            "functional_entropy": entropy,
            "gap": bound - entropy,
            "mean_probability": float(found.mean.mean()),
            "per_unit": found.attribution.mean(0).tolist(),
            "per_class": by_class.tolist(),
        }
        return Reading(bound, details=details, doubts=_doubts(found, probe.converged))


def _doubts(found: Functional, converged: bool) -> tuple[Doubt, ...]:
    doubts = [Doubt("standardised", "Columns were standardised.", note=True)]
    if not converged:
        doubts.append(Doubt("unconverged", "The fit of the probe ended before it arrived; raise regularization."))
    if float(found.entropy.mean()) > float(found.bound.mean()):
        doubts.append(Doubt("noise", "The entropy reads above its bound: too few draws of noise; raise pairs."))
    return tuple(doubts)
