"""What the averages of canonical correlations share: the fit, held-out rows, and what chance reads."""

from typing import Any

import numpy as np
import torch

from explorer.errors import SampleError
from explorer.measures.base import Measure, Reading
from explorer.measures.similarity._centred import varied
from explorer.numerics.canonical import Canonical
from explorer.result import Doubt

HIGH_CHANCE = 0.1
"""Mean square of the correlations of shuffled rows above which a value of the rows of the fit is doubted."""

MOST = 300
"""Correlations that details hold."""


class CanonicalAverage(Measure):
    """An average of canonical correlations; an entry says with which weights."""

    held_out: float
    folds: int

    def weights(self, fit: Canonical) -> torch.Tensor:
        """Of the correlations, (k,), sum 1."""
        return torch.full_like(fit.correlations, 1 / len(fit.correlations))

    @property
    def share(self) -> float:
        """Of the variance, in the principal directions that are kept."""
        return 1.0

    @property
    def draws(self) -> bool:
        """Which rows are held out, if any."""
        return self.held_out > 0

    def value(self, z: torch.Tensor, y: Any = None) -> Reading:
        """The average; details hold the correlations and what shuffled rows read."""
        fit = Canonical.of(varied(z, "z"), varied(y, "y"), self.share)
        inside = float(self.weights(fit) @ fit.correlations)
        details = {
            "spectrum": fit.correlations[:MOST].tolist(),
            "pairs": len(fit.correlations),
            "chance_of_square": fit.chance,
            "in_sample": inside,
        }
        if not self.held_out:
            doubts = (_too_few(len(z), fit),) if fit.chance > HIGH_CHANCE else ()
            return Reading(inside, details=details, doubts=doubts)
        parts = [self._outside(z, y, rows) for rows in self._splits(len(z))]
        done = (
            f"Mean over {self.folds} random splits, {self.held_out:.0%} of the rows held out; in sample {inside:.3f}."
        )
        details["per_fold"] = parts
        return Reading(float(np.mean(parts)), details=details, doubts=(Doubt("held out", done, note=True),))

    def _outside(self, z: torch.Tensor, y: torch.Tensor, held: torch.Tensor) -> float:
        """The average over held-out rows, fitted to the others."""
        left = "without the held-out rows"
        fit = Canonical.of(varied(z[~held], f"z {left}"), varied(y[~held], f"y {left}"), self.share)
        return float(self.weights(fit) @ fit.correlations_on(z[held], y[held]))

    def _splits(self, n: int) -> list[torch.Tensor]:
        count = round(self.held_out * n)
        if count < 3 or n - count < 3:
            raise SampleError(
                f"held_out={self.held_out:g} of {n} samples makes parts of {count} and {n - count}; 3 needed"
            )
        rng = np.random.default_rng(int(torch.randint(2**31, ())))
        return [torch.from_numpy(np.isin(np.arange(n), rng.permutation(n)[:count])) for _ in range(self.folds)]


def _too_few(n: int, fit: Canonical) -> Doubt:
    certain = fit.x.rank + fit.y.rank - (n - 1)
    of = (
        f", and {min(certain, len(fit.correlations))} of {len(fit.correlations)} are 1 whatever the data"
        if certain > 0
        else ""
    )
    text = f"With {n} samples the squared correlations of shuffled rows are {min(1.0, fit.chance):.2f} on average{of}"
    return Doubt("samples", f"{text}; set held_out=0.2 or take more samples.")
