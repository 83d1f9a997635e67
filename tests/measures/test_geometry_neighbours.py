"""Measures from nearest neighbours and clusters against closed forms and brute force."""

import math

import numpy as np
import pytest
from scipy.spatial.distance import cdist

from explorer.catalogue import measures
from explorer.errors import SampleError
from explorer.estimators import KozachenkoLeonenko

rng = np.random.default_rng(0)


def read(name: str, z, seed: int = 0, **settings):
    return measures[name](**settings)(z, seed=seed)


def rules(score) -> set[str]:
    return {doubt.rule for doubt in score.warnings if not doubt.note}


def ordered(z: np.ndarray) -> np.ndarray:
    """Distances of every sample to all others, ascending."""
    return np.sort(cdist(z, z), axis=1)[:, 1:]


def swiss_roll(n: int) -> np.ndarray:
    along, across = 1.5 * np.pi * (1 + 2 * rng.random(n)), 21 * rng.random(n)
    return np.stack([along * np.cos(along), across, along * np.sin(along)], 1)


@pytest.mark.parametrize("method", ["two_nn", "mle"])
def test_dimension_of_manifolds_in_ten_columns(method):
    wide = np.linalg.qr(rng.normal(size=(10, 10)))[0]
    circle = rng.random((2000, 1)) * 2 * np.pi
    # the ratios of n samples fix the dimension to about 1 / sqrt(n), here 2 %; four of these, and the bias of edges
    for z, truth in (
        (np.hstack([np.cos(circle), np.sin(circle)]), 1),
        (swiss_roll(2000), 2),
        (rng.random((2000, 3)), 3),
    ):
        found = read("intrinsic_dimension", z @ wide[: z.shape[1]], method=method)
        assert found.value == pytest.approx(truth, rel=0.1)
        assert not rules(found)


@pytest.mark.parametrize("k", [2, 5, 20])
def test_likeliest_dimension_by_brute_force(k):
    z = rng.normal(size=(200, 4))
    distance = ordered(z)[:, :k]
    inverse = np.log(distance[:, -1:] / distance[:, :-1]).mean()
    assert read("intrinsic_dimension", z, method="mle", k=k).value == pytest.approx(1 / inverse, abs=1e-9)


def test_two_nearest_by_brute_force():
    z = rng.normal(size=(5000, 2))  # above the samples that estimators look at; a measure takes all
    ratio = np.sort(np.log(np.divide(*ordered(z)[:, 1::-1].T)))[:4500]
    height = -np.log1p(-np.arange(1, 4501) / 5001)
    assert read("intrinsic_dimension", z).value == pytest.approx(ratio @ height / (ratio @ ratio), abs=1e-9)


@pytest.mark.parametrize("method", ["two_nn", "mle"])
def test_repeated_samples_count_once(method):
    z = rng.normal(size=(300, 3))
    plain, repeated = (read("intrinsic_dimension", one, method=method) for one in (z, np.vstack([z, z, z[:50]])))
    assert repeated.value == pytest.approx(plain.value, abs=1e-9)
    assert [doubt.rule for doubt in repeated.warnings] == ["ties"] and not plain.warnings
    assert "350 of 650" in repeated.warnings[0].text


def test_dimensions_that_no_sample_tells():
    lattice = np.stack(np.meshgrid(np.arange(20.0), np.arange(20.0)), -1).reshape(-1, 2)
    with pytest.raises(SampleError, match="lattice"):
        read("intrinsic_dimension", lattice)
    with pytest.raises(SampleError, match="at least 10"):
        read("intrinsic_dimension", np.repeat(rng.normal(size=(9, 2)), 4, axis=0))
    with pytest.raises(SampleError, match="k=100"):
        read("intrinsic_dimension", rng.normal(size=(100, 2)), method="mle", k=100)
    assert rules(read("intrinsic_dimension", rng.normal(size=(500, 15)))) == {"samples"}


@pytest.mark.parametrize("d", [1, 2, 4])
def test_entropy_of_normal_samples(d):
    # one draw deviates by about sqrt(d / 2n) and more, 0.04; the mean of eight by 0.015, and the bias is below 0.03
    found = np.mean([read("manifold_entropy", rng.normal(size=(2000, d))).value for _ in range(8)])
    assert found == pytest.approx(d / 2 * math.log(2 * math.pi * math.e), abs=0.06)


