"""Mean canonical correlation."""

from dataclasses import dataclass
from typing import Annotated, ClassVar

from explorer.measures.similarity.base import CanonicalAverage
from explorer.settings import Range


@dataclass(frozen=True)
class CCA(CanonicalAverage):
    r"""Mean canonical correlation: whether a linear map turns one representation into the other.

    .. math:: \frac{1}{k} \sum_{i=1}^{k} \rho_i

    with rho_i the singular values of U_z' U_y, the orthonormal bases of the centred columns, and k the smaller rank.
    Invertible linear maps of either side leave it as it is, so that a direction of tiny variance counts as much as the
    strongest; only which directions are there is seen.

    In sample it is biased up: shuffled rows read max(r_z, r_y) / (n - 1) on average as mean square of the
    correlations, exactly, and r_z + r_y - n + 1 of them are 1 whatever the data, all when n is at most the larger
    rank. Above 0.1 that is doubted. With `held_out` the directions are fitted to the other rows, and details keep the
    value in sample.

    Args:
        held_out: share of the rows on which the correlations are read; 0 reads them on the rows of the fit.
        folds: random splits to average over when rows are held out.

    Raises:
        SampleError: for a constant z or y, or parts of fewer than 3 rows.

    References: hotelling1936; raghu2017; kornblith2019.
    """

    unit: ClassVar[str] = ""
    against: ClassVar[str | None] = "representation"
    limits: ClassVar[tuple[float | None, float | None]] = (-1.0, 1.0)
    invariant: ClassVar[tuple[str, ...]] = (
        "shift",
        "scaling",
        "stretching",
        "rotation",
        "linear",
        "permutation",
        "copies",
    )
    symmetric: ClassVar[bool] = True
    random: ClassVar[bool] = True
    effort: ClassVar[tuple[float, ...]] = (0.0006, 7.9e-10, 0.0, 0.0, 1.9e-10)

    held_out: Annotated[float, Range(0.0, 0.5)] = 0.0
    folds: Annotated[int, Range(1, 20)] = 5
