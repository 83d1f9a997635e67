"""An autoencoder whose decoder is a diffusion model that is told the code."""

import math
from typing import ClassVar

import torch
from torch import nn

from explorer.errors import SettingError
from explorer.networks.autoencoder import Autoencoder
from explorer.networks.conv import SIZES, Conv
from explorer.networks.dense import Dense

WAVES = 32
"""Frequencies that tell the step to the network, each by its sine and its cosine."""

NARROW = -6.0
"""Log-variance of the codes before training."""

EDGE = 1e-4
"""Nearest to 0 and 1 that a pixel's probability is given; what lies beyond is shown as this."""


class Denoiser(Autoencoder):
    """The encoder of `Dense`, or of `Conv` at sizes 32 and 64, and a decoder that removes noise step by step.

    `decode` starts every image from the same noise x_T, which is kept with the weights, and follows the deterministic
    sampler: what differs between two images differs by their codes alone, so traversals can be read as those of any
    autoencoder. x_T holds information too: the images are those of this x_T, and the code need not hold what x_T does.

    Codes start with a log-variance of -6. At torch's own start, near 0, they are nearly all noise: the decoder learns
    to do without them before the encoder has learnt anything, and they stay empty though the objective rewards them
    (512 digits, 2 latents, no weight on the divergence, 400 updates: below 0.5 nats, against more than 2 from -6).

    Args:
        size: pixels on a side.
        latents: units of the code.
        width: units of each hidden layer.
        channels: of each convolution, at sizes 32 and 64; 2 or more.
        steps: of the noise, its variance rising along a line from 1e-5 to 1e-2 a step.
        shown: steps that `decode` takes, evenly spaced among them; fewer are a coarser way to the same image.

    Raises:
        SettingError: for fewer than 2 channels, or `shown` not from 1 to `steps`.

    References: song2021, equation 12; ho2020, section 3; wang2023.
    """

    kind: ClassVar[str] = "denoiser"
    decoder: "Diffusion"

    def __init__(
        self,
        size: int = 8,
        latents: int = 10,
        width: int = 256,
        channels: int = 32,
        steps: int = 1000,
        shown: int = 10,
    ):
        if channels < 2 or not 1 <= shown <= steps:
            raise SettingError(f"{channels=} must be at least 2, and {shown=} from 1 to {steps=}")
        conv = size in SIZES
        like = Conv(size, latents, channels, width) if conv else Dense(size, latents, width)
        predictor = ConvNoise(size, latents, width, channels) if conv else DenseNoise(size, latents, width)
        settings = {"size": size, "latents": latents, "width": width, "channels": channels}
        settings |= {"steps": steps, "shown": shown}
        super().__init__(like.encoder, Diffusion(predictor, size**2, steps, shown), width, latents, settings)
        nn.init.constant_(self.log_variance.bias, NARROW)

    def noise_error(self, x: torch.Tensor, z: torch.Tensor) -> torch.Tensor:
        """Squared error of the noise in images of code z at a step drawn for each, summed over pixels, (n,)."""
        return self.decoder.error(x.to(z.dtype), z)


class Diffusion(nn.Module):
    """The noising of images, what predicts the noise, and the deterministic way back."""

    signal: torch.Tensor
    start: torch.Tensor

    def __init__(self, predictor: nn.Module, pixels: int, steps: int, shown: int):
        super().__init__()
        self.predictor, self.shown = predictor, shown
        self.register_buffer("signal", (1 - torch.linspace(1e-5, 1e-2, steps)).cumprod(0), persistent=False)
        self.register_buffer("start", torch.randn(1, pixels, generator=torch.Generator().manual_seed(0)))

    def error(self, x: torch.Tensor, z: torch.Tensor) -> torch.Tensor:
        """|noise - predicted noise|^2 of every image, (n,), at a step drawn uniformly for each."""
        step = torch.randint(len(self.signal), (len(x),), device=x.device)
        noise, signal = torch.randn_like(x), self.signal[step, None]
        noisy = signal.sqrt() * (2 * x - 1) + (1 - signal).sqrt() * noise
        return (noise - self.predictor(noisy, step, z)).square().sum(1)

    def forward(self, z: torch.Tensor) -> torch.Tensor:
        """Logits of the images that x_T becomes, (n, pixels), under codes z; probabilities stay EDGE from 0 and 1."""
        return ((self.restored(z) + 1) / 2).logit(EDGE)

    def restored(self, z: torch.Tensor) -> torch.Tensor:
        """The images themselves, (n, pixels), -1 to 1 where the predictor is right."""
        x = self.start.expand(len(z), -1)
        times = torch.linspace(len(self.signal) - 1, 0, self.shown, device=z.device).round().long()
        for place, step in enumerate(times):
            here = self.signal[step]
            there = self.signal[times[place + 1]] if place + 1 < len(times) else torch.ones_like(here)
            noise = self.predictor(x, step.expand(len(z)), z)
            clean = (x - (1 - here).sqrt() * noise) / here.sqrt()
            x = there.sqrt() * clean + (1 - there).sqrt() * noise
        return x


