"""The network beside KSG and the Gaussian copula on families that it was and was not taught."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import torch

from explorer.catalogue import distributions, estimators
from explorer.learned.features import features
from explorer.learned.held_out import clayton
from explorer.learned.network import Network
from explorer.numerics.margins import gauss

SIZES, RIVALS = (50, 100, 200, 500), ("ksg", "gaussian_copula")

UNSEEN: tuple[tuple[str, dict[str, Any]], ...] = (
    ("spiral", {"dim": 2, "structure": "paired"}),
    ("spiral", {"dim": 3, "structure": "sparse"}),
    ("spiral", {"dim": 5, "structure": "paired", "rho": 0.5, "speed": 0.1}),
    ("swiss_roll", {"rho": 0.75}),
    ("swiss_roll", {"rho": 0.95}),
    ("sinusoidal", {"frequency": 1}),
    ("sinusoidal", {"frequency": 2}),
    ("parabola", {"noise": 0.1}),
    ("parabola", {"noise": 0.3}),
    ("clayton", {"dim": 1}),
    ("clayton", {"dim": 3}),
)
"""Families of which no member was taught, with the settings of each cell."""

SEEN: tuple[tuple[str, dict[str, Any]], ...] = (
    ("bivariate_normal", {"rho": 0.0}),
    ("bivariate_normal", {"rho": 0.75}),
    ("multivariate_normal", {"dim": 3, "rho": 0.7}),
    ("rotated_normal", {"dim_x": 5, "dim_y": 3}),
    ("wiggly", {"dim": 3}),
    ("heavy_tails", {"dim": 1}),
    ("student_t", {"dim": 2, "df": 2.0}),
    ("uniform_noise", {"epsilon": 0.25}),
    ("normal_mixture", {"dim": 1}),
    ("outliers", {}),
)
"""Members of families that were taught, or of such a family seen through maps."""


@dataclass(frozen=True)
class Cell:
    """Trials of one distribution and one number of samples.

    Attributes:
        name: the distribution and its settings.
        n: samples of a trial.
        truth: (trials,), in nats.
        read: estimator to (trials,).
        low, high: ends of the network's interval, (trials,).
    """

    name: str
    n: int
    truth: np.ndarray
    read: Mapping[str, np.ndarray]
    low: np.ndarray
    high: np.ndarray

    @cached_property
    def errors(self) -> dict[str, float]:
        """Root mean square error of every estimator, in nats."""
        return {name: float(np.sqrt(np.mean((one - self.truth) ** 2))) for name, one in self.read.items()}

    @property
    def covered(self) -> float:
        """The share of trials whose truth lies in the interval."""
        return float(np.mean((self.low <= self.truth) & (self.truth <= self.high)))


def evaluated(
    network: Network,
    which: Iterable[tuple[str, dict[str, Any]]] = UNSEEN,
    sizes: Iterable[int] = SIZES,
    trials: int = 20,
    seed: int = 0,
) -> list[Cell]:
    """Every distribution at every number of samples."""
    sizes = tuple(sizes)
    return [_cell(network, name, settings, n, trials, seed) for name, settings in which for n in sizes]


def overall(cells: Iterable[Cell]) -> dict[str, float]:
    """Root mean square error of every estimator over all cells, and the share that the intervals cover."""
    cells = list(cells)
    found = {name: float(np.sqrt(np.mean([cell.errors[name] ** 2 for cell in cells]))) for name in cells[0].errors}
    return found | {"covered": float(np.mean([cell.covered for cell in cells]))}


def table(cells: Iterable[Cell]) -> str:
    """Markdown, a row a distribution and a column a number of samples: the errors in nats of the network, KSG and the
    copula, the least in bold; the last column has the share that the intervals cover.
    """
    cells = list(cells)
    sizes = sorted({cell.n for cell in cells})
    lines = [f"| distribution | truth | {' | '.join(f'n = {n}' for n in sizes)} | covered |"]
    lines.append("|---|--:|" + "---|" * len(sizes) + "--:|")
    for name in dict.fromkeys(cell.name for cell in cells):
        own = [cell for cell in cells if cell.name == name]
        lines.append(_row(f"{name} | {own[0].truth.mean():.2f}", own))
    every = overall(cells)
    better = sum(min(cell.errors, key=cell.errors.__getitem__) == "mist" for cell in cells)
    lines.append(_row("all | ", cells, [[cell for cell in cells if cell.n == n] for n in sizes]))
    return "\n".join([*lines, "", f"Over all: {_errors(every)}; mist has the least in {better} of {len(cells)} cells."])


def _row(head: str, cells: list[Cell], columns: Iterable[list[Cell]] | None = None) -> str:
    errors = [_errors(overall(one)) for one in columns or [[cell] for cell in cells]]
    return f"| {head} | {' | '.join(errors)} | {overall(cells)['covered']:.0%} |"


def _errors(found: Mapping[str, float]) -> str:
    errors = [found[name] for name in ("mist", *RIVALS)]
    return " / ".join(f"**{one:.2f}**" if one == min(errors) else f"{one:.2f}" for one in errors)


def _cell(network: Network, name: str, settings: dict[str, Any], n: int, trials: int, seed: int) -> Cell:
    drawn = [_sampled(name, settings, n, seed + trial) for trial in range(trials)]
    pairs = [tuple(gauss(torch.as_tensor(one)) for one in (x, y)) for x, y, _ in drawn]
    told = features(*(torch.stack(one) for one in zip(*pairs, strict=True)))
    mean, quantiles = (one.numpy() for one in network(told))
    read = {other: np.array([estimators[other]()(x, y).nats for x, y, _ in drawn]) for other in RIVALS}
    label = ", ".join([name, *(f"{key} {value:g}" for key, value in settings.items() if not isinstance(value, str))])
    truth = np.array([nats for *_, nats in drawn])
    return Cell(label, n, truth, {"mist": mean, **read}, quantiles[:, 0], quantiles[:, -1])


def _sampled(name: str, settings: dict[str, Any], n: int, seed: int) -> tuple[np.ndarray, np.ndarray, float]:
    if name == "clayton":
        dim = settings["dim"]
        x, y, nats = (one[0].numpy() for one in clayton((1, n, dim, dim), torch.Generator().manual_seed(seed)))
        return x, y, float(nats)
    one = distributions[name](**settings)
    return *one.sample(n, seed), one.nats
