"""A convolutional autoencoder for small images."""

from typing import ClassVar

from torch import nn

from explorer.errors import SettingError
from explorer.networks.autoencoder import Autoencoder

SIZES = (32, 64)


class Conv(Autoencoder):
    """Convolutions of stride 2 down to 4 x 4 positions, then two rectified layers; the decoder is its mirror.

    With 32 channels and a width of 256 it is the network of Burgess et al.: four convolutions of 4 x 4 pixels for
    images of 64 x 64, three for 32 x 32.

    Args:
        size: pixels on a side, 32 or 64.
        latents: units of the code.
        channels: of each convolution.
        width: units of each fully connected layer.

    Raises:
        SettingError: for another size.

    References: burgess2018, appendix A.1.
    """

    kind: ClassVar[str] = "conv"

    def __init__(self, size: int = 64, latents: int = 10, channels: int = 32, width: int = 256):
        if size not in SIZES:
            raise SettingError(f"size={size!r} must be {' or '.join(map(str, SIZES))} for the convolutional network")
        settings = {"size": size, "latents": latents, "channels": channels, "width": width}
        depth = (size // 4).bit_length() - 1
        super().__init__(
            _encoder(size, depth, channels, width), _decoder(depth, latents, channels, width), width, latents, settings
        )


def _encoder(size: int, depth: int, channels: int, width: int) -> nn.Sequential:
    layers: list[nn.Module] = [nn.Unflatten(1, (1, size, size))]
    for place in range(depth):
        layers += [nn.Conv2d(channels if place else 1, channels, 4, 2, 1), nn.ReLU()]
    layers += [nn.Flatten(), nn.Linear(16 * channels, width), nn.ReLU(), nn.Linear(width, width), nn.ReLU()]
    return nn.Sequential(*layers)


def _decoder(depth: int, latents: int, channels: int, width: int) -> nn.Sequential:
    layers: list[nn.Module] = []
    for fan_in, fan_out in ((latents, width), (width, width), (width, 16 * channels)):
        layers += [nn.Linear(fan_in, fan_out), nn.ReLU()]
    layers += [nn.Unflatten(1, (channels, 4, 4))]
    for _ in range(depth - 1):
        layers += [nn.ConvTranspose2d(channels, channels, 4, 2, 1), nn.ReLU()]
    return nn.Sequential(*layers, nn.ConvTranspose2d(channels, 1, 4, 2, 1), nn.Flatten())
