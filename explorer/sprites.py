"""Sprites: procedural, dSprites-like pictures of which every factor of variation is known."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from explorer.device import resolve, rows_per_chunk
from explorer.errors import SampleError, SettingError

NAMES = ("shape", "scale", "orientation", "x position", "y position")
SIDE = 64
"""Pixels in which the geometry is given; other sizes are the same pictures on a finer or coarser grid."""
MOST, LARGEST, HELD = 1 << 24, 1024, 1 << 32
"""Pictures of a grid, pixels on a side of one, and bytes of all that are drawn at once, at most."""
SQUARE = 9.6
ELLIPSE = (12.8, 7.2)
HEART = (9.52, 0.65, 1.5)


@dataclass(frozen=True)
class Sprites:
    """White shapes on black, one for every combination of the levels of five factors; no stored file is read.

    They are drawn like dSprites and are not its file: a pixel is on where its centre lies in the shape. On the grid of
    64 x 64 pixels the centre of a shape is at 16 + 32 position, so that no shape leaves the picture. Half the side of a
    square is 9.6 scale, an ellipse has the semi-axes 12.8 scale and 7.2 scale, and a heart the outline
    x = 9.52 sin^3 t scale, y = (-0.65 (13 cos t - 5 cos 2t - 2 cos 3t - cos 4t) - 1.5) scale, downwards. Positive
    orientations turn clockwise. Pictures are numbered with the last factor running fastest.

    As in dSprites the orientations include 0 and 2 pi, which are one picture; and a square looks the same after a
    quarter of a turn, an ellipse after half: no code can tell these levels apart, and none reaches a mutual information
    gap of 1 there.

    Args:
        shapes: some of "square", "ellipse" and "heart".
        scales: levels from 0.5 to 1.
        orientations: levels from 0 to 2 pi, in radians.
        positions: levels from 0 to 1 of each of two directions; a single one is the middle.
        size: pixels on a side.
        distinct_orientations: leave 2 pi out, so that no orientation is there twice.

    Raises:
        SettingError: for a shape that is not there, or numbers out of their rule.

    References: matthey2017.
    """

    shapes: tuple[str, ...] = ("square", "ellipse", "heart")
    scales: int = 6
    orientations: int = 40
    positions: int = 32
    size: int = 64
    distinct_orientations: bool = False

    def __post_init__(self) -> None:
        unknown = [one for one in self.shapes if one not in SHAPES]
        if unknown or not self.shapes or len(set(self.shapes)) < len(self.shapes):
            raise SettingError(f"shapes={self.shapes!r} must be different ones of {', '.join(map(repr, SHAPES))}")
        for name, least, most in (("scales", 1, MOST), ("orientations", 1, MOST), ("positions", 1, MOST),
                                  ("size", 8, LARGEST)):  # fmt: skip
            if not isinstance(value := getattr(self, name), int) or not least <= value <= most:
                raise SettingError(f"{name}={str(value)[:40]} must be a whole number from {least} to {most}")
        if (count := math.prod(self.shape)) > MOST:
            levels = f"scales={self.scales}, orientations={self.orientations}, positions={self.positions}"
            raise SettingError(f"{levels} make {count} pictures; at most {MOST} can be numbered")

    @property
    def names(self) -> tuple[str, ...]:
        """The five factors, in the order of the numbering."""
        return NAMES

    @property
    def shape(self) -> tuple[int, ...]:
        """Number of levels of every factor."""
        return len(self.shapes), self.scales, self.orientations, self.positions, self.positions

    def __len__(self) -> int:
        return math.prod(self.shape)

    def levels(self) -> dict[str, np.ndarray]:
        """The levels of every factor: names, sizes, radians, positions from 0 to 1."""
        turns = np.linspace(0, 2 * math.pi, self.orientations, endpoint=not self.distinct_orientations)
        scales = np.linspace(0.5, 1, self.scales) if self.scales > 1 else np.ones(1)
        places = np.linspace(0, 1, self.positions) if self.positions > 1 else np.full(1, 0.5)
        return dict(zip(NAMES, (np.array(self.shapes), scales, turns, places, places), strict=True))

    def places(self, index: Any) -> np.ndarray:
        """The place of pictures in the grid of levels, (n, 5).

        Raises:
            SampleError: for numbers that are not whole or not in the grid.
        """
        rows = np.atleast_1d(np.asarray(index))
        if rows.dtype.kind not in "iu" or rows.ndim != 1 or ((rows < 0) | (rows >= len(self))).any():
            rule = f"must be whole numbers from 0 to {len(self) - 1}, shape (n,)"
            raise SampleError(f"index={str(index)[:60]} {rule}")
        return np.stack(np.unravel_index(rows, self.shape), 1)

    def factors(self, index: Any) -> dict[str, np.ndarray]:
        """The level of every factor of these pictures, {name: (n,)}."""
        places = self.places(index)
        return {name: levels[places[:, k]] for k, (name, levels) in enumerate(self.levels().items())}

    def render(self, index: Any, device: str = "auto") -> torch.Tensor:
        """These pictures, (n, size, size) uint8 of 0 and 1, on the device.

        Raises:
            SampleError: for numbers that are not in the grid.
            SettingError: for a device that is not there.
        """
        where, found = resolve(device), self.factors(index)
        kinds = torch.as_tensor([SHAPES.index(one) for one in found["shape"]], device=where)
        numbers = torch.as_tensor(np.stack([found[name] for name in NAMES[1:]], 1), device=where)
        images = torch.empty(len(numbers), self.size, self.size, dtype=torch.uint8, device=where)
        for rows in torch.arange(len(numbers), device=where).split(rows_per_chunk(64 * self.size**2, where)):
            for kind, inside in enumerate(INSIDE.values()):
                chosen = rows[kinds[rows] == kind]
                images[chosen] = _drawn(inside, numbers[chosen], self.size)
        return images

    def all_images(self, device: str = "auto") -> torch.Tensor:
        """Every picture of the grid, (len(self), size, size) uint8.

        Raises:
            SettingError: for more than 4 GiB of them; `render` draws a part.
        """
        if (held := len(self) * self.size**2) > HELD:
            raise SettingError(f"{len(self)} pictures of size={self.size} are {held} bytes; at most {HELD} are drawn")
        return self.render(np.arange(len(self)), device)


def _drawn(inside: Callable[..., torch.Tensor], numbers: torch.Tensor, size: int) -> torch.Tensor:
    """Pictures of one shape at (scale, orientation, x, y), each (n,)."""
    scale, turn, x, y = (column[:, None, None] for column in numbers.unbind(1))
    centres = (torch.arange(size, dtype=torch.float64, device=numbers.device) + 0.5) * SIDE / size
    right, down = centres - (16 + 32 * x), centres[:, None] - (16 + 32 * y)
    cosine, sine = turn.cos(), turn.sin()
    return inside((cosine * right + sine * down) / scale, (cosine * down - sine * right) / scale).to(torch.uint8)


def _square(u: torch.Tensor, v: torch.Tensor) -> torch.Tensor:
    return (u.abs() <= SQUARE) & (v.abs() <= SQUARE)


def _ellipse(u: torch.Tensor, v: torch.Tensor) -> torch.Tensor:
    return (u / ELLIPSE[0]).square() + (v / ELLIPSE[1]).square() <= 1


def _heart(u: torch.Tensor, v: torch.Tensor) -> torch.Tensor:
    """Every column of a heart is one piece, from the outline at t to that at pi - t with 9.52 sin^3 t = |u|."""
    width, height, raised = HEART
    sine = (u.abs() / width).clamp(max=1).pow(1 / 3)
    cosine = (1 - sine.square()).clamp(min=0).sqrt()
    top, bottom = (-height * _lobe(one) - raised for one in (cosine, -cosine))
    return (u.abs() <= width) & (v >= top) & (v <= bottom)


def _lobe(c: torch.Tensor) -> torch.Tensor:
    """13 cos t - 5 cos 2t - 2 cos 3t - cos 4t, of the cosine of t."""
    return 13 * c - 5 * (2 * c**2 - 1) - 2 * (4 * c**3 - 3 * c) - (8 * c**4 - 8 * c**2 + 1)


INSIDE: dict[str, Callable[..., torch.Tensor]] = {"square": _square, "ellipse": _ellipse, "heart": _heart}
SHAPES = tuple(INSIDE)
