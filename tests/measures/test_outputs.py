"""Measures of a classifier's outputs against brute force, closed forms and many digits."""

import mpmath
import numpy as np
import pytest
import torch
from measure_cases import outputs
from scipy.stats import dirichlet

from explorer.errors import SampleError
from explorer.measures import (
    DirichletFisher,
    DirichletInformation,
    ExpectedCalibrationError,
    OutputInformation,
    PredictionInformation,
)
from explorer.numerics.dirichlet import LARGE, differential_entropy, information, log_det_fisher


def rules(score) -> set[str]:
    return {doubt.rule for doubt in score.warnings}


def entropy(p: np.ndarray) -> np.ndarray:
    return -(p * np.log(p)).sum(-1)


@pytest.fixture
def unequal() -> tuple[np.ndarray, np.ndarray]:
    """Probabilities and labels of classes of unequal size, one surer than the others."""
    p, y = outputs(150)
    p[y == 0] = p[y == 0] ** 3 / (p[y == 0] ** 3).sum(1, keepdims=True)
    keep = (y > 0) | (np.arange(150) % 9 == 0)
    return p[keep], y[keep]


def test_information_within_classes_is_the_mean_divergence_from_the_centre(unequal):
    p, y = unequal
    score = OutputInformation()(p, y)
    by_class = []
    for k in range(3):
        centre = p[y == k].mean(0)
        by_class.append(np.mean((p[y == k] * np.log(p[y == k] / centre)).sum(1)))
    assert score.details["per_class"] == pytest.approx(by_class, abs=1e-12)
    assert score.value == pytest.approx(np.bincount(y) / len(y) @ by_class, abs=1e-12)
    assert abs(score.value - np.mean(by_class)) > 1e-3  # the mean of classes is another number here


def test_the_normalised_form_is_the_sum_over_pairs_of_different_classes(unequal):
    p, y = unequal
    pairs = [-(p[i] * np.log(p[j])).sum() for i in range(len(y)) for j in range(len(y)) if y[i] != y[j]]
    details = OutputInformation()(p, y).details
    assert details["between_classes"] == pytest.approx(np.sum(pairs) / len(y) ** 2)
    assert details["normalised"] == pytest.approx(OutputInformation()(p, y).value / details["between_classes"])


def test_the_information_of_a_prediction_splits_into_that_of_the_class_and_the_rest(unequal):
    """Y - X - prediction is a Markov chain: I(X; Y^) = I(Y; Y^) + I(X; Y^ | Y)."""
    p, y = unequal
    table = np.stack([p[y == k].sum(0) for k in range(3)]) / len(y)
    of_class = entropy(table.sum(0)) + entropy(table.sum(1)) - entropy(table.ravel())
    whole, within = PredictionInformation()(p), OutputInformation()(p, y)
    assert whole.value == pytest.approx(of_class + within.value, abs=1e-12)
    assert whole.value == pytest.approx(entropy(p.mean(0)) - entropy(p).mean(), abs=1e-12)


def test_sure_outputs_tell_all_of_the_label_and_nothing_within_a_class():
    y = np.arange(60) % 4
    sure = np.eye(4)[y]
    assert PredictionInformation()(sure).value == pytest.approx(np.log(4))
    within = OutputInformation()(sure, y)
    assert within.value == pytest.approx(0, abs=1e-12) and within.details["normalised"] is None
    soft = np.full((60, 4), 0.1) + 0.6 * sure
    assert OutputInformation()(soft, y).value == pytest.approx(0, abs=1e-12)
    assert PredictionInformation()(np.full((60, 4), 0.25)).value == pytest.approx(0, abs=1e-12)


def test_logits_and_probabilities_are_told_apart_and_read_alike(unequal):
    p, y = unequal
    logits = np.log(p) + np.linspace(-3, 3, len(p))[:, None]
    for read in (lambda z, **s: OutputInformation(**s)(z, y), lambda z, **s: PredictionInformation(**s)(z)):
        assert read(logits).value == pytest.approx(read(p).value, abs=1e-12)
        assert "logits" in read(logits).warnings[0].text and "probabilities" in read(p).warnings[0].text
        assert read(p, form="logits").value != pytest.approx(read(p).value, abs=0.01)
        assert not read(p, form="probabilities").warnings
        with pytest.raises(SampleError, match="form='probabilities' does not fit"):
            read(logits, form="probabilities")
    with pytest.raises(SampleError, match="1 column"):
        PredictionInformation()(p[:, 0])


def test_large_logits_do_not_overflow():
    z = np.array([[1e4, -1e4, 0], [-1e4, 1e4, 0]] * 5)
    assert PredictionInformation()(z).value == pytest.approx(np.log(2))


