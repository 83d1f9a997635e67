"""Strips of a latent traversal as pictures and in words."""

import numpy as np

from explorer.results.metric_table import MetricTable
from explorer.results.representation import Traversal
from explorer.ui import images

HEIGHT = 56
"""Of a picture in a strip, about, in pixels."""


def tells(table: MetricTable, latent: int) -> str:
    """The factor that a latent tells most of, with its share, in a few words."""
    if latent in table.about.get("dead", ()):
        return "never changes"
    factor = int(np.argmax(table.shares[latent]))
    null = table.null_high[latent, factor]
    if not np.isnan(null) and table.information[latent, factor] <= null:
        return "tells no more than shuffled rows"
    return f"{table.factors[factor]} {table.shares[latent, factor]:.0%}"


def strip(found: Traversal, place: int) -> bytes:
    """The pictures of one latent side by side, as a PNG file."""
    return images.png(images.beside(images.enlarged(found.images[place], HEIGHT)))


def ends(found: Traversal, place: int) -> str:
    """The values between which a latent moves."""
    return f"{found.values[place, 0]:.2f} to {found.values[place, -1]:.2f}"


def moves(found: Traversal, place: int) -> str:
    """How much of the picture a latent changes at most."""
    return f"changes {found.change[place].max():.1%}"


def start(found: Traversal) -> np.ndarray:
    """The image, where it is there, and its reconstruction side by side; (height, width) uint8."""
    shown = [found.reconstruction] if found.anchor is None else [found.anchor, found.reconstruction]
    return images.beside(images.enlarged(np.stack(shown), HEIGHT))


def alternative(found: Traversal, place: int) -> str:
    """A strip in words."""
    pictures = f"{found.values.shape[1]} pictures while latent {found.latents[place]} goes from {ends(found, place)}"
    return f"{pictures}; they differ from the reconstruction by up to {found.change[place].max():.1%} of the grey scale"


def described(found: Traversal) -> str:
    """Run, step, image and span in one line."""
    about = found.about
    where = "prior" if about["span"] == "prior" else "means over the probe"
    return f"{about['run']}, step {about['step']}, image {about['anchor']}, {about['share']:.0%} of the {where}"


def sheet(found: Traversal, table: MetricTable, order: list[int]) -> np.ndarray:
    """Every strip with its latent, span and factor, below the image and its reconstruction; (height, width) uint8."""
    rows = [("image and reconstruction", start(found))]
    for latent in order:
        place = found.latents.index(latent)
        words = f"latent {latent}\n{' '.join(tells(table, latent).split())}\n{ends(found, place)}"
        rows.append((words, images.beside(images.enlarged(found.images[place], HEIGHT))))
    return images.sheet(described(found), rows)


def frames(found: Traversal, order: list[int]) -> list[np.ndarray]:
    """All latents at once, each at its first value, at its second, and so on."""
    chosen = images.enlarged(found.images[[found.latents.index(j) for j in order]], 64)
    return [images.beside(chosen[:, step]) for step in range(chosen.shape[1])]
