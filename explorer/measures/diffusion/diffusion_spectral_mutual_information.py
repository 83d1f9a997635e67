"""Diffusion spectral mutual information."""

from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Literal

import torch

from explorer.measures.base import Measure, Reading
from explorer.measures.diffusion._classes import classes, reading, split
from explorer.measures.diffusion.base import EXACT, Walk, spectral_bits, width
from explorer.settings import Range


@dataclass(frozen=True)
class DiffusionSpectralMutualInformation(Measure):
    r"""Diffusion spectral mutual information (DSMI): what classes of y take from the diffusion entropy of z, in bits.

    .. math:: \sum_c \frac{n_c}{n} \left( \overline{\mathrm{DSE}}(Z^*_c) - \mathrm{DSE}(Z \mid y = c) \right)

    where :math:`Z^*_c` are random subsamples of all rows as many as class c has, so that entropies of equal numbers of
    samples are compared. It is log2 k for k equal clusters far apart that sigma takes for points each, and near 0 for
    shuffled labels. Finite sigma makes it an index: it can be slightly negative, DSMI(Z; Z) is not DSE(Z), and neither
    log2 of the number of classes nor the entropy of y bounds it (a doubt says when the first is passed).

    As the authors' code: labels are classes as they are, one real column is cut into equal bins, several columns by
    spectral clustering of their nearest neighbours. That code calls `random.seed(0)` again for every class; "official"
    seeding draws the same rows and gives the same numbers (to 1e-6 bits), whatever the seed of the call. All
    eigenvalues of every class and subsample are taken, whatever their size.

    Args:
        sigma: width of the kernel, in the units of z, for bandwidth="fixed".
        t: power of the eigenvalues; larger ones damp small eigenvalues.
        normalization: "official" as in the authors' code, "anisotropic" corrects for the density of samples by alpha.
        alpha: how far the density is divided out: 0 not at all, 1 wholly; only for normalization="anisotropic".
        bandwidth: "fixed" takes sigma, "median" the median distance between samples, "sqrt_d" the root of the columns.
        repetitions: subsamples of every class size; the interval is that of their mean at 95 %.
        clusters: classes that a real y is cut into.
        seeding: "official" draws the rows that the authors' code draws, "seeded" by the seed of the call.
        precision: of the eigenvalues; "float32" is twice as fast and errs by up to 1e-4 bits.

    Raises:
        SampleError: where memory cannot hold all pairs of a class; for fewer samples than clusters.

    References: liao2024; damle2019.
    """

    unit: ClassVar[str] = "bits"
    against: ClassVar[str | None] = "labels or values"
    random: ClassVar[bool] = True
    invariant: ClassVar[tuple[str, ...]] = ("shift", "rotation", "permutation")
    sensitive: ClassVar[tuple[str, ...]] = ("scaling", "stretching", "linear", "copies")
    effort: ClassVar[tuple[float, ...]] = (0.003, 2e-8, 8e-9, 2e-12)

    sigma: Annotated[float, Range(1e-6, 1e6, log=True)] = 10.0
    t: Annotated[float, Range(1.0, 64.0, log=True)] = 1.0
    normalization: Literal["official", "anisotropic"] = "official"
    alpha: Annotated[float, Range(0.0, 1.0, step=0.5)] = 0.5
    bandwidth: Literal["fixed", "median", "sqrt_d"] = "fixed"
    repetitions: Annotated[int, Range(1, 100)] = 5
    clusters: Annotated[int, Range(2, 100)] = 10
    seeding: Literal["official", "seeded"] = "official"
    precision: Literal["float64", "float32"] = "float64"

    def value(self, z: torch.Tensor, y: Any = None) -> Reading:
        """The formula; details hold the part of every class and the value of every repetition."""
        cut = classes(y, self.clusters)
        sigma = width(z, self.bandwidth, self.sigma)
        walk = Walk(sigma, self.alpha if self.normalization == "anisotropic" else 0.0, getattr(torch, self.precision))
        squares = walk.squares(z, copies=3) if len(z) <= EXACT else None  # of larger samples those of classes

        def entropy(rows: torch.Tensor) -> float:
            part = walk.squares(z[rows]) if squares is None else squares[rows[:, None], rows]
            return spectral_bits(walk.spectrum(part), self.t)

        return reading(split(entropy, cut.codes, self.repetitions, self.seeding), cut, sigma)
