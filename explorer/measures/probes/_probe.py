"""Probes on samples that they were not fitted on."""

from dataclasses import dataclass

import torch

from explorer.errors import SampleError
from explorer.numerics.cells import entropy
from explorer.numerics.softmax import Softmax, fitted
from explorer.result import Doubt

STANDARD = Doubt("standardised", "Columns were standardised inside the probe.", note=True)
"""What every probe does to its columns."""


@dataclass(frozen=True)
class Scale:
    """Centre and inverse spread of every column of the samples that a probe is fitted on; constant columns become 0."""

    centre: torch.Tensor
    inverse: torch.Tensor

    @classmethod
    def of(cls, z: torch.Tensor) -> "Scale":
        """That of z; a single row has no spread."""
        varies = (z != z[:1]).any(0)
        spread = torch.where(varies, z.std(0, correction=0), 1.0)
        return cls(z.mean(0), torch.where(varies & (spread > 0), 1 / spread, 0.0))

    def __call__(self, z: torch.Tensor) -> torch.Tensor:
        return (z - self.centre) * self.inverse


@dataclass(frozen=True)
class Probe:
    """How a probe is made: the penalty on its weights, and its hidden units."""

    strength: float
    hidden: int = 0

    def fitted(self, z: torch.Tensor, y: torch.Tensor, classes: int) -> tuple[Scale, Softmax]:
        """The scale of the columns and the classifier on scaled columns."""
        scale = Scale.of(z)
        return scale, fitted(scale(z), y, classes, self.strength, self.hidden)


@dataclass(frozen=True)
class HeldOut:
    """What probes say of samples that they were not fitted on.

    Attributes:
        log_p: ln p of every class, (n, classes).
        y: the labels, (n,).
        part: the fold in which each sample was held out, (n,).
        trained: mean ln p of the label on the samples that the probes were fitted on.
        converged: all fits arrived.
    """

    log_p: torch.Tensor
    y: torch.Tensor
    part: torch.Tensor
    trained: float
    converged: bool

    @property
    def gains(self) -> torch.Tensor:
        """ln p(y|z) - ln p(y) of every sample, (n,), with p(y) its share of the samples."""
        shares = (torch.bincount(self.y).double() / len(self.y)).log()
        return self.log_p.gather(1, self.y[:, None])[:, 0] - shares[self.y]

    @property
    def trained_gain(self) -> float:
        """The mean gain on the samples that the probes were fitted on."""
        return float(entropy(self.y)) + self.trained

    @property
    def doubts(self) -> tuple[Doubt, ...]:
        """What is said of any probe."""
        if self.converged:
            return (STANDARD,)
        return STANDARD, Doubt("unconverged", "A fit of the probe ended before it arrived; raise regularization.")


def held_out(z: torch.Tensor, y: torch.Tensor, folds: int, probe: Probe) -> HeldOut:
    """Every sample as the probe sees it that was fitted without its fold.

    Raises:
        SampleError: for a class of one sample.
    """
    part = folds_of(y, folds)
    classes = int(y.max()) + 1
    log_p = z.new_empty(len(y), classes)
    trained, arrived = [], []
    for fold in range(int(part.max()) + 1):
        rest = part != fold
        scale, classifier = probe.fitted(z[rest], y[rest], classes)
        found = classifier.log_probabilities(scale(z))
        log_p[~rest] = found[~rest]
        trained.append(float(found[rest].gather(1, y[rest, None]).mean()))
        arrived.append(classifier.converged)
    return HeldOut(log_p, y, part, sum(trained) / len(trained), all(arrived))


def folds_of(y: torch.Tensor, folds: int) -> torch.Tensor:
    """The fold of each sample, at random and with equal shares of every class, (n,).

    Raises:
        SampleError: for a class of one sample.
    """
    sizes = torch.bincount(y)
    if int(sizes.min()) < 2:
        raise SampleError(
            f"y has a class of {int(sizes.min())} sample; each class needs 2, one to fit and one to hold out"
        )
    return _places(y) % folds


def some_of(y: torch.Tensor, share: float) -> torch.Tensor:
    """A share of the samples at random, about the same of every class, (n,) true or false."""
    places = _places(y)
    return ((places + 1) * share).floor() > (places * share).floor()


def _places(y: torch.Tensor) -> torch.Tensor:
    """The place of each sample when they are ordered by class and at random within a class, (n,)."""
    shuffled = torch.randperm(len(y)).to(y.device)
    order = shuffled[y[shuffled].argsort(stable=True)]
    return torch.empty_like(y).scatter_(0, order, torch.arange(len(y), device=y.device))


def class_means(values: torch.Tensor, y: torch.Tensor) -> list[float]:
    """The mean of (n,) values in every class."""
    sums = torch.zeros(int(y.max()) + 1, dtype=values.dtype, device=values.device).index_add_(0, y, values)
    return (sums / torch.bincount(y)).tolist()
