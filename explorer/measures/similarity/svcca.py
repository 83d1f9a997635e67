"""Singular vector canonical correlation."""

from dataclasses import dataclass
from typing import Annotated, ClassVar

from explorer.measures.similarity.base import CanonicalAverage
from explorer.settings import Range


@dataclass(frozen=True)
class SVCCA(CanonicalAverage):
    r"""Mean canonical correlation of the principal directions that hold most of the variance.

    .. math:: \frac{1}{k} \sum_{i=1}^{k} \rho_i

    as `cca`, of the first principal directions of z and of y that reach the share `variance`. Noise in directions of
    little variance is dropped, at the price that a rescaled column can change which directions are kept. In sample it
    is biased up as `cca` is, with the numbers of kept directions in place of the ranks.

    Args:
        variance: share of the variance that the kept directions of each side have; 1 is `cca`.
        held_out: share of the rows on which the correlations are read; 0 reads them on the rows of the fit.
        folds: random splits to average over when rows are held out.

    Raises:
        SampleError: for a constant z or y, or parts of fewer than 3 rows.

    References: raghu2017; kornblith2019.
    """

    unit: ClassVar[str] = ""
    against: ClassVar[str | None] = "representation"
    limits: ClassVar[tuple[float | None, float | None]] = (-1.0, 1.0)
    invariant: ClassVar[tuple[str, ...]] = ("shift", "scaling", "rotation", "permutation", "copies")
    symmetric: ClassVar[bool] = True
    random: ClassVar[bool] = True
    effort: ClassVar[tuple[float, ...]] = (0.0006, 0.0, 0.0, 0.0, 1.7e-10)

    variance: Annotated[float, Range(0.01, 1.0)] = 0.99
    held_out: Annotated[float, Range(0.0, 0.5)] = 0.0
    folds: Annotated[int, Range(1, 20)] = 5

    @property
    def share(self) -> float:
        """The setting `variance`."""
        return self.variance
