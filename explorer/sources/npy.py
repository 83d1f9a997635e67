"""Reader of .npy: one array, called by the name of its file."""

from pathlib import Path

import numpy as np

from explorer.sources._lazy import Lazy, whole
from explorer.sources._limits import readable
from explorer.sources._npy import lazily, read_header

suffixes = (".npy",)


def read(path: Path) -> dict[str, np.ndarray]:
    """One NumPy array (.npy), without pickle.

    Raises:
        FileError: when it is damaged, too large, or holds anything but numbers, truth values and text.
    """
    return whole(lazy(path), path)


def lazy(path: Path) -> dict[str, Lazy]:
    """The array by its header, as `read`; its values are read when they are asked for.

    Raises:
        FileError: as `read`.
    """
    with readable(path, "npy"), path.open("rb") as file:
        header = read_header(file, path.name)
        header.fills(path.stat().st_size)
    return {path.stem: lazily(lambda: path.open("rb"), header, path, "npy")}
