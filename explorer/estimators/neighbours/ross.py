"""Mutual information of a label and a real variable."""

from dataclasses import dataclass
from typing import Annotated, ClassVar

import torch

from explorer.checks import varying
from explorer.errors import SampleError
from explorer.estimators.base import Formula
from explorer.estimators.neighbours.base import NearestNeighbours, left_out, uneven
from explorer.numerics.nearest import Points
from explorer.result import Doubt
from explorer.settings import Range


@dataclass(frozen=True)
class Ross(NearestNeighbours):
    r"""Ross's estimate of I(X; Y) for a label Y and real X of any dimension.

    .. math:: \hat I = \psi(n) + \langle \psi(k_i) \rangle - \langle \psi(n_{y,i}) \rangle - \langle \psi(m_i) \rangle

    n_y counts the samples with the label of sample i, m those of any label that lie strictly nearer to it, in the
    maximum norm, than its k-th neighbour with the same label; both count the sample itself. A label with no more
    than k samples takes k_i = n_y - 1, as all published code does. A label that occurs once has no neighbour: its
    sample is left out, with a doubt. Independent samples can give a small negative value; it is left as it is.

    Good for classes that overlap; well separated ones read H(Y), the most there is. In many dimensions it is
    too low. Coinciding samples have no neighbour distance: with k of a label or more at one place
    the estimate is refused, and `mixed_ksg` takes such samples. A constant has no information: exactly 0.

    Args:
        k: neighbours; more lowers the variance and raises the bias.

    Raises:
        SampleError: with labels that all occur once, coinciding samples, or two variables of one kind.

    References: ross2014, equation 2.
    """

    mixed: ClassVar[bool] = True
    finds: ClassVar[tuple[str, ...]] = ("discrete_continuous", "labelled_clusters")
    invariant: ClassVar[tuple[str, ...]] = ("relabelling", "shift", "scaling")

    k: Annotated[int, Range(1, 100)] = 3

    def nats(self, x: torch.Tensor, y: torch.Tensor) -> Formula:
        if x.is_floating_point() == y.is_floating_point():
            raise SampleError(f"{self.name} needs one continuous and one discrete variable; these are of one kind")
        both = Points.of(x).beside(Points.of(y))
        if not varying(both.columns).shape[1]:
            return 0.0
        known = both[both.alike > 1]
        if not len(known):
            raise SampleError(f"{self.name} needs labels that occur twice; all {len(x)} labels occur once")
        return self._of(known)

    def doubts(self, x: torch.Tensor, y: torch.Tensor | None, value: float) -> tuple[Doubt, ...]:
        return () if y is None else (*left_out(Points.of(x).beside(Points.of(y))), *uneven((x, y)))

    def _of(self, known: Points) -> torch.Tensor:
        k, n = (known.alike - 1).clamp(max=self.k), len(known)
        inside, _ = known.balls(k)
        if not bool((inside > 0).all()):
            tied = int((inside == 0).sum())
            rule = f"{tied} of {n} coincide with at least k={self.k} others, or all others, of their label"
            raise SampleError(f"{self.name} needs distinct samples: {rule}; mixed_ksg takes them")
        near = Points.of(known.columns).within(inside)
        psi_k, psi_label, psi_near = (torch.digamma(count.double()).mean() for count in (k, known.alike, near))
        return torch.digamma(torch.tensor(n, dtype=torch.float64, device=k.device)) + psi_k - psi_label - psi_near
