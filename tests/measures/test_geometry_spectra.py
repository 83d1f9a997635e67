"""Measures of a layer's spectrum against closed forms and the published steps."""

import math

import numpy as np
import pytest

from explorer.catalogue import measures
from explorer.errors import SampleError

rng = np.random.default_rng(0)


def read(name: str, z, **settings):
    return measures[name](**settings)(z)


def rules(score) -> set[str]:
    return {doubt.rule for doubt in score.warnings if not doubt.note}


def orthonormal(n: int, d: int, centred: bool = True) -> np.ndarray:
    """Columns of length 1 at right angles, each of mean 0 where asked."""
    ones = np.ones((n, 1)) if centred else np.zeros((n, 0))
    return np.linalg.qr(np.hstack([ones, rng.normal(size=(n, d))]))[0][:, ones.shape[1] :]


def planted(singular: list[float], n: int = 300, centred: bool = True) -> np.ndarray:
    """Samples with these singular values, turned at random."""
    d = len(singular)
    return orthonormal(n, d, centred) * singular @ np.linalg.qr(rng.normal(size=(d, d)))[0]


def power(weights) -> float:
    p = np.array(weights, float) / np.sum(weights)
    return float(np.exp(-(p * np.log(p)).sum()))


SPECTRUM = [9.0, 4.0, 3.0, 1.0, 0.2]


@pytest.mark.parametrize(
    ("name", "settings", "truth"),
    [
        ("effective_rank", {}, power(SPECTRUM)),
        ("effective_rank", {"centred": True}, power(SPECTRUM)),
        ("von_neumann_entropy", {}, math.log(power(np.square(SPECTRUM)))),
        ("participation_ratio", {}, np.sum(np.square(SPECTRUM)) ** 2 / np.sum(np.power(SPECTRUM, 4))),
    ],
)
def test_planted_spectra(name, settings, truth):
    score = read(name, planted(SPECTRUM), **settings)
    assert score.value == pytest.approx(truth, abs=1e-10)
    assert len(score.details["spectrum"]) == 5


def test_even_directions_and_a_single_one():
    even, single = orthonormal(200, 7), orthonormal(200, 1) @ rng.normal(size=(1, 7))
    for name, most in (("effective_rank", 7), ("participation_ratio", 7), ("iso_score", 1)):
        assert read(name, even).value == pytest.approx(most, abs=1e-10)
    entropy = read("von_neumann_entropy", even)
    assert entropy.value == pytest.approx(math.log(7), abs=1e-10)
    assert entropy.details["effective_dimension"] == pytest.approx(7, abs=1e-9)
    assert read("von_neumann_entropy", single).value == pytest.approx(0, abs=1e-10)
    assert read("participation_ratio", single).value == pytest.approx(1, abs=1e-10)
    assert read("iso_score", single).value == pytest.approx(0, abs=1e-10)
    assert read("effective_rank", single).value == pytest.approx(1, abs=1e-10)


def test_the_mean_is_a_direction_unless_it_is_taken_away():
    far = planted(SPECTRUM) + 1000.0
    assert read("effective_rank", far).value < 1.05
    assert read("effective_rank", far, centred=True).value == pytest.approx(power(SPECTRUM), abs=1e-8)
    assert read("effective_rank", np.full((50, 3), 0.1)).value == pytest.approx(1, abs=1e-9)
    with pytest.raises(SampleError, match="constant over its 50 samples"):
        read("effective_rank", np.full((50, 3), 0.1), centred=True)


def test_von_neumann_sees_second_moments_alone():
    angle = np.linspace(0, 2 * np.pi, 400, endpoint=False)
    ring = np.stack([np.cos(angle), np.sin(angle)], 1)
    assert read("von_neumann_entropy", ring).value == pytest.approx(math.log(2), abs=1e-10)


