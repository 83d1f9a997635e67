"""Kernel densities on a grid against the deflation that smoothing causes, sums without a grid, and quadrature."""

import numpy as np
import pandas as pd
import pytest
import torch
from scipy.integrate import quad
from scipy.special import ndtri
from scipy.stats import iqr, norm

import explorer
from explorer import device
from explorer.distributions import BivariateNormal, HeavyTails, UniformNoise
from explorer.errors import SampleError, SettingError
from explorer.estimators import FFTKDE
from explorer.estimators.kernel.fft_kde import screen

rng = np.random.default_rng(0)


def quantiles(n: int) -> np.ndarray:
    """n values as evenly spread as a normal sample can be."""
    return ndtri((np.arange(n) + 0.5) / n)


def even_pair(rho: float, n: int = 300) -> tuple[np.ndarray, np.ndarray]:
    """n^2 jointly normal samples on a lattice: no luck of the draw."""
    x, z = np.meshgrid(quantiles(n), quantiles(n))
    return x.ravel(), (rho * x + np.sqrt(1 - rho**2) * z).ravel()


def bandwidth(values: np.ndarray, rule: str, dimensions: int) -> float:
    """The rules in numpy and scipy."""
    n, deviation = len(values), values.std()
    if rule == "scott":
        return float(deviation * n ** (-1 / (dimensions + 4)))
    return float(0.9 * min(deviation, iqr(values, interpolation="nearest") / 1.349) * n**-0.2)


@pytest.mark.parametrize("rho", [0.0, 0.5, -0.8, 0.95])
@pytest.mark.parametrize("rule", ["silverman", "scott"])
@pytest.mark.parametrize(("multiplier", "tolerance"), [(2.0, 7e-4), (6.0, 5e-5)])  # less smoothing shows the lattice
def test_smoothing_deflates_a_correlation_as_it_must(
    rho: float, rule: str, multiplier: float, tolerance: float
) -> None:
    x, y = even_pair(rho)
    h, g = (multiplier * bandwidth(v, rule, 2) / v.std() for v in (x, y))
    expected = -np.log(1 - rho**2 / ((1 + h**2) * (1 + g**2))) / 2
    found = FFTKDE(rule=rule, bandwidth=multiplier)(x, y).nats
    assert found == pytest.approx(expected, abs=tolerance)


def by_sums(x: np.ndarray, y: np.ndarray, h: float, g: float, points: int = 300) -> float:
    """sum p ln(p / (px py)) dA with kernels evaluated at every point, no binning and no transform."""

    def kernels(v: np.ndarray, width: float) -> np.ndarray:
        grid = np.linspace(v.min() - 6 * width, v.max() + 6 * width, points)
        return norm.pdf(grid[:, None], v, width) * (grid[1] - grid[0])

    p = kernels(x, h) @ kernels(y, g).T / len(x)
    product = p.sum(1, keepdims=True) * p.sum(0)
    return float((p[p > 0] * np.log(p[p > 0] / product[p > 0])).sum())


@pytest.mark.parametrize("grid", [128, 255, 512])
def test_binning_and_transform_change_nothing(grid: int) -> None:
    x = rng.exponential(size=80)
    y = np.sin(2 * x) + 0.3 * rng.normal(size=80)
    expected = by_sums(x, y, bandwidth(x, "silverman", 2), bandwidth(y, "silverman", 2))
    assert FFTKDE(grid=grid)(x, y).nats == pytest.approx(expected, abs=1.5 * grid**-2.0)  # second order in the step


def mixture(centres: list[float], deviations: list[float]) -> float:
    """I of equally likely normal classes by quadrature."""
    classes = [norm(c, s).pdf for c, s in zip(centres, deviations, strict=True)]

    def integrand(x: float) -> float:
        p = np.array([one(x) for one in classes]) / len(classes)
        return float((p[p > 0] * np.log(len(classes) * p[p > 0] / p.sum())).sum())

    return float(quad(integrand, min(centres) - 60, max(centres) + 60, limit=500, points=centres)[0])


