"""Word vectors whose products are the pointwise mutual information of the words."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.optimize import minimize
from scipy.special import expit

from explorer.engines.texts.pairs import Pairs
from explorer.errors import SettingError

STEPS = 60
"""Most iterations of a fit; on the documents the error of the seen pairs falls by less than 3 % after."""
BASE, SCALE, POWER = 0.1, 0.25, 0.5
"""Weight of a pair seen c times: BASE + SCALE c ** POWER, as in the published program."""


@dataclass(frozen=True, eq=False)
class Swivel:
    """Vectors of words, and how their products meet the PMI.

    Attributes:
        words: the vocabulary.
        rows, columns: a vector of each word as the first and as the second of a pair, (V, d).
        targets: the PMI of pairs that were seen, and for the others what one count would give, (V, V).
        seen: which pairs were seen, (V, V).
        converged: the fit arrived before its last iteration.
    """

    words: tuple[str, ...]
    rows: np.ndarray
    columns: np.ndarray
    targets: np.ndarray
    seen: np.ndarray
    converged: bool

    @property
    def products(self) -> np.ndarray:
        """What the vectors say of the PMI of every pair, in nats, (V, V)."""
        return self.rows @ self.columns.T

    @property
    def vectors(self) -> np.ndarray:
        """The sum of the two vectors of every word, (V, d), as published."""
        return self.rows + self.columns

    @property
    def seen_error(self) -> float:
        """Root mean square of product - PMI over pairs that were seen, in nats."""
        return float(np.sqrt(np.square(self.products - self.targets)[self.seen].mean()))

    @cached_property
    def excess(self) -> np.ndarray:
        """How far each pair never seen is held to be more than one count would make it, ascending, in nats."""
        return np.sort((self.products - self.targets)[~self.seen])

    def nearest(self, word: str, top: int = 8) -> tuple[tuple[str, ...], np.ndarray]:
        """The words whose vectors have the largest cosine with that of a word, and the cosines."""
        place = Pairs(self.words, self.targets).places([word])[0]
        cosines = self.cosines()[place]
        cosines[place] = -np.inf
        best = np.argsort(-cosines, kind="stable")[:top]
        return tuple(self.words[i] for i in best), cosines[best]

    def cosines(self) -> np.ndarray:
        """Cosine between the vectors of all words, (V, V)."""
        scaled = self.vectors / np.linalg.norm(self.vectors, axis=1, keepdims=True)
        return scaled @ scaled.T

    def plane(self) -> np.ndarray:
        """The vectors, scaled to length 1, along their two directions of largest variance, (V, 2)."""
        scaled = self.vectors / np.linalg.norm(self.vectors, axis=1, keepdims=True)
        centred = scaled - scaled.mean(0)
        left, scales, _ = np.linalg.svd(centred, full_matrices=False)
        return left[:, :2] * scales[:2] * np.sign(left[np.abs(left[:, :2]).argmax(0), [0, 1]])


def factorised(pairs: Pairs, dim: int = 20, hinge: bool = True, steps: int = STEPS) -> Swivel:
    r"""Fit vectors to the PMI of pairs that were seen, and below what one count would give for the others.

    .. math:: \sum_{c_{ab} > 0} \tfrac12 f(c_{ab}) (u_a \cdot v_b - \mathrm{pmi}_{ab})^2
              + \sum_{c_{ab} = 0} \ln(1 + \exp(u_a \cdot v_b - \mathrm{pmi}^1_{ab}))

    with pmi^1 that of a count of 1. L-BFGS from the singular vectors of the targets: no random start, all pairs at
    once; the paper takes stochastic steps over blocks. Fewer than V dimensions leave an error on the seen pairs.

    Args:
        dim: of the vectors, at most V.
        hinge: take the second sum; without it a pair never seen costs nothing, whatever is said of it.
        steps: most iterations; the hinge never stops pushing, so most fits end by them.

    Raises:
        SettingError: for more dimensions than words.

    References: shazeer2016.
    """
    if not 1 <= dim <= len(pairs.words):
        raise SettingError(f"dim={dim!r} must lie in 1 .. {len(pairs.words)}, the words of the vocabulary")
    seen, counted = pairs.table > 0, np.maximum(pairs.table, 1)
    targets = np.log(np.where(seen, pairs.table, 1.0) / pairs.expected)
    weights = np.where(seen, BASE + SCALE * counted**POWER, 0.0)
    missing = np.nonzero(~seen)

    def loss(flat: np.ndarray) -> tuple[float, np.ndarray]:
        rows, columns = flat.reshape(2, len(pairs.words), dim)
        apart = rows @ columns.T - targets
        value = (weights * apart**2).sum() / 2
        slope = weights * apart
        if hinge:
            unseen = apart[missing]
            value += np.logaddexp(0, unseen).sum()
            slope[missing] = expit(unseen)
        return float(value), np.concatenate([slope @ columns, slope.T @ rows]).ravel()

    left, scales, right = np.linalg.svd(targets)
    start = np.concatenate([left[:, :dim] * scales[:dim] ** 0.5, right[:dim].T * scales[:dim] ** 0.5])
    found = minimize(loss, start.ravel(), jac=True, method="L-BFGS-B", options={"maxiter": steps, "maxcor": 10})
    rows, columns = found.x.reshape(2, len(pairs.words), dim)
    return Swivel(pairs.words, rows, columns, targets, seen, bool(found.success))
