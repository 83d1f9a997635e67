"""Results that look inside a representation: how alike representations are, and what their spectra say."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from explorer.result import finite

if TYPE_CHECKING:
    import pandas


@dataclass(frozen=True)
class Similarity:
    """A measure of every pair of representations.

    Attributes:
        names: of the representations, as one reads them.
        values: (m, m); NaN where a pair could not be compared.
        null: (m, m) what the measure reads with the rows of one shuffled; None when it was not asked for.
        places: (m, 2) classical scaling of the dissimilarities; distances between them resemble the values.
        distance: the values are distances, 0 for equals.
        stress: share of the squared dissimilarities that `places` leave out, 0 to 1.
        about: measure, settings, unit, n, seed, what was compared, why pairs have no value.
    """

    names: tuple[str, ...]
    values: np.ndarray
    places: np.ndarray
    distance: bool
    stress: float
    null: np.ndarray | None = None
    about: Mapping[str, Any] = field(default_factory=dict)

    def to_frame(self) -> "pandas.DataFrame":
        """One row a pair: first, second, value, null."""
        import pandas

        null = np.full(self.values.shape, np.nan) if self.null is None else self.null
        rows = [
            (a, b, self.values[i, j], null[i, j]) for i, a in enumerate(self.names) for j, b in enumerate(self.names)
        ]
        return pandas.DataFrame(rows, columns=["first", "second", "value", "null"])

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON; NaN and infinity become None."""
        return finite(vars(self))

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any]) -> "Similarity":
        """The result that `to_dict` wrote."""
        null = None if plain["null"] is None else np.array(plain["null"], float)
        arrays = {key: np.array(plain[key], float) for key in ("values", "places")}
        return cls(**{**plain, **arrays, "names": tuple(plain["names"]), "null": null})

    def plot(self, **options: Any) -> Any:
        """The matrix beside its map as a Plotly figure; `options` go to the figure's draw function."""
        from explorer.catalogue import figures

        return figures["similarity"](self, **options)


@dataclass(frozen=True)
class Spectrum:
    """Spectra of one representation, and diffusion spectral entropy over sigma and t.

    Attributes:
        eigenvalues: |eigenvalue| of the diffusion operator at `sigma`, descending, as many as are kept.
        variances: of the principal components, descending.
        sigmas: (s,) kernel widths, ascending.
        times: (m,) powers t.
        entropies: (s, m) bits.
        n: samples; log2 n is the ceiling.
        about: sigma, t, normalization, the presets and their values, run, step, layer, seed.
    """

    eigenvalues: np.ndarray
    variances: np.ndarray
    sigmas: np.ndarray
    times: np.ndarray
    entropies: np.ndarray
    n: int
    about: Mapping[str, Any] = field(default_factory=dict)

    def to_frame(self) -> "pandas.DataFrame":
        """One row a sigma and t: sigma, t, bits."""
        import pandas

        rows = [(s, t, v) for s, line in zip(self.sigmas, self.entropies, strict=True)
                for t, v in zip(self.times, line, strict=True)]  # fmt: skip
        return pandas.DataFrame(rows, columns=["sigma", "t", "bits"])

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON; NaN and infinity become None."""
        return finite(vars(self))

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any]) -> "Spectrum":
        """The result that `to_dict` wrote."""
        arrays = ("eigenvalues", "variances", "sigmas", "times", "entropies")
        return cls(**{**plain, **{key: np.array(plain[key], float) for key in arrays}})

    def plot(self, **options: Any) -> Any:
        """Entropy against sigma with its dead zones as a Plotly figure; `options` go to the figure's draw function."""
        from explorer.catalogue import figures

        return figures["diffusion_curves"](self, **options)


@dataclass(frozen=True)
class Cloud:
    """Points in the plane over steps: one layer, embedded, in one frame.

    Attributes:
        steps: that are there, ascending.
        positions: (steps, n, 2) float32 in [-1, 1]; `about["scale"]` says what 1 stands for.
        method: catalogue key of the embedding.
        settings: of the embedding.
        trustworthiness: (steps,) 1 where the neighbours in the picture are neighbours in the layer too; NaN where it
            cannot be told.
        unexplained: (steps,) share of the variance outside the picture; NaN unless it is a projection.
        about: recording, layer, n, d, seed, frame, scale, rows and neighbours behind `trustworthiness`, how each step
            was turned onto the one before (residual, degrees, mirrored), steps asked for.
    """

    steps: tuple[int, ...]
    positions: np.ndarray
    method: str
    settings: Mapping[str, Any]
    trustworthiness: np.ndarray
    unexplained: np.ndarray
    about: Mapping[str, Any] = field(default_factory=dict)

    def __len__(self) -> int:
        return self.positions.shape[1]
