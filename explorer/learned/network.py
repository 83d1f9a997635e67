"""The network: features of a set of samples to the mean of its information and five quantiles."""

import itertools
from functools import cache
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor, nn

from explorer.errors import FileError
from explorer.learned.features import names
from explorer.packaged import assets

QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
UNITS, LAYERS = 128, 3
GATED = ("gaussian", "white_bent_best", "scores_ksg_1", "scores_ksg_3", "white_ksg_1", "white_ksg_3", "first_ksg_3")
"""Estimates that the network weighs, before what it adds to them."""


class Network(nn.Module):
    """A weighted mean of plain estimates and a correction, both by fully connected layers.

    Attributes:
        centre, scale: of the features.
        low, high: of the features that were taught.
        widening: factor of the distance of each quantile from the median.
    """

    centre: Tensor
    scale: Tensor
    low: Tensor
    high: Tensor
    widening: Tensor

    def __init__(self) -> None:
        super().__init__()
        every = names()
        self.gated = [every.index(name) for name in GATED]
        self.register_buffer("centre", torch.zeros(len(every)))
        self.register_buffer("scale", torch.ones(len(every)))
        self.register_buffer("low", torch.full((len(every),), torch.inf))
        self.register_buffer("high", torch.full((len(every),), -torch.inf))
        self.register_buffer("widening", torch.ones(()))
        widths = [len(every), *[UNITS] * LAYERS]
        layers = [(nn.Linear(a, b), nn.SiLU()) for a, b in itertools.pairwise(widths)]
        self.layers = nn.Sequential(*(one for pair in layers for one in pair))
        self.last = nn.Linear(UNITS, len(GATED) + 1 + len(QUANTILES))

    def forward(self, told: Tensor) -> tuple[Tensor, Tensor]:
        """(sets, features) to means (sets,) and quantiles (sets, 5), which rise, in nats."""
        hidden = self.layers(((told - self.centre) / self.scale).asinh())
        gates, added, steps = self.last(hidden).split([len(GATED), 2, len(QUANTILES) - 1], 1)
        base = (gates.softmax(1) * told[:, self.gated]).sum(1, keepdim=True)
        mean, middle = (base + added).split(1, 1)
        low, high = (nn.functional.softplus(steps) * self.widening).split(2, 1)
        quantiles = [middle - low.flip(1).cumsum(1).flip(1), middle, middle + high.cumsum(1)]
        return mean[:, 0], torch.cat(quantiles, 1)

    def strange(self, told: Tensor) -> list[str]:
        """Names of the features of any set that lie outside what was taught, by a tenth of its range."""
        margin = (self.high - self.low) / 10
        outside = ((told < self.low - margin) | (told > self.high + margin)).any(0)
        return [name for name, one in zip(names(), outside.tolist(), strict=True) if one]


def packed(network: Network) -> bytes:
    """The weights as a safetensors file."""
    return save({name: one.contiguous() for name, one in network.state_dict().items()}, {"format": FORMAT})


def loaded(path: Path) -> Network:
    """The network in float64, from a file that `packed` made.

    Raises:
        FileError: for a file that is not there or holds something else.
    """
    try:
        with safe_open(path, "pt") as file:
            if (file.metadata() or {}).get("format") != FORMAT:
                raise FileError(f"{path} holds no network of `python -m explorer.learned`, or one of another version")
            state = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    except (OSError, SafetensorError) as error:
        raise FileError(f"{path} cannot be read as weights: {error}") from error
    network = Network()
    network.load_state_dict(state)
    return network.double().eval().requires_grad_(False)


@cache
def bundled(device: torch.device) -> Network:
    """The network whose weights come with the product.

    Raises:
        FileError: where they are missing; the message says how they are made.
    """
    path = assets() / WEIGHTS
    if not path.exists():
        raise FileError(f"mist has no weights: {path} is missing; `python -m explorer.learned --minutes 60` makes it")
    return loaded(path).to(device)


WEIGHTS = "mist.safetensors"
"""The file of weights in the folder of assets."""

FORMAT = "information-explorer mist 1"
"""What the header of the file says; it changes with the features."""
