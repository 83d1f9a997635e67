"""Small classifiers whose layers are named after what they are: relu_64, ..., softmax_10."""

import itertools
from collections.abc import Sequence

from torch import nn

ACTIVATIONS = {"relu": nn.ReLU, "tanh": nn.Tanh, "gelu": nn.GELU}


def dense(widths: Sequence[int], activation: str = "relu") -> nn.Sequential:
    """A fully connected network with torch's own initial weights and softmax outputs.

    Args:
        widths: of the inputs, the hidden layers and the outputs.
        activation: "relu", "tanh" or "gelu".
    """
    model = nn.Sequential()
    for fan_in, fan_out in itertools.pairwise(widths[:-1]):
        model.add_module(f"linear_{fan_out}", nn.Linear(fan_in, fan_out))
        model.add_module(f"{activation}_{fan_out}", ACTIVATIONS[activation]())
    return _decided(model, *widths[-2:])


def convolutional(size: int, channels: Sequence[int], width: int, classes: int) -> nn.Sequential:
    """Convolutions of 3 x 3 pixels, each with rectifier and halving, then one hidden layer and softmax outputs.

    Args:
        size: pixels on a side of the images, which come as (n, size * size); the halvings must divide it.
        channels: of the convolutions; their halved maps are called maps_1, maps_2, ...
        width: of the hidden layer.
        classes: of the outputs.
    """
    model = nn.Sequential()
    model.add_module("image", nn.Unflatten(1, (1, size, size)))
    for place, (fan_in, fan_out) in enumerate(itertools.pairwise((1, *channels)), 1):
        model.add_module(f"conv_{place}", nn.Conv2d(fan_in, fan_out, 3, padding=1))
        model.add_module(f"relu_{place}", nn.ReLU())
        model.add_module(f"maps_{place}", nn.MaxPool2d(2))
    model.add_module("flat", nn.Flatten())
    model.add_module(f"linear_{width}", nn.Linear(channels[-1] * (size >> len(channels)) ** 2, width))
    model.add_module(f"relu_{width}", nn.ReLU())
    return _decided(model, width, classes)


def _decided(model: nn.Sequential, width: int, classes: int) -> nn.Sequential:
    """The network with its outputs."""
    model.add_module("logits", nn.Linear(width, classes))
    model.add_module(f"softmax_{classes}", nn.Softmax(1))
    return model
