"""Representations on which every measure is tried, and which measures there are."""

import numpy as np
import pytest

from explorer.catalogue import measures

ENTRIES = tuple(name for name in measures if measures[name].posterior != "needed")
"""Those that need the noise of a code have a battery of their own."""

PAIRS = tuple(name for name in ENTRIES if measures[name].against == "representation")
WITH_Y = tuple(name for name in ENTRIES if measures[name].against)
LABELLED = tuple(name for name in WITH_Y if measures[name].against not in ("representation", "factors"))
ALONE = tuple(name for name in ENTRIES if measures[name].against is None)
every_measure = pytest.mark.parametrize("name", ENTRIES)
every_pair = pytest.mark.parametrize("name", PAIRS)


def cloud(n: int = 120, d: int = 4, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Three separated groups of different shape in d dimensions, and their labels."""
    rng = np.random.default_rng(seed)
    labels = np.arange(n) % 3
    z = rng.normal(size=(n, d)) @ np.diag(np.linspace(0.5, 2, d)) + 2.0 * rng.normal(size=(3, d))[labels]
    return z + 0.2 * np.sin(3 * z[:, ::-1]), labels


def outputs(n: int = 120, classes: int = 3, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Probabilities of a classifier that is right more often than not, and the labels."""
    rng = np.random.default_rng(seed)
    labels = np.arange(n) % classes
    powers = np.exp(rng.normal(size=(n, classes)) + 1.5 * np.eye(classes)[labels])
    return powers / powers.sum(1, keepdims=True), labels


def separable(name: str, n: int = 120) -> tuple[np.ndarray, np.ndarray]:
    """Groups told at a glance, or outputs that are right and sure.

    The four means lie near a line, so that a readout needs fewer directions than shuffled labels do, and overlap enough
    for noise to move a probe.
    """
    rng, labels = np.random.default_rng(0), np.arange(n) % 4
    if measures[name].outputs:
        powers = np.exp(rng.normal(size=(n, 4)) + 5 * np.eye(4)[labels])
        return powers / powers.sum(1, keepdims=True), labels
    means = np.array([[-4.5, 0.5, -0.3], [-1.5, -0.5, 0.9], [1.5, -0.5, -0.9], [4.5, 0.5, 0.3]])
    axes = np.linalg.qr(rng.normal(size=(6, 3)))[0]
    return (means @ axes.T)[labels] + rng.normal(size=(n, 6)), labels


def given(name: str, n: int = 120, seed: int = 0) -> tuple[np.ndarray, ...]:
    """z, and y where the measure takes one."""
    entry = measures[name]
    z, labels = (outputs if entry.outputs else cloud)(n, seed=seed)
    if entry.against is None:
        return (z,)
    if entry.against == "factors":
        return z, np.c_[labels, (z[:, 1] > 0) + 2 * (z[:, 2] > 1)]
    if entry.against != "representation":
        return z, labels
    rng = np.random.default_rng(seed + 1)
    if entry.tracks:
        return z, z + 0.5 * rng.normal(size=z.shape)
    return z, z @ rng.normal(size=(z.shape[1], 5)) + 0.5 * rng.normal(size=(n, 5))
