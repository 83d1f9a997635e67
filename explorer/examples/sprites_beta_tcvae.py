"""An autoencoder of sprites whose total correlation was pressed down."""

from collections.abc import Callable
from pathlib import Path

from explorer.examples import _autoencoders, _bundle

TITLE = "β-TCVAE on sprites"
LOOK = "One latent a factor where the total correlation was pressed down; compare it with the plain VAE."
LICENCE = "BSD-3-Clause"
SOURCE = "trained for this program on sprites that it draws"
EXTRA = ""
PAGE = "disentanglement"
VIEW: dict[str, str] = {}
PLACE = 9
QUICK = True


def record(folder: Path, progress: Callable[..., None]) -> None:
    """Means and variances of ten latents on 4000 sprites, at 8 epochs of 40.

    References: chen2018.
    """
    _autoencoders.write(folder, _bundle.weights_of("sprites_beta_tcvae"), progress)
