"""KSG with a condition, with ties ranked at random, extrapolated, and with what shuffles share."""

import math

import numpy as np
import pytest
import torch
from scipy.special import digamma

from explorer.distributions import BivariateNormal, HalfCube, NormalMixture, RectifiedNormal, Rounded
from explorer.errors import SampleError, SettingError
from explorer.estimators import KSG

rng = np.random.default_rng(0)


def frenzel_pompe(x: np.ndarray, y: np.ndarray, z: np.ndarray, k: int) -> float:
    """psi(k) - <psi(n_xz + 1) + psi(n_zy + 1) - psi(n_z + 1)>, sample by sample."""
    n, total = len(x), 0.0
    for i in range(n):
        d_x, d_y, d_z = (np.abs(v - v[i]).max(1) for v in (x, y, z))
        joint = np.maximum(np.maximum(d_x, d_y), d_z)
        radius = np.sort(joint)[k]  # the sample itself is first
        inside = [np.sum(np.maximum(d_z, d) < radius) for d in (d_x, d_y, d_z)]
        total += digamma(inside[0]) + digamma(inside[1]) - digamma(inside[2])
    return float(digamma(k) - total / n)


@pytest.mark.parametrize(("n", "dx", "dy", "dz"), [(60, 1, 1, 1), (200, 2, 1, 3), (150, 6, 6, 6)])
def test_conditional_is_the_papers_equation(n: int, dx: int, dy: int, dz: int) -> None:
    z = rng.normal(size=(n, dz))
    x, y = z[:, :1] + rng.normal(size=(n, dx)), z[:, :1] + rng.normal(size=(n, dy))
    assert KSG(k=3)(x, y, z=z).nats == pytest.approx(frenzel_pompe(x, y, z, 3), abs=1e-10)


def test_a_chain_is_cut_by_its_middle() -> None:
    """X -> Z -> Y carries 0 given Z; with Z independent of both it carries I(X; Y)."""
    z = rng.normal(size=(2000, 1))
    x, y = z + rng.normal(size=(2000, 1)), z + rng.normal(size=(2000, 1))
    assert KSG()(x, y).nats > 0.1
    assert abs(KSG()(x, y, z=z).nats) < 0.03  # its deviation over samples is 0.015
    pair = BivariateNormal(rho=0.7)
    x, y = pair.sample(2000)
    assert KSG()(x, y, z=rng.normal(size=2000)).nats == pytest.approx(pair.nats, abs=0.06)


@pytest.mark.parametrize("truth", [Rounded(), RectifiedNormal(), BivariateNormal()], ids=str)
def test_random_ranks_leave_the_information(truth: Rounded) -> None:
    entry = KSG(k=3, margins="gauss", ties="random")
    found = [entry(*truth.sample(2000, seed), x_kind="mixed", y_kind="mixed", seed=seed).nats for seed in range(5)]
    assert np.mean(found) == pytest.approx(truth.nats, abs=0.03)


def test_random_ranks_say_so_and_follow_the_seed() -> None:
    x, y = Rounded().sample(300)
    one, again, other = (
        KSG(margins="gauss", ties="random")(x, y, x_kind="mixed", y_kind="mixed", seed=s) for s in (1, 1, 2)
    )
    assert one.nats == again.nats != other.nats
    assert "equal values were ranked at random" in next(d.text for d in one.warnings if d.rule == "ties")
    with pytest.raises(SettingError, match="ties='random' draws ranks, so it needs margins='gauss' and not 'none'"):
        KSG(ties="random")


@pytest.mark.parametrize(("truth", "n"), [(NormalMixture(2, 0.9), 1000), (NormalMixture(4, 0.9), 2000)], ids=str)
def test_extrapolation_takes_most_of_the_bias_off(truth: NormalMixture, n: int) -> None:
    """In four and in eight columns; the plain estimate misses by 0.13 and 0.75 nats."""
    plain, further = (
        np.mean([KSG(k=3, margins="gauss", extrapolate=e)(*truth.sample(n, seed)).nats for seed in range(3)])
        for e in (False, True)
    )
    assert abs(further - truth.nats) < 0.4 * abs(plain - truth.nats)


def test_extrapolation_is_the_line_through_what_it_read() -> None:
    found = KSG(k=2, extrapolate=True)(*HalfCube(dim=2).sample(300))
    places = np.array([2, 4, 8]) ** (2 / found.details["dimension"])
    _, intercept = np.polyfit(places, list(found.details["read"].values()), 1)
    assert found.nats == pytest.approx(intercept, abs=1e-9)
    assert found.details["read"]["4"] == pytest.approx(KSG(k=4)(*HalfCube(dim=2).sample(300)).nats, abs=1e-12)
    with pytest.raises(SampleError, match="ksg needs more than k=20 samples; got 20"):
        KSG(extrapolate=True)(*BivariateNormal().sample(20))


@pytest.mark.parametrize("columns", [1, 3, 20])
def test_a_shuffle_equals_an_estimate_from_scratch(columns: int) -> None:
    x, y = (torch.as_tensor(v) for v in HalfCube(dim=columns).sample(200))
    entry, order = KSG(margins="standard"), torch.as_tensor(rng.permutation(200))
    assert entry.shuffled(x, y)(order) == pytest.approx(float(entry.nats(x, y[order])), abs=1e-12)


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        (lambda x, y: (x * 1e6, y), "scales"),
        (lambda x, y: (np.repeat(x, 2, 0), np.repeat(y, 2, 0)), "ties"),
        (lambda x, y: (x, x), "ceiling"),
    ],
)
def test_what_spoils_it_is_said(change, rule: str) -> None:
    x, y = change(*(np.hstack([v, v[::-1]]) if rule == "scales" else v for v in BivariateNormal().sample(500)))
    if rule == "scales":
        x = x * [1, 1e-6]
    assert rule in [doubt.rule for doubt in KSG()(x, y).warnings]


def test_far_from_zero_in_single_precision() -> None:
    """An offset of 1e4 leaves three digits behind the point in float32: ties are refused or said, the value holds."""
    x, y = BivariateNormal(rho=0.75).sample(1000)
    near, far = KSG()(x, y).nats, KSG()((x + 1e4).astype(np.float32), (y + 1e4).astype(np.float32))
    assert far.nats == pytest.approx(near, abs=0.02) and math.isfinite(far.nats)
    assert "ties" in [doubt.rule for doubt in far.warnings]