def test_few_samples_read_too_low_and_say_so():
    # the loss is d / 2n = 0.1 to first order; the next order and the mean of 40 draws leave 0.01
    losses = [math.log(20) - read("von_neumann_entropy", rng.normal(size=(100, 20))).value for _ in range(40)]
    assert np.mean(losses) == pytest.approx(0.1, abs=0.01)
    assert rules(read("von_neumann_entropy", rng.normal(size=(60, 20)))) == {"samples"}
    assert not rules(read("von_neumann_entropy", rng.normal(size=(1000, 20))))


@pytest.mark.parametrize("sigma", [0.3, None])
def test_gaussian_kernel_is_that_of_a_dense_matrix(sigma):
    z = rng.normal(size=(90, 3))
    squared = ((z[:, None] - z) ** 2).sum(2)
    width = sigma or np.quantile(np.sqrt(squared[np.triu_indices(90, 1)]), 0.5, method="lower")
    values = np.linalg.eigvalsh(np.exp(-squared / (2 * width**2)) / 90)
    values = values[values > 1e-15]
    score = read("von_neumann_entropy", z, kernel="gaussian", sigma=sigma)
    assert score.value == pytest.approx(-(values * np.log(values)).sum(), abs=1e-9)
    assert score.details["sigma"] == pytest.approx(width)


def test_gaussian_kernel_counts_clusters():
    sizes = np.array([10, 20, 30, 40])
    z = np.repeat(np.eye(4) * 1000, sizes, axis=0)
    found = read("von_neumann_entropy", z, kernel="gaussian", sigma=1.0)
    assert found.value == pytest.approx(math.log(power(sizes)), abs=1e-9)
    apart = read("von_neumann_entropy", np.arange(30.0)[:, None] * 1000, kernel="gaussian", sigma=1.0)
    assert apart.value == pytest.approx(math.log(30), abs=1e-9)
    assert read("von_neumann_entropy", np.zeros((30, 2)), kernel="gaussian").value == pytest.approx(0, abs=1e-9)


def test_a_kernel_that_does_not_fit_is_refused(monkeypatch):
    monkeypatch.setattr("explorer.measures.geometry.von_neumann_entropy.memory_free", lambda device: 100_000)
    with pytest.raises(SampleError, match="do not fit in memory"):
        read("von_neumann_entropy", rng.normal(size=(100, 2)), kernel="gaussian")


def published_iso_score(z: np.ndarray) -> float:
    """The paper's steps: variances along the principal axes, normalised, their distance from ones, rescaled."""
    d = z.shape[1]
    variances = np.linalg.eigvalsh(np.cov(z.T))
    unit = math.sqrt(d) * variances / np.linalg.norm(variances)
    defect = np.linalg.norm(unit - 1) / math.sqrt(2 * (d - math.sqrt(d)))
    share = (d - defect**2 * (d - math.sqrt(d))) ** 2 / d**2
    return (d * share - 1) / (d - 1)


@pytest.mark.parametrize("d", [2, 5, 40])
def test_iso_score_is_the_published_one(d):
    z = rng.normal(size=(300, d)) @ rng.normal(size=(d, d))
    assert read("iso_score", z).value == pytest.approx(published_iso_score(z), abs=1e-10)


def test_iso_score_needs_two_columns():
    with pytest.raises(SampleError, match="one column"):
        read("iso_score", rng.normal(size=(50, 1)))


def test_spectra_stay_short():
    for name in ("effective_rank", "von_neumann_entropy", "participation_ratio", "iso_score"):
        assert len(read(name, rng.normal(size=(310, 300))).details["spectrum"]) == 256


@pytest.mark.parametrize("factor", [1e-150, 1e140])
def test_any_unit_will_do(factor):
    z = planted(SPECTRUM)
    for name in ("effective_rank", "von_neumann_entropy", "participation_ratio", "iso_score"):
        assert read(name, z * factor).value == pytest.approx(read(name, z).value, abs=1e-9)
