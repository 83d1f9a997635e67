"""Results about single latents: one latent beside one factor, curves over the number of bins, means over factors."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from explorer.result import finite
from explorer.results.table import Drawn

if TYPE_CHECKING:
    import pandas

STRATEGIES = ("equal_width", "equal_frequency")
"""The ways to cut latents and real factors."""
ACTIVE = 0.01
"""A latent with noise is active when the variance of its means is above this, as is usual for latents of variance 1."""


@dataclass(frozen=True)
class BinSweep(Drawn):
    """Quantities over the number of bins, with cells of equal width and of equal frequency.

    Attributes:
        names: of the m quantities.
        strategies: of the s ways to cut.
        bins: (b,) ascending.
        value, low, high: (m, s, b) and the ends of the interval; NaN where there is none.
        null, null_high: (m, s, b) what shuffled rows read on average and at most; NaN where not computed.
        cap: (s, b) the most that can be read: min(ln bins, H) of an information, NaN of a score.
        unit: "nats", or "" for scores.
        about: chosen bins and strategy, n, seed, what latent and factor, shuffles, level, reasons for missing values.
    """

    FIGURE = "bin_sweep"

    names: tuple[str, ...]
    strategies: tuple[str, ...]
    bins: np.ndarray
    value: np.ndarray
    low: np.ndarray
    high: np.ndarray
    null: np.ndarray
    null_high: np.ndarray
    cap: np.ndarray
    unit: str = "nats"
    about: Mapping[str, Any] = field(default_factory=dict)

    def to_frame(self) -> "pandas.DataFrame":
        """One row a quantity, strategy and number of bins: name, strategy, bins, value, low, high, null, null_high."""
        import pandas

        columns = ("value", "low", "high", "null", "null_high")
        rows = [
            (name, strategy, int(bins), *(getattr(self, column)[i, s, b] for column in columns))
            for i, name in enumerate(self.names)
            for s, strategy in enumerate(self.strategies)
            for b, bins in enumerate(self.bins)
        ]
        return pandas.DataFrame(rows, columns=["name", "strategy", "bins", *columns])

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON; NaN and infinity become None."""
        return finite(vars(self))

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any]) -> "BinSweep":
        """The result that `to_dict` wrote."""
        named = {key: tuple(plain[key]) for key in ("names", "strategies")}
        columns = ("value", "low", "high", "null", "null_high", "cap")
        return cls(**{**plain, **named, "bins": np.array(plain["bins"], int), **_arrays(plain, columns)})


