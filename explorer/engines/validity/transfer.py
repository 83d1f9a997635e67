"""A student that learns from a teacher's labels, with more or less told of each."""

from dataclasses import dataclass

import numpy as np

from explorer.errors import InputError

STUDENTS = ("hard labels", "weighted by the teacher", "chances of sampled labels", "all chances")
"""What each student is told of a sampled input: a label; then its chance as well, used as a weight or as it is; all."""


@dataclass(frozen=True)
class Teacher:
    """Inputs and the teacher's chances of labels.

    Attributes:
        inputs: chance of each input, (s,).
        labels: chance of each label for each input, (s, a).
    """

    inputs: np.ndarray
    labels: np.ndarray

    @classmethod
    def halving(cls, inputs: int, labels: int, seed: int = 0) -> "Teacher":
        """Each input half as likely as the one before, each label too, in an order of its own for every input.

        So there are rare ones however many samples are drawn.

        Raises:
            InputError: for fewer than two inputs or labels.
        """
        if min(inputs, labels) < 2:
            raise InputError(f"inputs={inputs} and labels={labels} must be at least 2")
        rng = np.random.default_rng(seed)
        return cls(_halves(inputs), np.array([rng.permutation(_halves(labels)) for _ in range(inputs)]))

    def counts(self, n: int, rng: np.random.Generator) -> np.ndarray:
        """How often each label is drawn at each input among n samples, (s, a)."""
        return rng.multinomial(n, (self.inputs[:, None] * self.labels).ravel()).reshape(self.labels.shape)

    def students(self, counts: np.ndarray) -> np.ndarray:
        """The four students' chances of labels after seeing counts (s, a), (4, s, a); even at inputs never seen.

        - hard labels: the shares of the labels drawn, the likeliest student.
        - weighted by the teacher: the labels drawn, each counted by the teacher's chance of it. It minimises the
          cross-entropy weighted by that chance, and goes to the normalised square of the teacher.
        - chances of sampled labels: the teacher's chance where a label was drawn, the rest shared evenly.
        - all chances: the teacher, at every input drawn.

        References: zhao2024.
        """
        seen, drawn = counts.sum(1, keepdims=True) > 0, counts > 0
        unseen = np.where(drawn, 0.0, self.labels).sum(1, keepdims=True)
        rest = unseen / np.maximum((~drawn).sum(1, keepdims=True), 1)
        found = [_shares(counts), _shares(counts * self.labels), np.where(drawn, self.labels, rest), self.labels]
        return np.array([np.where(seen, one, 1 / counts.shape[1]) for one in found])

    def distance(self, students: np.ndarray) -> np.ndarray:
        """Total variation from the teacher, averaged over inputs; (...,) for students (..., s, a)."""
        return np.abs(students - self.labels).sum(-1) @ self.inputs / 2


def learned(teacher: Teacher, samples: list[int], draws: int, seed: int = 0) -> np.ndarray:
    """Distances of the four students after each number of samples, (4, len(samples), draws).

    Raises:
        InputError: for fewer than one sample or draw.

    References: zhao2024.
    """
    if draws < 1 or min(samples) < 1:
        raise InputError(f"draws={draws} and samples={samples} must be at least 1")
    rng = np.random.default_rng(seed)
    found = [[teacher.distance(teacher.students(teacher.counts(n, rng))) for _ in range(draws)] for n in samples]
    return np.moveaxis(np.array(found), -1, 0)


def bands(distances: np.ndarray) -> list[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """Mean, least and largest of each student's distances over the draws; NaN for 0, which has no logarithm."""
    found = (distances.mean(-1), distances.min(-1), distances.max(-1))
    mean, low, high = (np.where(one > 0, one, np.nan) for one in found)
    return list(zip(mean, low, high, strict=True))


def _halves(count: int) -> np.ndarray:
    """Shares in proportion to 1/2, 1/4, ..."""
    return 0.5 ** np.arange(1, count + 1) / (1 - 0.5**count)


def _shares(weights: np.ndarray) -> np.ndarray:
    return weights / np.maximum(weights.sum(1, keepdims=True), np.finfo(float).tiny)
