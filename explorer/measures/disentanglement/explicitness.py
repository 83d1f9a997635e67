"""Explicitness."""

from dataclasses import dataclass
from typing import Annotated, ClassVar

import torch

from explorer.device import on_all_cores
from explorer.errors import SampleError
from explorer.factors import Factors
from explorer.measures.base import Reading
from explorer.measures.disentanglement._held_out import classes_of, cut_doubts, held_out
from explorer.measures.disentanglement.base import FactorMeasure, alive, dead_doubts
from explorer.measures.probes._probe import STANDARD, Scale
from explorer.numerics.softmax import FLAT_ENOUGH, fitted
from explorer.result import Doubt
from explorer.settings import Range


@dataclass(frozen=True)
class Explicitness(FactorMeasure):
    r"""How well a linear classifier of all latents tells the levels of a factor apart.

    .. math:: \frac1K \sum_k \frac{1}{L_k} \sum_l P \big( s_l(z) > s_l(z') \mid v_k = l, v'_k \neq l \big)

    the area under the curve of true against false positives of each level against the rest, from the probabilities
    s_l of a multinomial logistic classifier on held-out samples; equal ones count half. The mean over levels,
    then over factors, lies at 0.5 for a code that tells nothing; `rescaled` in the details is 2 AUC - 1, as first
    published. The code is standardised by the samples that are fitted on, and the
    fit ends where areas move by about 1e-5. A level without a held-out sample is left
    out and counted.

    Args:
        held_out: share of the samples, about the same of every level, that the classifier is scored on.
        regularization: half the factor of the squared weights in the summed loss: 1 / C of scikit-learn.
        bins: cells of equal frequency of a real factor.

    Raises:
        SampleError: when every latent is constant, a factor is, or no sample can be held out.

    References: ridgeway2018, section 3; locatello2019.
    """

    view: ClassVar[str] = "factors"
    misses: ClassVar[str] = (
        "It sees no axes: two factors of 20 levels read 0.91, each in a latent of its own or turned by any angle."
    )
    least: ClassVar[int] = 4
    invariant: ClassVar[tuple[str, ...]] = ("permutation", "shift", "stretching")
    random: ClassVar[bool] = True
    splits: ClassVar[bool] = True
    effort: ClassVar[tuple[float, ...]] = (0.02, 1.6e-5, 0.0, 0.0)

    held_out: Annotated[float, Range(0.1, 0.9)] = 0.3
    regularization: Annotated[float, Range(1e-3, 1e4, log=True)] = 1.0
    bins: Annotated[int, Range(2, 100)] = 10

    def value(self, z: torch.Tensor, v: Factors) -> Reading:
        """The mean area; details hold it by factor, rescaled, and on the fitted samples."""
        living, classes = alive(z), classes_of(v, self.bins)
        held = [held_out(y, self.held_out, name) for y, name in zip(classes.T, v.names, strict=True)]
        todo = list(zip(classes.T, held, v.names, strict=True))
        found = on_all_cores(lambda one: self._areas(z[:, living], *one), todo, z.device)
        by_factor = [float(one.held.mean()) for one in found]
        value = sum(by_factor) / len(by_factor)
        details = {
            "per_factor": by_factor,
            "rescaled": 2 * value - 1,
            "fitted": sum(one.fitted for one in found) / len(found),
            "dead": int((~living).sum()),
        }
        doubts = (*dead_doubts(living), *cut_doubts(v, self.bins), STANDARD, *_doubts(found, classes, v.names))
        return Reading(value, details=details, doubts=doubts)

    def _areas(self, z: torch.Tensor, y: torch.Tensor, held: torch.Tensor, name: str) -> "Areas":
        scale = Scale.of(z[~held])
        classifier = fitted(scale(z[~held]), y[~held], int(y.max()) + 1, self.regularization, flat=FLAT_ENOUGH)
        log_p = classifier.log_probabilities(scale(z))
        areas = areas_of(log_p[held].exp(), y[held])
        if not len(areas):
            raise SampleError(f"one level only of factor {name} is among the {int(held.sum())} held-out samples")
        return Areas(areas, float(areas_of(log_p[~held].exp(), y[~held]).mean()), classifier.converged)


@dataclass(frozen=True)
class Areas:
    """Of one factor: the areas of held-out levels, their mean on the fitted samples, and whether the fit arrived."""

    held: torch.Tensor
    fitted: float
    converged: bool


def areas_of(scores: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    """The area of every class against the rest by its column of scores (n, classes), where both occur.

    Each is the share of pairs, one of the class and one of the rest, in which the class scores higher; ties count half.
    """
    positive = torch.bincount(y, minlength=scores.shape[1]).double()
    rows = scores.T.contiguous()
    ordered = rows.sort(1).values
    ranks = torch.searchsorted(ordered, rows) + torch.searchsorted(ordered, rows, right=True)  # twice the mean rank - 1
    own = torch.zeros_like(positive).index_add_(
        0, y, (ranks[y, torch.arange(len(y), device=y.device)] + 1).double() / 2
    )
    pairs = positive * (len(y) - positive)
    return ((own - positive * (positive + 1) / 2) / pairs)[pairs > 0]


def _doubts(found: list[Areas], classes: torch.Tensor, names: tuple[str, ...]) -> tuple[Doubt, ...]:
    levels = (classes.amax(0) + 1).tolist()
    left = [
        f"{most - len(one.held)} of {name}"
        for one, most, name in zip(found, levels, names, strict=True)
        if len(one.held) < most
    ]
    doubts = []
    if left:
        doubts.append(Doubt("levels left out", f"Levels without a held-out sample are left out: {', '.join(left)}."))
    if not all(one.converged for one in found):
        doubts.append(Doubt("unconverged", "A fit of the classifier ended before it arrived; raise regularization."))
    return tuple(doubts)
