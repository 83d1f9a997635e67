"""Many critics of one shape at once: every weight has a leading dimension, one entry a member."""

import itertools
import math
from collections.abc import Sequence

import torch
from torch import nn


class Layers(nn.Module):
    """Fully connected layers with rectifiers, and a linear path past them, for many members together.

    The path past the layers learns what a linear map tells before the layers learn the rest, whose last weights begin
    at 0: fewer samples are learnt by heart. Initial weights of a member depend on its seed alone, so that it learns the
    same beside others as by itself.

    Args:
        seeds: of the initial weights, one a member.
        widths: of the input, of the hidden layers and of the output.
    """

    def __init__(self, seeds: Sequence[int], widths: Sequence[int]):
        super().__init__()
        shapes = [*itertools.pairwise(widths), (widths[0], widths[-1])]
        each = [drawn(seed, shapes) for seed in seeds]
        self.weights = nn.ParameterList(torch.stack(one) for one in zip(*each, strict=True))
        self.biases = nn.ParameterList(torch.zeros(len(seeds), 1, shape[1]) for shape in shapes[:-1])
        nn.init.zeros_(self.weights[-2])

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """(members, n, d) to (members, n, output)."""
        *layers, past = self.weights
        hidden = x
        for weight, bias in zip(layers[:-1], self.biases[:-1], strict=True):
            hidden = torch.relu(torch.baddbmm(bias, hidden, weight))
        return torch.baddbmm(self.biases[-1], hidden, layers[-1]) + torch.bmm(x, past)


class Critic(nn.Module):
    """Scores of all pairs of a batch, for many members together.

    Attributes:
        seeds: of the members.
        kept: numbers that are kept for every pair while it is scored, by which large sets are scored in blocks.
    """

    kept = 1

    def __init__(self, seeds: Sequence[int]):
        super().__init__()
        self.seeds = tuple(seeds)

    def forward(self, x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        """f(x_i, y_j): (members, n, d_x) and (members, m, d_y) to (members, n, m)."""
        raise NotImplementedError


class Separable(Critic):
    r"""f(x, y) = g(x) . h(y) - s (|g(x)|^2 + |h(y)|^2) / 2: K passes of each network, and a product of matrices.

    With the share s at 1 it is the distance of the two embeddings, at 0 their product; it is learnt from 1/2. A
    distance is near the optimal critic where y is x and noise, which a product alone learns in three times the updates.

    Args:
        dims: columns of x and of y.
        hidden: units of each of the two hidden layers.
        embed: columns of g and h.
    """

    def __init__(self, seeds: Sequence[int], dims: tuple[int, int], hidden: int = 64, embed: int = 32):
        super().__init__(seeds)
        self.of_x = Layers([2 * seed for seed in seeds], (dims[0], hidden, hidden, embed))
        self.of_y = Layers([2 * seed + 1 for seed in seeds], (dims[1], hidden, hidden, embed))
        self.share = nn.Parameter(torch.full((len(seeds), 1, 1), 0.5))

    def forward(self, x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        """A product of the two embeddings less a share of their squares."""
        return scored(self.of_x(x), self.of_y(y), self.share)


def scored(g: torch.Tensor, h: torch.Tensor, share: torch.Tensor) -> torch.Tensor:
    """g . h - share (|g|^2 + |h|^2) / 2 of all pairs, from embeddings (members, n, embed), by one product."""
    of_g, of_h = (-0.5 * share * one.square().sum(-1, keepdim=True) for one in (g, h))
    return torch.bmm(
        torch.cat([g, of_g, torch.ones_like(of_g)], -1), torch.cat([h, torch.ones_like(of_h), of_h], -1).mT
    )


class Joint(Critic):
    """f(x, y) by one network of both: any function of a pair, for K^2 passes of all but its first layer.

    The first layer is linear, so that its part of x and its part of y are each computed once and added for every pair.

    Args:
        dims: columns of x and of y.
        hidden: units of each of the two hidden layers.
    """

    def __init__(self, seeds: Sequence[int], dims: tuple[int, int], hidden: int = 64):
        super().__init__(seeds)
        shapes = [(dims[0] + dims[1], hidden), (hidden, hidden), (hidden, 1)]
        each = [drawn(seed, shapes) for seed in seeds]
        self.dims, self.kept = dims, hidden
        self.weights = nn.ParameterList(torch.stack(one) for one in zip(*each, strict=True))
        self.biases = nn.ParameterList(torch.zeros(len(seeds), 1, shape[1]) for shape in shapes)

    def forward(self, x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        """Every x beside every y."""
        of_x, of_y = (torch.bmm(*one) for one in zip((x, y), self.weights[0].split(self.dims, 1), strict=True))
        hidden = torch.relu((of_x + self.biases[0])[:, :, None] + of_y[:, None])  # (members, n, m, hidden)
        flat = hidden.flatten(1, 2)
        for weight, bias in zip(self.weights[1:-1], self.biases[1:-1], strict=True):
            flat = torch.relu(torch.baddbmm(bias, flat, weight))
        return torch.baddbmm(self.biases[-1], flat, self.weights[-1]).view(hidden.shape[:-1])


def drawn(seed: int, shapes: Sequence[tuple[int, int]]) -> list[torch.Tensor]:
    """Initial weights of one member, uniform within 1 / sqrt(inputs) as torch's own."""
    rng = torch.Generator().manual_seed(seed)
    return [(2 * torch.rand(shape, generator=rng) - 1) / math.sqrt(shape[0]) for shape in shapes]
