"""Mixtures of normal distributions, fitted by expectation-maximisation from splits of their own components."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import torch

from explorer.device import rows_per_chunk
from explorer.numerics.posteriors import LOG_2_PI

SHORT, LONG = 8, 300
"""Iterations for a candidate split and for the one that is kept."""
CONVERGED = 1e-6
"""Rise of the mean log-likelihood below which the iteration ends."""

LEAST = 1e-3
"""Share of the covariance of all values that every component's prior keeps."""


@dataclass(frozen=True)
class Mixture:
    """Normal components with full covariances; a batch of mixtures has leading dimensions.

    Attributes:
        log_shares: (..., k) logarithms of the components' shares.
        means: (..., k, d).
        covariances: (..., k, d, d).
    """

    log_shares: torch.Tensor
    means: torch.Tensor
    covariances: torch.Tensor

    def __len__(self) -> int:
        return self.means.shape[-2]

    def __getitem__(self, which: int | slice | torch.Tensor) -> "Mixture":
        """Some mixtures of a batch."""
        return Mixture(self.log_shares[which], self.means[which], self.covariances[which])

    @property
    def parameters(self) -> int:
        """Free numbers: shares, means and covariances."""
        d = self.means.shape[-1]
        return len(self) * (1 + d + d * (d + 1) // 2) - 1

    def of(self, columns: slice) -> "Mixture":
        """The mixture of some columns alone, which is exact."""
        return Mixture(self.log_shares, self.means[..., columns], self.covariances[..., columns, columns])

    def log_parts(self, values: torch.Tensor) -> torch.Tensor:
        """ln of share times density of each component at (n, d) values, (..., k, n)."""
        d = values.shape[1]
        factor = torch.linalg.cholesky(self.covariances)
        inverse = torch.linalg.solve_triangular(
            factor, torch.eye(d, dtype=values.dtype, device=values.device).expand_as(factor), upper=False
        )
        centre = inverse @ self.means[..., None]
        distance = (inverse @ values.T - centre).square_().sum(-2)
        scale = factor.diagonal(dim1=-2, dim2=-1).log().sum(-1) + d * LOG_2_PI / 2
        return (self.log_shares - scale)[..., None] - distance / 2

    def log_density(self, values: torch.Tensor) -> torch.Tensor:
        """ln p at (n, d) values, (..., n)."""
        return self.log_parts(values).logsumexp(-2)

    def log_ratio(self, x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        """ln p(x, y) - ln p(x) - ln p(y) of the first and the other columns, (..., n)."""
        first, rest = slice(0, x.shape[1]), slice(x.shape[1], None)
        whole = self.log_density(torch.cat([x, y], 1))
        return whole - self.of(first).log_density(x) - self.of(rest).log_density(y)

    def sample(self, n: int) -> torch.Tensor:
        """n draws of one mixture, (n, d), by torch's generator."""
        which = torch.multinomial(self.log_shares.exp(), n, replacement=True)
        noise = torch.randn(n, self.means.shape[-1], 1, dtype=self.means.dtype, device=self.means.device)
        return self.means[which] + (torch.linalg.cholesky(self.covariances)[which] @ noise)[..., 0]


@dataclass(frozen=True)
class Fit:
    """What is fitted: values and how often each counts.

    Each component's covariance is averaged with the mean W of all components' covariances, which counts as
    one sample (friedman1989) and keeps a component of few samples from collapsing; a thousandth of the
    covariance of all values, added to W, keeps all from collapsing together. One component is left as it is.
    """

    values: torch.Tensor
    counts: torch.Tensor
    covariance: torch.Tensor

    @classmethod
    def of(cls, values: torch.Tensor, counts: torch.Tensor | None = None) -> "Fit":
        """Counts have shape (..., n): several fits to the same values, as folds and resamples are."""
        counts = torch.ones_like(values[:, 0]) if counts is None else counts
        return cls(values, counts, _moments(values, counts[..., None, :])[1][..., 0, :, :])

    def one(self) -> Mixture:
        """The single normal distribution."""
        means, covariances = _moments(self.values, self.counts[..., None, :])[:2]
        return Mixture(torch.zeros_like(means[..., 0]), means, covariances)

    def maximised(self, parts: torch.Tensor) -> Mixture:
        """The mixture for responsibilities (..., k, n)."""
        means, own, sizes = _moments(self.values, parts * self.counts[..., None, :])
        sizes = sizes[..., None, None]
        if parts.shape[-2] > 1:
            within = (sizes * own).sum(-3, keepdim=True) / sizes.sum(-3, keepdim=True)
            prior = within + LEAST * self.covariance[..., None, :, :]
            own = (sizes * own + prior) / (sizes + 1)
        shares = sizes[..., 0, 0] / self.counts.sum(-1, keepdim=True)
        return Mixture(shares.clamp_min(1e-300).log(), means, own)

    def climbed(self, mixture: Mixture, steps: int) -> tuple[Mixture, torch.Tensor]:
        """The mixture after expectation-maximisation, and its mean log-likelihood before the last step."""
        before = torch.tensor(-math.inf)
        for _ in range(steps):
            parts = mixture.log_parts(self.values)
            density = parts.logsumexp(-2, keepdim=True)
            level = self.mean(density[..., 0, :])
            mixture = self.maximised((parts - density).exp_())
            if bool((level - before < CONVERGED).all()):
                break
            before = level
        return mixture, level

    def mean(self, values: torch.Tensor) -> torch.Tensor:
        """The mean of (..., n) values by the counts."""
        return (values * self.counts).sum(-1) / self.counts.sum(-1)

    def grown(self, mixture: Mixture) -> Mixture:
        """One component more: of all candidate splits the one whose likelihood rises most, climbed to its top."""
        size = rows_per_chunk(8 * (len(mixture) + 1) * self.values.numel(), self.values.device)
        starts = self.candidates(mixture)
        tried = [self.climbed(self.maximised(some), SHORT) for some in starts.split(size)]
        levels = torch.cat([level for _, level in tried])
        best = [mixture[i] for mixture, level in tried for i in range(len(level))][int(levels.argmax())]
        return self.climbed(best, LONG)[0]

    def candidates(self, mixture: Mixture) -> torch.Tensor:
        """Responsibilities with one component cut in two, for each component and each cut; (b, k + 1, n)."""
        parts = mixture.log_parts(self.values).softmax(-2)
        found = []
        for i in range(len(mixture)):
            for side in _cuts(self.values - mixture.means[i], mixture.covariances[i], parts[i] * self.counts):
                rest = torch.cat([parts[:i], parts[i + 1 :]])
                found.append(torch.cat([rest, (parts[i] * side)[None], (parts[i] * ~side)[None]]))
        return torch.stack(found)


def path(values: torch.Tensor, components: int, counts: torch.Tensor | None = None) -> Iterator[Mixture]:
    """Mixtures of 1, 2, ... components, each grown from the last; columns should have one scale.

    A component more needs d + 2 samples more.
    """
    fit = Fit.of(values, counts)
    most = int(fit.counts.sum()) // (values.shape[1] + 2)
    mixture = fit.one()
    yield mixture
    for _ in range(min(components, most) - 1):
        mixture = fit.grown(mixture)
        yield mixture


def fitted(values: torch.Tensor, components: int) -> Mixture:
    """The mixture of at most `components` with the lowest BIC (schwarz1978); two rises in a row end the search."""
    n, lowest, rises = len(values), math.inf, 0
    for mixture in path(values, components):
        criterion = mixture.parameters * math.log(n) - 2 * float(mixture.log_density(values).sum())
        rises = rises + 1 if criterion >= lowest else 0
        if rises == 2:
            break
        if not rises:
            best, lowest = mixture, criterion
    return best


def refitted(mixture: Mixture, values: torch.Tensor, counts: torch.Tensor) -> Iterator[tuple[Mixture, torch.Tensor]]:
    """Mixtures climbed from one, each for its row of counts (b, n) of the values; in batches, with their counts."""
    for some in counts.split(rows_per_chunk(8 * len(mixture) * values.numel(), values.device)):
        copies = (p.expand(len(some), *p.shape) for p in (mixture.log_shares, mixture.means, mixture.covariances))
        yield Fit.of(values, some).climbed(Mixture(*copies), LONG)[0], some


def _cuts(centred: torch.Tensor, covariance: torch.Tensor, weights: torch.Tensor) -> list[torch.Tensor]:
    """Ways to cut one component in two: along its longest axes, near against far, and one axis against another."""
    scales, axes = torch.linalg.eigh(covariance)
    u = centred @ axes / scales.sqrt()
    first, second = u[:, -1], u[:, -min(2, u.shape[1])]
    square = u.square().sum(1)
    kurtosis = torch.linalg.eigh((u * (weights * square)[:, None]).T @ u)[1]
    return [
        first > 0,
        square > u.shape[1],
        (u @ kurtosis[:, 0]) > 0,
        first.abs() > second.abs() if u.shape[1] > 1 else first > 1,
    ]


def _moments(values: torch.Tensor, weights: torch.Tensor) -> tuple[torch.Tensor, ...]:
    """Means (..., d), covariances (..., d, d) and total weights (...) under weights (..., n)."""
    sizes = weights.sum(-1)
    shares = weights / sizes.clamp_min(1e-300)[..., None]
    means = shares @ values
    second = (shares[..., None] * values).transpose(-1, -2) @ values
    return means, second - means[..., :, None] * means[..., None, :], sizes
