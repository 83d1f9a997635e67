"""What classes take from the entropies, against the authors' package, closed forms and laws."""

import math
from itertools import pairwise

import numpy as np
import pytest
import torch
from dse_dsmi import adjacency_spectral_mutual_information as official_asmi
from dse_dsmi import diffusion_spectral_mutual_information as official_dsmi
from sklearn.datasets import load_digits, make_blobs
from sklearn.metrics import mutual_info_score

import explorer
from explorer.catalogue import measures
from explorer.errors import SampleError
from explorer.measures.diffusion._classes import Split, split

rng = np.random.default_rng(0)
DIGITS = load_digits()
Z, Y = DIGITS.data[:300] / 16, DIGITS.target[:300]
BLOBS, GROUPS = make_blobs(200, 5, centers=4, random_state=0)
UNEVEN = np.repeat([0, 1, 2], [20, 60, 120])


def reading(z, y, name="diffusion_spectral_mutual_information", seed=0, **settings):
    entry = measures[name](**settings)
    one, other = entry.checked(z, y, "cpu")
    return entry.on(one, other, seed)


@pytest.mark.parametrize("sigma", [0.5, 2.0, 10.0])
@pytest.mark.parametrize("t", [1, 2])
@pytest.mark.parametrize(("z", "y"), [(Z, Y), (BLOBS, GROUPS), (BLOBS, UNEVEN)])
def test_the_numbers_are_those_of_the_authors_code(z, y, sigma, t) -> None:
    expected, _ = official_dsmi(z, y, gaussian_kernel_sigma=sigma, t=t)
    assert reading(z, y, sigma=sigma, t=t).value == pytest.approx(expected, abs=1e-6)
    assert reading(z, y, sigma=sigma, t=t, precision="float32").value == pytest.approx(expected, abs=1e-4)


@pytest.mark.parametrize("repetitions", [1, 3, 8])
def test_so_are_the_repetitions_and_the_seed_of_the_call_is_not_heard(repetitions: int) -> None:
    expected, _ = official_dsmi(Z, Y, gaussian_kernel_sigma=1, num_repetitions=repetitions)
    for seed in (0, 7):
        found = reading(Z, Y, sigma=1.0, repetitions=repetitions, seed=seed)
        assert found.value == pytest.approx(expected, abs=1e-6)
        assert len(found.details["repeated"]) == repetitions and (found.interval is None) == (repetitions == 1)


@pytest.mark.parametrize("y", [rng.normal(size=300), rng.uniform(size=(300, 1)) ** 4, Z[:, 10:30]])
@pytest.mark.parametrize("clusters", [4, 10])
def test_real_values_are_cut_as_the_authors_cut_them(y, clusters: int) -> None:
    expected, codes = official_dsmi(Z, y, gaussian_kernel_sigma=1, n_clusters=clusters)
    found = reading(Z, y, sigma=1.0, clusters=clusters)
    assert found.value == pytest.approx(expected, abs=1e-6)
    assert len(found.details["per_class"]) == len(np.unique(codes))
    assert found.warnings[0].note and "cut into" in found.warnings[0].text


def test_large_samples_compute_the_distances_of_their_classes(monkeypatch: pytest.MonkeyPatch) -> None:
    from explorer.measures.diffusion import diffusion_spectral_mutual_information as module

    expected = reading(Z, Y, sigma=1.0).value
    monkeypatch.setattr(module, "EXACT", 100)
    assert reading(Z, Y, sigma=1.0).value == pytest.approx(expected, abs=1e-9)


def test_seeded_subsamples_are_of_the_seed_and_lie_in_the_interval() -> None:
    first, again, other = (reading(Z, Y, sigma=1.0, seeding="seeded", seed=s).value for s in (3, 3, 4))
    assert first == again != other
    many = reading(Z, Y, sigma=1.0, seeding="seeded", repetitions=60)
    low, high = many.interval
    assert low < many.value < high and high - low < 0.05
    held = 0
    for seed in range(20):
        low, high = reading(Z, Y, sigma=1.0, seeding="seeded", seed=seed).interval
        held += low < many.value < high
    assert held >= 15  # 95 % of 20 are 19; fewer than 16 come once in 400 times


@pytest.mark.parametrize("k", [2, 3, 8])
def test_clusters_far_apart_tell_their_number(k: int) -> None:
    """Equal clusters of equal samples: a class reads 0, a subsample log2 of the clusters it hits, here all of them."""
    z, y = np.repeat(1e4 * rng.normal(size=(k, 4)), 60, 0), np.repeat(np.arange(k), 60)
    assert reading(z, y, sigma=1.0).value == pytest.approx(math.log2(k), abs=1e-9)


@pytest.mark.parametrize("sigma", [1.0, 2.0, 10.0])
def test_shuffled_labels_tell_nothing(sigma: float) -> None:
    """Twenty shuffles of 300 labels read 0.03 bits either way; their mean is 0 to a few parts of that."""
    order = np.random.default_rng(1)
    shuffled = [reading(Z, order.permutation(Y), sigma=sigma, seeding="seeded", seed=i).value for i in range(20)]
    assert abs(np.mean(shuffled)) < 0.02 and np.abs(shuffled).max() < 0.1
    assert reading(Z, Y, sigma=sigma).value > max(shuffled) + 0.05


def test_parts_of_the_classes_make_the_whole() -> None:
    found = reading(BLOBS, UNEVEN, sigma=2.0)
    assert found.details["sizes"] == [20, 60, 120]
    assert found.value == pytest.approx(np.dot(found.details["per_class"], [0.1, 0.3, 0.6]))
    assert found.value == pytest.approx(np.mean(found.details["repeated"]))


