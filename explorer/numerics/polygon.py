"""Which points lie in a polygon; the browser decides by the same arithmetic, so both name the same rows."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from explorer.errors import InputError

CHUNK = 1 << 16
"""Points that are tested at once: their coordinates stay in the processor's cache."""


def inside(points: ArrayLike, polygon: ArrayLike) -> NDArray[np.bool_]:
    """Membership of n points in a polygon by the even-odd rule, as an array of n booleans.

    A ray to the right counts the edges it crosses, in float64. Left and lower edges belong to the polygon, right and
    upper ones do not, so that polygons that tile the plane count every point once. Holes of a polygon that crosses
    itself are outside. A point that is not finite is outside.

    Args:
        points: n x 2, float32 or float64.
        polygon: vertices in order, m x 2 with m >= 3; the last is joined to the first.

    Raises:
        InputError: when the shapes are others, or a vertex is not finite.
    """
    xy, corners = np.asarray(points), np.asarray(polygon, dtype=np.float64)
    if xy.ndim != 2 or xy.shape[1] != 2:
        raise InputError(f"points of shape {xy.shape} must be n x 2")
    if corners.ndim != 2 or corners.shape[1:] != (2,) or len(corners) < 3 or not np.isfinite(corners).all():
        raise InputError(f"polygon of shape {corners.shape} must be at least 3 x 2 and finite")
    found = np.zeros(len(xy), dtype=bool)
    low, high = corners.min(0), corners.max(0)
    for start in range(0, len(xy), CHUNK):
        part = xy[start : start + CHUNK].astype(np.float64)
        near = np.flatnonzero(((part >= low) & (part <= high)).all(1))
        found[start + near] = _odd(part[near], corners)
    return found


def _odd(xy: NDArray[np.float64], corners: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Whether a ray to the right crosses an odd number of edges."""
    x, y = xy.T
    odd = np.zeros(len(xy), dtype=bool)
    for (x1, y1), (x0, y0) in zip(corners, np.roll(corners, 1, axis=0), strict=True):
        across = (y1 > y) != (y0 > y)
        at = y[across]
        odd[across] ^= x[across] < (x0 - x1) * (at - y1) / (y0 - y1) + x1
    return odd
