"""The probability of a sample's own label by a probe, under noise around the sample."""

from dataclasses import dataclass

import torch

from explorer.measures.functional.base import Functional, functional_information
from explorer.numerics.margins import standard
from explorer.numerics.softmax import fitted
from explorer.result import Doubt


@dataclass(frozen=True)
class OfLabels:
    """What noise says of the probability of every sample's label, and what to doubt."""

    parts: Functional
    doubts: tuple[Doubt, ...]


def of_labels(
    z: torch.Tensor, y: torch.Tensor, covariance: bool, spread: float, pairs: int, regularization: float
) -> OfLabels:
    """A softmax probe is fitted to standardised columns; settings as in `functional_fisher`."""
    z = standard(z)
    probe = fitted(z, y, int(y.max()) + 1, regularization)
    noise = z.T @ z / (len(z) - 1) if covariance else z.var(0)

    def of_label(points: torch.Tensor) -> torch.Tensor:
        return probe.log_probabilities(points).gather(1, y[:, None])[:, 0].exp()

    found = functional_information(of_label, z, spread * noise, pairs)
    return OfLabels(found, _doubts(found, probe.converged))


def _doubts(found: Functional, converged: bool) -> tuple[Doubt, ...]:
    doubts = [Doubt("standardised", "Columns were standardised.", note=True)]
    if not converged:
        doubts.append(Doubt("unconverged", "The fit of the probe ended before it arrived; raise regularization."))
    if float(found.entropy.mean()) > float(found.bound.mean()):
        doubts.append(Doubt("noise", "The entropy reads above its bound: too few draws of noise; raise pairs."))
    return tuple(doubts)