class DenseNoise(nn.Module):
    """Noise of flat images by three hidden layers, each scaled and shifted by step and code."""

    def __init__(self, size: int, latents: int, width: int):
        super().__init__()
        self.condition, condition = Condition(latents, width // 2), width // 2
        fans = (size**2, width, width)
        self.layers = nn.ModuleList(Modulated(nn.Linear(fan, width), width, condition) for fan in fans)
        self.out = nn.Linear(width + size**2, size**2)

    def forward(self, x: torch.Tensor, step: torch.Tensor, z: torch.Tensor) -> torch.Tensor:
        """(n, pixels) of noisy images (n, pixels), steps (n,) and codes (n, latents)."""
        told, h = self.condition(step, z), x
        for layer in self.layers:
            h = layer(h, told)
        return self.out(torch.cat([h, x], 1))


class ConvNoise(nn.Module):
    """Noise of square images by convolutions down to 8 x 8 positions and back, every level passed on to its mirror."""

    def __init__(self, size: int, latents: int, width: int, channels: int):
        super().__init__()
        self.size, self.condition = size, Condition(latents, width // 2)
        depth, condition = (size // 8).bit_length() - 1, width // 2
        ins = (1, *(channels,) * (depth - 1))
        outs = (channels // 2, *(channels,) * (depth - 1))
        self.down = nn.ModuleList(Modulated(nn.Conv2d(fan, channels, 4, 2, 1), channels, condition) for fan in ins)
        self.middle = Modulated(nn.Conv2d(channels, channels, 3, 1, 1), channels, condition)
        self.up = nn.ModuleList(
            Modulated(nn.ConvTranspose2d(2 * channels, out, 4, 2, 1), out, condition) for out in reversed(outs)
        )
        self.last = Modulated(nn.Conv2d(1 + channels // 2, channels // 2, 3, 1, 1), channels // 2, condition)
        self.out = nn.Conv2d(channels // 2, 1, 3, 1, 1)

    def forward(self, x: torch.Tensor, step: torch.Tensor, z: torch.Tensor) -> torch.Tensor:
        """(n, pixels) of noisy images (n, pixels), steps (n,) and codes (n, latents)."""
        told, levels = self.condition(step, z), [x.view(-1, 1, self.size, self.size)]
        for layer in self.down:
            levels.append(layer(levels[-1], told))
        h = self.middle(levels[-1], told)
        for layer in self.up:
            h = layer(torch.cat([h, levels.pop()], 1), told)
        return self.out(self.last(torch.cat([h, levels.pop()], 1), told)).flatten(1)


class Condition(nn.Module):
    """Step and code as one vector."""

    def __init__(self, latents: int, width: int):
        super().__init__()
        self.map = nn.Sequential(nn.Linear(2 * WAVES + latents, width), nn.SiLU(), nn.Linear(width, width), nn.SiLU())

    def forward(self, step: torch.Tensor, z: torch.Tensor) -> torch.Tensor:
        """(n, width) of steps (n,) and codes (n, latents)."""
        pitch = torch.exp(torch.arange(WAVES, device=z.device, dtype=z.dtype) * (-math.log(1e4) / WAVES))
        angle = step[:, None] * pitch
        return self.map(torch.cat([angle.sin(), angle.cos(), z], 1))


class Modulated(nn.Module):
    """A layer whose channels are scaled and shifted by a condition, and SiLU after it."""

    def __init__(self, layer: nn.Module, channels: int, condition: int):
        super().__init__()
        self.layer, self.told = layer, nn.Linear(condition, 2 * channels)

    def forward(self, h: torch.Tensor, condition: torch.Tensor) -> torch.Tensor:
        """What the layer gives, (n, channels, ...), under the condition (n, c)."""
        h = self.layer(h)
        scale, shift = self.told(condition).view(len(h), 2, -1, *(1,) * (h.dim() - 2)).unbind(1)
        return nn.functional.silu(h * (1 + scale) + shift)
