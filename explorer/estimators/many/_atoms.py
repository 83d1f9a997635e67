"""What two sources tell of a target, apart: redundancy, what each tells alone, and synergy."""

from dataclasses import asdict, dataclass

import numpy as np
import torch

from explorer.catalogue import estimators
from explorer.errors import InputError
from explorer.numerics.broja import broja
from explorer.numerics.cells import joint, renumbered


@dataclass(frozen=True)
class Atoms:
    """The four parts of I(X1, X2; Y) in nats; they add up to it."""

    redundancy: float
    unique_1: float
    unique_2: float
    synergy: float

    def to_dict(self) -> dict[str, float]:
        """By name."""
        return asdict(self)


@dataclass(frozen=True)
class Decomposed:
    """Atoms and what they were made of.

    Attributes:
        informations: I(X1; Y), I(X2; Y) and I(X1, X2; Y) in nats.
        measure: "broja" or "mmi".
        estimator: catalogue key of what read the informations.
        gap: most that the redundancy can lie below the exact one of these samples, in nats.
    """

    atoms: Atoms
    informations: tuple[float, float, float]
    measure: str
    estimator: str
    gap: float = 0.0


def smallest(first: float, second: float, both: float) -> Atoms:
    """The decomposition whose redundancy is the smaller information, for information of any kind in nats.

    References: barrett2015.
    """
    shared = min(first, second)
    return Atoms(shared, first - shared, second - shared, both - first - second + shared)


def decomposed(a: torch.Tensor, b: torch.Tensor, y: torch.Tensor, measure: str = "auto", k: int = 5) -> Decomposed:
    """The atoms of I(A, B; Y): BROJA of the table of three discrete variables, else MMI of three estimates.

    Args:
        a, b: (n, d) float64, or (n,) codes.
        y: (n, d) float64 or (n,) codes.
        measure: "auto", "broja" or "mmi".
        k: neighbours, where a label is told by real values.

    Raises:
        InputError: for real values where "broja" was asked for, or sources of two kinds.
    """
    real = [one.is_floating_point() for one in (a, b, y)]
    if real[0] != real[1]:
        raise InputError("the two sources must be of one kind, both real or both labels")
    if measure == "broja" and any(real):
        raise InputError("measure='broja' takes labels alone; cut real values into cells, or take measure='mmi'")
    if not any(real) and measure != "mmi":
        found = broja(_table(a, b, y))
        return Decomposed(Atoms(*found.atoms), found.informations, "broja", "plug_in", found.gap)
    entry = estimators[name := _reader(real[0], real[2])](**({"k": k} if name == "ross" else {}))
    both = torch.cat([a, b], 1) if real[0] else joint(a, b)
    first, second, together = (float(entry.nats(source, y)) for source in (a, b, both))
    return Decomposed(smallest(first, second, together), (first, second, together), "mmi", name)


def _reader(sources: bool, target: bool) -> str:
    """The estimator for sources and target that are real or labels."""
    if sources and target:
        return "gaussian"
    return "ross" if sources or target else "plug_in"


def _table(a: torch.Tensor, b: torch.Tensor, y: torch.Tensor) -> np.ndarray:
    """The relative frequencies of three labels, shape (levels of a, of b, of y)."""
    codes = [renumbered(one) for one in (a, b, y)]
    shape = [int(one.max()) + 1 for one in codes]
    cells = joint(joint(codes[0], codes[1]), codes[2])
    return (
        (torch.bincount(cells, minlength=shape[0] * shape[1] * shape[2]).double() / len(a)).reshape(shape).cpu().numpy()
    )
