"""Representations as the measures of this family take them: not constant, centred, of length 1."""

import torch

from explorer.errors import SampleError


def varied(values: torch.Tensor, name: str) -> torch.Tensor:
    """The samples as they are.

    Raises:
        SampleError: when they are constant.
    """
    if not bool((values != values[:1]).any()):
        raise SampleError(f"{name} is constant over its {len(values)} samples; rows that differ are needed")
    return values


def centred(values: torch.Tensor, name: str) -> tuple[torch.Tensor, float]:
    """The centred samples (n, d) over their Frobenius norm, and that norm.

    More columns than rows are rotated into n of them, which leaves every inner product of two rows as it is.

    Raises:
        SampleError: when they are constant.
    """
    scale = varied(values, name).abs().max()  # squares of large values would overflow
    found = values / scale
    found = found - found.mean(0)
    if found.shape[1] > len(found):
        found = torch.linalg.qr(found.T, mode="r").R.T
    norm = found.norm()
    return found / norm, float(norm * scale)
