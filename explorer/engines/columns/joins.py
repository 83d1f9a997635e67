"""Two tables with a common key whose join has known information, and what samples of their rows say of it."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import torch

from explorer.distributions.bivariate_normal import BivariateNormal
from explorer.engines.repeats import Repeats
from explorer.errors import SettingError
from explorer.estimators.neighbours.ksg import KSG
from explorer.estimators.tables.sketched_join import SketchedJoin

FEWEST = 8
"""Pairs below which nothing is estimated."""


@dataclass(frozen=True)
class Keyed:
    """A left table of columns id and x and a right table of columns id and y, with some ids in common.

    Attributes:
        left, right: tables whose first column is the key; every key occurs once in each.
        nats: I(X; Y) of a row of their join.
    """

    left: pd.DataFrame
    right: pd.DataFrame
    nats: float

    @classmethod
    def normal(cls, rows: int, shared: float, rho: float, seed: int = 0) -> "Keyed":
        """Tables of equally many rows, a share of whose keys both have; x and y of one key are a normal pair.

        I(X; Y) = -ln(1 - rho^2) / 2. The rows of each table have an order of their own.

        Raises:
            SettingError: for no row, or a share or correlation out of its range.
        """
        if rows < 1 or not 0 < shared <= 1:
            raise SettingError(f"rows={rows} must be at least 1 and shared={shared} in (0, 1]")
        pair, rng = BivariateNormal(rho=rho), np.random.default_rng(seed)
        values, first = pair.draw(2 * rows, rng), rows - round(shared * rows)
        keys = 1_000_000_000 * seed + np.arange(2 * rows)  # other keys for every seed, and so other sketches
        places = rng.permutation(rows), first + rng.permutation(rows)
        left, right = (
            pd.DataFrame({"id": keys[at], name: one[at, 0]}) for at, name, one in zip(places, "xy", values, strict=True)
        )
        return cls(left, right, pair.nats)

    def joined(self) -> pd.DataFrame:
        """Columns x and y of the whole join."""
        return self.left.merge(self.right, on="id")[["x", "y"]]

    def independent(self, size: int, seed: int = 0) -> pd.DataFrame:
        """Columns x and y of the join of `size` rows of each table that were drawn without regard to the other.

        Raises:
            SettingError: when a table has fewer rows.
        """
        if not 1 <= size <= min(len(self.left), len(self.right)):
            raise SettingError(f"size={size} must lie between 1 and the {len(self.left)} and {len(self.right)} rows")
        rng = np.random.default_rng(seed)
        parts = [table.iloc[rng.choice(len(table), size, replace=False)] for table in (self.left, self.right)]
        return parts[0].merge(parts[1], on="id")[["x", "y"]]


@dataclass(frozen=True)
class Sampled:
    """What samples of two tables say of the information of their join, for several sizes and several pairs of tables.

    Attributes:
        read: I(X; Y) in nats; NaN where fewer than `FEWEST` pairs join.
        pairs: how many rows join.
    """

    read: Repeats
    pairs: Repeats

    def says(self, place: int) -> float | None:
        """The mean estimate at one of the sizes; None where some tables gave too few pairs."""
        mean = float(self.read.mean[place])
        return None if math.isnan(mean) else mean


def sampled(tables: Sequence[Keyed], sizes: Sequence[int], coordinated: bool) -> Sampled:
    """Estimates from `size` rows of each table: sketches of the same keys, or rows drawn independently.

    Raises:
        SettingError: when a table has fewer rows than are to be drawn.

    References: santos2024; kraskov2004.
    """
    found = [[_one(one, size, seed, coordinated) for seed, one in enumerate(tables)] for size in sizes]
    return Sampled(*(Repeats(np.array([[cell[part] for cell in row] for row in found])) for part in (0, 1)))


def _one(tables: Keyed, size: int, seed: int, coordinated: bool) -> tuple[float, float]:
    """I(X; Y) and the number of pairs."""
    if coordinated:
        samples = SketchedJoin(size=size).checked(tables.left, tables.right)
        x, y = (one.values for one in samples.present)
    else:
        joined = tables.independent(size, seed)
        x, y = (torch.as_tensor(joined[[name]].to_numpy(copy=True)) for name in "xy")
    return float(KSG().nats(x, y)) if len(x) >= FEWEST else math.nan, len(x)
