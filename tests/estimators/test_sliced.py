"""Sliced information of normal vectors in closed form, direction by direction."""

import numpy as np
import pytest
import torch

from explorer.distributions import MultivariateNormal
from explorer.errors import SettingError
from explorer.estimators import KSG, Ross, Sliced
from explorer.estimators.projected.sliced import frames

rng = np.random.default_rng(0)


def same_frames(seed: int, columns: tuple[int, ...], count: int, dim: int) -> list[np.ndarray]:
    """The directions that an estimate with this seed draws."""
    torch.manual_seed(seed)
    return [frames(d, count, dim).numpy() for d in columns]


@pytest.mark.parametrize(("d", "dim", "rho"), [(2, 1, 0.95), (5, 1, 0.95), (3, 2, 0.75)])
def test_normal_vectors_read_the_mean_over_the_same_directions(d: int, dim: int, rho: float) -> None:
    """Projections are jointly normal with cross covariance C = rho A'B: I = -ln det(1 - C'C) / 2."""
    x, y = MultivariateNormal(dim=d, rho=rho).sample(2000)
    found = Sliced(directions=60, dim=dim)(x, y, seed=4)
    pairs = zip(*same_frames(4, (d, d), 60, dim), strict=True)
    crossed = [rho * a.T @ b for a, b in pairs]
    truths = [-np.linalg.slogdet(np.eye(dim) - c.T @ c)[1] / 2 for c in crossed]
    # 2000 samples leave an error of 0.02 in one direction, and directions share the samples
    assert found.nats == pytest.approx(np.mean(truths), abs=0.03)
    assert found.standard_error == pytest.approx(np.std(truths, ddof=1) / np.sqrt(60), rel=0.2)
    assert found.quantity == "SI(X;Y)" and found.details["directions"] == 60


def test_directions_are_orthonormal_and_uniform() -> None:
    torch.manual_seed(0)
    found = frames(3, 4000, 2)
    assert (found.mT @ found - torch.eye(2)).abs().max() < 1e-12
    spread = torch.einsum("fik,fjk->ij", found, found) / 8000
    assert (spread - torch.eye(3) / 3).abs().max() < 0.015  # five standard errors, sqrt(4 / 45 / 8000) each


def test_the_standard_error_is_the_scatter_over_seeds() -> None:
    x, y = MultivariateNormal(dim=3, rho=0.9).sample(300)
    runs = [Sliced(directions=10)(x, y, seed=seed) for seed in range(40)]
    claimed = np.sqrt(np.mean([run.standard_error**2 for run in runs if run.standard_error]))
    assert np.std([run.nats for run in runs], ddof=1) == pytest.approx(claimed, rel=0.4)  # 3.5 errors of 40 values


def test_one_column_on_each_side_is_one_direction() -> None:
    x, y = MultivariateNormal(dim=1, rho=0.8).sample(300)
    found = Sliced()(x, 100 * y)
    assert found.nats == pytest.approx(KSG(margins="standard")(x, y).nats, abs=1e-12)
    assert (found.details["directions"], found.standard_error) == (1, None)


def test_labels_are_not_projected() -> None:
    x = rng.normal(size=(400, 3))
    labels = np.where(x[:, 0] > 0, "right", "left")
    (directions,) = same_frames(1, (3,), 20, 1)
    expected = np.mean([Ross(k=5)(x @ a, labels).nats for a in directions])
    assert Sliced(directions=20)(x, labels, seed=1).nats == pytest.approx(expected, abs=1e-9)
    assert Sliced()(x, np.zeros(400, int), y_kind="discrete").nats == 0


def test_many_dimensions_do_not_hide_dependence_and_independence_reads_nothing() -> None:
    x, y = MultivariateNormal(dim=20, rho=0.9).sample(1000)
    independent = [Sliced(directions=50)(x, rng.permutation(y), seed=s).nats for s in range(3)]
    assert np.abs(independent).max() < 0.01
    assert Sliced(directions=50)(x, y).nats > 0.015
    assert Sliced(directions=50, dim=5)(x, y).nats > Sliced(directions=50)(x, y).nats + 0.1


def test_more_columns_than_there_are_cannot_be_projected() -> None:
    x, y = rng.normal(size=(2, 50, 3))
    y[:, 2] = 1
    with pytest.raises(SettingError, match="dim=3 must be at most 2"):
        Sliced(dim=3)(x, y)
