"""One layer over training by several rulers of what it holds, read from what is bundled with the package."""

import json
from collections.abc import Mapping
from functools import cache
from typing import Any

import numpy as np

from explorer.data import Recording
from explorer.distributions.twelve_bit import TwelveBit
from explorer.engines.plane.finished import TY, Curve, cells, curve
from explorer.errors import InputError
from explorer.packaged import assets
from explorer.plan import Plan
from explorer.planes import table
from explorer.result import NATS_PER
from explorer.results.trajectory import Trajectory

DSE = "diffusion_spectral_entropy"
NEIGHBOURS = "nearest neighbours"
RULERS: Mapping[str, tuple[str, Mapping[str, Any]]] = {
    "bins on [-1, 1]": ("binning", {}),
    "bins of 0.07": ("binning", {"width": 0.07}),
    "adaptive bins": ("adaptive_binning", {}),
    "KDE upper": ("kde_bounds", {}),
    "KDE lower": ("kde_bounds", {"bound": "lower"}),
    NEIGHBOURS: ("", {}),
    "DSE sigma 10": (DSE, {}),
    "DSE median": (DSE, {"bandwidth": "median"}),
}
"""What is laid on a layer: I(X;T) by five estimators, and by neighbours with noise on T; two entropies of T."""
RUNS = {"tanh": "twelve_bit", "relu": "twelve_bit_relu"}
"""The bundled 12-bit networks, by the activation of their hidden layers."""


@cache
def measured(network: str, units: int, ruler: str) -> Curve:
    """The hidden layer of so many units of a bundled 12-bit network by one ruler, in bits, at every recorded epoch.

    Args:
        network: "tanh" or "relu".
        units: of the layer: 10, 7, 5, 4 or 3.
        ruler: a name in `RULERS`.

    References: shwartz2017; saxe2018; chelombiev2019; kolchinsky2017; butakov2024; liao2024.
    """
    layer, (entry, settings) = f"{network}_{units}", RULERS[ruler]
    return curve(RUNS[network], entry, layer, **settings) if entry else _neighbours(RUNS[network], layer)


def by_depth(network: str, ruler: str, until: int) -> dict[str, Curve]:
    """I(T;Y) of every layer of a bundled 12-bit network up to an epoch, by depth: {"tanh 10": ..., "softmax 2": ...}.

    Args:
        network: "tanh" or "relu".
        ruler: one of the first five in `RULERS`.
        until: last epoch; the first is always there.
    """
    entry, settings = RULERS[ruler]
    layers = dict.fromkeys(layer for _, layer in cells(RUNS[network], entry, **settings)[1])
    return {
        layer.replace("_", " "): curve(RUNS[network], entry, layer, TY, **settings).until(until) for layer in layers
    }


def rise(read: Mapping[str, float]) -> tuple[str, str, float]:
    """The largest step up from one layer to a later one: both names, and by how much; 0 where depth only loses."""
    names = list(read)
    steps = [(a, b, max(0.0, read[b] - read[a])) for i, a in enumerate(names) for b in names[i + 1 :]]
    return max(steps, key=lambda step: step[2])


def trail(network: str, ruler: str, until: int) -> Trajectory:
    """The information plane of a bundled 12-bit network up to an epoch, by a ruler that makes one; in nats.

    Args:
        network: "tanh" or "relu".
        ruler: one of the first five in `RULERS`.
        until: last epoch; the first is always there.
    """
    entry, settings = RULERS[ruler]
    plan, every = cells(RUNS[network], entry, **settings)
    shown = {cell: one for cell, one in every.items() if cell[0] <= max(until, 0)}
    layers = tuple(dict.fromkeys(layer for _, layer in shown))
    steps = tuple(dict.fromkeys(step for step, _ in shown))
    x, y = TwelveBit.patterns(), TwelveBit.labels()
    told = {"step": "epoch"}
    run = Recording(layers, steps, _unread, _unread, x, y, provenance=told, name=f"12-bit {network}, seed 0")
    return table(run, Plan(**plan), shown, layers, len(shown))


def _unread(*cell: Any) -> Any:
    raise InputError(f"the activations of {cell} are not read here; open the bundled run")


def _neighbours(run: str, layer: str) -> Curve:
    """What is bundled of nearest neighbours."""
    known = _shipped(run)["cells"]
    steps = sorted(int(step) for step, _, name in (key.partition("/") for key in known) if name == layer)
    bits = np.array([known[f"{step}/{layer}"] for step in steps]) / NATS_PER["bits"]
    return Curve(np.array(steps), bits, *(np.full(len(steps), np.nan) for _ in range(3)))


@cache
def _shipped(run: str) -> dict[str, Any]:
    return json.loads((assets() / "demo" / run / "neighbours.json").read_text())
