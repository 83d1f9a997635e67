"""Handwritten digits, a few kinds of them, or all with a hint beside the pixels that tells the digit, more or less."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from sklearn.datasets import load_digits

from explorer.errors import SampleError, SettingError


def some_digits(kinds: Sequence[int], each: int) -> tuple[np.ndarray, np.ndarray]:
    """The first `each` images of some digits of scikit-learn: pixels 0 to 1, (n, 64), and digits (n,).

    Raises:
        SampleError: where there are fewer of a digit.

    References: alpaydin1998.
    """
    pixels, digit = load_digits(return_X_y=True)
    rows = [np.flatnonzero(digit == kind)[:each] for kind in kinds]
    if short := [kind for kind, found in zip(kinds, rows, strict=True) if len(found) < each]:
        raise SampleError(f"each={each} is more images than there are of digit {short[0]}")
    chosen = np.concatenate(rows)
    return pixels[chosen] / 16, digit[chosen]


@dataclass(frozen=True)
class HintedDigits:
    """scikit-learn's digits with ten more columns, of which one is 1: that of the digit, or of one drawn at random.

    Attributes:
        agreement: share of the images whose hint is the digit; the hints of the others are drawn from all ten.
        images: how many, the first of the data set.

    Raises:
        SettingError: for an agreement outside [0, 1], or images outside 10 to 1797.

    References: alpaydin1998.
    """

    agreement: float = 0.5
    images: int = 1797

    def __post_init__(self) -> None:
        if not 0 <= self.agreement <= 1 or not 10 <= self.images <= 1797:
            given = f"agreement={self.agreement:g}, images={self.images}"
            raise SettingError(f"{given}: they must lie in [0, 1] and [10, 1797]")

    @property
    def right(self) -> float:
        """Chance that the hint is the image's digit: one in ten of those drawn is, too."""
        return self.agreement + (1 - self.agreement) / 10

    @property
    def nats(self) -> float:
        """I(hint; digit), were all ten digits equally frequent."""
        right, wrong = self.right, (1 - self.agreement) / 10
        return math.log(10) + right * math.log(right) + (9 * wrong * math.log(wrong) if wrong else 0.0)

    def sample(self, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
        """Pixels 0 to 1 and the hint, (images, 74), and the digits (images,)."""
        pixels, digit = (column[: self.images] for column in load_digits(return_X_y=True))
        rng = np.random.default_rng(seed)
        drawn = rng.integers(0, 10, len(digit))
        hint = np.where(rng.random(len(digit)) < self.agreement, digit, drawn)
        return np.column_stack([pixels / 16, np.eye(10)[hint]]), digit
