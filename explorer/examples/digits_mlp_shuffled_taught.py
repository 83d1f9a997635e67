"""The dense network taught shuffled labels of handwritten digits, seen through the images that it was taught."""

from collections.abc import Callable
from pathlib import Path

from explorer.examples import digits_mlp

TITLE = "Dense network on the shuffled digits it was taught"
LOOK = "Beside the held-out half: the layers come to tell the labels learnt by heart, and less of the true digit."
LICENCE = "BSD-3-Clause; digits CC BY 4.0"
SOURCE = "trained for this program on scikit-learn's digits"
EXTRA = ""
PAGE = "representation"
VIEW = {"measure": "diffusion_spectral_mutual_information", "diffusion_spectral_mutual_information.bandwidth": "median"}
PLACE = 13
QUICK = False
WEIGHTS = "digits_mlp_shuffled"


def record(folder: Path, progress: Callable[..., None]) -> None:
    """The four layers of `digits_mlp_shuffled` at the same epochs, on the half of the digits that it was taught.

    References: alpaydin1998; zhang2017, section 2.
    """
    digits_mlp.write(folder, progress, taught=True, name="digits_mlp_shuffled")
