"""Embeddings into the plane, and turning one cloud onto another."""

import importlib.util

import numpy as np
import pytest
import torch
from scipy.linalg import orthogonal_procrustes
from scipy.spatial import procrustes
from scipy.spatial.distance import pdist
from scipy.stats import ortho_group
from sklearn import decomposition
from sklearn.manifold import trustworthiness

from explorer.catalogue import embeddings
from explorer.embeddings import pca
from explorer.errors import MissingExtraError, SampleError, SettingError
from explorer.numerics.procrustes import aligned

HAS_PACMAP = importlib.util.find_spec("pacmap") is not None
needs_pacmap = pytest.mark.skipif(not HAS_PACMAP, reason="the optional package pacmap is not installed")
MARKS = {"umap": pytest.mark.ends, "pacmap": needs_pacmap}  # umap compiles for ten seconds
QUICK = {"tsne": {"iterations": 500, "perplexity": 10.0}}
ENTRIES = [pytest.param(name, marks=MARKS.get(name, ())) for name in embeddings]
STARTING = [one for one in ENTRIES if embeddings[one.values[0]].starts]
every_embedding = pytest.mark.parametrize("name", ENTRIES)


def entry(name, **settings):
    return embeddings[name](**QUICK.get(name, {}) | settings)


@pytest.fixture
def groups():
    """Four far groups of 40 samples in six dimensions, rows in random order."""
    rng = np.random.default_rng(0)
    labels = rng.permutation(np.arange(160) % 4)
    return torch.tensor(rng.normal(size=(160, 6)) + 12 * rng.normal(size=(4, 6))[labels]), labels


def cloud(n=60, d=2, seed=0):
    return torch.tensor(np.random.default_rng(seed).normal(size=(n, d)) * np.arange(1, d + 1))


def moved(points, size=1.0, seed=0):
    """The points in another orthogonal frame, shifted and resized."""
    turn = torch.tensor(ortho_group.rvs(points.shape[1], random_state=seed))
    return size * points @ turn + 3.0


@pytest.mark.parametrize("d", [1, 2, 5])
@pytest.mark.parametrize("seed", range(4))  # rotations and mirrors
@pytest.mark.parametrize("size", [1.0, 0.2])
def test_what_was_moved_is_brought_back(d, seed, size):
    points = cloud(d=d) + 7.0
    there = 3.0 - size * points if d == 1 else moved(points, size, seed)
    back = aligned(there, points, scale=True)
    torch.testing.assert_close(back.values, points, rtol=1e-10, atol=1e-10)  # rounding of float64
    assert back.residual == pytest.approx(0, abs=1e-12) and back.scale == pytest.approx(1 / size)
    torch.testing.assert_close(back.rotation.T @ back.rotation, torch.eye(d, dtype=torch.float64))


@pytest.mark.parametrize("seed", range(3))
def test_alignment_is_that_of_scipy(seed):
    a, b = cloud(seed=seed), cloud(seed=seed + 10) + 0.5 * cloud(seed=seed)
    found = aligned(a, b)
    rotation, _ = orthogonal_procrustes((a - a.mean(0)).numpy(), (b - b.mean(0)).numpy())
    np.testing.assert_allclose(found.rotation, rotation, atol=1e-10)
    assert found.residual == pytest.approx(procrustes(b.numpy(), a.numpy())[2], abs=1e-12)
    assert found.mirrored == (np.linalg.det(rotation) < 0)


def test_no_other_turn_is_nearer():
    a, b = cloud(seed=1), cloud(seed=2)
    least = (aligned(a, b).values - b).square().sum()
    a = a - a.mean(0)
    for angle in torch.linspace(0, 2 * torch.pi, 361, dtype=torch.float64):
        turn = torch.stack([angle.cos(), angle.sin(), -angle.sin(), angle.cos()]).reshape(2, 2)
        for mirror in (1.0, -1.0):
            other = a * torch.tensor([1.0, mirror]) @ turn + b.mean(0)
            assert (other - b).square().sum() >= least - 1e-9  # rounding of a sum of a few hundred


def test_a_cloud_without_extent_tells_no_residual():
    found = aligned(torch.ones(9, 2, dtype=torch.float64), cloud(9))
    assert np.isnan(found.residual) and found.values.isfinite().all()


@every_embedding
def test_groups_stand_apart_and_neighbours_stay(name, groups):
    values, labels = groups
    given = values.clone()
    found = entry(name).of(values)
    assert found.shape == (160, 2) and found.dtype == np.float32 and torch.equal(values, given)
    np.testing.assert_allclose(found.mean(0), 0, atol=1e-5 * np.abs(found).max())  # float32
    middles = np.stack([found[labels == label].mean(0) for label in range(4)])
    within = max(found[labels == label].std(0).max() for label in range(4))
    assert pdist(middles).min() > 4 * within
    assert trustworthiness(values.numpy(), found, n_neighbors=10) > 0.88  # of noise it is 0.5; pca has 0.90


@every_embedding
def test_a_seed_is_one_picture_and_the_callers_random_state_stays(name, groups):
    values, _ = groups
    torch.manual_seed(1)
    np.random.seed(1)
    before = torch.get_rng_state(), np.random.get_state()[1].copy()
    first, again = (entry(name).of(values, seed=5) for _ in range(2))
    assert (first == again).all() and torch.equal(before[0], torch.get_rng_state())
    assert (before[1] == np.random.get_state()[1]).all()


