"""Neighbour distributions of data: what a representation is asked to keep. p[i, j] is that of j, seen from i."""

import math

import torch

from explorer.engines.neighbourhoods.learned import log_normal
from explorer.errors import SampleError, SettingError

MOST = 5000
"""Samples, of which n^2 numbers are held."""

HALVINGS = 60
"""Of the interval of the logarithm of a width, which ends below 1e-15 of it."""


def gaussian(x: torch.Tensor, neighbours: float) -> torch.Tensor:
    """Normal around each sample, with the width at which its row has the entropy ln `neighbours` (the perplexity).

    Args:
        x: samples (n, d).
        neighbours: from 1 to n - 1, neither included.

    Returns:
        (n, n), rows sum to 1, 0 on the diagonal.

    Raises:
        SampleError: for more than 5000 samples.
        SettingError: for neighbours out of range.

    References: maaten2008; hinton2002.
    """
    n = _counted(x)
    if not 1 < neighbours < n - 1:
        raise SettingError(f"neighbours={neighbours:g} must lie between 1 and n - 1 = {n - 1}")
    distances = _distances(x).square()
    centre = float(distances.mean().log())
    low, high = (torch.full((n, 1), centre + change, dtype=x.dtype, device=x.device) for change in (-30, 30))
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        wide = row_entropies(log_normal(distances / middle.exp()).exp())[:, None] > math.log(neighbours)
        low, high = torch.where(wide, low, middle), torch.where(wide, middle, high)
    return log_normal(distances / high.exp()).exp()


def nearest(x: torch.Tensor, neighbours: int) -> torch.Tensor:
    """The same for each of the `neighbours` nearest samples, and 0 for the others; (n, n).

    Raises:
        SampleError: for more than 5000 samples.
        SettingError: for neighbours out of range.
    """
    n = _counted(x)
    if not 1 <= neighbours < n:
        raise SettingError(f"neighbours={neighbours} must lie in [1, n - 1] = [1, {n - 1}]")
    distances = _distances(x).fill_diagonal_(torch.inf)
    near = distances.topk(neighbours, largest=False).indices
    return torch.zeros_like(distances).scatter_(1, near, 1 / neighbours)


def same_label(y: torch.Tensor) -> torch.Tensor:
    """The same for each other sample of the label; (n, n) float64.

    Raises:
        SampleError: for a label of one sample, which has no neighbour, or more than 5000 samples.
    """
    _counted(y)
    same = (y[:, None] == y).double().fill_diagonal_(0)
    if not bool(same.any(1).all()):
        raise SampleError("y has a label of 1 sample, which is nobody's neighbour; each label needs 2")
    return same / same.sum(1, keepdim=True)


def blurred(p: torch.Tensor, share: float) -> torch.Tensor:
    """p with a share of every row spread evenly over all other samples: pairs that are no neighbours may be some.

    Raises:
        SettingError: for a share outside [0, 1].

    References: alshammari2025.
    """
    if not 0 <= share <= 1:
        raise SettingError(f"share={share:g} must lie in [0, 1]")
    even = torch.full_like(p, 1 / (len(p) - 1)).fill_diagonal_(0)
    return (1 - share) * p + share * even


def row_entropies(p: torch.Tensor) -> torch.Tensor:
    """Of every row in nats, (n,)."""
    return torch.special.entr(p).sum(1)


def _counted(x: torch.Tensor) -> int:
    if not 3 <= len(x) <= MOST:
        raise SampleError(f"{len(x)} samples; neighbours are counted among 3 to {MOST}")
    return len(x)


def _distances(x: torch.Tensor) -> torch.Tensor:
    return torch.cdist(x, x, compute_mode="donot_use_mm_for_euclid_dist")
