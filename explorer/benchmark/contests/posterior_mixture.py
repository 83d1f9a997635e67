"""ln q(z) and ln q(z_j) of the mixture of all posteriors, against plain torch on the whole array of densities."""

import math
from collections.abc import Callable, Iterator
from functools import partial

import numpy as np
import torch

from explorer.benchmark.base import Contest
from explorer.numerics.posteriors import Posterior, log_mixture

SIZE = 2000
LATENTS = 10


def contests(device: torch.device, size: int = SIZE) -> Iterator[Contest]:
    """As many samples as posteriors, in ten latents; the whole array grows with the square of their number."""
    rng = np.random.default_rng(0)
    mean, noise = rng.normal(size=(size, LATENTS)), np.exp(rng.normal(size=(size, LATENTS)) - 2)
    posterior = Posterior(*(torch.as_tensor(one, device=device) for one in (mean, noise)))
    z = torch.as_tensor(mean + np.sqrt(noise) * rng.normal(size=mean.shape), device=device)
    what = f"{size} samples in the mixture of {size} posteriors, {LATENTS} latents"
    ours, theirs = (partial(_numbers, one, z, posterior) for one in (log_mixture, whole_array))
    yield Contest(what, "plain torch, whole array", ours, theirs, size, 2, 1e-9, note=partial(_memory, size))


def whole_array(z: torch.Tensor, posterior: Posterior) -> tuple[torch.Tensor, torch.Tensor]:
    """The same from an array of samples x posteriors x latents."""
    each = torch.distributions.Normal(posterior.mean, posterior.variance.sqrt()).log_prob(z[:, None])
    log_n = math.log(len(posterior))
    return each.sum(2).logsumexp(1) - log_n, each.logsumexp(1) - log_n


def _numbers(
    work: Callable[..., tuple[torch.Tensor, torch.Tensor]], z: torch.Tensor, posterior: Posterior
) -> np.ndarray:
    whole, each = work(z, posterior)
    return torch.cat([whole[:, None], each], 1).cpu().numpy().ravel()


def _memory(size: int, ours: float, peer: float) -> str:
    return f"one array of densities is {8 * size**2 * LATENTS / 2**20:.0f} MiB, our blocks 2 MiB on a CPU whatever n"
