"""The 12-bit network with rectifiers instead of tanh."""

from collections.abc import Callable
from pathlib import Path

from explorer.examples import _bundle, twelve_bit

TITLE = "12-bit ReLU network"
LOOK = "Beside the tanh network: which rulers say that its narrow layers give up the input, and which do not."
LICENCE = "BSD-3-Clause"
SOURCE = "trained for this program on a rule of its own"
EXTRA = ""
PAGE = "plane"
VIEW: dict[str, str] = {}
PLACE = 11
QUICK = True


def record(folder: Path, progress: Callable[..., None]) -> None:
    """The layers, inputs and epochs of `twelve_bit`, learnt from the same seed with rectifiers in the hidden layers.

    References: shwartz2017, section 3; saxe2018.
    """
    twelve_bit.write(folder, _bundle.weights_of("twelve_bit_relu"))
