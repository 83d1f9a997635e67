"""Centred kernel alignment from sums over pairs of samples."""

import torch

from explorer.errors import SampleError
from explorer.measures.base import Reading
from explorer.result import Doubt

Two = tuple[torch.Tensor, torch.Tensor]

HIGH_CHANCE = 0.1
"""What shuffled rows read on average, above which a value is doubted."""


def aligned(
    products: tuple[torch.Tensor, torch.Tensor, torch.Tensor], rows: Two, diagonals: Two, debiased: bool
) -> Reading:
    """Centred kernel alignment of kernels K and L.

    Args:
        products: the sums of K_ij L_ij, K_ij^2 and L_ij^2 over all pairs.
        rows: the sums of every row of K and of L, (n,) each.
        diagonals: of K and L, (n,) each.
        debiased: leave the diagonals out.

    Raises:
        SampleError: for fewer than 4 samples when debiased.
    """
    if debiased and len(rows[0]) < 4:
        raise SampleError(f"z and y have {len(rows[0])} samples; debiased=True needs at least 4")
    find = _unbiased if debiased else _plain
    (k, m), (p, q) = rows, diagonals
    cross, own_k, own_l = (
        find(product, a, b)
        for product, a, b in zip(products, ((k, p), (k, p), (m, q)), ((m, q), (k, p), (m, q)), strict=True)
    )
    if not (own_k > 0 and own_l > 0):
        raise SampleError(f"all {len(k)} samples of z or of y are equally far apart; nothing is left to align")
    scale = (own_k * own_l).sqrt()
    chance = 0.0 if debiased else float(_trace(k, p) * _trace(m, q) / scale / (len(k) - 1))
    doubts = (_too_few(len(k), chance),) if chance > HIGH_CHANCE else ()
    return Reading(float(cross / scale), details={"chance": chance}, doubts=doubts)


def _plain(product: torch.Tensor, a: Two, b: Two) -> torch.Tensor:
    """tr(KHLH), H the centring matrix."""
    (k, _), (m, _), n = a, b, len(a[0])
    return product - 2 / n * (k @ m) + k.sum() * m.sum() / n**2


def _unbiased(product: torch.Tensor, a: Two, b: Two) -> torch.Tensor:
    """n (n - 3) times the estimator without bias of song2012."""
    (k, p), (m, q), n = a, b, len(a[0])
    k, m = k - p, m - q
    return product - p @ q + k.sum() * m.sum() / ((n - 1) * (n - 2)) - 2 / (n - 2) * (k @ m)


def _trace(rows: torch.Tensor, diagonal: torch.Tensor) -> torch.Tensor:
    return diagonal.sum() - rows.sum() / len(rows)


def _too_few(n: int, chance: float) -> Doubt:
    text = f"Shuffled rows read {chance:.2f} on average with these {n} samples; set debiased=True or take more."
    return Doubt("samples", text)
