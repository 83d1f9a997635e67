"""Diffusion spectral entropy and its relatives against the authors' package, closed forms and laws."""

import math
import re
from itertools import pairwise

import numpy as np
import pytest
import torch
from dse_dsmi import adjacency_spectral_entropy as official_ase
from dse_dsmi import diffusion_spectral_entropy as official_dse
from scipy.spatial.distance import pdist
from sklearn.datasets import load_digits, make_blobs, make_swiss_roll

import explorer
from explorer.benchmark.noise import cloud
from explorer.catalogue import measures
from explorer.errors import SampleError, SettingError
from explorer.measures.diffusion import base
from explorer.measures.diffusion._curves import curves

rng = np.random.default_rng(0)
DATA = {
    "normal": rng.normal(size=(150, 10)),
    "off centre": 50 + rng.normal(size=(120, 3)),
    "blobs": make_blobs(160, 5, centers=4, random_state=0)[0],
    "roll": make_swiss_roll(200, random_state=1)[0],
    "digits": load_digits().data[:150] / 16,
    "equal rows": np.repeat(rng.normal(size=(30, 4)), 4, 0),
    "wide": rng.uniform(size=(60, 300)),
    "column": rng.standard_t(2, size=(100, 1)),
}


def score(z, name="diffusion_spectral_entropy", seed=0, **settings):
    return measures[name](**settings)(z, seed=seed)


def dse(z, sigma=10.0, t=1.0, **settings) -> float:
    return score(z, sigma=sigma, t=t, **settings).value


@pytest.mark.parametrize("name", DATA)
@pytest.mark.parametrize("sigma", [0.3, 1.0, 10.0, 100.0])
@pytest.mark.parametrize("t", [1, 2, 5])
def test_the_numbers_are_those_of_the_authors_code(name: str, sigma: float, t: int) -> None:
    z = DATA[name]
    expected = official_dse(z, gaussian_kernel_sigma=sigma, t=t)
    assert dse(z, sigma, t) == pytest.approx(expected, abs=1e-6)
    # float32 rounds entries by 6e-8; the worst is a kernel of rank one, whose other eigenvalues are rounding
    assert dse(z, sigma, t, precision="float32") == pytest.approx(expected, abs=1e-4)


def test_published_conventions_keep_their_numbers() -> None:
    """As dse-dsmi 1.1 gave them when the method card was written: make_swiss_roll(600, random_state=1)."""
    roll = make_swiss_roll(600, random_state=1)[0]
    found = [dse(roll, 10), dse(roll, 2), dse(roll, 2, 2)]
    assert found == pytest.approx([3.135050, 7.513687, 6.643891], abs=1e-6)


def test_a_dead_width_is_told_with_one_that_is_not() -> None:
    z = DATA["blobs"]
    (doubt,) = score(z, sigma=1e4).warnings
    (median,) = map(float, re.findall(r"The median distance between samples is (\S+);", doubt.text))
    assert doubt.rule == "dead zone" and median == pytest.approx(np.median(pdist(z)), rel=0.01)
    assert not score(z, bandwidth="median").warnings
    assert "median" not in score(np.ones((20, 3)), sigma=1e4).warnings[0].text


def test_the_paper_and_its_code_differ() -> None:
    """The code has the eigenvalues of the plain walk, alpha=0; the paper's walk corrects for density by half."""
    z = DATA["blobs"]
    assert dse(z, 1, normalization="anisotropic", alpha=0) == pytest.approx(dse(z, 1), abs=1e-12)
    kernel = np.exp(-((z[:, None] - z[None]) ** 2).sum(-1) / 2)
    corrected = kernel / np.sqrt(np.outer(kernel.sum(1), kernel.sum(1)))
    values = np.abs(np.linalg.eigvals(corrected / corrected.sum(1, keepdims=True)))
    shares = values / values.sum()
    expected = -(shares * np.log2(shares)).sum()
    assert dse(z, 1, normalization="anisotropic") == pytest.approx(expected, abs=1e-9)
    assert abs(expected - dse(z, 1)) > 0.01


@pytest.mark.parametrize("gap", [0.1, 1.0, 3.0])
@pytest.mark.parametrize("t", [1.0, 1.5, 4.0])
def test_two_samples_have_a_closed_form(gap: float, t: float) -> None:
    """Eigenvalues 1 and (1 - g) / (1 + g) with g the kernel between the two."""
    small = math.tanh(gap**2 / 4) ** t
    shares = np.array([1, small]) / (1 + small)
    assert dse([[0.0], [gap]], 1, t) == pytest.approx(-(shares * np.log2(shares)).sum(), abs=1e-12)


