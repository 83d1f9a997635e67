"""Functional entropy and Fisher information against closed forms and quadrature."""

import numpy as np
import pytest
import torch
from scipy.integrate import quad
from scipy.stats import norm

from explorer.distributions import LabelledClusters
from explorer.errors import SampleError
from explorer.measures import FunctionalEntropy, FunctionalFisher
from explorer.measures.functional.base import functional_information


def around_zero(f, covariance: torch.Tensor, d: int, points: int = 4000, pairs: int = 50):
    """Bound, entropy and attribution of f around 0, from many copies of the point."""
    with torch.random.fork_rng([]):
        torch.manual_seed(0)
        found = functional_information(f, torch.zeros(points, d, dtype=torch.float64), covariance, pairs)
    # pooled over all copies, so that E f is a mean of 400 000
    mean = found.mean.mean()
    mean_log = (found.entropy + torch.special.xlogy(found.mean, found.mean)).mean()
    return float(found.bound.mean()), float(mean_log - mean * mean.log()), found.attribution.mean(0)


def test_the_exponential_meets_its_bound():
    """f = exp(a z): entropy and bound are both (a^2 s^2 / 2) exp(a^2 s^2 / 2)."""
    a, s = 0.9, 0.7
    bound, entropy, _ = around_zero(lambda z: (a * z[:, 0]).exp(), torch.tensor([s**2], dtype=torch.float64), 1)
    truth = a**2 * s**2 / 2 * np.exp(a**2 * s**2 / 2)
    assert truth == pytest.approx(0.2420, abs=1e-4)
    # standard error of the mean of 400 000: 0.0005
    assert bound == pytest.approx(truth, abs=0.002) and entropy == pytest.approx(truth, abs=0.002)


def test_the_bound_follows_the_covariance():
    """f = exp(a' z) with correlated noise: 1/2 a' S a exp(1/2 a' S a), part i in proportion to (S a)_i a_i."""
    a = torch.tensor([0.5, -0.8], dtype=torch.float64)
    covariance = torch.tensor([[1.0, 0.6], [0.6, 0.5]], dtype=torch.float64)
    bound, entropy, parts = around_zero(lambda z: (z @ a).exp(), covariance, 2)
    half = float(a @ covariance @ a) / 2
    assert bound == pytest.approx(half * np.exp(half), abs=0.002)
    assert entropy == pytest.approx(half * np.exp(half), abs=0.002)
    assert torch.allclose(parts, (covariance @ a) * a / 2 * np.exp(half), atol=0.002)


def expected(function, s: float) -> float:
    return quad(lambda t: function(t) * norm.pdf(t, scale=s), -12 * s, 12 * s, epsabs=1e-12)[0]


def test_a_parabola_stays_under_its_bound():
    s = 0.7
    bound, entropy, _ = around_zero(lambda z: 1 + z[:, 0] ** 2, torch.tensor([s**2], dtype=torch.float64), 1)
    mean = expected(lambda t: 1 + t**2, s)
    true_entropy = expected(lambda t: (1 + t**2) * np.log(1 + t**2), s) - mean * np.log(mean)
    true_bound = s**2 / 2 * expected(lambda t: 4 * t**2 / (1 + t**2), s)
    assert true_entropy < true_bound
    # standard errors of the means of 400 000: 0.0005 and 0.0003
    assert entropy == pytest.approx(true_entropy, abs=0.002) and bound == pytest.approx(true_bound, abs=0.001)


def test_a_constant_has_none_and_a_factor_comes_out():
    z = torch.tensor(np.random.default_rng(0).normal(size=(20, 3)))
    variances = torch.ones(3, dtype=torch.float64)

    def read(f):
        with torch.random.fork_rng([]):
            torch.manual_seed(1)
            return functional_information(f, z, variances)

    flat = read(lambda points: 0 * points[:, 0] + 0.3)
    assert flat.entropy.abs().max() < 1e-15 and flat.bound.abs().max() == 0
    one, three = read(lambda points: points.sigmoid()[:, 1]), read(lambda points: 3 * points.sigmoid()[:, 1])
    assert torch.allclose(three.bound, 3 * one.bound) and torch.allclose(three.entropy, 3 * one.entropy)
    assert (one.attribution[:, [0, 2]] == 0).all()


