"""The tasks with known information: those that the rules of `auto` were chosen on, and those that judge them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from explorer.catalogue import distributions
from explorer.result import repr_call


@dataclass(frozen=True)
class Task:
    """Samples of one distribution, with the truth.

    Attributes:
        judged: whether it judges; else rules and thresholds were chosen on it.
    """

    distribution: str
    settings: Mapping[str, Any] = field(default_factory=dict)
    n: int = 1000
    judged: bool = True

    @property
    def name(self) -> str:
        """The distribution with its settings, and n."""
        return f"{repr_call(self.distribution, self.settings)}, n={self.n}"

    @property
    def nats(self) -> float:
        """The true information."""
        return distributions[self.distribution](**self.settings).nats

    def sample(self, seed: int) -> tuple[np.ndarray, np.ndarray]:
        """n pairs."""
        return distributions[self.distribution](**self.settings).sample(self.n, seed)


def _tasks(judged: bool, *rows: tuple[str, Mapping[str, Any], int]) -> list[Task]:
    return [Task(name, settings, n, judged) for name, settings, n in rows]


DESIGN = _tasks(
    False,
    ("bivariate_normal", {"rho": 0.75}, 1000),
    ("bivariate_normal", {"rho": 0.0}, 1000),
    ("bivariate_normal", {"rho": 0.99}, 1000),
    ("half_cube", {"dim": 1}, 1000),
    ("half_cube", {"dim": 5, "rho": 0.8, "structure": "sparse"}, 1000),
    ("half_cube", {"dim": 10, "rho": 0.85}, 2000),
    ("half_cube", {"dim": 4, "rho": 0.5, "structure": "dense"}, 1000),
    ("student_t", {"dim": 3, "df": 3.0}, 1000),
    ("student_t", {"dim": 5, "df": 2.0}, 1000),
    ("student_t", {"dim": 1, "df": 1.0}, 1000),
    ("student_t", {"dim": 10, "df": 5.0, "rho": 0.6}, 2000),
    ("uniform_noise", {"epsilon": 0.1}, 1000),
    ("uniform_noise", {"epsilon": 0.75}, 1000),
    ("swiss_roll", {"rho": 0.75}, 1000),
    ("normal_mixture", {"dim": 1, "rho": 0.9}, 1000),
    ("normal_mixture", {"dim": 2, "rho": 0.8, "separation": 3.0}, 2000),
    ("normal_mixture", {"dim": 4, "rho": 0.9}, 2000),
    ("outliers", {}, 1000),
    ("parabola", {"noise": 0.1}, 1000),
    ("parabola", {"noise": 0.5}, 1000),
    ("rectified_normal", {}, 1000),
    ("labelled_clusters", {"classes": 3, "dim": 2}, 1000),
    ("labelled_clusters", {"classes": 5, "separation": 1.5, "dim": 10, "layout": "ring"}, 2000),
    ("discrete_table", {"levels": 4}, 1000),
    ("discrete_table", {"levels": 20, "strength": 0.5}, 1000),
    ("discrete_table", {"levels": 20, "strength": 0.0}, 1000),
)

JUDGED = _tasks(
    True,
    ("multivariate_normal", {"dim": 5, "rho": 0.0}, 1000),
    ("multivariate_normal", {"dim": 5, "rho": 0.5, "structure": "dense"}, 1000),
    ("multivariate_normal", {"dim": 25, "rho": 0.8, "structure": "sparse"}, 1000),
    ("multivariate_normal", {"dim": 10, "rho": 0.5}, 1000),
    ("multivariate_normal", {"dim": 10, "rho": 0.85}, 1000),
    ("asinh", {"dim": 3, "df": 2.0}, 1000),
    ("asinh", {"dim": 5, "df": 3.0, "rho": 0.5}, 1000),
    ("wiggly", {"dim": 1, "rho": 0.75}, 1000),
    ("wiggly", {"dim": 5, "rho": 0.6}, 2000),
    ("heavy_tails", {"dim": 3, "rho": 0.7}, 1000),
    ("heavy_tails", {"dim": 10, "rho": 0.86}, 2000),
    ("spiral", {}, 2000),
    ("spiral", {"dim": 2, "rho": 0.7, "structure": "paired"}, 1000),
    ("sinusoidal", {"noise": 0.3, "frequency": 2}, 1000),
    ("sinusoidal", {"noise": 1.0, "frequency": 3}, 1000),
    ("embedded", {"latent": 1, "columns": 20, "rho": 0.8}, 1000),
    ("embedded", {"latent": 2, "columns": 50, "rho": 0.8}, 2000),
    ("rounded", {"rho": 0.75, "step": 0.5}, 1000),
    ("rotated_normal", {"dim_x": 10, "dim_y": 5, "rho": 0.8, "scales": 1000.0}, 1000),
    ("zero_inflated", {}, 1000),
    ("zero_inflated", {"dim": 2, "rho": 0.8, "erased": "together"}, 1000),
    ("zero_inflated_poisson", {}, 1000),
    ("discrete_continuous", {"levels": 5}, 1000),
    ("discrete_continuous", {"levels": 20}, 2000),
    ("binary_symmetric_channel", {"flip": 0.1}, 1000),
    ("xor", {"flip": 0.1}, 1000),
)

TASKS = (*DESIGN, *JUDGED)