@pytest.mark.parametrize("sigma", [1.0, 10.0])
@pytest.mark.parametrize("t", [1, 3])
def test_groups_far_apart_count(sigma: float, t: int) -> None:
    z = np.repeat(1e4 * rng.normal(size=(5, 6)), 40, 0)
    assert dse(z, sigma, t) == pytest.approx(math.log2(5), abs=1e-9)
    uneven = 1e4 * rng.normal(size=(3, 6))[np.repeat([0, 1, 2], [5, 50, 100])]
    assert dse(uneven, sigma, t, normalization="anisotropic", alpha=1) == pytest.approx(math.log2(3), abs=1e-9)


def test_the_ends_of_sigma_are_zero_and_log2_n_and_are_doubted() -> None:
    z = DATA["normal"]
    assert dse(np.ones((20, 3))) == pytest.approx(0, abs=1e-9)
    small, middle, large = (score(z, sigma=s) for s in (0.01, 2.0, 1e4))
    assert small.value == pytest.approx(math.log2(150), abs=1e-9)
    assert large.value == pytest.approx(0, abs=1e-4)  # 150 eigenvalues of 1e-9 are left, about as many bits each
    assert [bool(one.warnings) for one in (small, middle, large)] == [True, False, True]
    assert "too small" in small.warnings[0].text and "too large" in large.warnings[0].text
    assert small.details["ceiling"] == math.log2(150)


@pytest.mark.parametrize("name", DATA)
def test_it_never_grows_with_t_and_only_the_ratio_to_sigma_counts(name: str) -> None:
    z = DATA[name]
    values = [dse(z, 1.0, t) for t in (1, 1.5, 2, 4, 16, 64)]
    assert all(b <= a + 1e-12 for a, b in pairwise(values))
    assert dse(7 * z, 7 * 1.0) == pytest.approx(values[0], abs=1e-9)


