"""The 12-bit task of the information plane, with a rule of its own."""

import math
from dataclasses import dataclass
from typing import Annotated, ClassVar

import numpy as np

from explorer.distributions.base import Distribution, entropy
from explorer.settings import Range


@dataclass(frozen=True)
class TwelveBit(Distribution):
    r"""All subsets of twelve points on a sphere; the label tells whether the chosen ones pull to one side.

    X is one of the 4096 patterns x in {0, 1}^12, uniform. Twelve points v_i lie evenly on the unit
    sphere (a golden spiral), and the label is 1 where the length of the sum of the chosen points
    exceeds its median over the patterns:

    .. math:: y = 1 \iff \left| \sum_i x_i v_i \right| > \mathrm{median}

    Turning or mirroring the sphere leaves every label as it is: the rule is O(3)-invariant, as in
    the task of shwartz2017, whose own labels are not used. Y is a function of X, so I(X;Y) = H(Y),
    within 0.001 of ln 2.

    Args:
        flip: probability that a label is turned over.

    References: shwartz2017, section 3.
    """

    kind_x: ClassVar[str] = "discrete"
    kind_y: ClassVar[str] = "discrete"

    flip: Annotated[float, Range(0.0, 0.5)] = 0.0

    @property
    def nats(self) -> float:
        return self.entropy_y - entropy([self.flip, 1 - self.flip])

    @property
    def entropy_x(self) -> float:
        return 12 * math.log(2)

    @property
    def entropy_y(self) -> float:
        p = float(self.labels().mean())
        one = p + self.flip - 2 * p * self.flip
        return entropy([one, 1 - one])

    def draw(self, n: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        rows = rng.integers(0, 4096, n)
        turned = rng.random((n, 1)) < self.flip
        return self.patterns()[rows], self.labels()[rows, None] ^ turned

    @staticmethod
    def patterns() -> np.ndarray:
        """All inputs, (4096, 12) of 0 and 1; bit i of the row's number is column i."""
        return (np.arange(4096)[:, None] >> np.arange(12)) & 1

    @classmethod
    def labels(cls) -> np.ndarray:
        """The label of every pattern without flips, (4096,) of 0 and 1."""
        pull = np.linalg.norm(cls.patterns() @ sphere(12), axis=1).round(9)
        return (pull > np.median(pull)).astype(np.int64)


def sphere(n: int) -> np.ndarray:
    """n points spread evenly on the unit sphere along a golden spiral, (n, 3)."""
    i = np.arange(n) + 0.5
    z, angle = 1 - 2 * i / n, np.pi * (1 + math.sqrt(5)) * i
    flat = np.sqrt(1 - z * z)
    return np.stack([flat * np.cos(angle), flat * np.sin(angle), z], axis=1)
