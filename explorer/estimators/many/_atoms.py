"""What two sources tell of a target, apart: redundancy, what each tells alone, and synergy."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import combinations

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
        k: neighbours, where they are looked for.

    Raises:
        InputError: for real values where "broja" was asked for, or sources of two kinds.
    """
    real = [one.is_floating_point() for one in (a, b, y)]
    if real[0] != real[1]:
        raise InputError("the two sources must be of one kind, both real or both labels")
    if measure == "broja" and any(real):
        raise InputError("measure='broja' takes labels alone; cut real values into cells, or take measure='mmi'")
    reader = reader_of((a, b), y, k)
    return next(pairs_of((a, b), y, "broja" if not any(real) and measure != "mmi" else reader, k))


def pairs_of(variables: Sequence[torch.Tensor], y: torch.Tensor, reader: str, k: int) -> Iterator[Decomposed]:
    """The atoms about y of every two variables i < j, row by row.

    Args:
        variables: each (n, d) float64, or each (n,) codes.
        y: (n, d) float64 or (n,) codes.
        reader: "broja", or the catalogue key of what reads the informations of "mmi".
        k: neighbours, where they are looked for.
    """
    if reader == "broja":
        for a, b in combinations(variables, 2):
            found = broja(_table(a, b, y))
            yield Decomposed(Atoms(*found.atoms), found.informations, "broja", "plug_in", found.gap)
        return
    takes = {one.name for one in estimators.card(reader).settings}
    entry = estimators[reader](**({"k": k} if "k" in takes else {}))
    alone = [float(entry.nats(one, y)) for one in variables]
    for i, j in combinations(range(len(variables)), 2):
        a, b = variables[i], variables[j]
        both = float(entry.nats(torch.cat([a, b], 1) if a.is_floating_point() else joint(a, b), y))
        yield Decomposed(smallest(alone[i], alone[j], both), (alone[i], alone[j], both), "mmi", reader)


def reader_of(sources: Sequence[torch.Tensor], y: torch.Tensor, k: int, method: str = "gaussian") -> str:
    """The estimator for sources and a target that are real or labels.

    For real values and labels it is `ross`; for real values alone that which belongs to the method of `o_information`.
    Where more than k values of a real variable coincide, `mixed_ksg` takes the place of `ross` and `ksg`.
    """
    real = [one for one in (*sources, y) if one.is_floating_point()]
    if not real:
        return "plug_in"
    if len(real) == len(sources) + 1 and method != "neighbors":
        return "gaussian_copula" if method == "copula" else "gaussian"
    most = max(int(torch.unique(one, dim=0, return_counts=True)[1].max()) for one in real)
    if most > k:
        return "mixed_ksg"
    return "ksg" if len(real) == len(sources) + 1 else "ross"


def _table(a: torch.Tensor, b: torch.Tensor, y: torch.Tensor) -> np.ndarray:
    """The relative frequencies of three labels, shape (levels of a, of b, of y)."""
    codes = [renumbered(one) for one in (a, b, y)]
    shape = [int(one.max()) + 1 for one in codes]
    cells = joint(joint(codes[0], codes[1]), codes[2])
    return (
        (torch.bincount(cells, minlength=shape[0] * shape[1] * shape[2]).double() / len(a)).reshape(shape).cpu().numpy()
    )
