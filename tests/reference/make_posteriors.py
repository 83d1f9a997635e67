"""Writes posteriors.json: what published code reads of the posteriors and pairs of models of posterior_codes.py.

The two sources are clones; only functions of plain arrays are taken out of them.

    git clone https://github.com/rtqichen/beta-tcvae && git -C beta-tcvae checkout 1a3577d
    git clone https://github.com/google-research/disentanglement_lib && git -C disentanglement_lib checkout 86a644d
    pip install numpy scipy scikit-learn torch
    python tests/reference/make_posteriors.py beta-tcvae disentanglement_lib
"""

import ast
import json
import math
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import scipy.linalg
import scipy.stats
import torch
from sklearn import linear_model, preprocessing

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))

from posterior_codes import draws, grid, models  # noqa: E402


def functions(path: Path, *names: str, **known) -> SimpleNamespace:
    """Some functions and classes of a file, with nothing else of it run."""
    tree = ast.parse(path.read_text())
    tree.body = [node for node in tree.body if getattr(node, "name", "") in names]
    exec(compile(tree, str(path), "exec"), known)
    return SimpleNamespace(**{name: known[name] for name in names})


def entropies(source: Path) -> dict:
    """Of the mixture at fixed samples: every latent, all at once, and every latent within the levels of a factor."""
    torch.Tensor.cuda = lambda self: self
    torch.set_default_dtype(torch.float64)
    known = {"torch": torch, "math": math, "np": np, "nn": torch.nn, "Variable": lambda x, **_: x}
    known |= {"tqdm": lambda total: SimpleNamespace(update=lambda n: None, close=lambda: None)}
    normal = functions(source / "lib" / "dist.py", "Normal", **known).Normal()
    normal.normalization = torch.tensor([math.log(2 * math.pi)])
    known |= {"utils": functions(source / "lib" / "utils.py", "logsumexp", **known)}
    known |= {"logsumexp": known["utils"].logsumexp}
    whole = functions(source / "elbo_decomposition.py", "estimate_entropies", **known).estimate_entropies
    alone = functions(source / "disentanglement_metrics.py", "estimate_entropies", **known).estimate_entropies
    mean, variance, v = grid()
    z = torch.as_tensor(draws(mean, variance))
    parameters = torch.stack([torch.as_tensor(mean), torch.as_tensor(np.log(variance) / 2)], 2)
    marginal, joint = whole(z.T, parameters, normal)
    within = np.zeros((v.shape[1], mean.shape[1]))
    for k, column in enumerate(v.T):
        for level in np.unique(column):
            rows = torch.as_tensor(column == level)
            within[k] += alone(z[rows].T, parameters[rows], normal).numpy() * float(rows.double().mean())
    return {"marginal": marginal.tolist(), "joint": joint.tolist(), "within": within.tolist()}


def covariances(source: Path) -> dict:
    """Gaussian total correlation and Wasserstein correlation of the codes."""
    names = "gaussian_total_correlation", "gaussian_wasserstein_correlation"
    library = functions(source / "evaluation/metrics/unsupervised_metrics.py", *names, np=np, scipy=scipy)
    return {
        name: [float(one(np.cov(z.T)).real) for one in (getattr(library, each) for each in names)]
        for name, z in models().items()
    }


def udr(source: Path) -> dict:
    """Scores of ordered pairs of models, by Lasso and by Spearman."""
    names = "relative_strength_disentanglement", "spearman_correlation_conv", "lasso_correlation_matrix"
    known = {"np": np, "scipy": scipy, "linear_model": linear_model}
    library = functions(source / "evaluation/udr/metrics/udr.py", *names, **known)
    codes = {name: preprocessing.StandardScaler().fit_transform(z) for name, z in models().items()}
    matrices = {"lasso": library.lasso_correlation_matrix, "spearman": library.spearman_correlation_conv}
    return {
        kind: {
            f"{a} {b}": float(library.relative_strength_disentanglement(matrix(codes[a], codes[b])))
            for a in codes
            for b in codes
            if a != b
        }
        for kind, matrix in matrices.items()
    }


if __name__ == "__main__":
    tcvae, library = Path(sys.argv[1]), Path(sys.argv[2]) / "disentanglement_lib"
    found = {
        "command": "python tests/reference/make_posteriors.py beta-tcvae disentanglement_lib",
        "versions": {"beta-tcvae": "1a3577d", "disentanglement_lib": "86a644d"},
        "entropies": entropies(tcvae),
        "covariances": covariances(library),
        "udr": udr(library),
    }
    (HERE / "posteriors.json").write_text(json.dumps(found, indent=1) + "\n")
