"""Dissimilarities from a matrix of values, and classical scaling: places in the plane whose distances resemble them."""

import numpy as np


def dissimilarities(values: np.ndarray, distance: bool, highest: float | None) -> tuple[np.ndarray, str]:
    """A symmetric matrix that is 0 on its diagonal, and in words how it comes from the values (m, m).

    Args:
        distance: the values are distances.
        highest: value that a similarity can reach; of 1 the angle is taken, which for a cosine is a metric.
    """
    both = (values + values.T) / 2
    if distance:
        found, words = both, "the distances"
    elif highest == 1:
        found, words = np.arccos(np.clip(both, -1, 1)), "arccos of the values"
    else:
        found, words = np.nanmax(both) - both, "the largest value less the values"
    found[np.eye(len(found), dtype=bool) & ~np.isnan(found)] = 0.0
    once = np.array_equal(values, values.T, equal_nan=True)
    return found, words if once else f"{words}, mean of both orders"


def scaled(dissimilarities: np.ndarray) -> tuple[np.ndarray, float]:
    """`classical_scaling` where some dissimilarities (m, m) are NaN.

    Those with the most NaN are left out, one by one, until none is left; their places are NaN.
    """
    kept = list(range(len(dissimilarities)))
    while np.isnan(part := dissimilarities[np.ix_(kept, kept)]).any():
        kept.pop(int(np.isnan(part).sum(0).argmax()))
    places = np.full((len(dissimilarities), 2), np.nan)
    places[kept], stress = classical_scaling(part)
    return places, stress


def classical_scaling(dissimilarities: np.ndarray) -> tuple[np.ndarray, float]:
    r"""Places (m, 2) for a symmetric matrix (m, m) with a diagonal of 0, and their stress (torgerson1952).

    .. math:: \text{stress} = \sum_{i<j} (\delta_{ij} - |p_i - p_j|)^2 \Big/ \sum_{i<j} \delta_{ij}^2

    The places are the first two eigenvectors of -H D H / 2, D the squared dissimilarities and H the centring matrix.
    An axis whose eigenvalue is not positive has only zeros. The largest coordinate of every axis is positive, so that
    the same matrix gives the same picture everywhere.
    """
    m = len(dissimilarities)
    if not m:
        return np.zeros((0, 2)), 0.0
    centre = np.eye(m) - 1 / m
    values, vectors = np.linalg.eigh(-0.5 * centre @ dissimilarities**2 @ centre)
    values, vectors = values[::-1][:2], vectors[:, ::-1][:, :2]
    places = np.zeros((m, 2))
    places[:, : len(values)] = vectors * np.sqrt(np.maximum(values, 0.0))
    signs = np.sign(places[np.abs(places).argmax(0), [0, 1]])
    places *= np.where(signs == 0, 1.0, signs)
    found = np.linalg.norm(places[:, None] - places, axis=2)
    total = float((dissimilarities**2).sum())
    return places, float(((dissimilarities - found) ** 2).sum()) / total if total else 0.0