@pytest.mark.parametrize("k", [1, 3, 10])
def test_entropy_is_that_of_the_estimator(k):
    z = rng.normal(size=(300, 5))
    truth = KozachenkoLeonenko(k=k, norm="euclidean")(z).nats
    assert read("manifold_entropy", z, k=k).value == pytest.approx(truth, abs=1e-10)


def test_entropy_on_a_circle():
    angle = rng.random(4000) * 2 * np.pi
    z = 3 * np.stack([np.cos(angle), np.sin(angle), 0 * angle], 1)
    inner, outer = (read("manifold_entropy", z, dimension=one) for one in ("intrinsic", "columns"))
    # m is within 4 % of 1, and a nearest distance of 0.01 makes 0.04 ln 0.01 = 0.2 of it
    assert inner.value == pytest.approx(math.log(6 * math.pi), abs=0.2)
    assert inner.details["intrinsic_dimension"] == pytest.approx(1, abs=0.05)
    assert not rules(inner) and rules(outer) == {"dimension"}
    assert outer.value < inner.value - 5


@pytest.mark.parametrize("a", [1e-6, 3.0, 1e9])
def test_entropy_follows_the_unit(a):
    z = rng.normal(size=(200, 3))
    moved, plain = (read("manifold_entropy", one).value for one in (a * z, z))
    assert moved == pytest.approx(plain + 3 * math.log(a), abs=1e-9)
    moved, plain = (read("nearest_distance_entropy", one).value for one in (a * z, z))
    assert moved == pytest.approx(plain + 2 * math.log(a), abs=1e-9)


def test_entropies_refuse_a_collapse():
    collapsed = np.repeat(rng.normal(size=(10, 2)), 8, axis=0)
    for name in ("manifold_entropy", "nearest_distance_entropy"):
        with pytest.raises(SampleError, match="coincide"):
            read(name, collapsed)
    with pytest.raises(SampleError, match="more than k=5"):
        read("manifold_entropy", rng.normal(size=(5, 2)))


def test_surrogate_by_brute_force():
    z = rng.normal(size=(150, 6))
    truth = math.log(np.mean(np.min(cdist(z, z, "sqeuclidean") + 1e9 * np.eye(150), axis=1)) / 6)
    assert read("nearest_distance_entropy", z).value == pytest.approx(truth, abs=1e-6)
    ladder = np.arange(20.0)[:, None] * [0.0, 0.5]
    assert read("nearest_distance_entropy", ladder).value == pytest.approx(math.log(0.25 / 2), abs=1e-12)


def test_surrogate_tells_of_ties():
    found = read("nearest_distance_entropy", np.array([0.0, 0.0, 1.0, 3.0]))
    assert found.value == pytest.approx(math.log((0 + 0 + 1 + 4) / 4), abs=1e-12)
    assert "2 of 4" in found.warnings[0].text


SIZES = np.array([10, 20, 30, 40])
CLUSTERS = np.repeat(10 * np.eye(4), SIZES, axis=0) + 1e-3 * rng.normal(size=(100, 4))
CLUSTER_ENTROPY = -float((SIZES / 100 * np.log(SIZES / 100)).sum())


def test_partition_of_clusters_is_the_entropy_of_their_sizes():
    found = read("range_partition_entropy", CLUSTERS, anchors=4, alpha=10.0)
    assert found.value == pytest.approx(CLUSTER_ENTROPY, abs=1e-9)  # cells are sharp: exp(-10 * 200) between them
    assert found.details["hard_entropy"] == pytest.approx(CLUSTER_ENTROPY, abs=1e-12)
    assert found.details["spectrum"] == pytest.approx([0.4, 0.3, 0.2, 0.1])
    assert not rules(found)


def test_flat_cells_read_the_number_of_anchors():
    found = read("range_partition_entropy", CLUSTERS, anchors=4, alpha=1e-6)
    assert found.value == pytest.approx(math.log(4), abs=1e-3)  # alpha times squared distance is 2e-4
    assert rules(found) == {"soft cells"}


def test_partition_starts_from_its_seed():
    z = rng.normal(size=(200, 2))
    values = {read("range_partition_entropy", z, seed=seed).value for seed in (1, 1, 2)}
    assert len(values) == 2
    with pytest.raises(SampleError, match="4 samples that differ"):
        read("range_partition_entropy", np.repeat(np.eye(4), 10, axis=0))
