"""Shape distance, which is the Procrustes distance unless columns are whitened."""

import math
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Literal

import torch

from explorer.errors import SettingError
from explorer.measures.base import Measure, Reading
from explorer.measures.similarity._centred import centred
from explorer.measures.similarity._few_samples import Nuclear, nuclear_norm
from explorer.numerics.canonical import Whitening
from explorer.result import Doubt
from explorer.settings import Range

FEW = 10
"""Samples a column of the wider side, below which the distance in sample is doubted."""


@dataclass(frozen=True)
class ShapeDistance(Measure):
    r"""Distance left between two representations after the best rotation of one onto the other.

    .. math:: \theta = \arccos \frac{\|A^\top B\|_*}{\|A\|_F \|B\|_F}, \qquad
        \rho^2 = \|A\|_F^2 + \|B\|_F^2 - 2 \|A^\top B\|_*

    with A = Z_c (alpha I + (1 - alpha) (Z_c' Z_c)^{-1/2}) of the centred columns of z, rescaled to the length of Z_c,
    and B the same of y; the sum of singular values is reached by the best rotation. `alpha` = 1 is the Procrustes
    distance, which shift and rotation leave as it is, and one factor the angle; 0 whitens the columns, so that every
    invertible linear map leaves the angle as it is: between equal ranks it is the arccos of the mean canonical
    correlation. Between them the mix depends on the length of z, as published. Sides of different width are
    compared as if the narrower had columns of zeros more. In sample both kinds obey the triangle inequality. The
    Euclidean one is the Frobenius norm over all n rows, not divided by sqrt(n), in the unit of z.

    The angle is taken from the length of the difference, so that equal shapes read 1e-15 where an arccos cannot tell
    less than 1e-8. Directions without variance are left out, also from the rescaling, where published code floors their
    eigenvalue at 1e-7; the Euclidean distance of whitened sides of different width differs for it.

    In sample the distance is biased down: the rotation fits noise. `estimator="moments"` estimates the sum of singular
    values s of the covariance from moments e_p = sum_i s_i^(2p), by a polynomial near the root that minimises
    variance + weight x bias^2, with an interval of 1.96 standard deviations and the bound on the bias. The moments are
    sums over chains of different rows, without bias for normal samples; for others the mean, which is taken out by
    contrasts of the rows, leaves some in the higher ones, far less than in sample. Variances come from leaving out 20
    groups, where the paper draws bootstrap samples, in which rows meet themselves. Of sides of equal width chains begin
    with the one and with the other and are averaged, where the paper begins with one: the distance is symmetric. It is
    no metric, since noise can break the triangle inequality; a cosine beyond 0 or 1 is set there and doubted, and the
    ends of the interval are set there too.

    Args:
        alpha: 1 for rotations alone, 0 for all invertible linear maps, between them for partial whitening.
        kind: the angle, or the Euclidean distance.
        estimator: of the sum of singular values: that of the samples, or one for few samples, for alpha = 1.
        moments: highest p of the estimator for few samples.
        weight: of the squared bias against the variance there; 1 minimises a bound on the mean squared error.

    Raises:
        SampleError: for a constant z or y, or fewer samples than the moments need.
        SettingError: for moments with alpha below 1.

    References: williams2021; pospisil2024; schonemann1966.
    """

    unit: ClassVar[str] = "radians"
    against: ClassVar[str | None] = "representation"
    limits: ClassVar[tuple[float | None, float | None]] = (0.0, None)
    invariant: ClassVar[tuple[str, ...]] = ("shift", "scaling", "rotation", "permutation", "copies")
    sensitive: ClassVar[tuple[str, ...]] = ("stretching", "linear")
    symmetric: ClassVar[bool] = True
    distance: ClassVar[str] = "metric"
    random: ClassVar[bool] = True
    side: ClassVar[str] = "low"
    effort: ClassVar[tuple[float, ...]] = (0.0006, 0.0, 0.0, 0.0, 6.3e-11)

    alpha: Annotated[float, Range(0.0, 1.0)] = 1.0
    kind: Literal["angular", "euclidean"] = "angular"
    estimator: Literal["plug_in", "moments"] = "plug_in"
    moments: Annotated[int, Range(1, 20)] = 10
    weight: Annotated[float, Range(1e-4, 1e4, log=True)] = 1.0

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.estimator == "moments" and self.alpha < 1:
            raise SettingError(f"alpha={self.alpha:g} whitens by the samples; estimator='moments' needs alpha=1")
        if self.kind == "euclidean":
            object.__setattr__(self, "unit", "")  # that of z, which is not known
        if self.estimator == "moments":
            object.__setattr__(self, "distance", "dissimilarity")

    @property
    def draws(self) -> bool:
        """The order of the rows, for moments alone."""
        return self.estimator == "moments"

    def value(self, z: torch.Tensor, y: Any = None) -> Reading:
        """The distance; details hold the cosine."""
        (a, long), (b, wide) = centred(z, "z"), centred(y, "y")
        if self.estimator == "moments":
            return self._from_moments(a, b, (long, wide))
        a, b = self._whitened(a, long), self._whitened(b, wide)
        left, singular, right = torch.linalg.svd(a.T @ b, full_matrices=False)
        cosine = float(singular.sum())
        turn = left @ right
        narrow = a.shape[1] <= b.shape[1]
        chord = float((a @ turn - b if narrow else a - b @ turn.T).norm())
        angle = 2 * math.asin(min(1.0, chord / 2))
        found = angle if self.kind == "angular" else math.hypot(long - wide, math.sqrt(long * wide) * chord)
        ratio = len(z) / max(a.shape[1], b.shape[1])
        text = (
            f"{ratio:.3g} samples for each column of the wider side: the rotation fits noise and the distance is short"
        )
        doubt = Doubt("samples", f"{text}; estimator='moments' corrects for it, with alpha=1.")
        return Reading(found, details={"cosine": cosine}, doubts=(doubt,) if ratio < FEW else ())

    def _whitened(self, values: torch.Tensor, length: float) -> torch.Tensor:
        """Partly whitened centred samples of length 1; `length` is that before."""
        if self.alpha == 1:
            return values
        fit = Whitening.of(values)
        found = self.alpha * fit.columns @ fit.products * length + (1 - self.alpha) * _back(fit)
        return found / found.norm()

    def _from_moments(self, a: torch.Tensor, b: torch.Tensor, lengths: tuple[float, float]) -> Reading:
        steps = len(a) - 1
        found = nuclear_norm(a, b, self.moments, self.weight)
        cosine, reach = found.value * steps, (1.96 * found.deviation + found.bias) * steps
        low, high = (self._distance(cosine + change, lengths) for change in (reach, -reach))
        details = {"cosine": cosine, **_parts(found, steps)}
        return Reading(self._distance(cosine, lengths), (low, high), details, _beyond(cosine))

    def _distance(self, cosine: float, lengths: tuple[float, float]) -> float:
        """Of a cosine, which an estimate can carry beyond 1 and below 0."""
        cosine = min(1.0, max(0.0, cosine))
        if self.kind == "angular":
            return math.acos(cosine)
        return math.hypot(lengths[0] - lengths[1], math.sqrt(2 * lengths[0] * lengths[1] * (1 - cosine)))


def _back(fit: Whitening) -> torch.Tensor:
    """Whitened columns turned back to where the columns were."""
    return fit.columns @ torch.nn.functional.normalize(fit.products, dim=1)


def _parts(found: Nuclear, steps: int) -> dict[str, object]:
    deviation, bias = found.deviation * steps, found.bias * steps
    return {"deviation_of_cosine": deviation, "bias_of_cosine_at_most": bias, "moments": list(found.moments)}


def _beyond(cosine: float) -> tuple[Doubt, ...]:
    if 0 <= cosine <= 1:
        return ()
    text = f"The estimated cosine is {cosine:.3f}, which no cosine of shapes is; the nearest possible was taken."
    return (Doubt("noise", text),)