@pytest.mark.parametrize("name", STARTING)
def test_a_step_that_starts_from_the_one_before_keeps_near_it(name, groups):
    values, _ = groups
    kind = entry(name)
    later = values + 0.1 * torch.tensor(np.random.default_rng(1).normal(size=values.shape))
    turn = np.array([[0.0, 1.0], [-1.0, 0.0]], np.float32)
    first = kind.of(values) @ turn  # no cold start would lie like this
    warm, cold = (torch.tensor(kind.of(later, start, seed=1)) for start in (first, None))
    gaps = [((one - torch.tensor(first)).square().sum() / one.square().sum()) for one in (warm, cold)]
    assert gaps[0] < 0.5 * gaps[1]


@every_embedding
@pytest.mark.parametrize("columns", [1, 2])
def test_few_columns(name, columns, groups):
    found = entry(name).of(groups[0][:, :columns])
    assert found.shape == (160, 2) and np.isfinite(found).all() and found.any()


@pytest.mark.parametrize("name", embeddings)
def test_equal_rows_lie_in_one_place(name):
    assert not entry(name).of(torch.full((40, 3), 0.1)).any()


@pytest.mark.parametrize(
    "name, settings",
    [("umap", {"n_neighbors": 40}), ("tsne", {"perplexity": 40.0}), ("pacmap", {"n_neighbors": 40})],
)
def test_neighbours_must_be_fewer_than_samples(name, settings):
    with pytest.raises(SettingError, match=f"{next(iter(settings))}=40 must be smaller .* which is 40"):
        entry(name, **settings).of(cloud(40, 3))


@pytest.mark.parametrize("shape", [(40, 3), (39, 2)])
def test_a_start_must_be_of_the_same_rows(shape):
    with pytest.raises(SampleError, match=r"before must have shape \(40, 2\)"):
        entry("pca").of(cloud(40, 3), np.ones(shape, np.float32))


@pytest.mark.parametrize("values", [torch.ones(5), torch.ones(1, 3)])
def test_values_must_be_a_table(values):
    with pytest.raises(SampleError, match="shape"):
        entry("pca").of(values)


@pytest.mark.skipif(HAS_PACMAP, reason="the optional package pacmap is installed")
def test_a_package_that_is_missing_is_named():
    with pytest.raises(MissingExtraError, match="pip install pacmap"):
        entry("pacmap").of(cloud(40, 3))


@pytest.mark.parametrize("shape", [(200, 7), (30, 80)])
def test_principal_components_are_those_of_scikit_learn(shape):
    values = np.random.default_rng(0).normal(size=shape) @ np.diag(np.linspace(1, 3, shape[1]))
    found = entry("pca", frame="step").of(torch.tensor(values))
    other = decomposition.PCA(2).fit(values)
    np.testing.assert_allclose(np.abs(found), np.abs(other.transform(values)), atol=1e-5)  # float32
    kept = found.astype(float).var(0).sum() / values.var(0).sum()
    assert kept == pytest.approx(other.explained_variance_ratio_.sum(), rel=1e-6)


def test_the_sign_of_an_axis_does_not_hang_on_the_samples():
    values = cloud(100, 4) @ torch.tensor(ortho_group.rvs(4, random_state=2))
    kind = entry("pca", frame="step")
    np.testing.assert_allclose(kind.of(-values), -kind.of(values), atol=1e-5)  # the same axes; float32
    for column in pca.principal_axes(lambda: [values]).T:
        assert column[column.abs().argmax()] > 0


def test_distances_in_a_projection_are_never_larger():
    values = cloud(80, 6)
    found = entry("pca", frame="step").of(values)
    assert (pdist(found) <= pdist(values) * (1 + 1e-5)).all()  # float32


@pytest.mark.parametrize("n", [40, 400])
def test_iterated_axes_are_the_exact_ones(n, monkeypatch):
    spread = np.r_[3.0, 2.5, np.linspace(1.5, 0.1, 118)]
    values = torch.tensor(np.random.default_rng(0).normal(size=(n, 120)) * spread)
    exact = entry("pca", frame="step").of(values)
    monkeypatch.setattr(pca, "EXACT", 100)
    iterated = entry("pca", frame="step").of(values)
    # a relative gain in variance below 1e-9 leaves an angle of about 1e-4
    np.testing.assert_allclose(iterated, exact, atol=1e-3 * np.abs(exact).max())


def test_the_common_frame_is_that_of_all_steps_about_their_own_means():
    steps = [scale * cloud(90, 5, seed) + 10.0 * seed for seed, scale in enumerate((0.5, 1.0, 2.0))]
    frame = entry("pca").over(lambda: steps)
    stacked = np.concatenate([step - step.mean(0) for step in steps])
    other = decomposition.PCA(2).fit(stacked)
    found = np.concatenate([frame.of(step) for step in steps])
    assert frame.fixed and frame.linear
    np.testing.assert_allclose(np.abs(found), np.abs(other.transform(stacked)), atol=1e-4)  # float32 of values to 10


def test_in_the_common_frame_points_move_no_farther_than_their_activations():
    first, second = cloud(90, 5), cloud(90, 5) + 0.1 * cloud(90, 5, 1)
    frame = entry("pca").over(lambda: [first, second])
    gap = np.linalg.norm(frame.of(second) - frame.of(first), axis=1)
    away = (second - second.mean(0) - first + first.mean(0)).norm(dim=1).numpy()
    assert (gap <= away * (1 + 1e-4) + 1e-5).all()  # float32
