"""Which columns of a table tell something of a target, each by itself, against what chance gives the best of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from explorer.errors import SettingError
from explorer.estimators.kernel.fft_kde import screen


@dataclass(frozen=True)
class Screened:
    """The information of every column about a target.

    Attributes:
        names: of the columns.
        nats: I(column; target) each, (m,).
        chance: what each column read at most among the permutations of the target, (m,).
        threshold: what the best of all columns read at most among the permutations: a column above it is one that
            chance gives to no column in (permutations) / (permutations + 1) of all cases.
    """

    names: tuple[str, ...]
    nats: np.ndarray
    chance: np.ndarray
    permutations: int

    @property
    def threshold(self) -> float:
        """The most that any column read on any permutation."""
        return float(self.chance.max())

    @property
    def found(self) -> list[str]:
        """Names of the columns above the threshold, from the most informative."""
        return [self.names[i] for i in self.order if self.nats[i] > self.threshold]

    @property
    def order(self) -> np.ndarray:
        """Columns from the most informative to the least."""
        return np.argsort(-self.nats, kind="stable")


def screened(
    table: Any, target: Any, names: Sequence[str] | None = None, permutations: int = 19, seed: int = 0, **settings: Any
) -> Screened:
    """Every column of a table (n, m) rated by `fft_kde`, and again with the target in random orders.

    The threshold is the largest value over all columns and permutations, so that with 19 permutations a table without
    any dependence has a column above it with probability 1/20, however many columns there are (westfall1993).

    Args:
        target: (n,), numbers or labels.
        names: of the columns.
        permutations: orders of the target.
        settings: of `fft_kde`.

    Raises:
        SettingError: for fewer than one permutation or names that do not fit.
        SampleError: for samples that cannot be used.

    References: yang2024; westfall1993.
    """
    values, aim = np.asarray(table, float), np.asarray(target)
    named = tuple(names) if names is not None else tuple(f"column {i}" for i in range(values.shape[1]))
    if permutations < 1 or len(named) != values.shape[1]:
        raise SettingError(
            f"permutations={permutations} must be at least 1; {len(named)} names for shape {values.shape}"
        )
    rng = np.random.default_rng(seed)
    nulls = [screen(values, rng.permutation(aim), **settings) for _ in range(permutations)]
    return Screened(named, screen(values, aim, **settings), np.max(nulls, 0), permutations)


def textbook(data: Literal["wine", "digits", "made"]) -> tuple[np.ndarray, np.ndarray, list[str]]:
    """A table to screen, (n, m), its target (n,), and names of its columns.

    "wine" and "digits" come with scikit-learn: 13 measurements of 178 wines of three growers, and 64 pixels of 1797
    digits. "made" has 500 samples of a normal target, six columns that depend on it, two of them without any
    linear correlation, and six of noise.
    """
    if data == "made":
        return _made()
    from sklearn.datasets import load_digits, load_wine

    found = load_wine() if data == "wine" else load_digits()
    return found.data, found.target, [str(name).replace("_", " ") for name in found.feature_names]


def _made() -> tuple[np.ndarray, np.ndarray, list[str]]:
    rng = np.random.default_rng(0)
    target, noise = rng.standard_normal(500), rng.standard_normal((12, 500))
    bent = {
        "line": target, "weak line": 0.3 * target, "cube": target**3 / 3, "step": np.sign(target),
        "square": target**2, "wave": 1.5 * np.cos(3 * target),
    }  # fmt: skip
    columns = [*(curve + 0.7 * z for curve, z in zip(bent.values(), noise, strict=False)), *noise[6:]]
    return np.column_stack(columns), target, [*bent, *(f"noise {i}" for i in range(1, 7))]
