"""Writes disentanglement_learned.json: what disentanglement_lib reads with learners and interventions.

In an environment of its own, since it does not install beside a current Python:

    pip install numpy scipy scikit-learn six absl-py
    pip install --no-deps disentanglement-lib==1.5
    python tests/reference/make_disentanglement_learned.py
"""

import json
import sys
import types
from importlib.metadata import version
from pathlib import Path

import numpy as np

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))

from disentangled_codes import continuous, duplicated, merged, noisy, outlier, perfect, rotated  # noqa: E402


def stub(name: str) -> types.ModuleType:
    """An empty module under a name; of gin only the decorator is used."""
    module = types.ModuleType(name)
    module.configurable = lambda *args, **kwargs: lambda function: function
    module.REQUIRED = object()
    sys.modules[name] = module
    return module


stub("gin").tf = stub("gin.tf")

from disentanglement_lib.evaluation.metrics import (  # noqa: E402
    beta_vae,
    dci,
    factor_vae,
    irs,
    modularity_explicitness,
    sap_score,
    utils,
)

SPLIT = {
    "perfect": perfect(),
    "merged": merged(),
    "duplicated": duplicated(),
    "rotated": rotated(),
    "noisy": noisy(900),
}
"""Scored on a third of the rows."""

ROBUST = SPLIT | {"outlier": outlier()}

BOOSTED = {"merged": merged(), "noisy": noisy(300, levels=4)}

GRIDS = {
    "perfect": ((3, 4, 5), lambda v: v.astype(float)),
    "rotated": ((20, 20), lambda v: (v - 9.5) @ np.array([[np.cos(0.5), np.sin(0.5)], [-np.sin(0.5), np.cos(0.5)]])),
    "missing": ((5, 6, 8), lambda v: v[:, :2].astype(float)),
    "merged": ((4, 5, 6), lambda v: np.stack([5.0 * v[:, 0] + v[:, 1], v[:, 2]], 1)),
}


class Grid:
    """Factors of a full grid whose observations are themselves, as the library asks for."""

    def __init__(self, levels: tuple[int, ...]):
        self.levels, self.num_factors = levels, len(levels)

    def sample_factors(self, num, random_state):
        return np.stack([random_state.randint(one, size=num) for one in self.levels], 1)

    def sample_observations_from_factors(self, factors, random_state):
        return factors

    def sample_observations(self, num, random_state):
        return self.sample_factors(num, random_state)


def halves(z: np.ndarray, v: np.ndarray) -> tuple[np.ndarray, ...]:
    """Codes and factors to fit and to score, one a row."""
    held = np.random.default_rng(0).random(len(z)) < 1 / 3
    return z[~held].T, v[~held].T, z[held].T, v[held].T


def predictability(z: np.ndarray, v: np.ndarray) -> dict:
    """Accuracies of support vector machines, and squared correlations over all rows."""
    return {
        "svc": sap_score.compute_score_matrix(*halves(z, v), False).tolist(),
        "correlation": sap_score.compute_score_matrix(z.T, v.T, z.T, v.T, True).tolist(),
    }


def explicitness(z: np.ndarray, v: np.ndarray) -> list[float]:
    """Areas by factor of scored rows, of latents that change."""
    z = z[:, z.std(0) > 0]
    fit, truth, test, told = halves(z, v)
    fit, mean, spread = utils.normalize_data(fit)
    test, _, _ = utils.normalize_data(test, mean, spread)
    areas = modularity_explicitness.explicitness_per_factor
    return [float(areas(fit, truth[k], test, told[k])[1]) for k in range(len(truth))]


def robustness(z: np.ndarray, v: np.ndarray, quantile: float) -> dict:
    """Matrix and score; the levels, 20 at most, are one cell each."""
    found = irs.scalable_disentanglement_score(v, z[:, z.std(0) > 0], quantile)
    return {"matrix": found["IRS_matrix"].tolist(), "score": float(found["avg_score"])}


def boosted(z: np.ndarray, v: np.ndarray) -> dict:
    """Importances of boosted trees, and the scores."""
    np.random.seed(0)
    importance, fitted, held = dci.compute_importance_gbt(*halves(z, v))
    return {
        "matrix": importance.tolist(),
        "informativeness": float(held),
        "informativeness_fitted": float(fitted),
        "disentanglement": float(dci.disentanglement(importance)),
        "completeness": float(dci.completeness(importance)),
    }


def interventional(levels: tuple[int, ...], code) -> dict:
    """Scores of a full grid, 3000 draws to learn from and 3000 to score."""
    data, draws = Grid(levels), {"batch_size": 64, "num_train": 3000, "num_eval": 3000}
    state = np.random.RandomState(0)
    beta = beta_vae.compute_beta_vae_sklearn(data, code, state, **draws)
    factor = factor_vae.compute_factor_vae(data, code, state, num_variance_estimate=10_000, **draws)
    return {"beta_vae_score": float(beta["eval_accuracy"]), "factor_vae_score": float(factor["eval_accuracy"])}


z, v = continuous()
found = {
    "made by": "python tests/reference/make_disentanglement_learned.py",
    "versions": {name: version(name) for name in ("disentanglement-lib", "scikit-learn", "numpy")},
    "sap": {name: predictability(*code) for name, code in SPLIT.items()},
    "sap continuous": sap_score.compute_score_matrix(z.T, v.T, z.T, v.T, True).tolist(),
    "explicitness": {name: explicitness(*code) for name, code in SPLIT.items()},
    "irs": {name: {str(q): robustness(*code, q) for q in (0.99, 1.0)} for name, code in ROBUST.items()},
    "dci": {name: boosted(*code) for name, code in BOOSTED.items()},
    "interventions": {name: interventional(*case) for name, case in GRIDS.items()},
}
(HERE / "disentanglement_learned.json").write_text(json.dumps(found, indent=1) + "\n")
