"""Which latents tell more of the factors than chance does."""

import torch
from scipy.stats import chi2

from explorer.factors import Factors
from explorer.measures.disentanglement.base import Matrix
from explorer.result import Doubt

RARE = 1e-3
"""How often a latent of noise is taken for one that tells, over all factors."""


def beyond_chance(found: Matrix, v: Factors) -> torch.Tensor:
    """Which latents tell any factor more than independent cells would, (d,) bool.

    2 n I of independent columns is about chi-square with (m - 1)(levels - 1) degrees of freedom, of m occupied cells
    (the G test), as long as the table has several samples a cell; in sparser tables latents of noise pass more often.
    """
    n, factors = v.shape
    levels = torch.tensor([own or found.bins for own in v.levels])
    freedom = ((found.occupied.cpu()[:, None] - 1) * (levels - 1)).clamp(min=1)
    reached = torch.as_tensor(chi2.isf(RARE / factors, freedom) / (2 * n), device=found.information.device)
    return (found.information > reached).any(1)


def noise_doubts(found: Matrix, telling: torch.Tensor, without: str) -> tuple[Doubt, ...]:
    """A doubt where a mean over latents goes also over latents that tell nothing."""
    noise = int((found.alive & ~telling).sum())
    if not noise:
        return ()
    text = f"{noise} of {int(found.alive.sum())} latents tell no factor more than chance would, and the mean goes over"
    return (Doubt("latents of noise", f"{text} what they read by chance{without}."),)