def test_calibration_error_by_hand():
    """Two confident and right, two confident of which one is right: |1 - 0.9| / 2 + |0.5 - 0.6| / 2."""
    z = np.array([[0.9, 0.1], [0.1, 0.9], [0.6, 0.4], [0.6, 0.4]])
    score = ExpectedCalibrationError(bins=10)(z, [0, 1, 0, 1])
    assert score.value == pytest.approx(0.1)
    assert score.details["sizes"] == [2, 2] and score.details["accuracy"] == [0.5, 1.0]
    assert score.details["mean_confidence"] == pytest.approx(0.75)
    with pytest.raises(SampleError, match="y has 1 different labels and z 2 columns"):
        ExpectedCalibrationError()(z, [1, 1, 1, 1])


def test_a_calibrated_classifier_reads_its_noise_and_a_sharpened_one_more():
    rng = np.random.default_rng(0)
    p = rng.dirichlet(np.ones(3), 5000)
    y = (rng.random((5000, 1)) > p.cumsum(1)).sum(1)
    fair = ExpectedCalibrationError()(p, y)
    assert fair.value == pytest.approx(fair.details["noise"], rel=0.5) and "noise" in rules(fair)
    sharp = ExpectedCalibrationError()(p**4 / (p**4).sum(1, keepdims=True), y)
    assert sharp.value > 0.15 and "noise" not in rules(sharp)


def digits(alpha: list[float]) -> float:
    """ln |I(alpha)| with sixty digits."""
    with mpmath.workdps(60):
        a = [mpmath.mpf(one) for one in alpha]
        total = mpmath.psi(1, sum(a))
        parts = [mpmath.psi(1, one) for one in a]
        return float(sum(mpmath.log(p) for p in parts) + mpmath.log(1 - sum(total / p for p in parts)))


def test_fisher_determinant_is_the_published_number():
    assert float(log_det_fisher(torch.tensor([[1.3, 2.0, 5.0]], dtype=torch.float64))) == pytest.approx(
        -4.026877, abs=1e-6
    )


@pytest.mark.parametrize(
    "alpha", [[1.3, 2, 5], [LARGE - 1e-9, LARGE, LARGE + 1e-9], [1, 1e3], [1e6] * 10, [1, 1e12, 3]]
)
def test_fisher_determinant_keeps_its_digits(alpha):
    found = torch.tensor([alpha], dtype=torch.float64)
    assert float(log_det_fisher(found)) == pytest.approx(digits(alpha), abs=1e-12)  # a sum of a few rounded logarithms


def test_fisher_determinant_is_that_of_the_matrix():
    alpha = torch.tensor([1.3, 2.0, 5.0, 9.0], dtype=torch.float64)
    matrix = torch.diag(torch.special.zeta(2.0, alpha)) - torch.special.zeta(2.0, alpha.sum())
    assert float(log_det_fisher(alpha[None])) == pytest.approx(float(torch.linalg.slogdet(matrix)[1]), abs=1e-12)


def test_dirichlet_entropies_are_those_of_scipy_and_of_samples():
    alpha = np.array([1.5, 2.0, 4.0])
    row = torch.tensor(alpha)[None]
    assert float(differential_entropy(row)) == pytest.approx(dirichlet(alpha).entropy())
    p = np.random.default_rng(0).dirichlet(alpha, 200_000)
    mean = alpha / alpha.sum()
    drawn = entropy(mean) - entropy(np.maximum(p, 1e-300)).mean()
    assert float(information(row)) == pytest.approx(drawn, abs=0.002)  # standard error 0.0005
    assert float(information(1e9 * row)) == pytest.approx(0, abs=1e-8)


def test_evidence_is_made_as_it_is_said():
    z = np.random.default_rng(0).normal(size=(50, 4)) * 3
    for entry in (DirichletFisher, DirichletInformation):
        soft = entry()(z)
        assert soft.value == pytest.approx(entry(evidence="none")(np.log1p(np.exp(z))).value, abs=1e-9)
        assert entry(evidence="relu")(z).value == pytest.approx(entry(evidence="none")(np.maximum(z, 0)).value)
        assert set(soft.details) == {
            "largest_probability", "precision", "differential_entropy", "dirichlet_information"
        }  # fmt: skip
        assert "probabilities" in rules(entry()(outputs()[0])) and not rules(soft)
        with pytest.raises(SampleError, match="evidence='none' takes z as evidence"):
            entry(evidence="none")(z)
    assert DirichletInformation()(z).value == DirichletFisher()(z).details["dirichlet_information"]


def test_more_evidence_is_less_doubt():
    weak, strong = np.eye(3)[np.arange(30) % 3], 50 * np.eye(3)[np.arange(30) % 3]
    assert DirichletInformation(evidence="none")(strong).value < DirichletInformation(evidence="none")(weak).value
    assert DirichletFisher(evidence="none")(strong).value < DirichletFisher(evidence="none")(weak).value