def test_classes_of_one_size_share_their_subsamples() -> None:
    seen: list[int] = []

    def entropy(rows: torch.Tensor) -> float:
        seen.append(len(rows))
        return float(rows.double().mean())

    codes = torch.as_tensor(np.repeat([0, 1, 2, 3], [10, 10, 10, 20]))
    found = split(entropy, codes, 5)
    assert len(seen) == 4 + 2 * 5 and isinstance(found, Split)
    seen.clear()
    split(entropy, codes, 5, "seeded")
    assert len(seen) == 4 + 4 * 5


def test_what_may_mislead_is_said() -> None:
    def rules(*data, **settings) -> set[str]:
        return {doubt.rule for doubt in reading(*data, **settings).warnings if not doubt.note}

    assert not rules(Z, Y, sigma=2.0)
    assert rules(Z, np.zeros(300, int), sigma=2.0) == {"labels"}
    assert reading(Z, np.zeros(300, int), sigma=2.0).value == pytest.approx(0, abs=1e-12)
    assert "labels" in rules(Z, np.minimum(np.arange(300), 3), sigma=2.0)
    assert "dead zone" in rules(Z, Y, sigma=1e4) & rules(Z, Y, sigma=1e-3)


def test_more_bits_than_classes_allow_are_doubted() -> None:
    """Two classes, each a bundle of 40 places that half of the samples sit on: subsamples see twice the places."""
    places = 1e4 * rng.normal(size=(400, 3))
    z, y = np.r_[np.repeat(places[:1], 200, 0), places[:200]], np.repeat([0, 1], 200)
    found = reading(z, y, sigma=1.0)
    assert found.value > 1 and [one.rule for one in found.warnings] == ["ceiling"]


def test_too_few_samples_for_clusters() -> None:
    with pytest.raises(SampleError, match="clusters=10"):
        reading(rng.normal(size=(9, 2)), rng.normal(size=(9, 2)))


def test_a_graph_that_falls_apart_is_doubted() -> None:
    y = np.r_[rng.normal(size=(60, 2)), 1e3 + rng.normal(size=(60, 2))]
    found = reading(rng.normal(size=(120, 3)), y, sigma=1.0, clusters=3)
    assert any("falls apart" in one.text for one in found.warnings)


# relatives


@pytest.mark.parametrize(("z", "y"), [(Z, Y), (BLOBS, UNEVEN)])
def test_relatives_are_those_of_the_authors_code(z, y) -> None:
    for sigma in (0.5, 2.0, 10.0):
        expected, _ = official_dsmi(z, y, gaussian_kernel_sigma=sigma, matrix_entry_entropy=True)
        found = reading(z, y, "matrix_entry_mutual_information", sigma=sigma).value
        assert found == pytest.approx(expected, abs=1e-6)
        expected = official_asmi(z, y, gaussian_kernel_sigma=sigma)[0]
        found = reading(z, y, "adjacency_spectral_mutual_information", sigma=sigma).value
        assert found == pytest.approx(expected, abs=1e-6)
    expected, _ = official_dsmi(BLOBS, UNEVEN, classic_shannon_entropy=True, num_bins_per_dim=3)
    found = reading(BLOBS, UNEVEN, "classic_shannon_mutual_information", bins=3).value
    assert found == pytest.approx(expected, abs=1e-6)


def test_neighbours_as_the_authors_code() -> None:
    """To the third digit: zeros of a matrix without symmetry are ill-conditioned."""
    expected = official_asmi(BLOBS, GROUPS, use_knn=True)[0]
    found = reading(BLOBS, GROUPS, "adjacency_spectral_mutual_information", graph="neighbors").value
    assert found == pytest.approx(expected, abs=1e-2)


def test_a_grid_of_its_own_in_every_class_drives_cells_below_zero() -> None:
    """One grid for all is the mutual information of cells and classes, but for the size of the subsamples."""
    z, y = np.repeat(np.eye(4), 50, 0) + 0.01 * rng.normal(size=(200, 4)), np.repeat(np.arange(4), 50)
    name = "classic_shannon_mutual_information"
    shared = reading(z, y, name, scaling="shared").value
    assert reading(z, y, name).value < -1 < 0 < shared
    assert shared == pytest.approx(mutual_info_score(y, y) / math.log(2), abs=0.05)  # subsamples of 50 hit all cells


def test_entries_of_the_walk_turn_the_sign() -> None:
    assert reading(BLOBS, GROUPS, "matrix_entry_mutual_information", sigma=2.0).value < -0.1
    assert reading(BLOBS, GROUPS, sigma=2.0).value > 0.1


def test_corrupted_labels_tell_less_and_less() -> None:
    """The authors' experiment in small: branches, sigma = sqrt(d), a share of the labels drawn anew."""
    g = np.random.default_rng(0)
    y = np.repeat(np.arange(5), 80)
    z = np.cumsum(0.3 * g.normal(size=(400, 20)), 0) * 0.2 + g.normal(size=(5, 20))[y] * 2
    values = []
    for share in (0.0, 0.25, 0.5, 0.75, 1.0):
        drawn = g.random(400) < share
        values.append(reading(z, np.where(drawn, g.integers(0, 5, 400), y), bandwidth="sqrt_d").value)
    assert all(a > b for a, b in pairwise(values)) and abs(values[-1]) < 0.05
    assert explorer.measure(z, y, measure="diffusion_spectral_mutual_information", bandwidth="sqrt_d").null.high < 0.2
