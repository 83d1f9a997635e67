"""A classifier on images that differ from those it learnt, judged and taught again without a label."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np
import torch
from scipy import ndimage

from explorer.engines.answers._descent import descended
from explorer.engines.answers.digits import CLASSES, SIDE, STRENGTH, Half, classifier, halves
from explorer.errors import SettingError
from explorer.numerics.outputs import prediction_entropies
from explorer.numerics.softmax import Softmax

STEPS = 50
"""Iterations of the teaching."""

Images = np.ndarray


def _rotated(images: Images, by: float) -> Images:
    return ndimage.rotate(images, by, axes=(1, 2), reshape=False, order=1)


def _noisy(images: Images, by: float) -> Images:
    return images + by * np.random.default_rng(1).standard_normal(images.shape)


def _fainter(images: Images, by: float) -> Images:
    return images * (1 - by)


def _moved(images: Images, by: float) -> Images:
    return ndimage.shift(images, (0, 0, by), order=1)


KINDS: dict[str, tuple[Callable[[Images, float], Images], tuple[float, ...], str]] = {
    "rotated": (_rotated, (0, 10, 20, 30, 40, 60), "rotation (degrees)"),
    "noisy": (_noisy, (0, 0.2, 0.4, 0.6, 0.8, 1.0), "standard deviation of the noise (full ink is 1)"),
    "fainter": (_fainter, (0, 0.2, 0.4, 0.6, 0.8, 0.9), "ink taken away (share)"),
    "moved": (_moved, (0, 0.5, 1, 1.5, 2), "move to the right (pixels)"),
}
"""What is done to images, how much of it is tried, and in which unit."""


def shifted(half: Half, kind: str, by: float) -> Half:
    """The images, changed; the digits stay.

    Raises:
        SettingError: for a kind that is not in `KINDS`.
    """
    if kind not in KINDS:
        raise SettingError(f"kind={kind!r} must be one of {', '.join(map(repr, KINDS))}")
    images = KINDS[kind][0](half.images.numpy().reshape(-1, SIDE, SIDE), by)
    return Half(torch.from_numpy(np.ascontiguousarray(images.reshape(len(images), -1))), half.digits)


def taught_on(images: torch.Tensor, weight: float) -> Softmax:
    r"""The classifier of the first half, taught on with images without labels.

    .. math:: -\frac1n \sum_i \ln p(y_i \mid x_i) - \lambda \left( H(\bar p) - \overline{H(p)} \right)

    the first over the labelled images, the second over the new ones: outputs shall be sure and use all classes.

    Args:
        images: without labels, (m, 64).
        weight: lambda.

    References: li2021; krause2010.
    """
    taught, _ = halves()

    def loss(parts: list[torch.Tensor]) -> torch.Tensor:
        weights, offsets = parts
        known = torch.nn.functional.cross_entropy(taught.images @ weights + offsets, taught.digits)
        penalty = STRENGTH / (2 * len(taught.digits)) * weights.square().sum()
        return known + penalty - weight * _information((images @ weights + offsets).softmax(1))

    weights, offsets = descended(loss, classifier(), STEPS)
    return Softmax(((weights, offsets),), converged=False)


@dataclass(frozen=True, eq=False)
class Shifts:
    """How a classifier fares as images change; all of length m but the last two.

    Attributes:
        amounts: of the change.
        right: share of the images named right.
        told: prediction information as a share of ln of the classes; needs no label.
        sure: mean of the largest probability.
        right_after, told_after: after it was taught on with these images, without their labels.
        images: how many.
        unit: of the amounts.
    """

    amounts: np.ndarray
    right: np.ndarray
    told: np.ndarray
    sure: np.ndarray
    right_after: np.ndarray
    told_after: np.ndarray
    images: int
    unit: str

    def error(self, right: np.ndarray) -> np.ndarray:
        """Standard error of a share named right."""
        return np.sqrt(right * (1 - right) / self.images)


@cache
def under_shift(kind: str, weight: float, classes: int = CLASSES) -> Shifts:
    """The held-out half, changed more and more.

    Args:
        kind: of `KINDS`.
        weight: of the prediction information when it is taught on, see `taught_on`.
        classes: only images of the first so many digits come.

    Raises:
        SettingError: for a kind that is not there.
    """
    start = Softmax((classifier(),), converged=True)
    half = halves()[1]
    half = Half(half.images[half.digits < classes], half.digits[half.digits < classes])
    rows = []
    for by in KINDS[kind][1] if kind in KINDS else (0.0,):
        new = shifted(half, kind, by)
        before = start.log_probabilities(new.images)
        after = taught_on(new.images, weight).log_probabilities(new.images) if weight else before
        sure = float(before.max(1).values.exp().mean())
        rows.append([by, _right(before, new), _share(before), sure, _right(after, new), _share(after)])
    names = ("amounts", "right", "told", "sure", "right_after", "told_after")
    columns = dict(zip(names, np.array(rows, float).T, strict=True))
    return Shifts(**columns, images=len(half.digits), unit=KINDS[kind][2])


def _right(log_p: torch.Tensor, half: Half) -> float:
    return float((log_p.argmax(1) == half.digits).double().mean())


def _share(log_p: torch.Tensor) -> float:
    return float(_information(log_p.exp())) / float(np.log(CLASSES))


def _information(p: torch.Tensor) -> torch.Tensor:
    of_mean, mean = prediction_entropies(p)
    return of_mean - mean
