"""Which label to ask for next: an unsure model, models that disagree, or a prediction that flips easily."""

from dataclasses import dataclass

import numpy as np
from scipy.special import expit

from explorer.engines.finite.tables import binary_entropy
from explorer.errors import InputError

CENTRES, RIDGE, STEPS = 4, 0.1, 50
"""Of the features: centres along each axis. Of the fit: the prior's precision, and Newton's steps at most."""


def moons(n: int, noise: float, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Two half circles that reach into each other, (n, 2), and which one each point is of, (n,).

    Raises:
        InputError: for fewer than 4 points.
    """
    if n < 4:
        raise InputError(f"n={n} must be at least 4")
    rng = np.random.default_rng(seed)
    y, angle = np.arange(n) % 2, np.pi * rng.random(n)
    x = np.where(y[:, None] == 0, np.stack([np.cos(angle), np.sin(angle)], 1),
                 np.stack([1 - np.cos(angle), 0.5 - np.sin(angle)], 1))  # fmt: skip
    return x + noise * rng.standard_normal((n, 2)), y


def bumps(x: np.ndarray) -> np.ndarray:
    """A constant and Gaussian bumps of deviation 0.7 on a grid over the moons, (n, 17)."""
    places = np.stack(np.meshgrid(np.linspace(-1, 2, CENTRES), np.linspace(-0.6, 1.1, CENTRES)), -1).reshape(-1, 2)
    square = ((x[:, None] - places) ** 2).sum(-1)
    return np.concatenate([np.ones((len(x), 1)), np.exp(-square / (2 * 0.7**2))], 1)


@dataclass(frozen=True)
class Classifier:
    """A logistic classifier and how sure its weights are.

    Attributes:
        weights: the likeliest under a normal prior, (d,).
        covariance: of their normal approximation, (d, d).
    """

    weights: np.ndarray
    covariance: np.ndarray

    @classmethod
    def fitted(cls, features: np.ndarray, y: np.ndarray) -> "Classifier":
        """By Newton's method, features (n, d) and labels 0 or 1; the weights' prior has precision 0.1."""
        weights, precision = np.zeros(features.shape[1]), RIDGE * np.eye(features.shape[1])
        for _ in range(STEPS):
            chance = expit(features @ weights)
            curve = (features.T * (chance * (1 - chance))) @ features + precision
            step = np.linalg.solve(curve, features.T @ (y - chance) - RIDGE * weights)
            weights = weights + step
            if np.abs(step).max() < 1e-10:
                break
        return cls(weights, np.linalg.inv(curve))

    def perturbed(self, count: int, scale: float, rng: np.random.Generator) -> np.ndarray:
        """Weights drawn around the likeliest, (count, d); at scale 1 from the normal approximation."""
        factor = np.linalg.cholesky(self.covariance)
        return self.weights + scale * rng.standard_normal((count, len(self.weights))) @ factor.T


def least_disagreement(features: np.ndarray, weights: np.ndarray, others: np.ndarray) -> np.ndarray:
    r"""For each sample the smallest share of samples that a hypothesis changes which changes this one, (n,).

    .. math:: \mathrm{LDM}(x) = \inf_{h : h(x) \ne g(x)} P\big(h(X) \ne g(X)\big)

    The infimum is over the hypotheses given, so it is an upper limit that falls as more are tried; 1 where none of
    them changes the sample.

    Args:
        features: of the samples, (n, d).
        weights: of the classifier g, (d,).
        others: of the hypotheses h, (m, d).

    References: cho2024.
    """
    changed = (features @ others.T > 0) != (features @ weights > 0)[:, None]
    return np.where(changed, changed.mean(0), 1.0).min(1)


@dataclass(frozen=True)
class Wishes:
    """How much each sample's label is wished for by three rules, (n,) each.

    Attributes:
        disagreement: least share of samples that must change with it; the smallest is asked first.
        entropy: of the mean prediction, in nats; the largest is asked first.
        gain: what the label would tell of the weights, the entropy of the mean prediction less the mean entropy.
    """

    disagreement: np.ndarray
    entropy: np.ndarray
    gain: np.ndarray

    def first(self, count: int) -> dict[str, np.ndarray]:
        """The samples that each rule would ask for, in order."""
        wished = {"least disagreement": -self.disagreement, "entropy": self.entropy, "information gain": self.gain}
        return {name: np.argsort(-one, kind="stable")[:count] for name, one in wished.items()}


def wishes(classifier: Classifier, features: np.ndarray, seed: int = 0, members: int = 400) -> Wishes:
    """The three rules on samples without labels.

    The hypotheses of the first are drawn at ten scales between 0.03 and 1 around the classifier, those of the last two
    from the normal approximation of its weights.

    References: cho2024; houlsby2011.
    """
    rng = np.random.default_rng(seed)
    scales = np.geomspace(0.03, 1, 10)
    tried = np.concatenate([classifier.perturbed(members // 2, scale, rng) for scale in scales])
    chances = expit(features @ classifier.perturbed(members, 1.0, rng).T)
    entropy = binary_entropy(chances.mean(1))
    nearest = least_disagreement(features, classifier.weights, tried)
    return Wishes(nearest, entropy, entropy - binary_entropy(chances).mean(1))


@dataclass(frozen=True)
class Asked:
    """Two moons, some of them labelled, and what each rule asks for next.

    Attributes:
        points: (n, 2), the labelled ones first.
        labels: of those, (labelled,).
        first: rows of `points` that each rule asks for, in order.
    """

    points: np.ndarray
    labels: np.ndarray
    first: dict[str, np.ndarray]

    def shared(self, rule: str, other: str) -> int:
        """How many samples both rules ask for."""
        return len(np.intersect1d(self.first[rule], self.first[other]))

    def kinds(self, rule: str) -> np.ndarray:
        """0 for a sample without label, 1 and 2 for labels 0 and 1, 3 for one that the rule asks for; (n,)."""
        kinds = np.zeros(len(self.points), dtype=int)
        kinds[: len(self.labels)] = 1 + self.labels
        kinds[self.first[rule]] = 3
        return kinds


def asked(n: int, noise: float, labelled: int, count: int, seed: int = 0) -> Asked:
    """Fit the labelled moons, and find what each rule asks for among the others; see `wishes`."""
    x, y = moons(n, noise, seed)
    features = bumps(x)
    found = wishes(Classifier.fitted(features[:labelled], y[:labelled]), features[labelled:], seed).first(count)
    return Asked(x, y[:labelled], {name: labelled + rows for name, rows in found.items()})
