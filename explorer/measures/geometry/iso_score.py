"""IsoScore."""

from dataclasses import dataclass
from typing import ClassVar

import torch

from explorer.errors import SampleError
from explorer.measures.base import Measure, Reading
from explorer.measures.geometry._spectrum import SHOWN, covariance_spectrum, few, participation


@dataclass(frozen=True)
class IsoScore(Measure):
    r"""IsoScore: the share of the columns' directions that the variance uses evenly.

    .. math:: \frac{P - 1}{d - 1}, \qquad P = \frac{(\sum_i \lambda_i)^2}{\sum_i \lambda_i^2}

    of the eigenvalues of the covariance: 1 when all d directions vary alike, 0 when one has all the variance. The
    paper reaches it by a normalised distance of the eigenvalues from equal ones; written out, that is the
    `participation_ratio` P brought to [0, 1]. Unlike P it compares layers of different width. With no more than d
    samples it cannot reach 1; a doubt says where they are few.

    Raises:
        SampleError: for a constant z, or one of a single column.

    References: rudman2022.
    """

    unit: ClassVar[str] = ""
    limits: ClassVar[tuple[float | None, float | None]] = (0.0, 1.0)
    invariant: ClassVar[tuple[str, ...]] = ("shift", "scaling", "rotation", "permutation")
    sensitive: ClassVar[tuple[str, ...]] = ("stretching", "copies")
    effort: ClassVar[tuple[float, ...]] = (0.0005, 0.0, 0.0, 0.0, 9.2e-11)

    def value(self, z: torch.Tensor, y: None = None) -> Reading:
        """The formula; details hold the largest 256 variances."""
        d = z.shape[1]
        if d < 2:
            raise SampleError("z has one column; evenness of directions needs at least two")
        found = covariance_spectrum(z)
        ratio = participation(found)
        return Reading((ratio - 1) / (d - 1), details={"spectrum": found[:SHOWN].tolist()}, doubts=few(ratio, len(z)))
