"""A critic that attends: the columns of a variable are tokens, which look at each other before they are pooled."""

import math
from collections.abc import Sequence

import torch
from torch import nn

from explorer.critics.members import Critic, Layers, drawn, scored


class Attending(nn.Module):
    """Embeds (members, n, d): a token a column, one layer of attention among them, their mean, and `Layers`.

    Args:
        seeds: of the initial weights, one a member.
        columns: d.
        hidden: columns of a token, and units of the layers after it.
        embed: columns of the embedding.
    """

    def __init__(self, seeds: Sequence[int], columns: int, hidden: int, embed: int):
        super().__init__()
        shapes = [(1, columns * hidden), *[(hidden, hidden)] * 3]
        of_column, *looks = (torch.stack(one) for one in zip(*(drawn(s, shapes) for s in seeds), strict=True))
        self.of_column = nn.Parameter(of_column.view(len(seeds), 1, columns, hidden))
        self.place = nn.Parameter(of_column.view(len(seeds), 1, columns, hidden).roll(1, 2).clone())
        self.looks = nn.ParameterList(looks)
        self.after = Layers(seeds, (columns + hidden, hidden, embed))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """(members, n, d) to (members, n, embed)."""
        tokens = torch.relu(x[..., None] * self.of_column + self.place)  # (members, n, d, hidden)
        asks, keys, values = (torch.bmm(tokens.flatten(1, 2), w).view(tokens.shape) for w in self.looks)
        weights = torch.softmax(asks @ keys.mT / math.sqrt(keys.shape[-1]), -1)
        pooled = (tokens + weights @ values).mean(2)
        return self.after(torch.cat([x, pooled], -1))


class Attention(Critic):
    """`Separable` whose embeddings attend among the columns of a variable: for many columns of one sort.

    Args:
        dims: columns of x and of y.
        hidden: columns of a token, and units of the hidden layer.
        embed: columns of the embeddings.
    """

    def __init__(self, seeds: Sequence[int], dims: tuple[int, int], hidden: int = 64, embed: int = 32):
        super().__init__(seeds)
        self.of_x = Attending([2 * seed for seed in seeds], dims[0], hidden, embed)
        self.of_y = Attending([2 * seed + 1 for seed in seeds], dims[1], hidden, embed)
        self.share = nn.Parameter(torch.full((len(seeds), 1, 1), 0.5))

    def forward(self, x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        """A product of the two embeddings less a share of their squares."""
        return scored(self.of_x(x), self.of_y(y), self.share)