def test_entropy_and_bound_of_a_sigmoid_are_those_of_quadrature():
    z = torch.linspace(-3, 3, 13, dtype=torch.float64)[:, None]
    with torch.random.fork_rng([]):
        torch.manual_seed(0)
        found = functional_information(lambda points: points.sigmoid()[:, 0], z, torch.ones(1).double(), 2000)
    for point, mean, entropy, bound in zip(z[:, 0], found.mean, found.entropy, found.bound, strict=True):

        def f(t: float, point=float(point)) -> float:
            return 1 / (1 + np.exp(-t - point))

        exact = expected(lambda t: f(t) * np.log(f(t)), 1.0) - expected(f, 1.0) * np.log(expected(f, 1.0))
        assert float(mean) == pytest.approx(expected(f, 1.0), abs=0.01)
        assert float(entropy) == pytest.approx(exact, abs=0.005)  # five standard errors of 4000 draws
        limit = expected(lambda t: f(t) * (1 - f(t)) ** 2, 1.0) / 2
        assert exact < limit
        assert float(bound) == pytest.approx(limit, abs=0.005)


def test_the_entropy_of_few_draws_is_too_small_as_stated():
    """E f is the mean of `pairs` independent values of an even f, and of exact ones of a linear f."""
    z, one = torch.zeros(40_000, 1).double(), torch.ones(1).double()

    def share(f) -> float:
        with torch.random.fork_rng([]):
            torch.manual_seed(0)
            few, many = (functional_information(f, z[: 40_000 // p], one, p).entropy.mean() for p in (4, 400))
        return float(few / many)

    assert share(lambda points: 1 + 0.01 * points[:, 0] ** 2) == pytest.approx(1 - 1 / 4, abs=0.03)
    assert share(lambda points: 1 + 0.01 * points[:, 0]) == pytest.approx(1, abs=0.03)


def test_a_function_that_is_not_positive_is_refused():
    with pytest.raises(SampleError, match="needs a positive function"):
        functional_information(lambda z: z[:, 0], torch.ones(5, 2), torch.ones(2))


@pytest.fixture
def planted() -> tuple[np.ndarray, np.ndarray]:
    """Eight units of which the first two hold four overlapping classes."""
    z, y = LabelledClusters(classes=4, separation=1.5, dim=8, layout="ring").draw(600, np.random.default_rng(0))
    return z, y[:, 0]


def test_the_parts_name_the_units_that_the_label_hangs_on(planted):
    score = FunctionalFisher()(*planted)
    details = score.details
    assert score.value == pytest.approx(sum(details["per_unit"]))
    assert sum(details["per_unit"][:2]) > 0.9 * score.value
    assert 0 < details["functional_entropy"] < score.value
    assert details["gap"] == pytest.approx(score.value - details["functional_entropy"])
    shares = np.bincount(planted[1]) / 600
    assert score.value == pytest.approx(shares @ details["per_class"])


def test_copies_share_by_covariance_what_each_has_alone_by_itself(planted):
    """A unit and its copy: the probe halves its weight, so independent noise halves the effect and joint noise not."""
    z, y = planted
    copied = np.hstack([z, z])
    alone, joint = (FunctionalFisher(covariance=flag, regularization=1e-3)(copied, y).value for flag in (False, True))
    single = FunctionalFisher(covariance=True, regularization=1e-3)(z, y).value
    # noise of the copies is drawn anew: the values agree to the error of 19 200 draws
    assert joint == pytest.approx(single, rel=0.03)
    assert alone < 0.7 * joint


def test_independent_labels_hang_on_nothing(planted):
    z, y = planted
    shuffled = FunctionalFisher()(z, np.random.default_rng(0).permutation(y))
    assert shuffled.value < 0.05 * FunctionalFisher()(z, y).value


def test_the_entropy_stays_under_the_fisher_bound(planted):
    """The same draws of noise give the bound of the one and the value of the other; the paper's inequality."""
    z, y = planted
    for settings in ({}, {"covariance": True}, {"spread": 1.0, "regularization": 0.01}):
        entropy, fisher = FunctionalEntropy(**settings)(z, y), FunctionalFisher(**settings)(z, y)
        assert 0 < entropy.value <= fisher.value == entropy.details["bound"]
        assert entropy.value == fisher.details["functional_entropy"]
        assert entropy.details["gap"] == pytest.approx(fisher.value - entropy.value)
        assert entropy.value == pytest.approx(np.bincount(y) / 600 @ entropy.details["per_class"])


def test_small_noise_meets_the_bound(planted):
    """Ent(f) and its bound both go to s^2 |grad f|^2 / 2f as the noise goes to 0; too small by up to 1 / 400 of it."""
    score = FunctionalEntropy(spread=0.001, pairs=400)(*planted)
    assert score.value == pytest.approx(score.details["bound"], rel=0.01)
