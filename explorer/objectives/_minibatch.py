"""Densities of the mixture of all posteriors, from the posteriors of one batch."""

import math

import torch

from explorer.device import rows_per_chunk
from explorer.networks.autoencoder import Gaussian
from explorer.numerics.posteriors import LOG_2_PI


def pairs(posterior: Gaussian, z: torch.Tensor) -> torch.Tensor:
    """log q(z_ik | x_j) of sample i under posterior j, latent by latent, (n, n, latents)."""
    distance = (z[:, None] - posterior.mean).square() / posterior.variance
    return -(distance + posterior.log_variance + LOG_2_PI) / 2


def log_weights(n: int, n_data: int, kind: str, like: torch.Tensor) -> torch.Tensor:
    r"""Logarithms of the weights w_ij with which sum_j w_ij q(z_i | x_j) estimates q(z_i), (n, n).

    "mws", minibatch weighted sampling: every weight is 1 / (N n), of N images in all and n in the batch. The sum is
    biased downwards. Over a batch that is the whole data it is q(z) / N: the bias of its logarithm falls on total
    correlation as (latents - 1) ln N and on the other two terms in part, and being a constant moves no weight. Over a
    smaller batch the logarithm falls short by ln N where posteriors overlap and by ln n where they lie apart, so that
    the bias depends on the code and has a gradient.

    "mss", minibatch stratified sampling: with M = n - 1, the sample's own posterior has 1 / N, one other has
    (N - M) / (N M) and the rest 1 / M. The weights of a sample sum to 1, and over random batches the sum is q(z)
    without bias; its logarithm is not. The code that was published with the paper puts 1 / N in the first column and
    (N - M) / (N M) in the second, for every sample alike; the formula gives 1 / N to the sample's own posterior, and
    so do we.

    References: chen2018, section 4.1 and appendix C.
    """
    if kind == "mws" or n == 1:
        return torch.full_like(like, -math.log(n * n_data))
    rest = n - 1
    weights = torch.full_like(like, 1 / rest)
    weights.fill_diagonal_(1 / n_data)
    rows = torch.arange(n, device=like.device)
    weights[rows, (rows + 1) % n] = (n_data - rest) / (n_data * rest)
    return weights.log()


def batch_mixture(
    posterior: Gaussian, z: torch.Tensor, n_data: int, kind: str
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """log q(z|x), the estimate of log q(z), and the sum of those of log q(z_k), each (n,), in nats.

    As many latents at a time as fit into a working block: all of them for batches as one trains on.
    """
    n = len(z)
    weights = log_weights(n, n_data, kind, z.new_empty(n, n))
    whole, product = z.new_zeros(n, n), z.new_zeros(n)
    for latents in torch.arange(z.shape[1], device=z.device).split(rows_per_chunk(8 * n * n, z.device)):
        found = pairs(Gaussian(posterior.mean[:, latents], posterior.log_variance[:, latents]), z[:, latents])
        whole = whole + found.sum(2)
        product = product + (found + weights[..., None]).logsumexp(1).sum(1)
    return whole.diagonal(), (whole + weights).logsumexp(1), product


def log_prior(z: torch.Tensor) -> torch.Tensor:
    """log N(z; 0, I), (n,), in nats."""
    return -(z.square() + LOG_2_PI).sum(1) / 2
