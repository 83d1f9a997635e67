"""t-SNE, by scikit-learn."""

from dataclasses import dataclass
from typing import Annotated, ClassVar

import numpy as np
import torch

from explorer.embeddings.base import Embedding, drawn_seed, fewer_than
from explorer.embeddings.pca import plane_of
from explorer.settings import Range


@dataclass(frozen=True)
class TSNE(Embedding):
    r"""t-distributed stochastic neighbour embedding: each sample keeps its nearest neighbours.

    .. math:: \min_p \sum_{ij} P_{ij} \log \frac{P_{ij}}{Q_{ij}}, \qquad
        Q_{ij} \propto (1 + \|p_i - p_j\|^2)^{-1}

    with P from Gaussians whose widths give every sample the same effective number of neighbours, the perplexity.
    The best of its kind at small neighbourhoods, and the slowest here. Sizes of clusters and distances between them
    mean nothing. The first step starts from principal components, shrunk to a deviation of 1e-4 as early exaggeration
    needs. A later one starts from the positions of the step before as they are, without exaggeration and with half the
    iterations, so that points go no farther than their activations ask. Gradients are those of Barnes and Hut with
    angle 0.5.

    Args:
        perplexity: effective number of neighbours.
        iterations: of gradient descent at the first step, the 250 with exaggeration among them.

    Raises:
        SettingError: when there are no more samples than the perplexity.

    References: maaten2008; maaten2014; kobak2019.
    """

    perplexity: Annotated[float, Range(2.0, 200.0)] = 30.0
    iterations: Annotated[int, Range(500, 10_000)] = 1000

    starts: ClassVar[bool] = True
    random: ClassVar[bool] = True
    effort: ClassVar[tuple[float, float, float]] = (0.5, 0.1, 3e-3)

    def positions(self, values: torch.Tensor, before: np.ndarray | None) -> np.ndarray:
        """The layout with the least divergence found."""
        from sklearn.manifold import TSNE as Learner

        fewer_than("perplexity", self.perplexity, len(values))
        if before is None:
            start = plane_of(values)
            how = {"init": start * (1e-4 / start.std()), "max_iter": self.iterations}
        else:
            how = {"init": before, "max_iter": self.iterations // 2, "early_exaggeration": 1.0}
        learner = Learner(perplexity=self.perplexity, random_state=drawn_seed(), **how)
        found = learner.fit_transform(values.cpu().numpy())
        return found - found.mean(0)
