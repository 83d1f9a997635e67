"""An autoencoder of handwritten digits."""

from collections.abc import Callable
from pathlib import Path

from explorer.examples import _autoencoders, _bundle

TITLE = "β-VAE on digits"
LOOK = "How a code without labels comes to hold the digit, the ink and the tilt."
LICENCE = "BSD-3-Clause; digits CC BY 4.0"
SOURCE = "trained for this program on scikit-learn's digits"
EXTRA = ""
PAGE = "disentanglement"
VIEW: dict[str, str] = {}
PLACE = 10
QUICK = True


def record(folder: Path, progress: Callable[..., None]) -> None:
    """Means and variances of ten latents on 1797 digits, at 7 epochs of 200.

    References: higgins2017; alpaydin1998.
    """
    _autoencoders.write(folder, _bundle.weights_of("digits_beta_vae"), progress)
