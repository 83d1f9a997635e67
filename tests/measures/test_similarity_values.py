"""Similarity of representations against closed forms, SciPy, scikit-learn, and exact means over all row orders."""

import itertools
import math

import numpy as np
import pytest
import torch
from scipy.spatial import procrustes
from scipy.spatial.distance import pdist
from scipy.stats import spearmanr
from sklearn.cross_decomposition import CCA as SklearnCCA
from sklearn.metrics.pairwise import rbf_kernel
from sklearn.neighbors import NearestNeighbors

import explorer
from explorer.errors import SampleError, SettingError
from explorer.measures.similarity import _centred
from explorer.score import Score

CANONICAL = ("cca", "svcca", "pwcca")


def read(name: str, z: np.ndarray, y: np.ndarray, **settings) -> Score:
    return explorer.measure(z, y, measure=name, null=False, **settings)


@pytest.fixture
def rng():
    return np.random.default_rng(0)


@pytest.fixture
def pair(rng):
    """Dependent samples of different widths and scales."""
    z = rng.normal(size=(90, 4)) * [0.5, 1, 2, 3]
    return z, z @ rng.normal(size=(4, 6)) + rng.normal(size=(90, 6))


def orthogonal(rng, d: int) -> np.ndarray:
    return np.linalg.qr(rng.normal(size=(d, d)))[0]


def centring(n: int) -> np.ndarray:
    return np.eye(n) - 1 / n


def hsic(k: np.ndarray, m: np.ndarray) -> float:
    h = centring(len(k))
    return float(np.trace(k @ h @ m @ h))


def unbiased_hsic(k: np.ndarray, m: np.ndarray) -> float:
    """The inner product of the two matrices centred without their diagonals (U-centred)."""
    n = len(k)

    def centred(a: np.ndarray) -> np.ndarray:
        a = a - np.diag(np.diag(a))
        rows = a.sum(0) / (n - 2)
        a = a - rows - rows[:, None] + a.sum() / ((n - 1) * (n - 2))
        return a - np.diag(np.diag(a))

    return float((centred(k) * centred(m)).sum())


def cka(k: np.ndarray, m: np.ndarray, product=hsic) -> float:
    return product(k, m) / math.sqrt(product(k, k) * product(m, m))


@pytest.mark.parametrize("debiased", [False, True])
def test_linear_cka_is_hsic_of_inner_products(pair, debiased):
    z, y = pair
    wanted = cka((z + 7) @ (z + 7).T, y @ y.T, unbiased_hsic if debiased else hsic)
    assert float(read("linear_cka", z, y, debiased=debiased)) == pytest.approx(wanted, abs=1e-12)