@pytest.mark.parametrize(
    ("centres", "deviations"), [([-1.0, 1.0], [1.0, 1.0]), ([0.0, 0.0], [0.5, 3.0]), ([0.0, 2.0, 5.0], [1.0, 0.3, 1.0])]
)
@pytest.mark.parametrize("rule", ["silverman", "scott"])
def test_labels_read_the_mixture_of_their_smoothed_densities(
    centres: list[float], deviations: list[float], rule: str
) -> None:
    parts = [c + s * quantiles(5000) for c, s in zip(centres, deviations, strict=True)]
    widened = [float(np.hypot(part.std(), bandwidth(part, rule, 1))) for part in parts]
    x, labels = np.concatenate(parts), np.repeat(np.arange(len(parts)), 5000)
    found = FFTKDE(rule=rule, grid=1024)(x, labels).nats
    assert found == pytest.approx(mixture(centres, widened), abs=1e-3)  # the samples end at 3.7 deviations
    assert found == pytest.approx(mixture(centres, deviations), abs=0.02)  # smoothing a class by 0.16 or 0.18 of it


def test_several_labels_and_two_columns_of_labels() -> None:
    a, b = rng.integers(0, 3, 300), rng.integers(0, 2, 300)
    assert FFTKDE()(a, b).nats == pytest.approx(explorer.estimate(a, b, estimator="plug_in", null=False).nats)
    far = 100 * a + rng.normal(size=300)
    shares = np.bincount(a) / 300
    assert FFTKDE()(far, a).nats == pytest.approx(-(shares * np.log(shares)).sum(), abs=1e-9)


def test_one_bandwidth_misses_edges_and_a_smaller_one_misses_less() -> None:
    x, y = UniformNoise(0.25).sample(20_000)
    wide, narrow = (FFTKDE(bandwidth=b)(x, y).nats for b in (1, 0.5))
    assert wide + 0.02 < narrow < UniformNoise(0.25).nats


def test_it_is_never_negative_and_independence_reads_little() -> None:
    for seed in range(5):
        x, y = np.random.default_rng(seed).normal(size=(2, 500))
        assert 0 < FFTKDE()(x, y).nats < 0.06  # about (range / 2 sqrt(pi) h)^2 / 2n = 0.04


def test_a_grid_too_coarse_and_labels_too_rare_are_said() -> None:
    found = FFTKDE()(*HeavyTails().sample(2000))
    assert "grid" in [doubt.rule for doubt in found.warnings]
    assert not FFTKDE()(*BivariateNormal().sample(2000)).warnings
    (rare,) = FFTKDE()(rng.normal(size=60), np.arange(60) // 27).warnings
    assert rare.text.startswith("1 of 3 labels have fewer than 10 samples")


def test_several_columns_are_refused_and_the_way_out_is_named() -> None:
    x = rng.normal(size=(50, 3))
    with pytest.raises(
        SampleError, match=r"takes one column on each side and got 3; .*fft_kde\.screen\(table, target\)"
    ):
        FFTKDE()(x, x[:, 0])
    with pytest.raises(SampleError, match="got 2"):
        screen(x, x[:, :2])


@pytest.mark.parametrize("target", ["numbers", "labels"])
def test_screening_is_the_estimate_of_every_column(target: str, monkeypatch: pytest.MonkeyPatch) -> None:
    table = rng.normal(size=(120, 7)) * 10.0 ** np.arange(-3, 4)
    table[:, 2] = 5
    y = table[:, 0] + 1e-3 * rng.normal(size=120)
    y = np.where(y > 0, "up", "down") if target == "labels" else y
    expected = [FFTKDE(grid=64)(column, y).nats for column in table.T]
    assert expected[2] == 0
    assert screen(table, y, grid=64) == pytest.approx(expected, abs=1e-12)
    monkeypatch.setattr(device, "CHUNK_BYTES", 1)  # a column at a time
    assert screen(pd.DataFrame(table), torch.as_tensor(y) if target == "numbers" else y, grid=64) == pytest.approx(
        expected, abs=1e-12
    )


def test_screening_finds_the_curved_columns_among_thousands() -> None:
    table = rng.normal(size=(500, 2000))
    y = np.cos(2 * table[:, 1234]) + table[:, 7] ** 2 + 0.3 * rng.normal(size=500)
    found = screen(table, y, grid=128)
    assert set(np.argsort(found)[-2:]) == {7, 1234}
    assert np.abs(np.corrcoef(table.T, y)[-1, [7, 1234]]).max() < 0.15  # a correlation does not see them


def test_screening_has_rules() -> None:
    table = rng.normal(size=(50, 3))
    with pytest.raises(SampleError, match="table has 50 samples and target has 49"):
        screen(table, table[:-1, 0])
    with pytest.raises(SettingError, match="grid=5 must"):
        screen(table, table[:, 0], grid=5)
