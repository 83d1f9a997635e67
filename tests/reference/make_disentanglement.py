"""Writes disentanglement_matrix.json: what disentanglement_lib and latte read on the codes of known disentanglement.

In an environment of its own, since neither installs beside a current Python:

    pip install numpy scipy scikit-learn six absl-py
    pip install --no-deps disentanglement-lib==1.5
    pip install --no-deps --ignore-requires-python latte-metrics==0.0.1a6
    python tests/reference/make_disentanglement.py
"""

import json
import sys
import types
from importlib.metadata import version
from pathlib import Path

import numpy as np

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))

from disentangled_codes import CODES, continuous, flipped, interdependent, sprites_sized  # noqa: E402

BINS = 20
SEEDS = (0, 1, 2)


def stub(name: str) -> types.ModuleType:
    """An empty module under a name; of gin only the decorator is used."""
    module = types.ModuleType(name)
    module.configurable = lambda *args, **kwargs: lambda function: function
    module.REQUIRED = object()
    sys.modules[name] = module
    return module


stub("gin").tf = stub("gin.tf")

from disentanglement_lib.evaluation.metrics import mig, modularity_explicitness, utils  # noqa: E402

utils.make_discretizer.__defaults__ = (BINS, utils._histogram_discretize)
utils._histogram_discretize.__defaults__ = (BINS,)

import latte  # noqa: E402
from latte.functional.bundles.dependency_aware_mutual_info import dependency_aware_mutual_info_bundle  # noqa: E402


def of_library(z: np.ndarray, v: np.ndarray) -> dict:
    """Matrix, entropies, MIG, modularity and mean information of latents, of float64 means in 20 bins."""
    cells = utils.make_discretizer(z.T)
    matrix = utils.discrete_mutual_info(cells, v.T)
    between = utils.discrete_mutual_info(cells, cells)
    np.fill_diagonal(between, 0)
    return {
        "matrix": matrix.tolist(),
        "entropies": utils.discrete_entropy(v.T).tolist(),
        "mig": float(mig._compute_mig(z.T, v.T)["discrete_mig"]),
        "modularity": float(modularity_explicitness.modularity(matrix)),
        "latent_information": float(between.sum() / (z.shape[1] ** 2 - z.shape[1])),
    }


def of_latte(z: np.ndarray, v: np.ndarray, discrete: bool) -> dict:
    """MIG, DMIG, XMIG and DLIG by factor, for every seed of the noise that its neighbours need."""
    found = {}
    for seed in SEEDS:
        latte.seed(seed)
        found[seed] = dependency_aware_mutual_info_bundle(z, v, discrete=discrete)
    return {name: [found[seed][name].tolist() for seed in SEEDS] for name in found[0]}


def freed(z: np.ndarray) -> np.ndarray:
    """The codes with one latent of noise more, which no factor is meant for."""
    return np.concatenate([z, np.random.default_rng(5).normal(size=(len(z), 1))], 1)


def discrete_codes() -> dict:
    """Codes of dependent attributes, with a free latent, large enough for neighbours."""
    rng = np.random.default_rng(7)
    cases = {"interdependent": interdependent(252, 42), "flipped": flipped(300, 1500)}
    cases |= {"noisy": CODES["noisy"](), "sprites_sized": sprites_sized(20_000)}
    z, v = interdependent(252, 42)
    cases["interdependent, noisy"] = z + 0.2 * rng.normal(size=z.shape), v
    return {name: (freed(z), v) for name, (z, v) in cases.items()}


def main() -> None:
    found = {
        "made by": "python tests/reference/make_disentanglement.py",
        "versions": {one: version(one) for one in ("disentanglement-lib", "latte-metrics", "scikit-learn", "numpy")},
        "disentanglement_lib": {name: of_library(*code()) for name, code in CODES.items()},
        "latte, discrete": {name: of_latte(*code, True) for name, code in discrete_codes().items()},
        "latte, continuous": {str(n): of_latte(freed(continuous(n)[0]), continuous(n)[1], False) for n in (250, 4000)},
    }
    (HERE / "disentanglement_matrix.json").write_text(json.dumps(found, indent=1) + "\n")


if __name__ == "__main__":
    main()
