"""Codes whose disentanglement is known, (z, v): codes (n, d) float64 and factors (n, K) of whole numbers.

On a full grid nothing is left to chance: every plug-in information is exact, and scores follow by hand.
"""

import numpy as np

DSPRITES = (3, 6, 40, 32, 32)
"""Levels of shape, scale, orientation and the two positions."""


def grid(*levels: int) -> np.ndarray:
    """Every combination of levels once, (n, K)."""
    return np.stack(np.meshgrid(*map(np.arange, levels), indexing="ij"), -1).reshape(-1, len(levels))


def perfect() -> tuple[np.ndarray, np.ndarray]:
    """c01: four factors, each alone in a latent, one of them squared; two latents are dead.

    With 20 cells of equal width v^2 / 10 of 8 levels has 0 and 1 in one cell: its gap is 1 - ln 2 / (4 ln 8), the
    mean 0.9792.
    """
    v = grid(2, 3, 4, 8)
    z = np.zeros((len(v), 6))
    z[:, :3] = v[:, :3] * [1.0, -2.0, 0.5] + [0, 3, 1]
    z[:, 3] = v[:, 3] ** 2 / 10
    return z, v


def sprites_sized(n: int = 2000, noise: int = 3, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """c02: rows drawn from a grid of the size of dSprites, a perfect latent for each factor, and latents of noise.

    20 cells hold ln 20 = 3.00 nats, less than ln 40 = 3.69: no gap of the orientation is above 0.81.
    """
    rng = np.random.default_rng(seed)
    v = np.stack([rng.integers(0, levels, n) for levels in DSPRITES], 1)
    return np.concatenate([v, rng.normal(size=(n, noise))], 1), v


def rotated(levels: int = 20, angle: float = 0.5) -> tuple[np.ndarray, np.ndarray]:
    """c04, and c03 at pi / 4: two factors of equal variance, turned into one another; uncorrelated as before."""
    v = grid(levels, levels)
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    return (v - v.mean(0)) @ turn, v


def duplicated() -> tuple[np.ndarray, np.ndarray]:
    """c05: every factor in two latents: MIG 0, modularity 1, completeness 1 - ln 2 / ln 6 = 0.61."""
    v = grid(3, 4, 5)
    return np.repeat(v, 2, axis=1).astype(float), v


def merged() -> tuple[np.ndarray, np.ndarray]:
    """c06: two factors in one latent, the third in the other: MIG 1, MIG-sup 0.5.

    The modularity of the merged latent is 1 - (ln 4 / ln 5)^2 / 2 = 0.629.
    """
    v = grid(4, 5, 6)
    return np.stack([5.0 * v[:, 0] + v[:, 1], v[:, 2]], 1), v


def outlier(far: float = 1e4) -> tuple[np.ndarray, np.ndarray]:
    """c07: a perfect code of which one sample is far away in every latent: cells of equal width hold nothing else."""
    v = grid(5, 6, 8)
    z = v.astype(float)
    z[-1] = far
    return z, v


def interdependent(same: int = 6, other: int = 1, levels: int = 3) -> tuple[np.ndarray, np.ndarray]:
    """c09: a perfect code of two factors that are equal in `same` of same + (levels - 1) other rows.

    As given they are equal in 3 of 4 rows: MIG is 1 - I / H = 0.6696 and DMIG 1.
    """
    table = np.where(np.eye(levels, dtype=bool), same, other)
    v = np.repeat(np.argwhere(table >= 0), table.ravel(), axis=0)
    return v.astype(float), v


def flipped(flips: int, of: int = 100) -> tuple[np.ndarray, np.ndarray]:
    """A perfect code of two bits, of which the second is the first with `flips` of `of` rows flipped; its bits alike.

    I = ln 2 - h(p) with p = flips / of: MIG = h(p) / ln 2, DMIG = 1.
    """
    return interdependent(of - flips, flips, 2)


def continuous(n: int = 1000, noise: float = 0.05, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """c10: three independent normal factors, real, each in a latent of its own with little noise."""
    rng = np.random.default_rng(seed)
    v = rng.normal(size=(n, 3))
    return v + noise * rng.normal(size=v.shape), v


def noisy(n: int = 1000, noise: float = 0.6, levels: int = 8, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """c12: four factors, each in a latent with noise, and two latents of noise: MIG rises and falls with the bins."""
    rng = np.random.default_rng(seed)
    v = rng.integers(0, levels, (n, 4))
    z = np.concatenate([v + noise * rng.normal(size=v.shape), rng.normal(size=(n, 2))], 1)
    return z, v


def missing() -> tuple[np.ndarray, np.ndarray]:
    """Three factors of which the last is in no latent; the other two have one each."""
    v = grid(5, 6, 8)
    return v[:, :2].astype(float), v


CODES = {
    "perfect": perfect,
    "sprites_sized": sprites_sized,
    "rotated": rotated,
    "turned by an eighth": lambda: rotated(5, np.pi / 4),
    "duplicated": duplicated,
    "merged": merged,
    "outlier": outlier,
    "interdependent": interdependent,
    "flipped": lambda: flipped(20),
    "noisy": noisy,
    "missing": missing,
}
"""Codes with counted factors, by name."""
