"""Coding rates against closed forms and the published formula with membership matrices."""

import math

import numpy as np
import pytest
from sklearn.datasets import load_digits

from explorer.catalogue import measures
from explorer.errors import SampleError

rng = np.random.default_rng(0)


def read(name: str, *data, **settings):
    return measures[name](**settings)(*data)


def published(z: np.ndarray, y: np.ndarray, eps: float) -> tuple[float, float]:
    """R and Rc with Z as columns and a diagonal membership matrix a class."""
    columns = (z / np.linalg.norm(z, axis=1, keepdims=True)).T
    d, m = columns.shape
    whole = np.linalg.slogdet(np.eye(d) + d / (m * eps) * columns @ columns.T)[1] / 2
    classes = 0.0
    for one in np.unique(y):
        members = np.diag((y == one).astype(float))
        size = np.trace(members)
        inner = np.eye(d) + d / (size * eps) * columns @ members @ columns.T
        classes += size / (2 * m) * np.linalg.slogdet(inner)[1]
    return whole, classes


@pytest.mark.parametrize("epsilon_squared", [0.01, 0.5, 3.0])
@pytest.mark.parametrize(("n", "d"), [(60, 8), (30, 40)])
def test_rates_are_the_published_ones(n, d, epsilon_squared):
    z, y = rng.normal(size=(n, d)), rng.permutation(np.arange(n) % 3)
    whole, classes = published(z, y, epsilon_squared)
    found = read("coding_rate_reduction", z, y, epsilon_squared=epsilon_squared)
    assert found.value == pytest.approx(whole - classes, abs=1e-9)
    assert found.details["rate"] == pytest.approx(whole, abs=1e-9)
    assert found.details["rate_of_classes"] == pytest.approx(classes, abs=1e-9)
    assert np.dot(found.details["per_class"], np.bincount(y)) / n == pytest.approx(classes, abs=1e-9)
    assert read("coding_rate", z, epsilon_squared=epsilon_squared).value == pytest.approx(whole, abs=1e-9)


@pytest.mark.parametrize("d", [3, 20])
def test_orthonormal_columns(d):
    z = np.linalg.qr(rng.normal(size=(d, d)))[0]
    assert read("coding_rate", z).value == pytest.approx(d / 2 * math.log(3), abs=1e-10)
    assert read("coding_rate", z, epsilon_squared=0.1).value == pytest.approx(d / 2 * math.log(11), abs=1e-10)
    assert read("coding_rate", z, per_dimension=True).value == pytest.approx(math.log(3) / 2, abs=1e-12)


def subspaces(draw, classes=4, inner=3, d=32, each=60) -> tuple[np.ndarray, np.ndarray]:
    """Classes in orthogonal subspaces, rows by `draw(each, inner)`."""
    axes = np.linalg.qr(rng.normal(size=(d, d)))[0][: classes * inner].reshape(classes, inner, d)
    return np.vstack([draw(each, inner) @ one for one in axes]), np.repeat(np.arange(classes), each)


def test_orthogonal_classes_have_a_closed_form():
    z, y = subspaces(lambda each, inner: np.tile(np.eye(inner), (each // inner, 1)))
    found = read("coding_rate_reduction", z, y)
    assert found.details["rate"] == pytest.approx(6 * math.log(1 + 32 / 12 / 0.5), abs=1e-9)
    assert found.details["per_class"] == pytest.approx([1.5 * math.log(1 + 32 / 3 / 0.5)] * 4, abs=1e-9)


def test_normal_samples_in_orthogonal_classes():
    # reference numbers of one draw; over draws R deviates by 0.02 and Rc by 0.01, and both fall short of even spread
    z, y = subspaces(lambda each, inner: rng.normal(size=(each, inner)))
    found = read("coding_rate_reduction", z, y)
    assert found.details["rate"] == pytest.approx(11.0193, abs=0.08)
    assert found.details["rate_of_classes"] == pytest.approx(4.6412, abs=0.04)
    assert found.value == pytest.approx(6.3781, abs=0.06)


def test_classes_of_digits_are_apart():
    z, y = load_digits(return_X_y=True)
    some = rng.permutation(len(y))[:500]
    whole, classes = published(z[some], y[some], 0.5)
    found = read("coding_rate_reduction", z[some], y[some])
    assert found.value == pytest.approx(whole - classes, abs=1e-9)
    assert found.value == pytest.approx(4.55, abs=0.15)  # 4.43 to 4.62 over draws
    assert found.value > 3 * read("coding_rate_reduction", z[some], rng.permutation(y[some])).value


def test_one_class_saves_nothing():
    z = rng.normal(size=(50, 6))
    assert read("coding_rate_reduction", z, np.zeros(50, int)).value == pytest.approx(0, abs=1e-12)
    assert read("coding_rate_reduction", np.vstack([z, z]), np.repeat([0, 1], 50)).value == pytest.approx(0, abs=1e-12)


def test_rows_as_given_keep_their_scale():
    z, y = rng.normal(size=(80, 5)), np.arange(80) % 2
    unit = z / np.linalg.norm(z, axis=1, keepdims=True)
    for name, data in (("coding_rate", ()), ("coding_rate_reduction", (y,))):
        as_given = [read(name, one, *data, rows="as_given").value for one in (unit, z, 3 * z)]
        assert as_given[0] == pytest.approx(read(name, z, *data).value, abs=1e-12)
        assert as_given[2] > as_given[1]
        assert "unit rows" not in {doubt.rule for doubt in read(name, z, *data, rows="as_given").warnings}
    assert read("coding_rate", np.zeros((9, 2)), rows="as_given").value == 0
    with pytest.raises(SampleError, match="no direction"):
        read("coding_rate", np.zeros((9, 2)))


def test_the_width_and_few_samples_are_said():
    z, y = rng.normal(size=(80, 5)), np.arange(80) % 2
    noted = {doubt.rule for doubt in read("coding_rate_reduction", z, y).warnings}
    assert noted == {"unit rows", "width"}
    assert {doubt.rule for doubt in read("coding_rate", z, per_dimension=True).warnings} == {"unit rows"}
    few = read("coding_rate_reduction", rng.normal(size=(80, 60)), y)
    assert [doubt.rule for doubt in few.warnings if not doubt.note] == ["samples"]
    ratio = read("coding_rate_reduction", z, y).value / read("coding_rate_reduction", z, y, per_dimension=True).value
    assert ratio == pytest.approx(5)
