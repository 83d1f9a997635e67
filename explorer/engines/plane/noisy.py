"""What a layer with noise on it tells of its inputs: by draws, between two bounds, and by nearest neighbours."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch

from explorer import checks
from explorer.data import Recording
from explorer.device import resolve, rows_per_chunk
from explorer.errors import SettingError
from explorer.estimators.neighbours.kozachenko_leonenko import KozachenkoLeonenko
from explorer.numerics.kernels import FLOOR, exponents
from explorer.result import conversion


@dataclass(frozen=True)
class Told:
    """I(X; T + noise) of equally likely inputs X.

    Attributes:
        value: the mean over draws of the noise, which has no bias.
        standard_error: of that mean.
        lower, upper: bounds from distances between the activations, means over the same inputs.
    """

    value: float
    standard_error: float
    lower: float
    upper: float
    unit: str = "nats"

    def to(self, unit: str) -> "Told":
        """The same in "nats" or "bits"."""
        times = conversion(self.unit, unit)
        names = ("value", "standard_error", "lower", "upper")
        return replace(self, unit=unit, **{name: times * getattr(self, name) for name in names})


def told(t: Any, deviation: float, draws: int = 512, seed: int = 0, device: str = "auto") -> Told:
    r"""What T + noise tells of which input it came from, in nats; the noise is normal, equal in every direction.

    With noise on it a layer is a mixture of one normal distribution for each input, all of which are known, so that

    .. math:: I(X; T + \sigma Z) = -\frac1m \sum_i \ln \frac1n \sum_j
              \exp\left( \frac{\sigma^2 |z_i|^2 - |t_i + \sigma z_i - t_j|^2}{2 \sigma^2} \right)

    in the mean over draws z, whatever the number of units. It is at most ln n, which it reaches where the noise is
    small against all distances: a layer without noise that keeps its inputs apart tells all of them, whatever it was
    taught. The bounds put no noise in, and take sigma^2 (upper) and 4 sigma^2 (lower) for the width of the kernel.

    Args:
        t: activations, (n, d), one row for each of n equally likely inputs.
        deviation: sigma, in the units of t.
        draws: inputs, at random, that get noise and from which distances are taken; all n inputs make the mixture.

    Raises:
        SettingError: unless deviation and draws are above 0.
        SampleError: for activations that are no finite numbers.

    References: goldfeld2019, section 4; kolchinsky2017.
    """
    _positive(deviation=deviation, draws=draws)
    values = checks.variable(t, "t", "continuous", "continuous", resolve(device)).values
    generator = torch.Generator().manual_seed(seed)
    chosen = values[torch.randperm(len(values), generator=generator)[:draws].to(values.device)]
    z = torch.randn(chosen.shape, generator=generator, dtype=torch.float64).to(values.device)
    variance = deviation**2
    pointwise = -_log_means(chosen + deviation * z, values, variance) - z.square().sum(1) / 2
    upper, lower = (-float(_log_means(chosen, values, width).mean()) for width in (variance, 4 * variance))
    error = float(pointwise.std()) / len(pointwise) ** 0.5 if len(pointwise) > 1 else math.inf
    return Told(float(pointwise.mean()), error, lower, upper)


def by_neighbours(t: Any, deviation: float, k: int = 5, seed: int = 0, device: str = "auto") -> float:
    """The same by nearest neighbours: h(T + noise) of one draw for every input, minus h(noise); in nats.

    Nothing keeps it below ln n: where the noise fills more room than n samples show, it reads too much.

    Args:
        t: activations, (n, d).
        deviation: of the noise, in the units of t.
        k: neighbours.

    Raises:
        SettingError: unless deviation is above 0.
        SampleError: with n <= k inputs.

    References: butakov2024, section 3; kozachenko1987.
    """
    _positive(deviation=deviation)
    values = checks.variable(t, "t", "continuous", "continuous", resolve(device)).values
    z = torch.randn(values.shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)
    noisy = KozachenkoLeonenko(k=k).entropy(values + deviation * z.to(values.device))
    return float(noisy) - values.shape[1] / 2 * math.log(2 * math.pi * math.e * deviation**2)


def over_training(
    recording: Recording, layer: str, deviation: float, steps: Sequence[int], draws: int = 512, unit: str = "bits"
) -> dict[str, np.ndarray]:
    """`told` of a layer at some steps: "value", "lower" and "upper", and two standard errors around the value, "low"
    and "high"; (steps,) each.

    Raises:
        UnknownNameError: for a step or layer that was not recorded.
    """
    found = [told(recording.activations(step, layer), deviation, draws).to(unit) for step in steps]
    columns = {name: np.array([getattr(one, name) for one in found]) for name in ("value", "lower", "upper")}
    reach = 2 * np.array([one.standard_error for one in found])
    return columns | {"low": columns["value"] - reach, "high": columns["value"] + reach}


def _log_means(places: torch.Tensor, centres: torch.Tensor, variance: float) -> torch.Tensor:
    """ln of the mean of exp(-|place - centre|^2 / 2 variance) over the centres, for every place, (m,).

    Every place lies near a centre of its own, so no sum vanishes.
    """
    middle, scale = centres.mean(0), (2 * variance) ** -0.5
    a, b = (places - middle) * scale, (centres - middle) * scale
    found = []
    for block in a.split(rows_per_chunk(24 * len(b), b.device)):
        found.append(exponents(block, b).clamp_(FLOOR, 0.0).exp_().sum(1).log())
    return torch.cat(found) - math.log(len(b))


def _positive(**given: float) -> None:
    for name, value in given.items():
        if not value > 0:
            raise SettingError(f"{name}={value!r} must be above 0")
