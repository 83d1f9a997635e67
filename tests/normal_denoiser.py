"""The exact denoiser of a normal distribution, in the place of a learned one."""

from collections.abc import Sequence

import torch

from explorer.denoisers.schedule import Schedule
from explorer.errors import InputError


class Normal:
    r"""E[e | values] of a normal distribution with mean 0 and the given covariance, for any mask.

    With C the covariance of the diffused columns given the conditioned ones, and m their mean then,

    .. math:: \hat e = r\,(s^2 C + r^2)^{-1} (x_t - s\,m)

    Args:
        covariance: (D, D), positive semidefinite.
        widths: columns of each variable.

    Raises:
        InputError: when the widths do not add up to the columns.
    """

    def __init__(self, covariance: torch.Tensor, widths: Sequence[int], schedule: Schedule | None = None):
        self.covariance, self.schedule = torch.as_tensor(covariance, dtype=torch.float64), schedule or Schedule()
        self.widths = tuple(widths)
        if self.covariance.shape != (sum(widths), sum(widths)):
            shape = tuple(self.covariance.shape)
            raise InputError(f"covariance has shape {shape}; widths {self.widths} need {sum(widths)} rows and columns")

    def __call__(self, values: torch.Tensor, time: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        """(n, D), (n,) and (N,) or (n, N) to (n, D)."""
        mask = mask.to(values.device)
        if mask.ndim == 1:
            return self._of(values.double(), time.double(), mask)
        found = torch.zeros_like(values, dtype=torch.float64)
        for one in torch.unique(mask, dim=0):
            rows = (mask == one).all(1)
            found[rows] = self._of(values[rows].double(), time[rows].double(), one)
        return found

    def _of(self, values: torch.Tensor, time: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        spread = mask.repeat_interleave(torch.tensor(self.widths, device=mask.device))
        noisy, known, whole = spread == 1, spread == 0, self.covariance.to(values.device)
        slopes = whole[noisy][:, known] @ torch.linalg.pinv(whole[known][:, known], hermitian=True)
        left = whole[noisy][:, noisy] - slopes @ whole[known][:, noisy]
        variances, axes = torch.linalg.eigh((left + left.T) / 2)
        s, r = self.schedule.scales(time[:, None])
        turned = (values[:, noisy] - s * (values[:, known] @ slopes.T)) @ axes
        found = torch.zeros_like(values)
        found[:, noisy] = (turned * r / (s**2 * variances.clamp_min(0) + r**2)) @ axes.T
        return found
