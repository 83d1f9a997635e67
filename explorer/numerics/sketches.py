"""Coordinated samples of the rows of tables: rows with the same key are kept or left out together."""

import numpy as np
import pandas as pd

GOLDEN = np.uint64(11400714819323198485)
"""2^64 over the golden ratio: multiplied by it, hashes are spread evenly (knuth1998, section 6.4)."""


def comparable(keys: pd.Series) -> np.ndarray:
    """Keys such that equal ones of two tables are equal: whole numbers as integers, the rest as it is or as text."""
    values = keys.to_numpy()
    if values.dtype.kind in "biu" or (values.dtype.kind == "f" and (values == np.round(values)).all()):
        return values.astype(np.int64)
    return values if values.dtype.kind == "f" else values.astype(str).astype(object)


def occurrences(keys: np.ndarray) -> np.ndarray:
    """For each row how many rows before it have its key."""
    return pd.Series(keys).groupby(keys, sort=False).cumcount().to_numpy()


def sketch(keys: np.ndarray, size: int) -> np.ndarray:
    """The rows, in order, with the `size` smallest hashes of (key, which occurrence of it); all when there are fewer.

    Every row has the same chance, however often its key occurs, and the first row of a key has in every table
    the same hash, the same on every machine.
    """
    if size >= len(keys):
        return np.arange(len(keys))
    of_key = pd.util.hash_array(keys, categorize=True)
    hashes = pd.util.hash_array(of_key + (occurrences(keys) + 1).astype(np.uint64)) * GOLDEN
    return np.sort(np.argsort(hashes, kind="stable")[:size])
