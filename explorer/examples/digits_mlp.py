"""A dense network on handwritten digits, seen through images that it was not taught."""

from collections.abc import Callable
from pathlib import Path

from explorer.examples import _bundle, _images

TITLE = "Dense network on digits"
LOOK = "Narrow layers lose the digit until training brings it back; late in it the outputs tell less of new digits."
LICENCE = "BSD-3-Clause; digits CC BY 4.0"
SOURCE = "trained for this program on scikit-learn's digits"
EXTRA = ""
PAGE = "representation"
VIEW = {"measure": "probe_information"}
PLACE = 2
QUICK = False

LAYERS = ("relu_64", "relu_32", "relu_16", "softmax_10")


def write(folder: Path, progress: Callable[..., None], taught: bool, name: str = "digits_mlp") -> None:
    """Record one half of the digits: that which was taught, or the other; `name` says by which weights."""
    from explorer.networks.classifiers import dense

    source = _bundle.weights_of(name)
    model = dense(**_bundle.about(source)["network"])
    _images.record(folder, source, model, LAYERS, progress, taught)


def record(folder: Path, progress: Callable[..., None]) -> None:
    """Four layers of a 64-64-32-16-10 network on the half of 1797 digits that it was not taught.

    References: alpaydin1998.
    """
    write(folder, progress, taught=False)
