"""One network that predicts the noise in any of several variables, given the rest or without it."""

import itertools
import math
from collections.abc import Sequence

import torch
from torch import nn

from explorer.denoisers.normal import NormalPart
from explorer.denoisers.schedule import Schedule

WAVES, LEVELS = 8, 32
"""Cosines of the time among the inputs, and hidden units of what the time and the mask change."""


class Denoiser(nn.Module):
    r"""E[e | values]: what a normal distribution gives, and what two hidden layers add to it.

    .. math:: \hat e = \hat e_{normal}(x_t, t, mask) + s\,f(x_t, t, mask)

    is exact with f = 0 where all columns are normal with the covariance that is given; there training begins. f has a
    linear path past its layers, and all are changed by the time and the mask; half the units of the first layer are
    sines, without which curved dependence takes many more updates. Initial weights depend on the seed alone; float32.

    Attributes:
        share: of f, 1 while it learns; `gaps.kept` tells how much of it is of use.

    Args:
        widths: columns of each variable.
        hidden: units of each layer.
        schedule: levels of noise.
        covariance: of the normal distribution, (D, D), positive definite; without it that of independent columns of
            deviation 1.
    """

    columns: torch.Tensor
    share: float = 1.0

    def __init__(
        self,
        widths: Sequence[int],
        hidden: int = 64,
        seed: int = 0,
        schedule: Schedule | None = None,
        covariance: torch.Tensor | None = None,
    ):
        super().__init__()
        self.widths, self.schedule = tuple(widths), schedule or Schedule()
        columns, told = sum(widths), 1 + WAVES + 2 * len(widths)
        rng = torch.Generator().manual_seed(seed)
        self.of_level = nn.ParameterList(layer(*one, rng) for one in itertools.pairwise((told, LEVELS, 5 * hidden)))
        self.layers = nn.ParameterList(layer(one, hidden, rng) for one in (columns, hidden))
        self.linear = layer(columns, hidden, rng)
        self.out = nn.Parameter(torch.zeros(2 * hidden + 1, columns))
        self.register_buffer("columns", torch.arange(len(widths)).repeat_interleave(torch.tensor(self.widths)))
        self.normal = NormalPart(torch.eye(columns) if covariance is None else covariance, self.columns)

    def forward(self, values: torch.Tensor, time: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        """(n, D), (n,) and (N,) or (n, N) to (n, D)."""
        mask = torch.atleast_2d(mask.to(values.device))
        values, time = values.float(), time.float()[:, None]
        s, r = self.schedule.scales(time)
        normal, mask = self.normal(values, s, r, mask), mask.expand(len(values), -1)
        diffused = (mask == 1).to(values)[:, self.columns]
        return diffused * (normal + self.share * s * self._rest(values, time, mask))

    def _rest(self, values: torch.Tensor, time: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        waves = torch.cos(math.pi * time * torch.arange(1, WAVES + 1, device=time.device))
        told = torch.cat([time, waves, (mask == 1).to(values), (mask == 0).to(values)], 1)
        level = through(nn.functional.silu(through(told, self.of_level[0])), self.of_level[1])
        first, second, more, less, gate = level.chunk(5, 1)
        smooth, waved = (through(values, self.layers[0]) * (1 + more) + first).tensor_split(2, 1)
        hidden = torch.cat([nn.functional.silu(smooth), torch.sin(2 * waved)], 1)
        hidden = hidden + nn.functional.silu(through(hidden, self.layers[1]) * (1 + less) + second)
        past = through(values, self.linear) * (1 + gate)
        return through(torch.cat([hidden, past], 1), self.out)


def layer(inputs: int, outputs: int, rng: torch.Generator) -> nn.Parameter:
    """Weights uniform within 1 / sqrt(inputs), and a last row of biases, 0."""
    weights = (2 * torch.rand(inputs, outputs, generator=rng) - 1) / inputs**0.5
    return nn.Parameter(torch.cat([weights, torch.zeros(1, outputs)]))


def through(values: torch.Tensor, weights: torch.Tensor) -> torch.Tensor:
    """Values (n, inputs) through a `layer`, (n, outputs)."""
    return torch.addmm(weights[-1], values, weights[:-1])
