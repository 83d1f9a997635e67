"""Students of a teacher by plain enumeration; fits of a normal distribution against closed forms."""

import math
from collections import Counter
from itertools import product

import numpy as np
import pytest
from scipy.special import digamma

from explorer.engines.validity.fitted_normal import EXCESS, first_order, risks
from explorer.engines.validity.transfer import STUDENTS, Teacher, learned
from explorer.errors import InputError

TEACHER = Teacher(np.array([0.7, 0.3]), np.array([[0.5, 0.3, 0.2], [0.1, 0.6, 0.3]]))


def by_hand(counts):
    """The four students' distances, one input and one label at a time."""
    found = []
    for rule in range(4):
        total = 0.0
        for s, chance in enumerate(TEACHER.inputs):
            n, true = sum(counts[s]), TEACHER.labels[s]
            if rule == 0:
                guess = [c / n if n else 1 / 3 for c in counts[s]]
            elif rule == 1:
                weight = sum(c * p for c, p in zip(counts[s], true, strict=True))
                guess = [c * p / weight if n else 1 / 3 for c, p in zip(counts[s], true, strict=True)]
            elif rule == 2:
                known = [p if c else None for c, p in zip(counts[s], true, strict=True)]
                rest = 1 - sum(p for p in known if p is not None)
                guess = [rest / known.count(None) if p is None else p for p in known]
            else:
                guess = list(true) if n else [1 / 3] * 3
            total += chance * sum(abs(a - b) for a, b in zip(guess, true, strict=True)) / 2
        found.append(total)
    return found


def test_students_by_hand_over_every_sequence_of_samples():
    n, expected = 4, np.zeros(4)
    cells = list(product(range(2), range(3)))
    for sequence in product(cells, repeat=n):
        p = math.prod(TEACHER.inputs[s] * TEACHER.labels[s, a] for s, a in sequence)
        drawn = Counter(sequence)
        counts = [[drawn[s, a] for a in range(3)] for s in range(2)]
        hand = by_hand(counts)
        assert TEACHER.distance(TEACHER.students(np.array(counts))) == pytest.approx(hand, abs=1e-12)
        expected += p * np.array(hand)
    found = learned(TEACHER, [n], 4000)[:, 0]
    assert np.all(np.abs(found.mean(1) - expected) < 4 * found.std(1) / math.sqrt(4000) + 1e-12)


def test_all_chances_are_missing_only_where_an_input_was_never_seen():
    teacher = Teacher.halving(10, 5)
    uniform = np.abs(teacher.labels - 0.2).sum(1) / 2
    for n in (5, 50):
        expected = (teacher.inputs * (1 - teacher.inputs) ** n * uniform).sum()
        found = learned(teacher, [n], 2000)[3, 0]
        assert found.mean() == pytest.approx(expected, abs=4 * found.std() / math.sqrt(2000))


def test_weights_go_to_the_square_of_the_teacher_and_rates_are_those_of_the_levels():
    teacher = Teacher.halving(16, 12)
    square = teacher.labels**2 / (teacher.labels**2).sum(1, keepdims=True)
    found = learned(teacher, [100, 10_000], 60).mean(-1)
    bias = float(teacher.distance(square))
    assert found[1, 1] == pytest.approx(bias, abs=0.005) and bias > 0.1
    slopes = np.log(found[:, 1] / found[:, 0]) / math.log(100)
    assert slopes[0] == pytest.approx(-0.5, abs=0.06)  # hard labels: 1 / sqrt(n)
    assert slopes[2:] == pytest.approx([-1, -1], abs=0.15)  # either kind of chances: 1 / n
    assert abs(slopes[1]) < 0.1
    assert len(STUDENTS) == 4 and np.all(found[3] < found[2]) and np.all(found[2] < found[0])


def test_a_teacher_is_a_distribution():
    teacher = Teacher.halving(7, 4, seed=3)
    assert teacher.inputs.sum() == pytest.approx(1) and teacher.labels.sum(1) == pytest.approx(np.ones(7))
    assert sorted(teacher.labels[0]) == pytest.approx(np.array([1, 2, 4, 8]) / 15)


def test_students_refuse():
    with pytest.raises(InputError):
        Teacher.halving(1, 5)
    for samples, draws in (([0], 3), ([5], 0)):
        with pytest.raises(InputError):
            learned(TEACHER, samples, draws)


def exact_normal(n: np.ndarray) -> np.ndarray:
    """The expected divergence for a normal truth and n > 3 samples, in nats: m is normal, n v chi squared."""
    return (digamma((n - 1) / 2) - np.log(n / 2) + (n + 1) / (n - 3) - 1) / 2


def test_fits_of_a_normal_truth_in_closed_form():
    n = [5, 10, 40]
    found = risks("normal", n, 40_000)
    error = found.std(1) / math.sqrt(40_000)
    assert np.all(np.abs(found.mean(1) - exact_normal(np.array(n))) < 4 * error)
    far = np.array([1e4, 1e6])
    assert exact_normal(far) == pytest.approx(first_order("normal", far), rel=3e-3)


@pytest.mark.parametrize("truth", list(EXCESS))
def test_the_leading_term_is_reached(truth):
    n = 2000
    found = risks(truth, [n], 4000)[0] * n
    # the next term is of relative size 10 / n or less
    assert found.mean() == pytest.approx(float(first_order(truth, n)) * n, abs=4 * found.std() / math.sqrt(4000) + 0.01)


def test_the_projection_is_the_nearest():
    from scipy.integrate import quad

    def divergence(m, v):  # of a standardised Laplace truth from N(m, v), up to the entropy of the truth
        def loss(x):
            return math.exp(-math.sqrt(2) * abs(x)) / math.sqrt(2) * ((x - m) ** 2 / (2 * v) + math.log(v) / 2)

        return 2 * quad(loss, 0, 40)[0] if m == 0 else quad(loss, -40, 0)[0] + quad(loss, 0, 40)[0]

    assert all(divergence(0, 1) < divergence(m, v) for m, v in ((0.1, 1), (-0.1, 1), (0, 1.1), (0, 0.9)))


def test_fits_refuse():
    for arguments in (("normal", [1], 5), ("normal", [5], 0), ("cauchy", [5], 5)):
        with pytest.raises(InputError):
            risks(*arguments)