@dataclass(frozen=True)
class LatentFactor(Drawn):
    """What is behind one cell of the matrix: one latent beside one factor.

    Attributes:
        latent, factor: names.
        counts: (B, L) samples in every cell of the chosen cut.
        latent_edges: (B + 1,) ends of the cells of the latent.
        factor_edges: (L + 1,) ends of the cells of a real factor; of one that is counted, halfway between places.
        levels: names of the L levels of a counted factor; none of a real one.
        points: (m, 2) the latent, and the number or place of the level; all samples or a random part.
        value, low, high: information at the chosen bins and its interval, nats.
        entropies: of the latent's and the factor's cells, nats.
        shuffled: (p,) what shuffled rows read there, nats.
        sweep: the information over the number of bins.
        about: bins, strategy, seed, n, latent's place, how many points of how many, level.
    """

    FIGURE = "latent_factor"

    latent: str
    factor: str
    counts: np.ndarray
    latent_edges: np.ndarray
    factor_edges: np.ndarray
    levels: tuple[str, ...]
    points: np.ndarray
    value: float
    low: float
    high: float
    entropies: tuple[float, float]
    shuffled: np.ndarray
    sweep: BinSweep
    about: Mapping[str, Any] = field(default_factory=dict)

    @property
    def p_value(self) -> float:
        """How often shuffled rows read as much, the value itself counted in."""
        return (1 + int((self.shuffled >= self.value).sum())) / (1 + len(self.shuffled))

    @property
    def share(self) -> float:
        """Information as a share of the entropy of the factor."""
        return self.value / self.entropies[1]

    def to_frame(self) -> "pandas.DataFrame":
        """One row an occupied cell: low and high end of the latent's cell, the factor's level or cell, samples."""
        import pandas

        ends, of = self.latent_edges, self.factor_edges
        named = self.levels or [f"{a:.6g} to {b:.6g}" for a, b in pairwise(of)]
        rows = [(ends[i], ends[i + 1], named[k], int(self.counts[i, k])) for i, k in np.argwhere(self.counts)]
        return pandas.DataFrame(rows, columns=["latent_low", "latent_high", self.factor, "samples"])

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON; NaN and infinity become None."""
        return finite({**vars(self), "sweep": self.sweep.to_dict()})

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any]) -> "LatentFactor":
        """The result that `to_dict` wrote."""
        numbers = _arrays(plain, ("latent_edges", "factor_edges", "points", "shuffled"))
        pairs = {key: tuple(plain[key]) for key in ("levels", "entropies")}
        sweep, counts = BinSweep.from_dict(plain["sweep"]), np.array(plain["counts"], int)
        return cls(**{**plain, **numbers, **pairs, "counts": counts, "sweep": sweep})


@dataclass(frozen=True)
class Curves:
    """Means of latents over the levels of one factor, one curve a level of the series.

    Attributes:
        factor: its name.
        at: (L,) where the levels stand: their numbers, or their places where they are text.
        levels: as one reads them.
        mean, low, high: (d, S, L) and the ends of the band; NaN where no sample is.
    """

    factor: str
    at: np.ndarray
    levels: tuple[str, ...]
    mean: np.ndarray
    low: np.ndarray
    high: np.ndarray


@dataclass(frozen=True)
class FactorMap(Drawn):
    """Where the means of latents stand as factors change, averaged over all other factors.

    Attributes:
        latents: names of the d latents that are shown.
        plane: names of the two factors of the map; none where there is no map.
        plane_at: where their levels stand, A and B of them.
        plane_mean: (d, A, B); NaN where no sample is.
        curves: over single factors.
        series, series_levels: the factor that has a curve a level, and these; "" and one level where there is none.
        about: band and level, n, which latents were left out and why, seed.
    """

    FIGURE = "factor_map"

    latents: tuple[str, ...]
    plane: tuple[str, ...]
    plane_at: tuple[np.ndarray, ...]
    plane_mean: np.ndarray
    curves: tuple[Curves, ...]
    series: str
    series_levels: tuple[str, ...]
    about: Mapping[str, Any] = field(default_factory=dict)

    def to_frame(self) -> "pandas.DataFrame":
        """One row a point of a curve: latent, factor, level, series, mean, low, high."""
        import pandas

        rows = [
            (latent, one.factor, one.levels[at], level, one.mean[j, s, at], one.low[j, s, at], one.high[j, s, at])
            for one in self.curves
            for j, latent in enumerate(self.latents)
            for s, level in enumerate(self.series_levels)
            for at in range(len(one.levels))
        ]
        return pandas.DataFrame(rows, columns=["latent", "factor", "level", "series", "mean", "low", "high"])

    def plane_frame(self) -> "pandas.DataFrame":
        """One row a latent and cell of the map: latent, the two factors, mean."""
        import pandas

        rows = [
            (self.latents[j], self.plane_at[0][a], self.plane_at[1][b], mean)
            for (j, a, b), mean in np.ndenumerate(self.plane_mean)
        ]
        return pandas.DataFrame(rows, columns=["latent", *(self.plane or ("", " ")), "mean"])

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON; NaN and infinity become None."""
        return finite({**vars(self), "curves": [vars(one) for one in self.curves]})

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any]) -> "FactorMap":
        """The result that `to_dict` wrote."""
        named = {key: tuple(plain[key]) for key in ("latents", "plane", "series_levels")}
        curves = [
            Curves(**{**one, "levels": tuple(one["levels"]), **_arrays(one, ("at", "mean", "low", "high"))})
            for one in plain["curves"]
        ]
        places = tuple(np.array(one, float) for one in plain["plane_at"])
        means = _arrays(plain, ("plane_mean",))
        return cls(**{**plain, **named, **means, "plane_at": places, "curves": tuple(curves)})


def _arrays(plain: Mapping[str, Any], names: tuple[str, ...]) -> dict[str, np.ndarray]:
    return {name: np.array(plain[name], float) for name in names}
