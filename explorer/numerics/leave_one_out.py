"""What plug-in informations read when one sample is left out, in closed form from counts."""

import math

import torch

from explorer.numerics.cells import counts, joint


def information_error(x: torch.Tensor, y: torch.Tensor) -> float:
    """Jackknife standard error of the plug-in I(X; Y) of codes from 0, both (n,), in nats.

    Leaving a sample out lowers three counts by one, so that all n informations follow from the tables: nothing is
    counted again. 0 with one sample.

    References: efron1981.
    """
    n = len(x)
    if n < 2:
        return 0.0
    codes = (x, y, joint(x, y))
    sign = torch.tensor([1.0, 1.0, -1.0], dtype=torch.float64, device=x.device)
    total = sign @ torch.stack([_xlogx(counts(one)).sum() for one in codes])
    each = torch.stack([_own_count(one) for one in codes])
    left = math.log(n - 1) - (total - sign @ (_xlogx(each) - _xlogx(each - 1))) / (n - 1)
    return float((n - 1) ** 0.5 * left.std(correction=0))


def _own_count(codes: torch.Tensor) -> torch.Tensor:
    """How many samples share the code of each, (n,) float64."""
    if int(codes.max()) <= 4 * len(codes) + 1024:
        return torch.bincount(codes)[codes].double()
    _, places, found = torch.unique(codes, return_inverse=True, return_counts=True)
    return found[places].double()


def _xlogx(count: torch.Tensor) -> torch.Tensor:
    return torch.special.xlogy(count, count)
