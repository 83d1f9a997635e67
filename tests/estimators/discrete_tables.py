"""Tables with known entropies, and samples of them."""

from collections.abc import Iterator

import numpy as np

Sample = tuple[np.ndarray, np.ndarray, float]
EULER = 0.5772156649015329


def plain(p: np.ndarray) -> float:
    """Entropy in nats of probabilities or counts."""
    p = p[p > 0] / p.sum()
    return float(-(p * np.log(p)).sum())


def samples(seed: int, sizes: tuple[int, ...] = (30, 100, 300, 1000)) -> Iterator[Sample]:
    """Pairs from independent, diagonal and Dirichlet tables of several sizes, with their information."""
    rng = np.random.default_rng(seed)
    for rows, columns in ((2, 2), (4, 4), (8, 8), (3, 20), (20, 20), (5, 100)):
        tables = [np.outer(rng.dirichlet(np.ones(rows)), rng.dirichlet(np.ones(columns)))]
        tables += [rng.dirichlet(np.full(rows * columns, a)).reshape(rows, columns) for a in (0.1, 1, 10)]
        if rows == columns:
            tables.append(np.diag(rng.dirichlet(np.ones(rows))))
        for p in tables:
            for n in sizes:
                cells = rng.choice(p.size, n, p=p.ravel())
                yield cells // columns, cells % columns, plain(p.sum(0)) + plain(p.sum(1)) - plain(p)


def undersampled_pair(rng: np.random.Generator, n: int = 60, levels: int = 12) -> tuple[np.ndarray, ...]:
    """Three paired columns of long-tailed frequencies, most combinations of which occur once."""
    x, y = rng.geometric(0.2, n) % levels, rng.integers(0, levels, n)
    return x, np.where(rng.random(n) < 0.4, x, y), rng.integers(0, 3, n)
