"""Representations as the measures of this family take them: not constant, centred, of length 1."""

import torch

from explorer.device import memory_free
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
        SampleError: when they are constant, or where memory is short.
    """
    copies = 3 if values.shape[1] <= len(values) else 4
    room(
        8 * copies * values.numel(),
        f"working copies of {name}, {len(values)} samples of {values.shape[1]} columns,",
        values,
    )
    scale = varied(values, name).abs().max()  # squares of large values would overflow
    found = values / scale
    found = found - found.mean(0)
    if found.shape[1] > len(found):
        found = torch.linalg.qr(found.T, mode="r").R.T
    norm = found.norm()
    return found / norm, float(norm * scale)


def room(needed: int, what: str, samples: torch.Tensor) -> None:
    """Refuse what the device of the samples cannot hold; `what` takes `needed` bytes.

    Raises:
        SampleError: where memory is short.
    """
    free = memory_free(samples.device)
    if needed > free:
        raise SampleError(f"{what} take {needed / 2**30:.3g} GiB and {free / 2**30:.3g} GiB are free; take fewer")
