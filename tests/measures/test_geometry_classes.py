"""Measures of directions and classes against their definitions written out, and closed forms."""

import math

import numpy as np
import pytest
from scipy.special import hyp0f1

from explorer.catalogue import measures
from explorer.errors import SampleError

rng = np.random.default_rng(0)
LABELS = np.repeat(np.arange(3), (10, 20, 30))
MEMBERS = np.equal.outer(np.arange(3), LABELS)
Z = rng.normal(size=(60, 5)) + 2 * rng.normal(size=(3, 5))[LABELS]
UNITS = Z / np.linalg.norm(Z, axis=1, keepdims=True)


def read(name: str, *data, **settings):
    return measures[name](**settings)(*data)


def rules(score) -> set[str]:
    return {doubt.rule for doubt in score.warnings if not doubt.note}


@pytest.mark.parametrize("t", [0.5, 2.0, 10.0])
def test_uniformity_by_brute_force(t):
    squared = ((UNITS[:, None] - UNITS) ** 2).sum(2)[np.triu_indices(60, 1)]
    assert read("uniformity", Z, t=t).value == pytest.approx(math.log(np.exp(-t * squared).mean()), abs=1e-12)


@pytest.mark.parametrize("d", [2, 3, 10])
def test_uniformity_of_the_sphere(d):
    # the mean over pairs deviates by less than 0.5 / n of itself; n = 3000 leaves a margin of ten deviations
    found = read("uniformity", rng.normal(size=(3000, d))).value
    assert found == pytest.approx(math.log(hyp0f1(d / 2, 4.0)) - 4, abs=0.01)


def test_uniformity_between_its_ends():
    assert read("uniformity", np.array([[1.0, 2.0], [-2.0, -4.0]])).value == pytest.approx(-8, abs=1e-12)
    assert read("uniformity", np.outer([1.0, 2.0, 5.0], [1.0, 2.0])).value == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize("name", ["uniformity", "alignment", "class_separation"])
def test_a_row_of_zeros_has_no_direction(name):
    z = Z.copy()
    z[7] = 0
    with pytest.raises(SampleError, match="first in row 7"):
        read(name, *((z,) if name == "uniformity" else (z, LABELS)))
    tiny = read(name, *((1e-160 * Z,) if name == "uniformity" else (1e-160 * Z, LABELS)))
    plain = read(name, *((Z,) if name == "uniformity" else (Z, LABELS)))
    assert tiny.value == pytest.approx(plain.value, abs=1e-12)


def test_alignment_by_brute_force():
    squared = ((UNITS[:, None] - UNITS) ** 2).sum(2)
    pairs = np.triu(np.equal.outer(LABELS, LABELS), 1)
    found = read("alignment", Z, LABELS)
    assert found.value == pytest.approx(squared[pairs].mean(), abs=1e-12)
    inside = [squared[pairs & mine].mean() for mine in MEMBERS]
    assert found.details["per_class"] == pytest.approx(inside, abs=1e-12)


def test_alignment_of_directions_that_labels_decide_or_do_not():
    z = np.eye(3)[LABELS] * rng.uniform(1, 2, (60, 1))
    assert read("alignment", z, LABELS).value == pytest.approx(0, abs=1e-12)
    # mean of |u - v|^2 = 2 - 2 u.v over 2000 directions in 20 columns: the deviation is below 0.01
    assert read("alignment", rng.normal(size=(2000, 20)), np.arange(2000) % 4).value == pytest.approx(2, abs=0.01)


def test_labels_that_occur_once_have_no_pair():
    labels = LABELS.copy()
    labels[59] = 3
    found = read("alignment", Z, labels)
    assert math.isnan(found.details["per_class"][3]) and found.to_dict()["details"]["per_class"][3] is None
    assert found.value == pytest.approx(read("alignment", Z[:59], LABELS[:59]).value, abs=1e-12)
    assert [doubt.rule for doubt in found.warnings] == ["unit rows", "left out"]
    with pytest.raises(SampleError, match="once each"):
        read("alignment", Z, np.arange(60))


def test_class_separation_is_the_published_double_sum():
    distance = 1 - UNITS @ UNITS.T
    of = [[distance[np.ix_(a, b)].mean() for b in MEMBERS] for a in MEMBERS]
    found = read("class_separation", Z, LABELS)
    assert found.value == pytest.approx(1 - np.trace(of) / 3 / np.mean(of), abs=1e-12)
    assert found.details["per_class"] == pytest.approx(np.diag(of), abs=1e-12)


def test_class_separation_between_its_ends():
    assert read("class_separation", np.eye(3)[LABELS], LABELS).value == pytest.approx(1, abs=1e-12)
    # the mean over draws is (classes - 1) / n = 0.002, its deviation far less
    assert read("class_separation", rng.normal(size=(1500, 50)), np.arange(1500) % 4).value < 0.004
    for z, y, word in ((Z, 0 * LABELS, "same label"), (np.outer(1 + LABELS, [1.0, 1.0]), LABELS, "same direction")):
        with pytest.raises(SampleError, match=word):
            read("class_separation", z, y)


def test_neural_collapse_by_pseudo_inverse():
    means = np.stack([Z[mine].mean(0) for mine in MEMBERS])
    centred, around = means - means.mean(0), Z - means[LABELS]
    within, between = around.T @ around / 60, centred.T @ centred / 3
    found = read("neural_collapse", Z, LABELS)
    assert found.value == pytest.approx(np.trace(within @ np.linalg.pinv(between, rcond=1e-12)) / 3, rel=1e-9)
    ratio = np.trace(within) / np.trace(between)
    assert read("neural_collapse", Z, LABELS, ratio="trace").value == pytest.approx(ratio)
    assert np.bincount(LABELS) / 60 @ found.details["per_class"] == pytest.approx(ratio)


def test_a_simplex_with_even_noise_has_a_closed_form():
    classes, spread = 4, 0.3
    corners = np.eye(classes) - 1 / classes  # variance 1 / classes in each of classes - 1 directions
    noise = np.vstack([np.eye(classes), -np.eye(classes)]) * spread * math.sqrt(classes)  # covariance spread^2 I
    z = (corners[:, None] + noise).reshape(-1, classes)
    found = read("neural_collapse", z, np.repeat(np.arange(classes), 2 * classes))
    assert found.value == pytest.approx(spread**2 * (classes - 1), abs=1e-12)
    for sign in ("unequal_lengths", "unequal_angles", "from_simplex"):
        assert found.details[sign] == pytest.approx(0, abs=1e-12)
    collapsed = read("neural_collapse", np.repeat(corners, 5, axis=0), np.repeat(np.arange(classes), 5))
    assert collapsed.value == pytest.approx(0, abs=1e-15)


def test_labels_without_classes():
    found = read("neural_collapse", rng.normal(size=(100, 10)), np.arange(100) % 4)
    assert rules(found) == {"samples"} and not rules(read("neural_collapse", Z, LABELS))
    with pytest.raises(SampleError, match="same label"):
        read("neural_collapse", Z, 0 * LABELS)
    with pytest.raises(SampleError, match="coincide"):
        read("neural_collapse", np.tile(Z, (2, 1)), np.repeat([0, 1], 60))
