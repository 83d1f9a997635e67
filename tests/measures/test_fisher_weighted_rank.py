"""The nearest Kronecker product against a dense rearrangement, the tails against explicit readouts, planted ranks."""

import numpy as np
import pytest
import torch

from explorer.catalogue import measures
from explorer.errors import SampleError
from explorer.numerics.kronecker import Kronecker, nearest_kronecker, root, weighted_norm

rng = np.random.default_rng(0)


def read(*data, **settings):
    return measures["fisher_weighted_rank"](**settings)(*data)


def covariance(d: int) -> np.ndarray:
    half = rng.normal(size=(d, d)) / np.sqrt(d)
    return half @ half.T + 0.1 * np.eye(d)


def gradients(n: int, left: np.ndarray, right: np.ndarray) -> torch.Tensor:
    """Matrices whose Fisher information is the Kronecker product of these two."""
    halves = [np.linalg.cholesky(one) for one in (left, right)]
    return torch.from_numpy(halves[0] @ rng.normal(size=(n, len(left), len(right))) @ halves[1].T)


def factored(g: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """g_i = left_i' right_i with right the identity."""
    return g.transpose(1, 2), torch.eye(g.shape[2], dtype=g.dtype).expand(len(g), -1, -1)


def rearranged(g: torch.Tensor) -> np.ndarray:
    """The mean of g (x) g as rows of left pairs and columns of right pairs."""
    a, b = g.shape[1:]
    return torch.einsum("nij,nkl->ikjl", g, g).reshape(a * a, b * b).numpy() / len(g)


def test_nearest_product_by_dense_singular_vectors():
    g = torch.from_numpy(rng.normal(size=(50, 3, 4)) @ rng.normal(size=(4, 4)))
    u, s, v = np.linalg.svd(rearranged(g))
    found = nearest_kronecker(*factored(g))
    product = np.outer(found.left.numpy().ravel(), found.right.numpy().ravel())
    # the singular value settles to 1e-12, so the vectors to about the root of that
    assert product == pytest.approx(s[0] * np.outer(u[:, 0], v[0]), abs=1e-5 * s[0])
    assert found.share == pytest.approx(s[0] ** 2 / (s**2).sum(), rel=1e-10)
    assert all(float(torch.linalg.eigvalsh(one)[0]) > -1e-12 for one in (found.left, found.right))


def test_rank_one_gradients_are_the_same_without_being_made():
    slopes, rows = (torch.from_numpy(rng.normal(size=(80, d))) for d in (3, 5))
    short, long = nearest_kronecker(slopes, rows), nearest_kronecker(*factored(slopes[:, :, None] * rows[:, None]))
    assert torch.allclose(short.left, long.left, atol=1e-8) and torch.allclose(short.right, long.right, atol=1e-8)
    assert short.share == pytest.approx(long.share, rel=1e-10)


def test_a_planted_product_is_found():
    left, right = covariance(3), covariance(4)
    g = gradients(2000, left, right)
    s = np.linalg.svd(rearranged(g), compute_uv=False)
    found = nearest_kronecker(*factored(g))
    # what is left is noise of 2000 samples in 144 entries: each errs by about 1 / sqrt(2000), 2 % of the largest
    assert s[1] / s[0] < 0.05 and found.share > 0.98
    scaled = found.left.numpy() * np.linalg.norm(left), found.right.numpy() / np.linalg.norm(left)
    for one, truth in zip(scaled, (left, right), strict=True):
        assert np.linalg.norm(one - truth) < 0.1 * np.linalg.norm(truth)


def test_tails_are_the_least_losses_of_explicit_readouts():
    g = gradients(300, covariance(4), covariance(6))
    product = nearest_kronecker(*factored(g))
    weights = torch.from_numpy(rng.normal(size=(4, 6)))
    b, a = root(product.left), root(product.right)
    u, s, v = torch.linalg.svd(b @ weights @ a, full_matrices=False)
    plain = torch.linalg.svd(weights, full_matrices=False)
    for k in range(5):
        kept = torch.linalg.pinv(b) @ (u[:, :k] * s[:k]) @ v[:k] @ torch.linalg.pinv(a)
        loss = float(weighted_norm(weights - kept, product))
        assert loss == pytest.approx(float(s[k:].square().sum()), abs=1e-9)
        cut = weights - (plain[0][:, :k] * plain[1][:k]) @ plain[2][:k]
        assert float(weighted_norm(cut, product)) >= loss - 1e-9


def test_without_weights_the_loss_is_plain():
    error = torch.from_numpy(rng.normal(size=(3, 5)))
    plain = Kronecker(torch.eye(3, dtype=torch.float64), torch.eye(5, dtype=torch.float64), 1.0)
    assert float(weighted_norm(error, plain)) == pytest.approx(float(error.square().sum()))
    assert torch.allclose(root(plain.right), plain.right)


def planted(classes: int, directions: int, d: int = 20, each: int = 60) -> tuple[np.ndarray, np.ndarray]:
    """Classes whose means lie around 0 in so many directions, with noise of length 1 a column."""
    angle = 2 * np.pi * np.arange(classes) / classes
    means = np.stack([np.cos(angle), np.sin(angle)], 1) if directions == 2 else np.eye(classes) - 1 / classes
    axes = np.linalg.qr(rng.normal(size=(d, d)))[0][: means.shape[1]]
    labels = np.repeat(np.arange(classes), each)
    return 3.0 * means[labels] @ axes + rng.normal(size=(len(labels), d)), labels


def test_the_rank_follows_the_directions_of_the_classes():
    plane, simplex = read(*planted(8, 2)), read(*planted(8, 7))
    assert plane.value < 5.2 < 6 < simplex.value <= 7 + 1e-9  # 4.3 to 4.6 and 6.6 to 6.9 over draws; noise adds
    assert read(*planted(2, 1)).value == pytest.approx(1, abs=1e-6)


def test_details():
    found = read(*planted(5, 4))
    weighted, plain = found.details["tail_weighted"], found.details["tail_plain"]
    assert weighted[0] == plain[0] == 1 and weighted[-1] == 0 and plain[-1] == pytest.approx(0, abs=1e-12)
    assert all(a <= b + 1e-9 for a, b in zip(weighted, plain, strict=True))
    squares = np.square(found.details["spectrum"])
    assert weighted[1] == pytest.approx(squares[1:].sum() / squares.sum())
    assert 0 < found.details["kronecker_share"] <= 1 and 0.5 < found.details["accuracy"] <= 1


def test_what_it_refuses():
    z, y = planted(3, 2)
    with pytest.raises(SampleError, match="same label"):
        read(z, 0 * y)
    with pytest.raises(SampleError, match="constant"):
        read(np.full_like(z, 0.1), y)
