"""Writes partial_information.json: BROJA atoms of random tables by a general convex solver, in bits.

The published definition is typed into cvxpy as it stands and solved by Clarabel's exponential cones.

    pip install numpy==2.4.6 cvxpy==1.9.3 clarabel==0.11.1
    python tests/reference/make_partial_information.py
"""

import json
from pathlib import Path

import cvxpy
import numpy as np

SHAPES = [(2, 2, 2)] * 4 + [(3, 3, 2)] * 2 + [(3, 2, 3)] * 2 + [(4, 4, 3)]


def information(table: np.ndarray) -> float:
    """I in bits of a table with two axes."""
    apart = table.sum(1, keepdims=True) * table.sum(0)
    return float((table[table > 0] * np.log2(table[table > 0] / apart[table > 0])).sum())


def least(p: np.ndarray) -> float:
    """The least I(X1, X2; Y) in bits of all tables with the margins (X1, Y) and (X2, Y) of p."""
    q = [cvxpy.Variable(p.shape[:2], nonneg=True) for _ in range(p.shape[2])]
    total = sum(q)
    margins = [cvxpy.sum(one, axis) == p[:, :, y].sum(axis) for y, one in enumerate(q) for axis in (0, 1)]
    kept = sum(cvxpy.sum(cvxpy.rel_entr(one, total)) for one in q)
    problem = cvxpy.Problem(cvxpy.Minimize(kept), margins)
    problem.solve(solver="CLARABEL", tol_gap_abs=1e-10, tol_gap_rel=1e-10, tol_feas=1e-10)
    of = p.sum((0, 1))
    return float(problem.value / np.log(2) - (of * np.log2(of)).sum())


rng, found = np.random.default_rng(0), []
for shape in SHAPES:
    table = rng.dirichlet(np.full(int(np.prod(shape)), 0.7)).reshape(shape)
    table = (table / table.sum()).round(9)
    table[0, 0, 0] += 1 - table.sum()
    first, second, both = information(table.sum(1)), information(table.sum(0)), information(table.reshape(-1, shape[2]))
    lowest = least(table)
    atoms = [first + second - lowest, lowest - second, lowest - first, both - lowest]
    found.append({"table": table.tolist(), "bits": atoms})
Path(__file__).with_name("partial_information.json").write_text(json.dumps(found, indent=1) + "\n")
