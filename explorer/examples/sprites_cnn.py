"""A small convolutional network that tells the shapes of sprites."""

from collections.abc import Callable
from pathlib import Path

from explorer.examples import _bundle, _images

TITLE = "Convolutional network on sprites"
LOOK = "The first maps, on average, tell the size; only the last tell the shape, and the outputs drop the size."
LICENCE = "BSD-3-Clause"
SOURCE = "trained for this program on sprites that it draws"
EXTRA = ""
PAGE = "representation"
VIEW = {"measure": "probe_information"}
PLACE = 4
QUICK = False

LAYERS = ("maps_1", "maps_2", "maps_3", "relu_32", "softmax_3")


def record(folder: Path, progress: Callable[..., None]) -> None:
    """Three maps, averaged over their places, and two layers of a network on 1500 sprites that it was not taught.

    The factors are the levels of scale, orientation and position, counted from 0.

    References: matthey2017.
    """
    from explorer.networks.classifiers import convolutional
    from explorer.sprites import NAMES, Sprites

    source = _bundle.weights_of("sprites_cnn")
    about = _bundle.about(source)
    levels = Sprites(**about["images"]).places(_images.parts(about)[1].numpy())
    factors = {name: levels[:, place] for place, name in enumerate(NAMES)}
    model = convolutional(**about["network"])
    _images.record(folder, source, model, LAYERS, progress, pool="mean", factors=factors)
