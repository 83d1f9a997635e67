"""Pointwise mutual information of nodes and features along walks on a graph, exactly."""

from dataclasses import dataclass
from functools import cache

import numpy as np

from explorer.engines.finite.tables import entropy, mutual_information
from explorer.errors import SampleError, SettingError

FRIENDS = (
    "0:1 2 3 4 5 6 7 8 10 11 12 13 17 19 21 31;1:2 3 7 13 17 19 21 30;2:3 7 8 9 13 27 28 32;3:7 12 13;4:6 10;5:6 10 16;"
    "6:16;8:30 32 33;9:33;13:33;14:32 33;15:32 33;18:32 33;19:33;20:32 33;22:32 33;23:25 27 29 32 33;24:25 27 31;25:31;"
    "26:29 33;27:33;28:31 33;29:32 33;30:32 33;31:32 33;32:33"
)
"""Zachary's karate club: who met whom outside of it (zachary1977)."""
SIDES = "0000000001000011001010111111111111"
"""Whom each member followed when the club broke: its teacher, 0, or its officer, 1."""


@dataclass(frozen=True, eq=False)
class Graph:
    """An undirected graph whose nodes have one feature each.

    Attributes:
        links: (n, n), symmetric, 0 for no link; every node has one.
        features: (n, f), 1 for the feature of a node.
        names: of the features.

    Raises:
        SampleError: for links that are not symmetric, or a node without one.
    """

    links: np.ndarray
    features: np.ndarray
    names: tuple[str, ...]

    def __post_init__(self) -> None:
        if (self.links != self.links.T).any() or not self.links.any(1).all():
            raise SampleError("links must be symmetric, and every node needs one")

    def joint(self, steps: int) -> np.ndarray:
        """p(node, feature met after so many steps) of a walk that has gone on for long, (n, f).

        Raises:
            SettingError: for less than one step.
        """
        if steps < 1:
            raise SettingError(f"steps={steps!r} must be at least 1")
        degrees = self.links.sum(1)
        walk = np.linalg.matrix_power(self.links / degrees[:, None], steps)
        return (degrees / degrees.sum())[:, None] * (walk @ self.features)

    def pmi(self, steps: int) -> np.ndarray:
        """ln p(node, feature) / (p(node) p(feature)) after so many steps, in nats, (n, f); NaN where it is never met.

        Its factorisation at each number of steps is what the vectors of rozemberczki2021 approach, up to a constant.

        References: rozemberczki2021; church1990.
        """
        joint = self.joint(steps)
        met = np.where(joint > 0, joint, np.nan)
        return np.log(met / np.outer(joint.sum(1), joint.sum(0)))

    @property
    def entropy(self) -> float:
        """H(feature met) in nats, the most that a node can tell of it."""
        return entropy(self.joint(1).sum(0))

    def information(self, *steps: int) -> float:
        """I(node; feature met) in nats, the number of steps drawn evenly from those given and not told."""
        return mutual_information(np.mean([self.joint(one) for one in steps], axis=0))

    @property
    def slowest(self) -> float:
        """The second largest magnitude of an eigenvalue of the walk: PMI fades like its powers."""
        scales = self.links.sum(1) ** -0.5
        return float(np.sort(np.abs(np.linalg.eigvalsh(scales[:, None] * self.links * scales)))[-2])


@cache
def karate_club(feature: str = "side") -> Graph:
    """Zachary's club: 34 members and 78 friendships.

    Args:
        feature: "side" that a member took when the club broke, or "friends", few (up to 2), some (up to 5) or many.

    Raises:
        SettingError: for another feature.

    References: zachary1977.
    """
    links = np.zeros((len(SIDES), len(SIDES)))
    for part in FRIENDS.split(";"):
        first, _, others = part.partition(":")
        links[int(first), [int(one) for one in others.split()]] = 1
    links += links.T
    if feature not in ("side", "friends"):
        raise SettingError(f"feature={feature!r} must be 'side' or 'friends'")
    kinds = np.array([int(one) for one in SIDES]) if feature == "side" else np.digitize(links.sum(1), (3, 6))
    names = ("teacher", "officer") if feature == "side" else ("few", "some", "many")
    return Graph(links, np.eye(len(names))[kinds], names)
