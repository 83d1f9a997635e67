"""KSG in five and in ten columns a side, against every installed package that has it; the values must be equal."""

import math
from collections.abc import Callable, Iterator
from functools import partial

import numpy as np
import torch

from explorer.benchmark.base import Contest, Numbers
from explorer.benchmark.peers import version
from explorer.catalogue import estimators
from explorer.distributions import MultivariateNormal

SIZE = 10_000
K = 5
FASTEST, MEDIAN = 1 / 1.15, 2.0
"""At most 1.15 times the time of the fastest peer, and at most half that of the median one."""


def contests(device: torch.device, size: int = SIZE) -> Iterator[Contest]:
    """One contest for each number of columns and each peer that is installed."""
    entry = estimators["ksg"](k=K)
    for columns in (5, 10):
        x, y = MultivariateNormal(dim=columns, rho=0.5).sample(size)
        first, second = (torch.as_tensor(v, device=device) for v in (x, y))
        ours: Callable[[], Numbers] = partial(lambda a, b: [float(entry.nats(a, b))], first, second)
        what = f"KSG, k={K}, {columns}+{columns} columns, n={size}"
        for peer, theirs in PEERS.items():
            if version(peer):
                work = partial(theirs, x, y)
                yield Contest(what, peer, ours, work, size, FASTEST, 1e-6, median_goal=MEDIAN, most=3)


def _npeet(x: np.ndarray, y: np.ndarray) -> list[float]:
    import npeet_plus

    return [float(npeet_plus.mi(x, y, k=K, base=math.e))]


def _infomeasure(x: np.ndarray, y: np.ndarray) -> list[float]:
    import infomeasure

    return [float(infomeasure.mutual_information(x, y, approach="ksg", k=K, base="e"))]


PEERS = {"npeet-plus": _npeet, "infomeasure": _infomeasure}
"""Both add noise of 1e-10 to the samples, which moves the value by less than 1e-6."""
