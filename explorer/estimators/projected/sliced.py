"""Mutual information of random projections."""

from dataclasses import dataclass
from typing import Annotated, ClassVar

import torch

from explorer.checks import varying
from explorer.errors import SettingError
from explorer.estimators.base import Estimator, Reading
from explorer.estimators.neighbours.base import uneven
from explorer.estimators.neighbours.ksg import KSG
from explorer.estimators.neighbours.ross import Ross
from explorer.result import Doubt
from explorer.settings import Range


@dataclass(frozen=True)
class Sliced(Estimator):
    r"""Sliced mutual information: the mean I of random projections of X and Y, which many dimensions do not spoil.

    .. math:: SI_k(X; Y) = E_{A, B} \, I(A^T X; B^T Y)

    with A and B independent and uniform among the matrices of k orthonormal columns. Every projected pair is
    estimated by `ksg`, its columns scaled to unit deviation, which leaves the information as it is. Labels Y are
    not projected, and `ross` estimates each pair.

    SI is another quantity than I, which it never exceeds. It is 0 just when X and Y are independent, but small in
    many dimensions even where X determines Y, and it changes when one column is scaled or columns are mixed.
    Compare it only with itself. The standard error is that of the mean over directions; what few samples do to
    all directions alike is not in it. Swapped arguments get other directions, and another value within that error.
    Constant columns are left out, which leaves SI as it is; one column on each side has one direction.

    Args:
        directions: pairs of projections.
        dim: columns k of each projection; 1 is the sliced, more the k-sliced information.
        k: neighbours of `ksg` or `ross`.

    Raises:
        SettingError: when x or y has fewer columns than `dim`.
        SampleError: with n <= k samples, or more than k coinciding ones.

    References: goldfeld2021; goldfeld2022; kraskov2004; ross2014.
    """

    quantity: ClassVar[str] = "SI(X;Y)"
    needs: ClassVar[tuple[str, str]] = ("continuous", "any")
    finds: ClassVar[tuple[str, ...]] = ()
    symmetric: ClassVar[bool] = False
    random: ClassVar[bool] = True
    invariant: ClassVar[tuple[str, ...]] = ("shift", "scaling")

    directions: Annotated[int, Range(1, 10_000, log=True)] = 100
    dim: Annotated[int, Range(1, 10)] = 1
    k: Annotated[int, Range(1, 100)] = 5

    def nats(self, x: torch.Tensor, y: torch.Tensor) -> Reading:
        real = [varying(v) for v in (x, y) if v.is_floating_point()]
        columns = [v.shape[1] for v in real]
        if min(columns) == 0 or (y == y[:1]).all():
            return Reading(0.0)
        if self.dim > min(columns):
            rule = f"must be at most {min(columns)}, the fewest columns of a variable that are not constant"
            raise SettingError(f"dim={self.dim} {rule}")
        count = self.directions if max(columns) > 1 else 1
        turns = zip(*(frames(v.shape[1], count, self.dim).to(v.device) for v in real), strict=True)
        pairs = ((*(v @ frame for v, frame in zip(real, turn, strict=True)), y)[:2] for turn in turns)
        values = torch.tensor([float(self._each(y).nats(*pair)) for pair in pairs], dtype=torch.float64)
        error = float(values.std() / count**0.5) if count > 1 else None
        return Reading(float(values.mean()), error, {"directions": count})

    def doubts(self, x: torch.Tensor, y: torch.Tensor | None, value: float) -> tuple[Doubt, ...]:
        if y is None:
            return ()
        wide = [one for one in (x, y) if one.is_floating_point() and one.shape[1] > 1]
        return (*self._each(y).doubts(x, y, value), *(doubt for one in wide for doubt in uneven([one])))

    def _each(self, y: torch.Tensor) -> KSG | Ross:
        """What estimates one pair of projections."""
        return KSG(k=self.k, margins="standard") if y.is_floating_point() else Ross(k=self.k)


def frames(columns: int, count: int, dim: int) -> torch.Tensor:
    """`count` matrices of `dim` random orthonormal columns, uniform but for their signs, (count, columns, dim)."""
    return torch.linalg.qr(torch.randn(count, columns, dim, dtype=torch.float64)).Q
