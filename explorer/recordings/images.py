"""Images of which factors of variation are known, for autoencoders: sprites and handwritten digits."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol

import numpy as np
import torch

from explorer.errors import UnknownNameError
from explorer.sprites import Sprites

HELD = 2**28
"""Bytes of sprites that are drawn once where they are kept; larger grids are drawn batch by batch."""


class Images(Protocol):
    """A numbered set of images.

    Attributes:
        title: what the images are.
        size: pixels on a side.
    """

    title: str

    @property
    def size(self) -> int: ...

    def __len__(self) -> int: ...

    def pixels(self, index: torch.Tensor) -> torch.Tensor:
        """These images, (n, size * size), from 0 to 1, in the least type that holds them."""
        ...

    def labels(self, index: torch.Tensor) -> np.ndarray:
        """What is chiefly to be told apart, (n,)."""
        ...

    def factors(self, index: torch.Tensor) -> dict[str, np.ndarray]:
        """Every factor of these images, {name: (n,)}."""
        ...


@dataclass(frozen=True)
class SpriteImages:
    """Sprites of a grid, uint8; the label is the shape.

    Attributes:
        keep: draw the whole grid once, where it is small enough.
    """

    grid: Sprites
    keep: bool = False
    title = "sprites: procedural, dSprites-like"

    @property
    def size(self) -> int:
        """Pixels on a side."""
        return self.grid.size

    def __len__(self) -> int:
        return len(self.grid)

    def pixels(self, index: torch.Tensor) -> torch.Tensor:
        """These sprites, (n, size * size) uint8."""
        if self.keep and len(self) * self.size**2 <= HELD:
            return self._held[index]
        return self.grid.render(index.numpy()).flatten(1).cpu()

    def labels(self, index: torch.Tensor) -> np.ndarray:
        """The place of the shape among the shapes."""
        return self.grid.places(index.numpy())[:, 0]

    def factors(self, index: torch.Tensor) -> dict[str, np.ndarray]:
        """The five factors of the grid."""
        return self.grid.factors(index.numpy())

    @cached_property
    def _held(self) -> torch.Tensor:
        return self.grid.all_images().flatten(1).cpu()


class DigitImages:
    """The 1797 digits of 8 x 8 pixels, float32; the label is the digit.

    The factors are the digit, its ink (the mean pixel), its width (the deviation of the ink across) and its tilt (the
    slope of the ink's regression across on down, positive where the foot is to the right).

    References: alpaydin1998.
    """

    title = "scikit-learn's digits"
    size = 8

    def __init__(self) -> None:
        from sklearn.datasets import load_digits

        pixels, truth = load_digits(return_X_y=True)
        self._pixels, self._digit = torch.tensor(pixels / 16, dtype=torch.float32), truth

    def __len__(self) -> int:
        return len(self._digit)

    def pixels(self, index: torch.Tensor) -> torch.Tensor:
        """These digits, (n, 64) float32."""
        return self._pixels[index]

    def labels(self, index: torch.Tensor) -> np.ndarray:
        """The digit."""
        return self._digit[index.numpy()]

    def factors(self, index: torch.Tensor) -> dict[str, np.ndarray]:
        """Digit, ink, width and tilt."""
        x = self._pixels[index].double().reshape(-1, 8, 8)
        share = x / x.sum((1, 2), keepdim=True)
        down, across = _centred(share.sum(2)), _centred(share.sum(1))
        width = (share.sum(1) * across.square()).sum(1)
        height = (share.sum(2) * down.square()).sum(1)
        tilt = (share * down[:, :, None] * across[:, None, :]).sum((1, 2)) / height
        columns = {"ink": x.mean((1, 2)), "width": width.sqrt(), "tilt": tilt}
        return {"digit": self.labels(index)} | {name: column.numpy() for name, column in columns.items()}


def _centred(share: torch.Tensor) -> torch.Tensor:
    """Places from the mean of a distribution over 8 places, (n, 8)."""
    places = torch.arange(8, dtype=torch.float64)
    return places - (share @ places)[:, None]


def images(data: str, settings: Mapping[str, Any], keep: bool = False) -> Images:
    """The images of that name; `settings` are those of `Sprites`, and digits have none.

    Args:
        keep: draw sprites once, for whoever comes back to them.

    Raises:
        UnknownNameError: when there are none of that name.
        SettingError: for a grid that cannot be.
    """
    if data == "digits":
        return DigitImages()
    if data != "sprites":
        raise UnknownNameError("images", data, ("sprites", "digits"))
    return SpriteImages(Sprites(**settings), keep)


def drawn_rows(count: int, n: int, seed: int) -> torch.Tensor:
    """`count` of n rows at random, ascending; all of them when n is not larger."""
    return torch.randperm(n, generator=torch.Generator().manual_seed(seed))[:count].sort().values
