"""Mutual nearest neighbours."""

from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

import torch

from explorer.errors import SampleError
from explorer.measures.base import Measure, Reading
from explorer.measures.similarity._centred import varied
from explorer.numerics.nearest import nearest
from explorer.result import Doubt
from explorer.settings import Range


@dataclass(frozen=True)
class MutualNeighbours(Measure):
    r"""Share of a sample's nearest neighbours in one representation that are its neighbours in the other.

    .. math:: \frac{1}{n k} \sum_i |N_z(i) \cap N_y(i)|

    with N(i) the k nearest other samples in the Euclidean distance. It sees who is near and not how near, so that
    curved and unevenly stretched copies of one cloud stay alike where `linear_cka` does not see it. Shuffled rows
    read k / (n - 1) on average, exactly ("chance" in the details). huh2024 scale every row to length 1 first; do
    that before the call where it is meant.

    Args:
        k: neighbours of each sample, fewer than there are other samples.

    Raises:
        SampleError: for a constant z or y, or k that is not below n - 1.

    References: huh2024.
    """

    unit: ClassVar[str] = ""
    against: ClassVar[str | None] = "representation"
    limits: ClassVar[tuple[float | None, float | None]] = (0.0, 1.0)
    invariant: ClassVar[tuple[str, ...]] = ("shift", "scaling", "rotation", "permutation", "copies")
    sensitive: ClassVar[tuple[str, ...]] = ("stretching", "linear")
    symmetric: ClassVar[bool] = True
    effort: ClassVar[tuple[float, ...]] = (0.001, 0.0, 1.1e-09, 0.0, 0.0, 3.2e-10)

    k: Annotated[int, Range(1, 1000, log=True)] = 10

    def value(self, z: torch.Tensor, y: Any = None) -> Reading:
        """The formula; details hold what shuffled rows read on average."""
        n = len(z)
        if self.k >= n - 1:
            raise SampleError(f"k={self.k} must be below {n - 1}, the other samples of each of {n}")
        (first, tied_z), (second, tied_y) = (self._neighbours(varied(*pair)) for pair in ((z, "z"), (y, "y")))
        both = torch.cat([first, second], 1).sort(1).values
        shared = int((both[:, 1:] == both[:, :-1]).sum()) / (n * self.k)
        tied = max(tied_z, tied_y)
        text = f"For {tied:.0%} of the samples the k-th neighbour ties with the next; which one counts is arbitrary."
        doubts = (Doubt("ties", text),) if tied > 0.01 else ()
        return Reading(shared, details={"chance": self.k / (n - 1)}, doubts=doubts)

    def _neighbours(self, values: torch.Tensor) -> tuple[torch.Tensor, float]:
        """The k nearest other samples of each, (n, k), and the share of samples for which they are not unique."""
        distance, who = nearest(values, values, self.k + 2, p=2)
        itself = who == torch.arange(len(values), device=values.device)[:, None]
        others = itself.int().argsort(dim=1, stable=True)  # the sample itself goes last
        distance, who = distance.gather(1, others), who.gather(1, others)
        return who[:, : self.k], float((distance[:, self.k - 1] == distance[:, self.k]).double().mean())
