"""Posteriors and pairs of models on which scores with noise are tried."""

import numpy as np


def grid(noise: float = 0.3, levels: tuple[int, ...] = (3, 4, 5), copies: int = 4, seed: int = 0):
    """A full grid of factors, several times over; latent k follows factor k, two more follow none.

    Returns means, variances (n, K + 2) and factors (n, K).
    """
    rng = np.random.default_rng(seed)
    cells = np.stack(np.meshgrid(*map(np.arange, levels), indexing="ij"), -1).reshape(-1, len(levels))
    v = np.tile(cells, (copies, 1))
    mean = np.concatenate([2.0 * v / (np.array(levels) - 1) - 1, 0.02 * rng.normal(size=(len(v), 2))], 1)
    mean[:, 1] += 0.4 * mean[:, 2]
    deviation = np.concatenate([np.full(v.shape, noise), np.full((len(v), 2), 0.98)], 1)
    return mean, (deviation * np.exp(0.1 * rng.normal(size=mean.shape))) ** 2, v


def draws(mean: np.ndarray, variance: np.ndarray, seed: int = 1) -> np.ndarray:
    """One code of every posterior."""
    return mean + np.sqrt(variance) * np.random.default_rng(seed).normal(size=mean.shape)


def models(n: int = 500, seed: int = 0) -> dict[str, np.ndarray]:
    """Codes of the same inputs: one, the same in another order and sign, with noise, turned, and of nothing."""
    rng = np.random.default_rng(seed)
    first = rng.uniform(-1, 1, size=(n, 4))
    turn = np.linalg.qr(rng.normal(size=(4, 4)))[0]
    return {
        "first": first,
        "reordered": first[:, [2, 0, 3, 1]] * [1, -2, 3, -0.5],
        "noisy": first + 0.3 * rng.normal(size=first.shape),
        "turned": first @ turn,
        "other": rng.normal(size=(n, 4)),
    }
