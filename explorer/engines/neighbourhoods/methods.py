"""Pairs of neighbour distributions by name: choose p, choose q, and see what the one loss makes of the same data."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch

from explorer.engines.neighbourhoods.divergence import Fit, Kernel, fitted
from explorer.engines.neighbourhoods.learned import cosine, gaussian, shared_cluster, student
from explorer.engines.neighbourhoods.supervisory import blurred, nearest, same_label
from explorer.engines.neighbourhoods.supervisory import gaussian as around

Supervision = Literal["gaussian", "nearest", "same_label"]
Learned = Literal["gaussian", "student", "cosine", "clusters"]

PUBLISHED: Mapping[tuple[str, str], str] = {
    ("gaussian", "gaussian"): "stochastic neighbour embedding",
    ("gaussian", "student"): "t-SNE, row by row",
    ("same_label", "cosine"): "supervised contrastive learning",
}
"""What a pair is known as; others are as good a loss and have no name here."""
KERNELS: Mapping[str, Kernel] = {
    "gaussian": gaussian, "student": student, "cosine": cosine, "clusters": shared_cluster,
}  # fmt: skip
SMALL = 0.1
"""Standard deviation of the places at the start, along the first principal direction."""

CORNERS = torch.tensor([[1.0, 0.0], [-0.5, 0.75**0.5], [-0.5, -(0.75**0.5)]], dtype=torch.float64)
"""Of a triangle of equal sides around 0: one for each cluster."""


@dataclass(frozen=True)
class Learning:
    """What was learned of labelled samples by one pair.

    Attributes:
        name: of the pair, "" where it has none.
        fit: places and divergences.
        flat: (n, 2) to draw: the places, of unit rows for the cosine, memberships in a triangle for clusters.
        same: (2,) share of p and of q that lies on samples of the same label, as a mean over samples.
    """

    name: str
    fit: Fit
    flat: np.ndarray
    same: tuple[float, float]

    @property
    def start(self) -> float:
        """Mean divergence before the first step, in nats."""
        return self.fit.course[0]

    @property
    def end(self) -> float:
        """Mean divergence after the last step, in nats."""
        return float(self.fit.divergences.mean())


def learning(
    x: np.ndarray,
    y: np.ndarray,
    supervision: Supervision,
    learned: Learned,
    neighbours: int = 10,
    blur: float = 0.0,
    steps: int = 200,
) -> Learning:
    """Learn places, or three clusters, of samples x (n, d) with labels y (n,).

    It starts at the two principal components, scaled small; the scores of clusters grow towards three corners of their
    plane. What is found is a minimum near that start.

    Args:
        supervision: p: normal around each sample, its nearest samples, or those of its label.
        learned: q: normal, Student's, by cosine, or by a shared one of three clusters.
        neighbours: perplexity of the normal p, or how many are nearest.
        blur: share of p that is spread over all samples.

    Raises:
        SampleError: for samples that are too few or too many, or a label of one sample.
        SettingError: for neighbours or a share out of range.

    References: alshammari2025; maaten2008; hinton2002; khosla2020.
    """
    samples, labels = torch.as_tensor(x, dtype=torch.float64), torch.as_tensor(y)
    made: Mapping[str, Callable[[], torch.Tensor]] = {
        "gaussian": lambda: around(samples, neighbours),
        "nearest": lambda: nearest(samples, neighbours),
        "same_label": lambda: same_label(labels),
    }
    p, start = blurred(made[supervision](), blur), _start(samples)
    fit = fitted(p, KERNELS[learned], start @ CORNERS.T if learned == "clusters" else start, steps)
    q, alike = fit.log_q.exp(), labels[:, None] == labels
    shares = tuple(float((one * alike).sum() / one.sum()) for one in (p, q))
    name = PUBLISHED.get((supervision, learned), "") if not blur else ""
    return Learning(name, fit, _flat(fit.places, learned), (shares[0], shares[1]))


def _start(x: torch.Tensor) -> torch.Tensor:
    """The first two principal components over the deviation of the first, times `SMALL`; signs are set."""
    middle = x - x.mean(0)
    axes = torch.linalg.svd(middle, full_matrices=False)[2][:2]
    axes = axes * axes.gather(1, axes.abs().argmax(1, keepdim=True)).sign()
    places = middle @ axes.T
    return SMALL * places / places[:, 0].std()


def _flat(places: torch.Tensor, learned: str) -> np.ndarray:
    if learned == "cosine":
        return torch.nn.functional.normalize(places, dim=1).numpy()
    if learned != "clusters":
        return places.numpy()
    return (places.softmax(1) @ CORNERS).numpy()
