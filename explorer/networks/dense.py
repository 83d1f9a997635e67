"""A fully connected autoencoder."""

import itertools
from typing import ClassVar

from torch import nn

from explorer.networks.autoencoder import Autoencoder


class Dense(Autoencoder):
    """Two hidden layers of rectified units each way, for images of `size` x `size` pixels.

    Args:
        size: pixels on a side.
        latents: units of the code.
        width: units of each hidden layer.
    """

    kind: ClassVar[str] = "dense"

    def __init__(self, size: int = 8, latents: int = 10, width: int = 256):
        encoder, decoder = _layers(size**2, width, width), _layers(latents, width, width)
        decoder.append(nn.Linear(width, size**2))
        super().__init__(encoder, decoder, width, latents, {"size": size, "latents": latents, "width": width})


def _layers(*widths: int) -> nn.Sequential:
    """Linear maps, each with its rectifier."""
    pairs = ((nn.Linear(fan_in, width), nn.ReLU()) for fan_in, width in itertools.pairwise(widths))
    return nn.Sequential(*itertools.chain.from_iterable(pairs))
