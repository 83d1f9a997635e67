"""Models of p(y | x) that score all pairs of a batch by their log density: critics of the upper bounds."""

import math
from collections.abc import Sequence

import torch

from explorer.critics.members import Critic, Layers


class Normal(Critic):
    r"""ln q(y_j | x_i), normal with a mean and a log variance of every column by networks of x.

    The log variance has no cap: a variance that cannot fall below e^-1, as a tanh leaves it in published code, makes
    the upper bounds fall below the truth from rho = .8 on.

    Args:
        dims: columns of x and of y.
        hidden: units of each of the two hidden layers.
    """

    def __init__(self, seeds: Sequence[int], dims: tuple[int, int], hidden: int = 64):
        super().__init__(seeds)
        self.mean = Layers([2 * seed for seed in seeds], (dims[0], hidden, hidden, dims[1]))
        self.log_variance = Layers([2 * seed + 1 for seed in seeds], (dims[0], hidden, hidden, dims[1]))

    def forward(self, x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        """(y - mean)^2 / variance as products of matrices, so that no tensor of n x n x d is made."""
        mean, spread = self.mean(x), self.log_variance(x)
        precision = torch.exp(-spread)
        squares = torch.bmm(precision, y.square().mT) - 2 * torch.bmm(mean * precision, y.mT)
        squares = squares + (mean.square() * precision).sum(-1, keepdim=True)
        return -0.5 * (squares + (spread + math.log(2 * math.pi)).sum(-1, keepdim=True))


class Labels(Critic):
    """ln q(y_j | x_i) for labels, given as one column a label: the log softmax of a network of x.

    Args:
        dims: columns of x and labels of y.
        hidden: units of each of the two hidden layers.
    """

    def __init__(self, seeds: Sequence[int], dims: tuple[int, int], hidden: int = 64):
        super().__init__(seeds)
        self.logits = Layers(seeds, (dims[0], hidden, hidden, dims[1]))

    def forward(self, x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        """The log probability of every label, read at the label of y."""
        return torch.bmm(torch.log_softmax(self.logits(x), -1), y.mT)