def test_presets_are_the_widths_that_they_name() -> None:
    z = DATA["blobs"]
    distances = np.sqrt(((z[:, None] - z[None]) ** 2).sum(-1))[np.triu_indices(160, 1)]
    median = np.sort(distances)[(len(distances) - 1) // 2]
    assert score(z, bandwidth="median").details["sigma"] == pytest.approx(median)
    assert score(z, bandwidth="median").value == pytest.approx(dse(z, median))
    assert score(z, bandwidth="sqrt_d").details["sigma"] == math.sqrt(5)
    with pytest.raises(SampleError, match="coincide"):
        score(np.ones((10, 2)), bandwidth="median")


def test_details_hold_the_largest_eigenvalues() -> None:
    shown = score(DATA["roll"], sigma=2.0).details["spectrum"]
    assert len(shown) == 200 and shown[0] == pytest.approx(1.0)
    assert len(score(np.r_[DATA["roll"], DATA["roll"]], sigma=2.0).details["spectrum"]) == base.SHOWN


def test_probes_come_by_themselves_and_say_so(monkeypatch: pytest.MonkeyPatch) -> None:
    z = rng.normal(size=(400, 8))
    exact = score(z, sigma=2.0)
    assert exact.interval is None and not exact.warnings
    monkeypatch.setattr(base, "EXACT", 300)
    found = score(z, sigma=2.0, seed=1)
    assert found.interval[0] < exact.value < found.interval[1]
    assert found.interval[1] - found.interval[0] < 0.02
    [note] = found.warnings
    assert note.rule == "lanczos" and note.note and "random probes" in note.text
    assert found.value != score(z, sigma=2.0, seed=2).value
    assert score(z, sigma=2.0, method="exact").value == exact.value


def test_a_machine_that_is_too_small_says_what_it_lacks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(base, "memory_free", lambda device=None: 1000)
    with pytest.raises(SampleError, match=r"60 samples: all pairs take .* are free; take fewer rows"):
        score(DATA["wide"])


def test_all_copies_of_the_pairs_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Curves over sigma and the information by classes keep the distances while a walk is decomposed: three copies."""
    z = torch.as_tensor(DATA["wide"])
    monkeypatch.setattr(base, "memory_free", lambda device=None: int(2.5 * 8 * len(z) ** 2))
    assert score(DATA["wide"]).value > 0
    with pytest.raises(SampleError, match="all pairs take"):
        curves(z, 1.0, [1.0], [1.0], 0.0, lambda *_: None)
    with pytest.raises(SampleError, match="all pairs take"):
        explorer.measure(DATA["wide"], np.arange(len(z)) % 2, measure="diffusion_spectral_mutual_information")


def test_settings_out_of_their_range_are_refused() -> None:
    with pytest.raises(SettingError, match="sigma"):
        dse(DATA["roll"], 0.0)
    with pytest.raises(SettingError, match="normalization"):
        score(DATA["roll"], normalization="none")


# relatives


@pytest.mark.parametrize("name", DATA)
@pytest.mark.parametrize("sigma", [0.3, 1.0, 10.0])
def test_entries_of_the_walk_as_the_authors_code(name: str, sigma: float) -> None:
    found = score(DATA[name], "matrix_entry_entropy", sigma=sigma)
    expected = official_dse(DATA[name], gaussian_kernel_sigma=sigma, matrix_entry_entropy=True)
    assert found.value == pytest.approx(expected, abs=1e-6)
    assert found.details["floor"] - 1e-9 <= found.value <= found.details["ceiling"] + 1e-9


def test_entries_of_the_walk_have_ends() -> None:
    """No two samples near: the walk stays; all alike: it goes anywhere."""
    z = DATA["normal"]
    small, middle, large = (score(z, "matrix_entry_entropy", sigma=s) for s in (0.01, 1.5, 1e5))
    assert small.value == pytest.approx(math.log2(150)) and large.value == pytest.approx(2 * math.log2(150))
    assert [bool(one.warnings) for one in (small, middle, large)] == [True, False, True]


@pytest.mark.parametrize("name", DATA)
def test_the_graph_itself_as_the_authors_code(name: str) -> None:
    for sigma in (0.3, 1.0, 10.0):
        expected = official_ase(DATA[name], gaussian_kernel_sigma=sigma)
        assert score(DATA[name], "adjacency_spectral_entropy", sigma=sigma).value == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize("name", ["normal", "roll", "digits", "wide"])  # without ties, which are broken by rounding
def test_the_graph_of_neighbours_as_the_authors_code(name: str) -> None:
    """Zeros of a matrix without symmetry are ill-conditioned, roots of the rounding: 1e-2 bits at worst."""
    expected = official_ase(DATA[name], use_knn=True, knn=8)
    found = score(DATA[name], "adjacency_spectral_entropy", graph="neighbors", neighbors=8)
    assert found.value == pytest.approx(expected, abs=1e-2)
    assert score(100 * DATA[name], "adjacency_spectral_entropy", graph="neighbors", neighbors=8).value == pytest.approx(
        found.value, abs=1e-2
    )


def test_too_few_samples_for_neighbours() -> None:
    with pytest.raises(SampleError, match="neighbors=10"):
        score(rng.normal(size=(8, 2)), "adjacency_spectral_entropy", graph="neighbors")


@pytest.mark.parametrize("name", [name for name in DATA if name != "digits"])  # whose corners are constant
@pytest.mark.parametrize("bins", [2, 3, 10])
def test_cells_as_the_authors_code(name: str, bins: int) -> None:
    expected = official_dse(DATA[name], classic_shannon_entropy=True, num_bins_per_dim=bins)
    assert score(DATA[name], "classic_shannon_entropy", bins=bins).value == pytest.approx(expected, abs=1e-6)


def test_cells_have_closed_forms() -> None:
    """Four corners alike: 2 bits; a constant column, over which the authors' code divides by 0, adds none."""
    corners = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], float).repeat(5, 0)
    assert score(corners, "classic_shannon_entropy").value == pytest.approx(2.0)
    assert score(np.c_[corners, np.ones(20)], "classic_shannon_entropy").value == pytest.approx(2.0)
    assert score(np.ones((20, 2)), "classic_shannon_entropy").value == 0
    assert "cell of its own" in score(DATA["wide"], "classic_shannon_entropy").warnings[0].text


def toy(dimensions: int, noise: float) -> np.ndarray:
    """The authors' experiment in small."""
    return cloud(dimensions, noise, 300, 512)


def test_it_grows_with_dimension_where_cells_are_dead_but_noise_moves_it_too() -> None:
    """At t=1, 30 % of noise in 512 columns adds more than a bit to a cloud of 26 dimensions; t=2 is hardly moved."""
    clean = [dse(toy(d, 0.01)) for d in (26, 102, 256, 512)]
    assert all(b > a + 0.3 for a, b in pairwise(clean))
    for d in (26, 102, 256, 512):
        assert score(toy(d, 0.01), "classic_shannon_entropy").value == pytest.approx(math.log2(300), abs=0.01)
    assert dse(toy(26, 0.3)) > clean[0] + 1
    assert abs(dse(toy(26, 0.3), t=2) - dse(toy(26, 0.01), t=2)) < 0.1


@pytest.mark.gpu
def test_every_entropy_runs_on_the_gpu() -> None:
    if not torch.cuda.is_available():
        pytest.skip("needs a CUDA device")
    for name in ("diffusion_spectral_entropy", "matrix_entry_entropy", "adjacency_spectral_entropy"):
        here, there = (measures[name](sigma=2.0)(DATA["roll"], device=d).value for d in ("cpu", "cuda"))
        assert here == pytest.approx(there, abs=1e-6)
