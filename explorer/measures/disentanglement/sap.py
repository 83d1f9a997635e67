"""Separated attribute predictability."""

from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

import torch
from sklearn.svm import LinearSVC

from explorer.errors import SampleError
from explorer.factors import Factors
from explorer.measures.base import Reading
from explorer.measures.disentanglement._held_out import classes_of, held_out, rare_doubts
from explorer.measures.disentanglement.base import FactorMeasure, alive, dead_doubts
from explorer.measures.probes._probe import Scale
from explorer.numerics.groups import group_means
from explorer.settings import Range

LARGEST = 1e15
"""Value of a latent beyond which the solver of the support vector machine does not end."""


@dataclass(frozen=True)
class SAP(FactorMeasure):
    r"""Gap between the two latents from which a factor is best predicted by a line.

    .. math:: \frac1K \sum_k S_{(1)k} - S_{(2)k}

    where S is, of a counted factor, the share of held-out samples that a classifier on one latent gets right, and of a
    real one the squared correlation over all samples. The classifier "discriminant" gives a sample to the class whose
    mean is nearest: the linear discriminant of equal priors and one variance, which cuts a latent midway between
    neighbouring means. "svc" is that of most libraries, a linear support vector machine for each level against the
    rest, C = 0.01, weighted for balance: it seldom finds levels between others, so that a perfect latent of many
    levels reads little, and its penalty makes the unit of a latent count. A latent that never changes reads
    1 / levels, as a guess does, and 0 of a real factor. Values of the two classifiers are not comparable.

    Args:
        classifier: how a counted factor is predicted; "correlation" takes its levels as numbers, as for a real one.
        held_out: share of the samples, about the same of every level, that the classifier is scored on.

    Raises:
        SampleError: with one latent only, when every latent is constant, or with no sample to hold out.

    References: kumar2018, section 3; locatello2019.
    """

    view: ClassVar[str] = "factors"
    misses: ClassVar[str] = (
        "It is 0 though every latent holds one factor only, if two hold the same, and 0.59 where two factors share one."
    )
    least: ClassVar[int] = 4
    invariant: ClassVar[tuple[str, ...]] = ("permutation", "shift", "stretching")
    sensitive: ClassVar[tuple[str, ...]] = ("rotation", "copies")
    random: ClassVar[bool] = True
    splits: ClassVar[bool] = True
    effort: ClassVar[tuple[float, ...]] = (0.001, 3e-7, 0.0, 0.0)

    classifier: Literal["discriminant", "svc", "correlation"] = "discriminant"
    held_out: Annotated[float, Range(0.1, 0.9)] = 0.3

    def value(self, z: torch.Tensor, v: Factors) -> Reading:
        """The mean gap; details hold it by factor, which latents predict best, and the matrix of S."""
        if z.shape[1] < 2:
            raise SampleError("z has 1 latent; a gap needs two")
        living, classes = alive(z), classes_of(v, 2)
        counted = [k for k, levels in enumerate(v.levels) if levels and self.classifier != "correlation"]
        scores = Scale.of(z)(z).T @ Scale.of(v.numbers)(v.numbers) / len(z)
        matrix = scores.square()
        for k in counted:
            matrix[:, k] = self._accuracies(z, classes[:, k], v.names[k])
            matrix[~living, k] = 1 / (1 + int(classes[:, k].max()))
        top, place = matrix.topk(2, 0)
        gaps = top[0] - top[1]
        details = {
            "per_factor": gaps.tolist(),
            "best": place[0].tolist(),
            "second": place[1].tolist(),
            "matrix": matrix.tolist(),
            "dead": int((~living).sum()),
        }
        rare = rare_doubts(classes[:, counted], tuple(v.names[k] for k in counted)) if counted else ()
        return Reading(float(gaps.mean()), details=details, doubts=(*dead_doubts(living), *rare))

    def _accuracies(self, z: torch.Tensor, y: torch.Tensor, name: str) -> torch.Tensor:
        held = held_out(y, self.held_out, name)
        return (by_machine if self.classifier == "svc" else by_nearest_mean)(z, y, held)


def by_nearest_mean(z: torch.Tensor, y: torch.Tensor, held: torch.Tensor) -> torch.Tensor:
    """The share of held samples whose class has the nearest mean, on every latent, (d,)."""
    means, order = group_means(z[~held], y[~held])[0].T.contiguous().sort(dim=1, stable=True)
    cuts = (means[:, 1:] + means[:, :-1]) / 2
    guess = order.gather(1, torch.searchsorted(cuts.contiguous(), z[held].T.contiguous()))
    return (guess == y[held]).double().mean(1)


def by_machine(z: torch.Tensor, y: torch.Tensor, held: torch.Tensor) -> torch.Tensor:
    """The share of held samples that linear support vector machines on one latent get right, (d,).

    Raises:
        SampleError: for values beyond `LARGEST`.
    """
    if (most := float(z.abs().max())) > LARGEST:
        raise SampleError(f"z has values up to {most:.3g}; svc takes latents as they are, up to {LARGEST:.0e}")
    fit, labels, test, truth = (one.cpu().numpy() for one in (z[~held], y[~held], z[held], y[held]))
    found = z.new_zeros(z.shape[1])
    for j in range(z.shape[1]):
        machine = LinearSVC(C=0.01, class_weight="balanced", dual=False).fit(fit[:, [j]], labels)
        found[j] = float((machine.predict(test[:, [j]]) == truth).mean())
    return found
