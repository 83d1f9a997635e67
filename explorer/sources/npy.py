"""Reader of .npy: one array, called by the name of its file."""

from pathlib import Path

import numpy as np

from explorer.sources._limits import check_size, readable
from explorer.sources._npy import read_data, read_header

suffixes = (".npy",)


def read(path: Path) -> dict[str, np.ndarray]:
    """One NumPy array (.npy), without pickle.

    Raises:
        FileError: when it is damaged, too large, or holds anything but numbers, truth values and text.
    """
    with readable(path, "npy"), path.open("rb") as file:
        header = read_header(file, path.name)
        header.fills(path.stat().st_size)
        check_size(path, header.memory)
        return {path.stem: read_data(file, header)}
