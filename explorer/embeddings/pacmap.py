"""PaCMAP, by the package of its authors."""

from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

import numpy as np
import torch

from explorer.embeddings.base import Embedding, drawn_seed, fewer_than
from explorer.embeddings.pca import plane_of
from explorer.errors import MissingExtraError
from explorer.settings import Range

COLUMNS = 100
"""Principal components that the package reduces more columns to."""


@dataclass(frozen=True)
class PaCMAP(Embedding):
    r"""Pairwise controlled manifold approximation: near pairs, mid-near pairs and far pairs pull and push.

    .. math:: w_{nn} \sum_{near} \frac{\tilde d_{ij}}{10 + \tilde d_{ij}}
        + w_{mn} \sum_{mid} \frac{\tilde d_{ij}}{10^4 + \tilde d_{ij}}
        + w_{fp} \sum_{far} \frac{1}{1 + \tilde d_{ij}}, \qquad \tilde d_{ij} = 1 + \|p_i - p_j\|^2

    Quick, and better than UMAP at how clusters lie to each other; weaker at the nearest neighbours. More than 100
    columns, of more than 100 samples, are reduced to 100 principal components before. The first step starts from
    principal components, a later one from the positions of the step before; the package standardises and shrinks both.

    Args:
        n_neighbors: near pairs of each sample.

    Raises:
        MissingExtraError: when the package is not installed.
        SettingError: when there are no more samples than neighbours.

    References: wang2021.
    """

    n_neighbors: Annotated[int, Range(2, 200)] = 10

    starts: ClassVar[bool] = True
    random: ClassVar[bool] = True
    effort: ClassVar[tuple[float, float, float]] = (12.0, 0.1, 5e-4)

    def positions(self, values: torch.Tensor, before: np.ndarray | None) -> np.ndarray:
        """The layout of the pairs."""
        fewer_than("n_neighbors", self.n_neighbors, len(values))
        start = plane_of(values) if before is None else before
        taken = torch.nn.functional.pad(values, (0, 1)) if values.shape[1] == 1 else values  # it needs two columns
        learner = _pacmap()(
            n_neighbors=self.n_neighbors, apply_pca=min(taken.shape) > COLUMNS, random_state=drawn_seed()
        )
        found = learner.fit_transform(taken.float().cpu().numpy(), init=start)
        return found - found.mean(0)


def _pacmap() -> Any:
    try:
        from pacmap import PaCMAP as learner
    except ImportError as error:
        raise MissingExtraError("embedding 'pacmap' needs a package: pip install pacmap") from error
    return learner
