"""The binned plane against a plain loop over cells, inputs and classes, as published code has it."""

from collections.abc import Iterator

import numpy as np
import torch

from explorer.benchmark.base import Contest
from explorer.benchmark.contests._layers import layers
from explorer.cells import Cells
from explorer.data import Recording, identity
from explorer.plan import Plan

SIZE = 4096
PLANE = 1800
"""Cells of a plane of 6 layers x 300 epochs."""


def contests(device: torch.device, size: int = SIZE) -> Iterator[Contest]:
    """I(X;T) and I(T;Y) of the six layers at one step."""
    activations, x, y = layers(size)
    recording = Recording.from_arrays({0: activations}, x=x, y=y)
    cells = Cells(recording, Plan("binning", permutations=0).checked(recording), str(device))
    rows = identity(x, size)

    def ours() -> list[float]:
        found = (cells.at(0, layer) for layer in recording.layers)
        return [cell[quantity] for cell in found for quantity in ("xt", "ty")]

    def theirs() -> list[float]:
        return [value for t in activations.values() for value in plain(t, rows, y)]

    count = len(activations)

    def note(seconds: float, peer: float) -> str:
        whole = [value / count * PLANE for value in (seconds, peer)]
        times = f"a plane of {PLANE} takes {whole[0]:.1f} s, the loop {whole[1]:.0f} s"
        return f"measured on {count} cells; at that cost {times}; neither computes a null"

    yield Contest(f"{count} cells of a binned plane, n={size}", "NumPy loop", ours, theirs, size, 40, 1e-10, note)


def plain(t: np.ndarray, x: np.ndarray, y: np.ndarray) -> tuple[float, float]:
    """I(X;T) and I(T;Y) in nats: H(T) less the mean entropy of T within each input, and within each class."""
    cells = np.ascontiguousarray(np.digitize(t, np.linspace(-1, 1, 30)))
    rows = cells.view(np.dtype((np.void, cells.dtype.itemsize * cells.shape[1]))).ravel()
    whole = _entropy(rows)
    return whole - _within(rows, x), whole - _within(rows, y)


def _within(rows: np.ndarray, classes: np.ndarray) -> float:
    return sum(np.mean(classes == one) * _entropy(rows[classes == one]) for one in np.unique(classes))


def _entropy(rows: np.ndarray) -> float:
    p = np.unique(rows, return_counts=True)[1] / len(rows)
    return -float((p * np.log(p)).sum())