@pytest.mark.parametrize("debiased", [False, True])
@pytest.mark.parametrize("width", [0.1, 0.8, 20.0])
def test_rbf_cka_is_hsic_of_gaussian_kernels(pair, debiased, width):
    z, y = pair
    kernels = []
    for one in pair:
        distances = np.sort(pdist(one))
        median = distances[(len(distances) - 1) // 2]
        kernels.append(rbf_kernel(one, gamma=1 / (2 * (width * median) ** 2)))
    wanted = cka(*kernels, unbiased_hsic if debiased else hsic)
    # a kernel that is nearly 1 everywhere costs the reference, not the measure, three or four digits
    assert float(read("rbf_cka", z, y, width=width, debiased=debiased)) == pytest.approx(wanted, abs=1e-9)


@pytest.mark.parametrize("debiased", [False, True])
def test_a_wide_kernel_is_the_linear_one(pair, debiased):
    wide = float(read("rbf_cka", *pair, width=100.0, debiased=debiased))
    # the kernel is linear up to (d / width)^2 / 4, which is below 1e-3 here
    assert wide == pytest.approx(float(read("linear_cka", *pair, debiased=debiased)), abs=1e-3)


def test_wide_representations_and_blocks_of_rows(pair, rng, monkeypatch):
    z, y = pair[0], rng.normal(size=(90, 400))
    wanted = cka(z @ z.T, y @ y.T)
    assert float(read("linear_cka", z, y)) == pytest.approx(wanted, abs=1e-12)
    whole = float(read("rbf_cka", z, y))
    monkeypatch.setattr("explorer.measures.similarity.rbf_cka.rows_per_chunk", lambda *a: 7)
    assert float(read("rbf_cka", z, y)) == pytest.approx(whole, abs=1e-12)


def every_order(n: int, z: np.ndarray, y: np.ndarray, name: str, **settings) -> list:
    return [read(name, z, y[list(order)], **settings) for order in itertools.permutations(range(n))]


@pytest.mark.parametrize("name", ["linear_cka", "rbf_cka", "mutual_neighbours", "cca"])
def test_what_shuffled_rows_read_is_the_mean_over_all_orders(name, rng):
    z, y = rng.normal(size=(5, 2)), rng.normal(size=(5, 3))
    settings = {"k": 2} if name == "mutual_neighbours" else {}
    scores = every_order(5, z, y, name, **settings)
    if name == "cca":
        mean = np.mean([np.square(one.details["spectrum"]).mean() for one in scores])
        assert mean == pytest.approx(scores[0].details["chance_of_square"], abs=1e-12) == 0.75
    else:
        assert np.mean([float(one) for one in scores]) == pytest.approx(scores[0].details["chance"], abs=1e-12)


@pytest.mark.parametrize("name", ["linear_cka", "rbf_cka"])
def test_debiased_alignment_is_zero_on_average_over_all_orders(name, rng):
    z, y = rng.normal(size=(5, 2)), rng.normal(size=(5, 3))
    values = [float(one) for one in every_order(5, z, y, name, debiased=True)]
    assert np.mean(values) == pytest.approx(0, abs=1e-12) and np.std(values) > 0.1


def test_rank_correlation_is_zero_on_average_over_all_orders(rng):
    values = [float(one) for one in every_order(5, *(rng.normal(size=(5, d)) for d in (2, 3)), "rsa")]
    assert np.mean(values) == pytest.approx(0, abs=1e-12) and np.std(values) > 0.1


def test_narrow_kernels_find_everything_alike(rng):
    found = read("rbf_cka", *rng.normal(size=(2, 50, 3)), width=0.02)
    assert found.details["chance"] > 0.9 and float(found) > 0.9 and "samples" in found.verdict
    # the debiased kernels have next to nothing left beside their diagonals
    assert abs(float(read("rbf_cka", *rng.normal(size=(2, 50, 3)), width=0.5, debiased=True))) < 0.1


def test_few_samples_raise_the_biased_alignment_alone(rng):
    z, y = rng.normal(size=(2, 100, 100))
    biased, unbiased = (read("linear_cka", z, y, debiased=way) for way in (False, True))
    # sqrt(P_z P_y) / (n - 1) with P = n d / (n + d) of square Gaussian samples is near 1/2
    assert float(biased) == pytest.approx(0.5, abs=0.03) and "samples" in biased.verdict
    assert biased.details["chance"] == pytest.approx(0.5, abs=0.03)
    assert abs(float(unbiased)) < 0.03 and unbiased.verdict == "No rule fired."


def test_rank_one_alignment_in_closed_form(rng):
    # one column each: the cosine of the matrices of inner products is the squared correlation
    z, y = rng.normal(size=(2, 50, 1))
    assert float(read("linear_cka", z, y)) == pytest.approx(np.corrcoef(z[:, 0], y[:, 0])[0, 1] ** 2, abs=1e-12)


def test_canonical_correlations_are_those_of_scikit_learn(pair):
    z, y = pair
    fitted = SklearnCCA(n_components=4, scale=False, max_iter=20000, tol=1e-12).fit(z, y)
    wanted = [np.corrcoef(a, b)[0, 1] for a, b in zip(*(one.T for one in fitted.transform(z, y)), strict=True)]
    found = read("cca", z, y)
    # scikit-learn finds the directions by power iteration
    assert found.details["spectrum"] == pytest.approx(sorted(wanted, reverse=True), abs=1e-5)
    assert float(found) == pytest.approx(np.mean(wanted), abs=1e-5)


@pytest.mark.parametrize("name", CANONICAL)
def test_an_invertible_map_of_a_representation_is_itself(name, rng):
    z = rng.normal(size=(80, 5))
    y = z @ (np.eye(5) + 0.5 * rng.normal(size=(5, 5))) + 3
    assert float(read(name, z, y, **({"variance": 1.0} if name == "svcca" else {}))) == pytest.approx(1, abs=1e-10)
    held = read(name, z, y, **({"variance": 1.0} if name == "svcca" else {}), held_out=0.25)
    assert float(held) == pytest.approx(1, abs=1e-10) and len(held.details["per_fold"]) == 5


def test_one_noisy_copy_has_the_correlation_of_its_noise():
    rng = np.random.default_rng(1)
    z = rng.normal(size=(20_000, 3))
    y = 0.6 * z + 0.8 * rng.normal(size=z.shape)
    for settings in ({}, {"held_out": 0.5}):
        # the mean of three correlations of 0.6 has a standard error of about 0.64 / sqrt(3 x 10 000) = 0.004
        assert float(read("cca", z, y, **settings)) == pytest.approx(0.6, abs=0.015)


@pytest.mark.parametrize("name", CANONICAL)
def test_in_sample_few_rows_read_one_and_held_out_rows_do_not(name, rng):
    z, y = rng.normal(size=(2, 60, 30))
    inside = read(name, z, y, **({"variance": 1.0} if name == "svcca" else {}))
    # r_z + r_y - (n - 1) = 1 correlation is 1 whatever the data, and the others are near it
    assert inside.details["spectrum"][0] == pytest.approx(1, abs=1e-9) and float(inside) > 0.55
    assert "samples" in inside.verdict and "1 of 30 are 1" in inside.warnings[0].text
    held = read(name, z, y, held_out=0.25, **({"variance": 1.0} if name == "svcca" else {}))
    assert abs(float(held)) < 0.15 and held.details["in_sample"] == pytest.approx(float(inside))
    assert held.verdict == "No rule fired." and f"in sample {float(inside):.3f}" in held.warnings[0].text
    all_one = read(name, z[:25], y[:25], **({"variance": 1.0} if name == "svcca" else {}))
    assert float(all_one) == pytest.approx(1, abs=1e-9)


def test_the_seed_draws_the_held_out_rows(pair):
    first, again, other = (float(explorer.measure(*pair, measure="cca", held_out=0.3, seed=s)) for s in (1, 1, 2))
    assert first == again != other


def test_svcca_drops_what_has_little_variance(rng):
    z = rng.normal(size=(300, 2)) * [10, 5]
    noise, other = 0.01 * rng.normal(size=(2, 300, 2))
    kept, whole = (read("svcca", np.c_[z, noise], np.c_[z, other], variance=share) for share in (0.99, 1.0))
    assert float(kept) == pytest.approx(1, abs=1e-5) and kept.details["pairs"] == 2
    assert float(whole) < 0.6 and whole.details["pairs"] == 4
    assert float(whole) == pytest.approx(float(read("cca", np.c_[z, noise], np.c_[z, other])), abs=1e-12)


def test_pwcca_weighs_directions_by_the_columns_they_account_for(rng):
    shared, own, other = rng.normal(size=(3, 2000, 1))
    z, y = np.c_[np.repeat(shared, 9, 1), own], np.c_[shared, other]
    # nine columns out of ten lie along the shared direction; independent noise is left with rho near 0
    assert float(read("pwcca", z, y)) == pytest.approx(0.9, abs=0.03)
    assert float(read("cca", z, y)) == pytest.approx(0.5, abs=0.03)
    assert float(read("pwcca", y, z)) == pytest.approx(0.5, abs=0.03)


def test_pwcca_by_its_formula(pair):
    z, y = (one - one.mean(0) for one in pair)
    u, v = np.linalg.qr(z)[0], np.linalg.qr(y)[0]
    left, rho, _ = np.linalg.svd(u.T @ v, full_matrices=False)
    alpha = np.abs((u @ left).T @ pair[0]).sum(1)  # columns that are not centred have the same inner products
    assert float(read("pwcca", *pair)) == pytest.approx((alpha * rho).sum() / alpha.sum(), abs=1e-10)


def test_canonical_measures_with_more_columns_than_rows(rng):
    z = rng.normal(size=(12, 30))
    assert float(read("pwcca", z, z[:, :3])) == pytest.approx(1, abs=1e-9)
    assert read("cca", z, z).details["pairs"] == 11


def test_too_few_held_out_rows_are_refused(rng):
    with pytest.raises(SampleError, match=r"held_out=0\.1 of 20 samples"):
        read("cca", *rng.normal(size=(2, 20, 2)), held_out=0.1)


def test_shape_distance_is_the_procrustes_of_scipy(rng):
    z, y = rng.normal(size=(2, 40, 3)) + 2
    _, _, disparity = procrustes(z, y)
    assert math.sin(float(read("shape_distance", z, y))) ** 2 == pytest.approx(disparity, abs=1e-12)


@pytest.mark.parametrize("alpha", [0.0, 0.3, 1.0])
def test_the_same_shape_has_no_angle(alpha, rng):
    z = rng.normal(size=(100, 6)) * np.arange(1, 7)
    turned = 2.5 * z @ orthogonal(rng, 6) + 3
    if alpha in (0.0, 1.0):  # partial whitening depends on the scale, as published
        assert float(read("shape_distance", z, turned, alpha=alpha)) < 1e-12
    else:
        assert float(read("shape_distance", z, turned, alpha=alpha)) > 1e-4
        assert float(read("shape_distance", z, turned / 2.5, alpha=alpha)) < 1e-12
    wide = np.c_[turned / 2.5, np.zeros((100, 3))] @ orthogonal(rng, 9)
    assert float(read("shape_distance", z, wide, alpha=alpha)) < 1e-7  # rounding has a rank of its own in `wide`


def test_small_angles_keep_their_digits(rng):
    z = rng.normal(size=(100, 2))
    noise = rng.normal(size=(100, 2))
    small, smaller = (float(read("shape_distance", z, z + size * noise)) for size in (1e-9, 1e-11))
    assert small / smaller == pytest.approx(100, rel=1e-3) and 1e-10 < small < 1e-8


def test_whitened_shapes_have_the_angle_of_the_mean_canonical_correlation(rng):
    z = rng.normal(size=(80, 4))
    y = z @ rng.normal(size=(4, 4)) + rng.normal(size=(80, 4))
    angle = float(read("shape_distance", z, y, alpha=0.0))
    assert math.cos(angle) == pytest.approx(float(read("cca", z, y)), abs=1e-12)
    bent = z @ (np.eye(4) + 0.6 * rng.normal(size=(4, 4)))
    assert float(read("shape_distance", bent, y, alpha=0.0)) == pytest.approx(angle, abs=1e-9)
    assert abs(float(read("shape_distance", bent, y)) - float(read("shape_distance", z, y))) > 1e-3


# netrep at commit 0186b8a on the arrays of this test: LinearMetric(alpha, score_method=kind).fit(z, y).score(z, y)
NETREP = {
    (1.0, "angular"): 0.8143597839446385,
    (1.0, "euclidean"): 27.3063134677675,
    (0.5, "angular"): 0.8041343275811892,
    (0.5, "euclidean"): 27.01946283908769,
    (0.0, "angular"): 0.8228685465405844,
    (0.0, "euclidean"): 27.54482138016252,
}


@pytest.mark.parametrize(("alpha", "kind"), NETREP)
def test_shape_distance_is_that_of_netrep(alpha, kind):
    rng = np.random.default_rng(5)
    z = rng.normal(size=(60, 4)) * [0.5, 1, 2, 3]
    y = z @ rng.normal(size=(4, 4)) + rng.normal(size=(60, 4))
    found = read("shape_distance", z, y, alpha=alpha, kind=kind)
    assert float(found) == pytest.approx(NETREP[alpha, kind], rel=1e-9)
    assert found.unit == ("radians" if kind == "angular" else "")


def test_the_euclidean_distance_is_what_the_best_rotation_leaves(rng):
    z, y = rng.normal(size=(30, 3)), 2 * rng.normal(size=(30, 5))
    a, b = np.c_[z - z.mean(0), np.zeros((30, 2))], y - y.mean(0)
    u, _, v = np.linalg.svd(a.T @ b)
    found = float(read("shape_distance", z, y, kind="euclidean"))
    assert found == pytest.approx(np.linalg.norm(a @ u @ v - b), rel=1e-12)
    assert found == pytest.approx(float(read("shape_distance", y, z, kind="euclidean")), rel=1e-12)


@pytest.mark.parametrize("settings", [{"alpha": 0.0}, {"alpha": 0.4}, {"kind": "euclidean"}])
def test_shape_distances_obey_the_triangle_inequality(settings, rng):
    for _ in range(5):
        a, b, c = (rng.normal(size=(40, 4)) + rng.normal(size=(40, 1)) for _ in range(3))
        first, second, third = (float(read("shape_distance", *two, **settings)) for two in ((a, b), (b, c), (a, c)))
        assert third <= first + second + 1e-9


def test_few_samples_are_doubted(rng):
    z, y = rng.normal(size=(2, 40, 10))
    assert "samples" in read("shape_distance", z, y).verdict
    assert read("shape_distance", *rng.normal(size=(2, 100, 10))).verdict == "No rule fired."


def test_rsa_is_spearmans_correlation_of_distances(pair, rng):
    z, y = pair
    assert float(read("rsa", z, y)) == pytest.approx(spearmanr(pdist(z), pdist(y))[0], abs=1e-10)
    linear = float(read("rsa", z, y, ranks=False))
    assert linear == pytest.approx(np.corrcoef(pdist(z), pdist(y))[0, 1], abs=1e-10)
    for ranks, wanted in ((True, spearmanr), (False, lambda a, b: (np.corrcoef(a, b)[0, 1],))):
        found = float(read("rsa", z, y, dissimilarity="correlation", ranks=ranks))
        assert found == pytest.approx(wanted(pdist(z, "correlation"), pdist(y, "correlation"))[0], abs=1e-9)
    tied = rng.integers(0, 3, (40, 2)).astype(float)
    assert float(read("rsa", tied, z[:40])) == pytest.approx(spearmanr(pdist(tied), pdist(z[:40]))[0], abs=1e-10)


def test_rsa_refuses_what_has_no_order(rng):
    with pytest.raises(SampleError, match="equally far apart"):
        read("rsa", np.eye(8), rng.normal(size=(8, 2)))
    with pytest.raises(SampleError, match="choose 'euclidean'"):
        read("rsa", rng.normal(size=(8, 2)), rng.normal(size=(8, 2)), dissimilarity="correlation")


@pytest.mark.parametrize("d", [2, 6, 40])
def test_mutual_neighbours_are_those_of_scikit_learn(d, rng):
    z = rng.normal(size=(70, d))
    y = z + rng.normal(size=z.shape)
    sets = [NearestNeighbors(n_neighbors=7).fit(one).kneighbors(return_distance=False) for one in (z, y)]
    wanted = np.mean([len(set(a) & set(b)) / 7 for a, b in zip(*sets, strict=True)])
    assert float(read("mutual_neighbours", z, y, k=7)) == pytest.approx(wanted, abs=1e-12)


def test_neighbours_that_tie_are_told(rng):
    z = np.repeat(rng.normal(size=(20, 2)), 4, axis=0)
    assert "ties" in read("mutual_neighbours", z, rng.normal(size=(80, 2)), k=2).verdict
    with pytest.raises(SampleError, match="k=10 must be below 9"):
        read("mutual_neighbours", *rng.normal(size=(2, 10, 2)))


def test_a_curved_copy_keeps_its_neighbours_and_loses_alignment():
    t = np.linspace(0, 1, 200)[:, None]
    y = np.exp(6 * t)
    assert float(read("mutual_neighbours", t, y, k=5)) > 0.75
    squared = np.corrcoef(t[:, 0], y[:, 0])[0, 1] ** 2
    assert squared < 0.7 and float(read("linear_cka", t, y)) == pytest.approx(squared)


def test_huge_and_tiny_values_change_nothing(pair):
    z, y = pair
    for name in ("linear_cka", "rbf_cka", "cca", "pwcca", "svcca", "shape_distance", "rsa", "mutual_neighbours"):
        wanted = float(read(name, z, y))
        for scale in (1e140, 1e-140):
            assert float(read(name, scale * z, y)) == pytest.approx(wanted, abs=1e-7), name


def test_moments_are_asked_for_without_whitening():
    with pytest.raises(SettingError, match="needs alpha=1"):
        explorer.measures.ShapeDistance(alpha=0.5, estimator="moments")


def test_the_same_on_float32_tensors(pair):
    z, y = (torch.tensor(one, dtype=torch.float32) for one in pair)
    assert float(read("linear_cka", z, y)) == pytest.approx(float(read("linear_cka", *pair)), abs=1e-6)


def test_short_memory_is_said_in_one_sentence(monkeypatch):
    """Wide representations are rotated into n x n, and linear CKA takes products of all columns."""
    z = np.random.default_rng(0).normal(size=(30, 40))
    monkeypatch.setattr(_centred, "memory_free", lambda device=None: 8 * 4 * z.size - 1)
    for name in ("linear_cka", "rbf_cka", "shape_distance"):
        with pytest.raises(SampleError, match=r"copies of z, 30 samples of 40 columns, take .* are free"):
            explorer.measure(z, z, measure=name)
    left = iter([10**9, 10**9, 1000])  # after both sides are centred little is left
    monkeypatch.setattr(_centred, "memory_free", lambda device=None: next(left))
    with pytest.raises(SampleError, match=r"products of 30 columns with each other take .* are free"):
        explorer.measure(z[:, :25], z, measure="linear_cka", null=False)
