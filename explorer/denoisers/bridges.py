"""Bridges of noise between two distributions: how their density changes on the way is the ratio of their densities."""

import math
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from typing import Any, Literal

import torch
from scipy.optimize import linear_sum_assignment
from torch import nn

from explorer.denoisers.descent import Batch, evenly
from explorer.denoisers.network import layer, through
from explorer.errors import SettingError

TimeScore = Callable[[torch.Tensor, torch.Tensor], torch.Tensor]
"""Rows (n, D) and times (n,) in [0, 1] to the slope of ln p_t in t, (n,)."""
WAVES, LEVELS = 8, 32


@dataclass(frozen=True)
class Bridge:
    r"""X_t = (1 - t) X_0 + t X_1 + \sqrt{v_t} Z with v_t = \gamma t (1 - t) + ((1 - t)^2 + t^2) \varepsilon.

    Both ends are smoothed by noise of variance `epsilon`: what the bridge tells is the ratio of smoothed densities.

    Attributes:
        gamma: variance in the middle is gamma / 4, and half of epsilon.
        epsilon: variance of the noise at both ends.

    Raises:
        SettingError: for a negative gamma, or an epsilon that is not positive: the slope has no bound then.

    References: chen2025.
    """

    gamma: float = 0.5
    epsilon: float = 0.005

    def __post_init__(self) -> None:
        if self.gamma < 0 or not self.epsilon > 0:
            rule = "gamma must be at least 0 and epsilon positive"
            raise SettingError(f"gamma={self.gamma:g} and epsilon={self.epsilon:g}: {rule}")

    def variance(self, t: torch.Tensor) -> torch.Tensor:
        """v_t."""
        return self.gamma * t * (1 - t) + ((1 - t) ** 2 + t**2) * self.epsilon

    def slope(self, t: torch.Tensor) -> torch.Tensor:
        r"""dv_t / dt = \gamma (1 - 2 t) + 2 (2 t - 1) \varepsilon."""
        return (1 - 2 * t) * (self.gamma - 2 * self.epsilon)

    def between(self, first: torch.Tensor, last: torch.Tensor, noise: torch.Tensor, t: torch.Tensor) -> torch.Tensor:
        """X_t of paired ends (n, D) at times (n,)."""
        t, v = t[:, None], self.variance(t)[:, None]
        return (1 - t) * first + t * last + v.sqrt() * noise

    def places(self, even: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Times that lie closer towards both ends, at even places in [0, 1], and their weights in an integral."""
        return torch.sin(math.pi * even / 2) ** 2, torch.sin(math.pi * even) * math.pi / 2


class BridgeNetwork(nn.Module):
    """The slope of ln p_t by a hidden layer and a quadratic path past it, in units that have deviation about 1.

    Args:
        columns: of a row.
        distance: mean squared distance of paired ends, on which the unit depends.
    """

    def __init__(self, columns: int, hidden: int, seed: int, bridge: Bridge, distance: float):
        super().__init__()
        self.bridge, self.columns, self.distance = bridge, columns, distance
        rng = torch.Generator().manual_seed(seed)
        self.of_level = nn.ParameterList(layer(*one, rng) for one in ((1 + WAVES, LEVELS), (LEVELS, 4 * hidden)))
        self.layers = nn.ParameterList(layer(one, hidden, rng) for one in (columns, columns, columns, hidden))
        self.out = nn.Parameter(torch.zeros(2 * hidden + 1, 1))

    def unit(self, t: torch.Tensor) -> torch.Tensor:
        """The deviation of the slope with both ends given, whose variance is |x_1 - x_0|^2 / v + D v'^2 / 2 v^2."""
        v, slope = self.bridge.variance(t), self.bridge.slope(t)
        return (self.distance / v + self.columns * slope**2 / (2 * v**2)).sqrt()

    def forward(self, x: torch.Tensor, t: torch.Tensor) -> torch.Tensor:
        """(n, D) and (n,) to (n,)."""
        return self.unit(t) * self.scaled(x.float(), t.float())

    def scaled(self, x: torch.Tensor, t: torch.Tensor) -> torch.Tensor:
        """What is learnt: the slope over its unit."""
        even = torch.asin(t.clamp(0, 1).sqrt())[:, None] * 2 / math.pi
        told = torch.cat([even, torch.cos(math.pi * even * torch.arange(1, WAVES + 1, device=x.device))], 1)
        level = through(nn.functional.silu(through(told, self.of_level[0])), self.of_level[1])
        shift, more, gate, own = level.chunk(4, 1)
        smooth, waved = (through(x, self.layers[0]) * (1 + more) + shift).tensor_split(2, 1)
        hidden = torch.cat([nn.functional.silu(smooth), torch.sin(2 * waved)], 1)
        hidden = hidden + nn.functional.silu(through(hidden, self.layers[3]) + own)
        past = through(x, self.layers[1]) * through(x, self.layers[2]) * (1 + gate) + gate
        return through(torch.cat([hidden, past], 1), self.out)[:, 0]


class Bridging:
    r"""Both ends given, \partial_t \ln p_t(x | x_0, x_1) is known, and its mean given X_t = x is what is to be learnt.

    Args:
        ends: rows and a generator to paired rows of X_0 and X_1, (n, D) each.
        pairing: rows as they are paired, or paired anew in every batch so that they lie nearest ("transport").
    """

    def __init__(
        self,
        network: BridgeNetwork,
        ends: Callable[[torch.Tensor, torch.Generator], tuple[torch.Tensor, torch.Tensor]],
        pairing: Literal["given", "transport"] = "given",
    ):
        self.network, self.ends, self.pairing, self.unit = network, ends, pairing, 1.0

    def batch(self, rows: torch.Tensor, rng: torch.Generator, even: bool) -> Batch:
        """Both ends, times and noise."""
        first, last = self.ends(rows, rng)
        if self.pairing == "transport":
            last = last[torch.as_tensor(linear_sum_assignment(torch.cdist(first, last).square().cpu().numpy())[1])]
        share = evenly(len(rows), rng)
        return first, last, share.to(first.device), torch.randn(first.shape, generator=rng).to(first.device)

    def losses(self, *batch: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """The squared error of the slope, in units of its deviation."""
        first, last, share, noise = batch
        bridge = self.network.bridge
        t, _ = bridge.places(share)
        v, slope = bridge.variance(t), bridge.slope(t)
        mean = (noise * (last - first)).sum(1) / v.sqrt()
        spread = (noise.square().sum(1) - noise.shape[1]) * slope / (2 * v)
        guess = self.network.scaled(bridge.between(first, last, noise, t), t)
        found = (guess - (mean + spread) / self.network.unit(t)).square()
        return found, found

    def given(self) -> Iterable[Any]:
        """The bridge, the distance of its ends, and how rows are paired."""
        return asdict(self.network.bridge), self.network.distance, self.pairing


@torch.no_grad()
def log_ratio(
    score: TimeScore,
    x: torch.Tensor,
    bridge: Bridge,
    levels: int = 64,
    ends: tuple[torch.Tensor, torch.Tensor, torch.Tensor] | None = None,
) -> tuple[torch.Tensor, torch.Tensor]:
    r"""ln p_1(x) / p_0(x) = \int \partial_t \ln p_t(x) dt of each row (n,), and the mean slope at each level (levels,).

    The integral is the midpoint rule with levels closer towards both ends.

    Args:
        ends: paired rows of X_0 and X_1 with noise, (m, D) each. The slope has mean 0 over X_t; given ends, the mean
            of the score over them is subtracted at every level, which takes out what a learned score has in excess.
    """
    places, weights = bridge.places((torch.arange(levels, dtype=torch.float64, device=x.device) + 0.5) / levels)
    total, slopes = torch.zeros(len(x), dtype=torch.float64, device=x.device), []
    for t, weight in zip(places, weights, strict=True):
        found = score(x, t.expand(len(x))).double()
        if ends is not None:
            each = t.expand(len(ends[0]))
            found = found - score(bridge.between(*ends, each), each).double().mean()
        total += found * weight / levels
        slopes.append(found.mean())
    return total, torch.stack(slopes)
