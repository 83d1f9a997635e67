"""A linear probe trained over random subsets of the units, together with the distribution of the subsets."""

from dataclasses import dataclass

import torch

from explorer.device import rows_per_chunk

STEPS, RATE = 300, 0.05
"""Steps of Adam on all samples, and their size."""
DRAWS = 5
"""Subsets drawn at every step."""
ENTROPY = 1e-3
"""Weight of the entropy of the subsets, as published."""


@dataclass(frozen=True)
class MaskedProbe:
    """Softmax of a linear map of scaled columns, in which units left out count as 0, their mean.

    Attributes:
        weights, offsets: (d, K) and (K,).
        inclusion: how likely the learned distribution takes every unit, (d,).
        log_shares: ln of the classes' shares, (K,).
    """

    weights: torch.Tensor
    offsets: torch.Tensor
    inclusion: torch.Tensor
    log_shares: torch.Tensor

    @classmethod
    def of(cls, z: torch.Tensor, y: torch.Tensor, classes: int) -> "MaskedProbe":
        """Trained on z (n, d) and its labels from weights 0 and subsets of about half the units."""
        log_shares = (torch.bincount(y, minlength=classes).double() / len(y)).log()
        d = z.shape[1]
        weights, odds = z.new_zeros(d, classes).requires_grad_(), z.new_zeros(d).requires_grad_()
        offsets = log_shares.clone().requires_grad_()
        optimiser = torch.optim.Adam([weights, offsets, odds], RATE)
        with torch.enable_grad():
            for _ in range(STEPS):
                optimiser.zero_grad()
                _objective(z, y, weights, offsets, odds).backward()
                optimiser.step()
        return cls(weights.detach(), offsets.detach(), odds.detach().sigmoid(), log_shares)

    def gains(self, z: torch.Tensor, y: torch.Tensor, chosen: list[int], others: list[int]) -> torch.Tensor:
        """The mean of ln p(y | chosen units and one other) - ln p(y) over the samples, for each other; (others,)."""
        total = torch.zeros(len(others), dtype=z.dtype, device=z.device)
        size = rows_per_chunk(16 * len(self.offsets) * len(others), z.device)
        for rows, labels in zip(z.split(size), y.split(size), strict=True):
            before = rows[:, chosen] @ self.weights[chosen] + self.offsets
            scores = before[:, None] + rows[:, others, None] * self.weights[others]  # (n, others, K)
            own = scores.log_softmax(2).gather(2, labels[:, None, None].expand(-1, len(others), 1))[:, :, 0]
            total += (own - self.log_shares[labels][:, None]).sum(0)
        return total / len(y)


def _objective(
    z: torch.Tensor, y: torch.Tensor, weights: torch.Tensor, offsets: torch.Tensor, odds: torch.Tensor
) -> torch.Tensor:
    """Its slopes by the probe are those of the mean loss over drawn subsets; by `odds` they are estimated from which
    subsets did better than the others drawn (REINFORCE), with the entropy of the subsets taken off."""
    taken = torch.distributions.Bernoulli(logits=odds)
    masks = taken.sample(torch.Size([DRAWS]))
    scores = torch.einsum("nd,mdk->mnk", z, masks[:, :, None] * weights) + offsets
    losses = -scores.log_softmax(2)[:, torch.arange(len(y), device=y.device), y].mean(1)
    worse = (losses - (losses.sum() - losses) / (DRAWS - 1)).detach()
    return losses.mean() + (worse * taken.log_prob(masks).sum(1)).mean() - ENTROPY * taken.entropy().sum()
