"""What probes of different reach find of classes in one representation."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from explorer.engines.known.invertible import Couplings

Part = tuple[np.ndarray, np.ndarray]


@dataclass(frozen=True)
class Probed:
    """Shares of the held-out classes that are found, and how exactly the map was undone."""

    linear: float
    neighbour: float
    chance: float
    undone: float


def accuracies(parts: Sequence[Part], couplings: Couplings, columns: int) -> Probed:
    """A regression onto classes and a nearest neighbour, taught on the first part and tested on the second.

    Args:
        parts: two of (x, classes).
        columns: principal components of the first part that are coupled, each scaled to unit deviation.
    """
    (x, y), (other, wanted) = parts
    centre, scale = x.mean(0), x.std(0) + 1e-9
    x, other = (x - centre) / scale, (other - centre) / scale
    axes = np.linalg.svd(x, full_matrices=False)[2][:columns].T
    spread = (x @ axes).std(0)
    taught, tested = ((one @ axes) / spread for one in (x, other))
    of_taught, of_tested = couplings(taught), couplings(tested)
    undone = float(np.abs(couplings.undone(of_tested) - tested).max())
    targets = np.eye(int(y.max()) + 1)[y]
    weights = np.linalg.lstsq(_with_one(of_taught), targets, rcond=None)[0]
    linear = (_with_one(of_tested) @ weights).argmax(1) == wanted
    near = ((of_tested[:, None] - of_taught[None]) ** 2).sum(-1).argmin(1)
    chance = float((wanted == np.bincount(y).argmax()).mean())
    return Probed(float(linear.mean()), float((y[near] == wanted).mean()), chance, undone)


def _with_one(x: np.ndarray) -> np.ndarray:
    return np.concatenate([x, np.ones((len(x), 1))], 1)
