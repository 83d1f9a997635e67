"""What the estimators from nearest neighbours share: how their bias falls, and samples that do not suit them."""

from collections.abc import Iterable

import torch

from explorer.estimators.base import Estimator
from explorer.numerics.intrinsic import two_nearest
from explorer.numerics.margins import spread, tamed
from explorer.numerics.nearest import Points
from explorer.result import Doubt, in_both


class NearestNeighbours(Estimator):
    """An estimator whose bias falls as n^(-2/d), and no faster than 1/n."""

    def rate(self, *samples: torch.Tensor) -> float:
        """2 / d, at most 1, with d the intrinsic dimension of the real columns (singh2016)."""
        real = [tamed(one) for one in samples if one.is_floating_point()]
        columns = torch.cat(real, 1) if real else torch.zeros(len(samples[0]), 0)
        dimension = min(columns.shape[1], two_nearest(columns))  # the columns, where none can be told
        return 2 / dimension if dimension > 2 else 1.0


FEW = 0.02
"""Share of samples that can be left out without a doubt about the rest."""

UNEVEN = 100
"""Ratio of the widest to the narrowest column from which the narrow one hardly counts in a distance."""


def uneven(variables: Iterable[torch.Tensor | None]) -> list[Doubt]:
    """A doubt where the columns of all real variables together differ widely in scale."""
    real = [v for v in variables if v is not None and v.is_floating_point() and len(v) > 1]
    scales = torch.cat([torch.ones(0, dtype=torch.float64), *(spread(v).cpu() for v in real)])
    scales = scales[scales > 0]
    if len(scales) < 2 or scales.max() <= UNEVEN * scales.min():
        return []
    ratio = float(scales.max() / scales.min())
    return [Doubt("scales", f"Column scales differ {ratio:.3g}-fold; bring the columns to one scale.")]


def ceiling(value: float, n: int, k: int) -> list[Doubt]:
    """A doubt within one nat of psi(n) - psi(k), the most that k neighbours can tell apart among n samples."""
    psi_n, psi_k = torch.digamma(torch.tensor([n, k], dtype=torch.float64)).tolist()
    if value <= psi_n - psi_k - 1:
        return []
    text = f"{in_both(value, '.2f')} is near {in_both(psi_n - psi_k, '.2f')}"
    text += f", where k={k} neighbours of {n} samples tell no more apart."
    return [Doubt("ceiling", text)]


def left_out(both: Points) -> list[Doubt]:
    """A doubt where some labels occur once, so that nothing can be compared with them."""
    alone = int((both.alike == 1).sum())
    if not alone:
        return []
    text = f"{alone} of {len(both)} samples have labels that occur once and were left out: nothing compares with them."
    return [Doubt("left out", text, note=alone <= FEW * len(both))]
