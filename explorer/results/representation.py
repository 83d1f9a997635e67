"""Results that look inside a representation: likeness, spectra, pictures of samples and of what a decoder draws."""

import base64
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from explorer.result import finite
from explorer.results.table import Drawn

if TYPE_CHECKING:
    import pandas


@dataclass(frozen=True)
class Similarity(Drawn):
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

    FIGURE = "similarity"

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


@dataclass(frozen=True)
class Spectrum(Drawn):
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

    FIGURE = "diffusion_curves"

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


@dataclass(frozen=True)
class Traversal:
    """What a decoder draws when one latent, or two, move away from the code of an image; pictures are 0 to 255.

    Attributes:
        latents: that move, each along a row; of a grid the first goes down and the second to the right.
        values: (latents, m) that they take.
        images: (latents, m, height, width) uint8; of a grid (m, m, height, width).
        reconstruction: (height, width) uint8, of the code itself.
        anchor: (height, width) uint8, the image whose code is left; None where it was not recorded.
        code: (d,) from where the latents move.
        about: run, step, row of the anchor and its factors, span, share, seed, model, grid, what a grey level is.
    """

    latents: tuple[int, ...]
    values: np.ndarray
    images: np.ndarray
    reconstruction: np.ndarray
    anchor: np.ndarray | None
    code: np.ndarray
    about: Mapping[str, Any] = field(default_factory=dict)

    @property
    def change(self) -> np.ndarray:
        """Mean difference of every picture from the reconstruction, 0 to 1 from black to white; `images.shape[:2]`."""
        return np.abs(self.images - self.reconstruction.astype(float)).mean((2, 3)) / 255

    def to_frame(self) -> "pandas.DataFrame":
        """One row a picture: latent, value and change; of a grid the values of both latents, by name, and change."""
        import pandas

        if self.about.get("grid"):
            names = [f"latent {j}" for j in self.latents]
            pairs = [(a, b) for a in self.values[0] for b in self.values[1]]
            return pandas.DataFrame(pairs, columns=names).assign(change=self.change.ravel())
        shown = np.repeat(self.latents, self.values.shape[1])
        return pandas.DataFrame({"latent": shown, "value": self.values.ravel(), "change": self.change.ravel()})

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON; pictures are packed without loss."""
        pictures = {name: _packed(getattr(self, name)) for name in ("images", "reconstruction", "anchor")}
        return finite(vars(self) | pictures)

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any]) -> "Traversal":
        """The result that `to_dict` wrote."""
        pictures = {name: _unpacked(plain[name]) for name in ("images", "reconstruction", "anchor")}
        numbers = {name: np.array(plain[name], float) for name in ("values", "code")}
        return cls(**{**plain, **pictures, **numbers, "latents": tuple(plain["latents"])})


def _packed(pictures: np.ndarray | None) -> dict[str, Any] | None:
    if pictures is None:
        return None
    return {"shape": list(pictures.shape), "zlib": base64.b64encode(zlib.compress(pictures.tobytes(), 6)).decode()}


def _unpacked(plain: Mapping[str, Any] | None) -> np.ndarray | None:
    if plain is None:
        return None
    return np.frombuffer(zlib.decompress(base64.b64decode(plain["zlib"])), np.uint8).reshape(plain["shape"])
