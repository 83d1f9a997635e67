"""Levels of noise: how much of a variable and how much noise there is at each time."""

import math
from dataclasses import dataclass

import torch

from explorer.errors import SettingError


@dataclass(frozen=True)
class Schedule:
    r"""Noise whose log ratio of signal to noise falls evenly from `high` at time 0 to `low` at time 1.

    Of a variance-preserving diffusion dx = -\beta x / 2 dt + \sqrt\beta dw the time here is the share of its
    importance sampling: density \beta_t / r_t^2 of t is an even density of the log ratio \alpha = \ln s^2 / r^2, as
    d\alpha = -\beta / r^2 dt. Therefore

    .. math:: \tfrac12 \int \beta_t\, E|s_A - s_B|^2 dt = \tfrac12 \int E|\hat e_A - \hat e_B|^2 d\alpha

    Attributes:
        low, high: log ratios of the variances of signal and noise, nats of SNR.

    References: franzese2024; kong2024.
    """

    low: float = -10.0
    high: float = 9.0

    def __post_init__(self) -> None:
        if not self.low < self.high:
            raise SettingError(f"low={self.low:g} must be less than high={self.high:g}")

    @property
    def span(self) -> float:
        """The normaliser of importance sampling: the integral of beta / r^2 over time, `high` - `low`."""
        return self.high - self.low

    def log_snr(self, time: torch.Tensor) -> torch.Tensor:
        """ln s^2 / r^2 at times in [0, 1]."""
        return self.high - self.span * time

    def scales(self, time: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Factors s of the variable and r of the noise; their squares add up to 1."""
        ratio = self.log_snr(time)
        return torch.sigmoid(ratio).sqrt(), torch.sigmoid(-ratio).sqrt()


def variance_preserving(beta_low: float = 0.1, beta_high: float = 20.0, least: float = 1e-3) -> Schedule:
    r"""The levels of the diffusion whose rate \beta grows evenly from beta_low to beta_high while t goes from 0 to 1.

    With B(t) the integral of \beta, s^2 = e^{-B} and r^2 = 1 - e^{-B}: the log ratio is -\ln(e^B - 1), and the
    normaliser between `least` and 1 is \ln (e^{B(1)} - 1) / (e^{B(least)} - 1).

    Args:
        least: the smallest t; less noise than there is then is left out of every integral.

    Raises:
        SettingError: unless 0 < beta_low <= beta_high and 0 < least < 1.

    References: franzese2024.
    """
    if not (0 < beta_low <= beta_high and 0 < least < 1):
        rule = "must obey 0 < beta_low <= beta_high and 0 < least < 1"
        raise SettingError(f"beta_low={beta_low:g}, beta_high={beta_high:g} and least={least:g} {rule}")

    def ratio(t: float) -> float:
        return -math.log(math.expm1(beta_low * t + (beta_high - beta_low) * t**2 / 2))

    return Schedule(ratio(1.0), ratio(least))
