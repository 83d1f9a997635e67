"""A probe that answers for any subset of the units after one fit."""

from dataclasses import dataclass

import torch

from explorer.device import rows_per_chunk
from explorer.numerics.posteriors import LOG_2_PI


@dataclass(frozen=True)
class NormalProbe:
    """A normal distribution of all units for every class; leaving units out of it is exact.

    The covariances are taken from the samples where they are asked for, so that a wide layer needs no d x d array.

    Attributes:
        log_shares: ln of the classes' shares, (K,).
        means: (K, d).
        within: for every class its samples less their mean, (n_k, d).
        overall: variances of the units over all samples, (d,).
        prior: how many samples they count as in every class's covariance.
    """

    log_shares: torch.Tensor
    means: torch.Tensor
    within: tuple[torch.Tensor, ...]
    overall: torch.Tensor
    prior: float

    @classmethod
    def of(cls, z: torch.Tensor, y: torch.Tensor, classes: int, prior: float) -> "NormalProbe":
        """Fitted to z (n, d) and its labels, of which every class has some."""
        parts = [z[y == k] for k in range(classes)]
        means = torch.stack([part.mean(0) for part in parts])
        shares = torch.bincount(y, minlength=classes).double() / len(y)
        within = tuple(part - mean for part, mean in zip(parts, means, strict=True))
        return cls(shares.log(), means, within, z.var(0, correction=0) * (z != z[:1]).any(0), prior)

    def gains(self, z: torch.Tensor, y: torch.Tensor, chosen: list[int], others: list[int]) -> torch.Tensor:
        """The mean of ln p(y | chosen units and one other) - ln p(y) over the samples, for each other; (others,)."""
        total = torch.zeros(len(others), dtype=z.dtype, device=z.device)
        given = _Given.of(self, chosen, others)
        size = rows_per_chunk(32 * len(self.means) * (len(chosen) + len(others)), z.device)
        for rows, labels in zip(z.split(size), y.split(size), strict=True):
            joint = given.log_density(rows[:, chosen], rows[:, others]) + self.log_shares[:, None, None]
            own = joint.gather(0, labels[None, :, None].expand(1, -1, len(others)))[0]
            total += (own - joint.logsumexp(0) - self.log_shares[labels][:, None]).sum(0)
        return total / len(y)

    def covariances(self, some: list[int], others: list[int]) -> torch.Tensor:
        """Covariances of some units with others in every class, (K, some, others)."""
        same = torch.tensor(some).reshape(-1, 1) == torch.tensor(others).reshape(1, -1)
        prior = self.prior * self.overall[some][:, None] * same.to(self.overall)
        return torch.stack([(w[:, some].T @ w[:, others] + prior) / (len(w) + self.prior) for w in self.within])

    def variances(self, some: list[int]) -> torch.Tensor:
        """Variances of some units in every class, (K, some)."""
        prior = self.prior * self.overall[some]
        return torch.stack([(w[:, some].square().sum(0) + prior) / (len(w) + self.prior) for w in self.within])


@dataclass(frozen=True)
class _Given:
    """Each of some other units given the chosen ones, in every class.

    Attributes:
        means, other_means: (K, 1, chosen) and (K, 1, others).
        factor: Cholesky factor of the covariance of the chosen, (K, chosen, chosen).
        loading: of the others on the whitened chosen, (K, chosen, others).
        left: variance of each other that the chosen leave, (K, 1, others).
    """

    means: torch.Tensor
    other_means: torch.Tensor
    factor: torch.Tensor
    loading: torch.Tensor
    left: torch.Tensor

    @classmethod
    def of(cls, probe: NormalProbe, chosen: list[int], others: list[int]) -> "_Given":
        factor = torch.linalg.cholesky(probe.covariances(chosen, chosen))
        loading = torch.linalg.solve_triangular(factor, probe.covariances(chosen, others), upper=False)
        left = probe.variances(others) - loading.square().sum(1)
        return cls(probe.means[:, None, chosen], probe.means[:, None, others], factor, loading, left[:, None])

    def log_density(self, chosen: torch.Tensor, others: torch.Tensor) -> torch.Tensor:
        """ln p(chosen, one other) in every class, (K, n, others): that of the chosen, and of the other given them."""
        whitened = torch.linalg.solve_triangular(self.factor, (chosen - self.means).mT, upper=False)  # (K, chosen, n)
        first = -whitened.square().sum(1) / 2 - self.factor.diagonal(dim1=1, dim2=2).log().sum(1)[:, None]
        rest = others - self.other_means - whitened.mT @ self.loading
        constant = (1 + self.factor.shape[1]) / 2 * LOG_2_PI
        return first[:, :, None] - (rest.square() / self.left + self.left.log()) / 2 - constant
