"""UMAP, by umap-learn."""

import warnings
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

import numpy as np
import torch

from explorer.embeddings.base import Embedding, drawn_seed, fewer_than
from explorer.settings import Range

LATER = {"n_epochs": 200, "learning_rate": 0.5}
"""How a step goes on from the one before."""


@dataclass(frozen=True)
class UMAP(Embedding):
    r"""Uniform manifold approximation: neighbours stay neighbours, and clusters stand apart.

    A graph of the k nearest neighbours with weights w is drawn in the plane so that the cross-entropy between w and
    the closeness q of the points there is small:

    .. math:: \sum_{ij} w_{ij} \log \frac{w_{ij}}{q_{ij}} + (1 - w_{ij}) \log \frac{1 - w_{ij}}{1 - q_{ij}}, \qquad
        q_{ij} = \bigl(1 + a \|p_i - p_j\|^{2b}\bigr)^{-1}

    Good at which samples are alike. Sizes of clusters, gaps between them and empty space mean little, and noise alone
    can look clustered. The first step starts from the graph's eigenvectors and takes umap-learn's number of epochs. A
    later one starts from the positions of the step before, which umap-learn stretches to the range 0 to 10, and takes
    200 epochs at half the learning rate, so that points go no farther than their activations ask. One thread,
    so that a seed gives one picture; the first of a process takes some seconds more, while the code is compiled.

    Args:
        n_neighbors: neighbours of each sample; few show detail, many the whole.
        min_dist: smallest distance between points in the picture, as a share of its unit.

    Raises:
        SettingError: when there are no more samples than neighbours.

    References: mcinnes2018, section 3.
    """

    n_neighbors: Annotated[int, Range(2, 200)] = 15
    min_dist: Annotated[float, Range(0.0, 0.99)] = 0.1

    starts: ClassVar[bool] = True
    random: ClassVar[bool] = True
    effort: ClassVar[tuple[float, float, float]] = (10.0, 0.1, 4e-4)

    def positions(self, values: torch.Tensor, before: np.ndarray | None) -> np.ndarray:
        """The layout of the neighbour graph."""
        fewer_than("n_neighbors", self.n_neighbors, len(values))
        later = {} if before is None else {"init": before, **LATER}
        chosen = {"n_neighbors": self.n_neighbors, "min_dist": self.min_dist, **later}
        found = _umap()(**chosen, random_state=drawn_seed(), n_jobs=1).fit_transform(values.cpu().numpy())
        return found - found.mean(0)


def _umap() -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ImportWarning)  # a part that is not used here wants TensorFlow
        from umap import UMAP as learner

    return learner
