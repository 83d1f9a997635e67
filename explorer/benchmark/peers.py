"""Other packages that estimate mutual information, at their own defaults, imported only when they are asked.

None is needed: one that is not installed is listed as such.
"""

import contextlib
import io
import math
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from importlib import metadata

import numpy as np

Kinds = tuple[str, str]
CONTINUOUS, LABELLED, DISCRETE = ("continuous", "continuous"), ("continuous", "discrete"), ("discrete", "discrete")


@dataclass(frozen=True)
class Peer:
    """One package.

    Attributes:
        name: what pip calls it.
        what: which of its functions, for which samples.
        kinds: of samples it takes; a continuous and a discrete variable come in this order.
        nats: its estimate in nats from x (n, d_x) and y (n, d_y), or y (n,) and x (n,) of codes where discrete.
        one_column: it takes one column a side.
    """

    name: str
    what: str
    kinds: tuple[Kinds, ...]
    nats: Callable[[np.ndarray, np.ndarray, Kinds], float]
    one_column: bool = False

    def takes(self, x: np.ndarray, y: np.ndarray, kinds: Kinds) -> bool:
        """Whether it has an estimate for such samples."""
        wide = any(v.shape[1] > 1 for v, kind in zip((x, y), kinds, strict=True) if kind == "continuous")
        return _ordered(kinds) in self.kinds and not (wide and self.one_column)

    def estimate(self, x: np.ndarray, y: np.ndarray, kinds: Kinds) -> float:
        """Its estimate in nats; what it prints or warns of is dropped."""
        if kinds != _ordered(kinds):
            x, y, kinds = y, x, _ordered(kinds)
        x, y = (v if kind == "continuous" else _codes(v) for v, kind in zip((x, y), kinds, strict=True))
        with contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings(action="ignore"):
            return float(self.nats(x, y, kinds))


def version(name: str) -> str | None:
    """The installed version, or None."""
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def versions() -> dict[str, str | None]:
    """Every peer with its version, None where it is not installed."""
    return {name: version(name) for name in (*PEERS, *OTHERS)}


def _ordered(kinds: Kinds) -> Kinds:
    return LABELLED if set(kinds) == set(LABELLED) else kinds


def _codes(values: np.ndarray) -> np.ndarray:
    """Rows of labels as codes (n,)."""
    return np.unique(values, axis=0, return_inverse=True)[1].reshape(-1)


def _npeet(x: np.ndarray, y: np.ndarray, kinds: Kinds) -> float:
    import npeet_plus

    if kinds == CONTINUOUS:
        return npeet_plus.mi(x, y, base=math.e)
    if kinds == LABELLED:
        return npeet_plus.micd(x, y[:, None], base=math.e, warning=False)
    return npeet_plus.midd(x, y, base=math.e)


def _infomeasure(x: np.ndarray, y: np.ndarray, kinds: Kinds) -> float:
    import infomeasure

    return infomeasure.mutual_information(x, y, approach="ksg" if kinds == CONTINUOUS else "discrete", base="e")


def _sklearn(x: np.ndarray, y: np.ndarray, kinds: Kinds) -> float:
    from sklearn import feature_selection, metrics

    if kinds == DISCRETE:
        return metrics.mutual_info_score(x, y)
    name = "mutual_info_regression" if kinds == CONTINUOUS else "mutual_info_classif"
    return getattr(feature_selection, name)(x, y.ravel(), random_state=0)[0]


def _frites(x: np.ndarray, y: np.ndarray, kinds: Kinds) -> float:
    from frites import core

    if kinds == CONTINUOUS:
        bits = core.gcmi_nd_cc(x.T, y.T, mvaxis=0, traxis=1)
    else:
        bits = core.gcmi_model_nd_cd(x.T, y, mvaxis=0, traxis=1)
    return float(np.squeeze(bits)) * math.log(2)


def _ennemi(x: np.ndarray, y: np.ndarray, kinds: Kinds) -> float:
    import ennemi

    return float(np.squeeze(ennemi.estimate_mi(y.ravel(), x.ravel(), discrete_y=kinds == LABELLED)))


ALL = (CONTINUOUS, LABELLED, DISCRETE)
PEERS = {
    peer.name: peer
    for peer in (
        Peer("npeet-plus", "mi (KSG, k=3), micd, midd", ALL, _npeet),
        Peer("infomeasure", "mutual_information, ksg (k=4) or discrete", (CONTINUOUS, DISCRETE), _infomeasure),
        Peer("scikit-learn", "mutual_info_regression, _classif, _score", ALL, _sklearn, one_column=True),
        Peer("frites", "gcmi_nd_cc, gcmi_model_nd_cd", (CONTINUOUS, LABELLED), _frites),
        Peer("ennemi", "estimate_mi (k=3)", (CONTINUOUS, LABELLED), _ennemi, one_column=True),
    )
}
OTHERS = ("dse-dsmi",)
"""Packages without an estimate of I(X; Y) that has a true value."""
