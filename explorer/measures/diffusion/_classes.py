"""What an entropy of samples loses inside classes, against random subsamples of the same sizes."""

import math
import random
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass

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


def reading(found: Split, sigma: float | None = None, notes: tuple[Doubt, ...] = ()) -> Reading:
    """The information in bits, its interval over repetitions, the part of every class, and what to doubt."""
    value = float(found.shares @ found.gains)
    details = {"per_class": found.gains.tolist(), "sizes": found.sizes.tolist(), "repeated": found.repeated.tolist()}
    if sigma is not None:
        details["sigma"] = sigma
    return Reading(value, found.interval(), details, (*notes, *_doubts(found, value, sigma)))


def classes(y: torch.Tensor, clusters: int) -> tuple[torch.Tensor, tuple[Doubt, ...]]:
    """Codes of the classes of y, and a note on how real values were cut: labels (n,) stay as they are.

    One column is scaled to 0..1 and cut into equal bins; several are cut by spectral clustering of their nearest
    neighbours, both as in the authors' code.

    Raises:
        SampleError: for fewer samples than the clustering needs.
    """
    if not y.is_floating_point():
        return y, ()
    if y.shape[1] > 1:
        return _clustered(y, clusters)
    low, high = y.min(), y.max()
    edges = torch.as_tensor(np.linspace(0, 1, clusters + 1)[:-1], device=y.device)
    codes = renumbered(torch.bucketize((y[:, 0] - low) / (high - low if high > low else 1.0), edges, right=True))
    text = (
        f"y is real and was cut into {clusters} equal bins between its ends, of which {int(codes.max()) + 1} are used."
    )
    return codes, (Doubt("bins", text, note=True),)


def _clustered(y: torch.Tensor, clusters: int) -> tuple[torch.Tensor, tuple[Doubt, ...]]:
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
    return renumbered(torch.as_tensor(codes, dtype=torch.int64, device=y.device)), tuple(notes)


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
