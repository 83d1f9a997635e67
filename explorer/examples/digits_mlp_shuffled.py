"""The dense network taught shuffled labels of handwritten digits, seen through images that it was not taught."""

from collections.abc import Callable
from pathlib import Path

from explorer.examples import digits_mlp

TITLE = "Dense network on shuffled digits"
LOOK = "Beside the network of true labels: what is learnt by heart tells nothing of images that were not taught."
LICENCE = "BSD-3-Clause; digits CC BY 4.0"
SOURCE = "trained for this program on scikit-learn's digits"
EXTRA = ""
PAGE = "representation"
VIEW = {"measure": "diffusion_spectral_mutual_information", "diffusion_spectral_mutual_information.bandwidth": "median"}
PLACE = 12
QUICK = False


def record(folder: Path, progress: Callable[..., None]) -> None:
    """The network and epochs of `digits_mlp`, taught the labels of other images, on the half that it was not taught.

    The label y is the shuffled one; the factor `digit` is the true one.

    References: alpaydin1998; zhang2017, section 2.
    """
    digits_mlp.write(folder, progress, taught=False, name="digits_mlp_shuffled")
