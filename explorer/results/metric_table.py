"""The table of disentanglement: informations of latents and factors, and every score of them, with its doubts."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from explorer.errors import UnknownNameError
from explorer.result import Doubt, finite, to_html
from explorer.score import Score

if TYPE_CHECKING:
    import pandas

SILENT = 0.05
"""Share of every factor below which a latent is drawn after the others."""

DEAD = 1e-12
"""Share below which it is rounding, and the latent tells nothing at all."""


@dataclass(frozen=True)
class MetricTable:
    """What codes tell of factors, latent by latent, and what every score makes of it.

    Attributes:
        latents, factors: names; d latents and K factors.
        information: (d, K) plug-in mutual information in nats; 0 for a latent that never changes.
        low, high: (d, K) ends of the interval of each; NaN where none was computed.
        null, null_high: (d, K) what shuffled rows read on average and at most; NaN where not computed.
        entropies: (K,) of the factors, nats, as they were counted or cut.
        scores: every score that could be computed, by catalogue key.
        undefined: why the others have no value, by catalogue key.
        warnings: doubts and notes about the codes as a whole.
        about: n, bins, strategy, seed, level and permutations of the matrix, `dead` latents, those whose means are
            `drowned` in their noise, `views` and `misses` of
            every score by key, `missing` keys that are not computed yet, and what the codes and factors are.
    """

    latents: tuple[str, ...]
    factors: tuple[str, ...]
    information: np.ndarray
    low: np.ndarray
    high: np.ndarray
    null: np.ndarray
    null_high: np.ndarray
    entropies: np.ndarray
    scores: Mapping[str, Score] = field(default_factory=dict)
    undefined: Mapping[str, str] = field(default_factory=dict)
    warnings: tuple[Doubt, ...] = ()
    about: Mapping[str, Any] = field(default_factory=dict)

    @property
    def shares(self) -> np.ndarray:
        """(d, K) information as a share of the entropy of the factor."""
        return self.information / self.entropies

    @property
    def gaps(self) -> np.ndarray:
        """(K,) gap between the two latents that tell most of each factor, nats; NaN with one latent."""
        if len(self.latents) < 2:
            return np.full(len(self.factors), np.nan)
        first, second = np.sort(self.information, 0)[::-1][:2]
        return first - second

    @property
    def order(self) -> np.ndarray:
        """(d,) latents, those that tell most of the first factor first, then of the second; silent ones, dead ones."""
        best, strength = self.shares.argmax(1), self.shares.max(1)
        last = (strength < SILENT).astype(int) + (strength < DEAD)
        return np.lexsort((-strength, best, last))

    def to_frame(self) -> "pandas.DataFrame":
        """One row a score: metric, value, low, high, null, p_value, unit, view, verdict, misses."""
        import pandas

        rows = [self._row(name) for name in (*self.scores, *self.undefined)]
        columns = ["metric", "value", "low", "high", "null", "p_value", "unit", "view", "verdict", "misses"]
        return pandas.DataFrame(rows, columns=columns)

    def matrix_frame(self) -> "pandas.DataFrame":
        """One row a latent and factor: latent, factor, nats, low, high, null, null_high, share."""
        import pandas

        named = ("information", "low", "high", "null", "null_high", "shares")
        rows = [
            (latent, factor, *(getattr(self, name)[j, k] for name in named))
            for j, latent in enumerate(self.latents)
            for k, factor in enumerate(self.factors)
        ]
        return pandas.DataFrame(rows, columns=["latent", "factor", "nats", "low", "high", "null", "null_high", "share"])

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON: metrics, the matrix in nats, entropies and gaps of factors, doubts."""
        undefined = {name: {"value": None, "why": why} for name, why in self.undefined.items()}
        plain = {
            "metrics": {name: _plain(score) for name, score in self.scores.items()} | undefined,
            "latents": list(self.latents),
            "factors": list(self.factors),
            "mutual_information": self.information.tolist(),
            "mutual_information_interval": [self.low.tolist(), self.high.tolist()],
            "mutual_information_null": self.null.tolist(),
            "factor_entropy": self.entropies.tolist(),
            "gaps": self.gaps.tolist(),
            "warnings": [{"rule": one.rule, "text": one.text} for one in self.warnings if not one.note],
            "notes": [{"rule": one.rule, "text": one.text} for one in self.warnings if one.note],
            "about": dict(self.about),
        }
        return finite(plain)

    def plot(self, kind: str = "matrix", **options: Any) -> Any:
        """A Plotly figure: "matrix" of informations, or "metrics" as points with intervals and nulls.

        Raises:
            UnknownNameError: for another kind.
        """
        from explorer.catalogue import figures

        drawn = {"matrix": "information_matrix", "metrics": "metric_points"}
        if kind not in drawn:
            raise UnknownNameError("plot", kind, drawn)
        return figures[drawn[kind]](self, **options)

    def __str__(self) -> str:
        lines = [f"{name:28} {score.value:8.4g} {score.unit}".rstrip() for name, score in self.scores.items()]
        return "\n".join([*lines, *(f"{name:28} -  {why}" for name, why in self.undefined.items())])

    def _row(self, name: str) -> tuple[Any, ...]:
        view, misses = (self.about.get(key, {}).get(name, "") for key in ("views", "misses"))
        if name not in self.scores:
            nothing = (np.nan,) * 5
            return name, *nothing, "", view, f"no value: {self.undefined[name]}", misses
        score = self.scores[name]
        low, high = score.interval or (np.nan, np.nan)
        null, p = (score.null.mean, score.null.p_value) if score.null else (np.nan, np.nan)
        return name, score.value, low, high, null, p, score.unit, view, score.verdict, misses

    def _repr_html_(self) -> str:
        rows = [(name, f"{score.value:.4g} {score.unit} {_within(score)}") for name, score in self.scores.items()]
        rows += [(name, why) for name, why in self.undefined.items()]
        return to_html(rows + [(one.rule, one.text) for one in self.warnings])


def _within(score: Score) -> str:
    return "({:.4g} to {:.4g})".format(*score.interval) if score.interval else ""


def _plain(score: Score) -> dict[str, Any]:
    """A score as the table's JSON holds it."""
    found = score.to_dict()
    return {"per_factor": score.details.get("per_factor")} | found
