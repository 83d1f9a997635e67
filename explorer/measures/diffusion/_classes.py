"""What an entropy of samples loses inside classes, against random subsamples of the same sizes."""

import math
import random
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import torch
from scipy.stats import t as student

from explorer.errors import SampleError
from explorer.measures.base import Reading
from explorer.numerics.cells import renumbered
from explorer.result import Doubt

LEVEL = 0.95
"""Of the interval over repetitions."""

FEW = 10
"""Samples below which a class says little."""

NEAREST = 10
"""Neighbours that spectral clustering joins."""


@dataclass(frozen=True)
class Split:
    """Entropies of classes and of subsamples as large.

    Attributes:
        sizes: of the classes, (c,).
        within: entropy of each class, (c,).
        drawn: entropies of the subsamples, (c, repetitions).
    """

    sizes: np.ndarray
    within: np.ndarray
    drawn: np.ndarray

    @property
    def gains(self) -> np.ndarray:
        """What each class lacks against its subsamples, (c,)."""
        return self.drawn.mean(1) - self.within

    @property
    def repeated(self) -> np.ndarray:
        """The information by each repetition, (repetitions,)."""
        return self.shares @ (self.drawn - self.within[:, None])

    @property
    def shares(self) -> np.ndarray:
        """Of the samples in each class."""
        return self.sizes / self.sizes.sum()

    def interval(self) -> tuple[float, float] | None:
        """The information of endless repetitions at 95 %, by Student's t; None of one repetition."""
        values = self.repeated
        if len(values) < 2:
            return None
        half = student.ppf((1 + LEVEL) / 2, len(values) - 1) * values.std(ddof=1) / len(values) ** 0.5
        return float(values.mean() - half), float(values.mean() + half)

    def dead(self, share: float = 0.01) -> bool:
        """Whether all subsamples read 0 or log2 of their size."""
        ceilings = np.log2(np.maximum(self.sizes, 2))[:, None]
        rest = np.minimum(self.drawn, ceilings - self.drawn)[self.sizes > 1]
        return bool((rest <= share * ceilings[self.sizes > 1]).all())


def split(
    entropy: Callable[[torch.Tensor], float], codes: torch.Tensor, repetitions: int, seeding: str = "official"
) -> Split:
    """Entropies of the rows of every class, and of `repetitions` random subsets of all rows that are as large.

    With "official" seeding classes of one size get the same subsets, so that each is computed once.
    """
    sizes = torch.bincount(codes).tolist()
    within = [entropy((codes == c).nonzero()[:, 0]) for c in range(len(sizes))]
    known: dict[int, list[float]] = {}
    drawn = []
    for size in sizes:
        if seeding == "seeded" or size not in known:
            known[size] = [entropy(rows) for rows in _subsets(codes, size, repetitions, seeding)]
        drawn.append(known[size])
    return Split(np.array(sizes), np.array(within), np.array(drawn))


def reading(found: Split, cut: "Classes", sigma: float | None = None) -> Reading:
    """The information in bits, its interval over repetitions, the part of every class, and what to doubt."""
    value = float(found.shares @ found.gains)
    details = {"per_class": found.gains.tolist(), "sizes": found.sizes.tolist(), "repeated": found.repeated.tolist()}
    details |= {"classes": list(cut.names)} if cut.names else {}
    details |= {"sigma": sigma} if sigma is not None else {}
    return Reading(value, found.interval(), details, (*cut.notes, *_doubts(found, value, sigma)))


@dataclass(frozen=True)
class Classes:
    """Codes of samples from 0, (n,), a name of every class that is no label of its own, and how y was cut."""

    codes: torch.Tensor
    names: tuple[str, ...] = ()
    notes: tuple[Doubt, ...] = ()


def classes(y: torch.Tensor, clusters: int) -> Classes:
    """The classes of y: labels (n,) stay as they are, and real values are cut.

    One column is scaled to 0..1 and cut into equal bins; several are cut by spectral clustering of their nearest
    neighbours, both as in the authors' code.

    Raises:
        SampleError: for fewer samples than the clustering needs.
    """
    if not y.is_floating_point():
        return Classes(y)
    if y.shape[1] > 1:
        return _clustered(y, clusters)
    low, high = y.min(), y.max()
    edges = torch.as_tensor(np.linspace(0, 1, clusters + 1)[:-1], device=y.device)
    bins = torch.bucketize((y[:, 0] - low) / (high - low if high > low else 1.0), edges, right=True)
    called = _between(np.linspace(float(low), float(high), clusters + 1))
    names = tuple(called[int(one) - 1] for one in torch.unique(bins))
    text = f"y is real and was cut into {clusters} equal bins between its ends, of which {len(names)} are used."
    return Classes(renumbered(bins), names, (Doubt("bins", text, note=True),))


def _between(edges: np.ndarray) -> list[str]:
    """Bins as one reads them, "0.12 to 0.43", with as many digits as tell their edges apart."""
    digits = next((d for d in range(3, 15) if len({f"{edge:.{d}g}" for edge in edges}) == len(edges)), 15)
    said = [f"{edge:.{digits}g}" for edge in edges]
    return [f"{low} to {high}" for low, high in pairwise(said)]


def _clustered(y: torch.Tensor, clusters: int) -> Classes:
    from sklearn.cluster import SpectralClustering

    least = max(clusters, NEAREST) + 1
    if len(y) < least:
        raise SampleError(f"y has {len(y)} samples and clusters={clusters} needs at least {least}")
    method = SpectralClustering(clusters, affinity="nearest_neighbors", assign_labels="cluster_qr", random_state=0)
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        codes = method.fit(y.cpu().numpy()).labels_
    text = f"y has {y.shape[1]} columns and was cut into {clusters} classes by spectral clustering."
    notes = [Doubt("clusters", text, note=True)]
    if any("not fully connected" in str(one.message) for one in said):
        notes.append(Doubt("clusters", "The graph of nearest neighbours of y falls apart; its clusters may be poor."))
    found = renumbered(torch.as_tensor(codes, dtype=torch.int64, device=y.device))
    return Classes(found, tuple(f"cluster {i}" for i in range(1, int(found.max()) + 2)), tuple(notes))


def _subsets(codes: torch.Tensor, size: int, repetitions: int, seeding: str) -> Iterator[torch.Tensor]:
    n = len(codes)
    if seeding == "official":
        generator = random.Random(0)
        rows: Iterator[list[int]] = (generator.sample(range(n), size) for _ in range(repetitions))
    else:
        numbers = np.random.default_rng(int(torch.randint(2**31, ())))
        rows = (numbers.choice(n, size, replace=False).tolist() for _ in range(repetitions))
    return (torch.as_tensor(one, device=codes.device) for one in rows)


def _doubts(found: Split, value: float, sigma: float | None) -> Iterator[Doubt]:
    count, few = len(found.sizes), int((found.sizes < FEW).sum())
    if count == 1:
        yield Doubt("labels", "y has one class, about which nothing can be told: the value is 0.")
        return
    if few:
        yield Doubt("labels", f"{few} of {count} classes have fewer than {FEW} samples, too few for a spectrum.")
    if value > math.log2(count):
        text = f"{value:.4g} bits exceed log2 of the {count} classes, which no information does: read it as an index."
        yield Doubt("ceiling", text)
    if found.dead():
        reason = "" if sigma is None else f"; sigma={sigma:g} does not fit them"
        yield Doubt(
            "dead zone", f"Subsamples of all sizes read 0 bits or log2 of their size whatever they are{reason}."
        )
