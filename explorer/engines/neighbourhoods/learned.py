"""Neighbour distributions of what is learned: q as logarithms, (n, n), of which gradients are taken."""

import torch


def squared(z: torch.Tensor) -> torch.Tensor:
    """Squared distances of the rows of z, (n, n)."""
    return (z[:, None] - z).square().sum(2)


def log_normal(scaled: torch.Tensor) -> torch.Tensor:
    """Normal shares of squared distances over the variance, (n, n), without the diagonal."""
    return _others(-scaled / 2)


def gaussian(z: torch.Tensor) -> torch.Tensor:
    """Normal around each row of z, with variance 1 in every direction.

    References: hinton2002.
    """
    return log_normal(squared(z))


def student(z: torch.Tensor) -> torch.Tensor:
    """Student's with one degree of freedom around each row of z; every row sums to 1 by itself.

    References: maaten2008.
    """
    return _others(-torch.log1p(squared(z)))


def cosine(z: torch.Tensor, temperature: float = 0.1) -> torch.Tensor:
    """Softmax of the cosine with every other row of z over a temperature, as contrastive losses take it."""
    unit = torch.nn.functional.normalize(z, dim=1)
    return _others(unit @ unit.T / temperature)


def shared_cluster(scores: torch.Tensor) -> torch.Tensor:
    """A cluster is drawn by the softmax of a row of scores (n, c), then a sample of that cluster, itself not left out.

    References: alshammari2025.
    """
    member = scores.log_softmax(1)
    of_cluster = member - member.logsumexp(0)
    return (member[:, None] + of_cluster).logsumexp(2)


def _others(logits: torch.Tensor) -> torch.Tensor:
    """Row-wise shares of all but the sample itself, as logarithms."""
    itself = torch.eye(len(logits), dtype=torch.bool, device=logits.device)
    return logits.masked_fill(itself, -torch.inf).log_softmax(1)
