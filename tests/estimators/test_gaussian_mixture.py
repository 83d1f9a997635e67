"""The mixture against scikit-learn's, scipy's densities, closed forms, and the spread over samples."""

import math

import numpy as np
import pytest
import torch
from scipy.stats import multivariate_normal
from sklearn.mixture import GaussianMixture as Oracle

from explorer.distributions import BivariateNormal, MultivariateNormal, NormalMixture, StudentT, Wiggly
from explorer.errors import SampleError
from explorer.estimators import Gaussian, GaussianMixture
from explorer.numerics.margins import standard
from explorer.numerics.mixtures import Mixture, fitted

CROSS = NormalMixture(rho=0.9)


def columns(pair: tuple[np.ndarray, np.ndarray]) -> torch.Tensor:
    return standard(torch.as_tensor(np.hstack(pair)))


def two() -> Mixture:
    """Two components in three dimensions."""
    roots = torch.tensor([[[1.0, 0, 0], [0.8, 0.5, 0], [0.1, -0.2, 1]], [[2.0, 0, 0], [-1, 1, 0], [0, 0.3, 0.5]]])
    means = torch.tensor([[0.0, 1, -1], [2, 0, 1]], dtype=torch.float64)
    covariances = (roots @ roots.transpose(1, 2)).double()
    return Mixture(torch.tensor([0.3, 0.7], dtype=torch.float64).log(), means, covariances)


def test_density_is_that_of_scipy() -> None:
    mixture, values = two(), torch.as_tensor(np.random.default_rng(0).normal(size=(50, 3)))
    shares = mixture.log_shares.exp().tolist()
    for part in (slice(0, 3), slice(0, 1), slice(1, 3)):
        terms = [
            share * multivariate_normal(mean[part], covariance[part, part]).pdf(values[:, part])
            for share, mean, covariance in zip(shares, mixture.means.numpy(), mixture.covariances.numpy(), strict=True)
        ]
        np.testing.assert_allclose(mixture.of(part).log_density(values[:, part]), np.log(sum(terms)), atol=1e-12)


def test_draws_have_the_moments_of_the_mixture() -> None:
    mixture, n = two(), 200_000
    torch.manual_seed(0)
    drawn = mixture.sample(n)
    shares = mixture.log_shares.exp()
    mean = shares @ mixture.means
    spread = mixture.means - mean
    covariance = (shares[:, None, None] * (mixture.covariances + spread[:, :, None] * spread[:, None, :])).sum(0)
    torch.testing.assert_close(drawn.mean(0), mean, atol=0.025, rtol=0)  # five errors of a mean with deviation 2
    torch.testing.assert_close(drawn.T.cov(), covariance, atol=0.1, rtol=0)


def test_the_ratio_of_the_true_mixture_has_its_information_as_mean() -> None:
    cross = torch.tensor([[[1, r], [r, 1]] for r in (0.9, -0.9)], dtype=torch.float64)
    truth = Mixture(torch.full((2,), 0.5, dtype=torch.float64).log(), torch.zeros(2, 2, dtype=torch.float64), cross)
    x, y = map(torch.as_tensor, CROSS.sample(100_000))
    ratios = truth.log_ratio(x, y)
    assert float(ratios.mean()) == pytest.approx(CROSS.nats, abs=4 * float(ratios.std()) / math.sqrt(len(x)))


@pytest.mark.parametrize("truth", [CROSS, StudentT(), Wiggly(), NormalMixture(dim=2, separation=3)])
def test_the_likelihood_is_no_lower_than_that_of_scikit_learn(truth) -> None:
    """Deterministic splits against the best of three random starts; averaged covariances cost up to 0.01."""
    values = columns(truth.sample(1000))
    mixture = fitted(values, 6)
    oracle = Oracle(len(mixture), n_init=3, tol=1e-5, max_iter=300, random_state=0).fit(values.numpy())
    assert len(mixture) > 1
    assert float(mixture.log_density(values).mean()) > oracle.score(values.numpy()) - 0.01


def test_one_component_is_the_gaussian_estimate() -> None:
    x, y = MultivariateNormal(dim=3, rho=0.6).sample(500)
    one = GaussianMixture(components=1, bootstrap=0)
    plain = Gaussian(correction="none")
    assert one(x, y).nats == pytest.approx(plain(x, y).nats, abs=1e-10)
    assert one(x[:, :2], y, z=x[:, 2:]).nats == pytest.approx(plain(x[:, :2], y, z=x[:, 2:]).nats, abs=1e-10)
    shrunk = 3 / 2 * math.log(499 / 500)  # the likelihood divides by n and not n - 1
    covariance = np.cov(x.T)
    expected = np.linalg.slogdet(2 * np.pi * np.e * covariance)[1] / 2 + shrunk
    assert one(x).nats == pytest.approx(expected, abs=1e-10)


def test_condition_of_two_clouds() -> None:
    """Given which cloud it is, (X, Y) is normal: I(X;Y|Z) = -ln(1 - rho^2) / 2."""
    rng = np.random.default_rng(0)
    x, y = BivariateNormal(rho=0.8).sample(3000)
    cloud = rng.choice([-6.0, 6.0], (3000, 1))
    z = cloud + rng.normal(size=(3000, 1))
    found = GaussianMixture()(x + cloud, y - cloud, z=z)
    assert found.quantity == "I(X;Y|Z)" and found.details["components"] == 2
    assert found.nats == pytest.approx(-math.log(1 - 0.8**2) / 2, abs=4 * found.standard_error)


def test_entropy_of_two_clouds() -> None:
    x = CROSS.sample(3000)[0]
    assert GaussianMixture()(x).nats == pytest.approx(CROSS.entropy_x, abs=0.05)  # 4 deviations of a mean of ln p
    assert GaussianMixture()(5 * x).nats == pytest.approx(GaussianMixture()(x).nats + math.log(5), abs=1e-9)


def test_components_are_as_many_as_there_are() -> None:
    assert GaussianMixture()(*BivariateNormal().sample(1000)).details["components"] == 1
    found = GaussianMixture()(*CROSS.sample(1000))
    assert found.details["components"] == 2
    assert found.details["shares"] == pytest.approx([0.5, 0.5], abs=0.1)
    values = columns(CROSS.sample(1000))
    assert len(fitted(values, 1)) == 1 and len(fitted(values, 8)) == 2


def test_standard_error_is_the_spread_over_samples() -> None:
    found = [GaussianMixture(bootstrap=40)(*CROSS.sample(500, seed)) for seed in range(40)]
    spread = np.std([one.nats for one in found])
    typical = np.mean([one.standard_error for one in found])
    assert 0.6 < typical / spread < 1.6  # a deviation of 40 has 11 % of error; the bootstrap is wide by its refits


def test_no_bootstrap_no_error_and_the_same_value() -> None:
    x, y = CROSS.sample(500)
    without, some = GaussianMixture(bootstrap=0)(x, y), GaussianMixture(bootstrap=5)(x, y, seed=3)
    assert without.standard_error is None and some.standard_error > 0
    assert without.nats == some.nats  # the seed moves the standard error alone
    assert some.standard_error != GaussianMixture(bootstrap=5)(x, y, seed=4).standard_error


def test_normal_scores_do_not_see_monotone_maps() -> None:
    x, y = CROSS.sample(500)
    entry = GaussianMixture(margins="gauss")
    assert entry(np.exp(x), y**3).nats == pytest.approx(entry(x, y).nats, abs=1e-10)
    with pytest.raises(SampleError, match="ranks"):
        entry(x)


def test_linear_maps_of_each_side_change_little() -> None:
    """The fit is not equivariant to them, because columns are scaled one by one; the estimate of a good fit is."""
    x, y = NormalMixture(dim=2, rho=0.8, separation=3).sample(2000)
    turned = x @ np.array([[1.0, 0.5], [-0.5, 2.0]])
    assert GaussianMixture()(turned, y).nats == pytest.approx(GaussianMixture()(x, y).nats, abs=0.03)


def test_doubts() -> None:
    x, y = BivariateNormal().sample(500)
    assert not GaussianMixture()(x, y).warnings
    assert [d.rule for d in GaussianMixture()(np.maximum(x, 0), y).warnings] == ["ties"]
    wild = x.copy()
    wild[0] = 1000
    assert [d.rule for d in GaussianMixture()(wild, y).warnings] == ["tails"]
    assert not GaussianMixture(margins="gauss")(wild, y).warnings


def test_refusals() -> None:
    x, y = MultivariateNormal(dim=3).sample(50)
    with pytest.raises(SampleError, match="determine others exactly"):
        GaussianMixture()(x, np.hstack([y, y.sum(1, keepdims=True)]))
    with pytest.raises(SampleError, match="5 samples are too few for 6 columns"):
        GaussianMixture()(x[:5], y[:5])
    with pytest.raises(SampleError, match="never changes"):
        GaussianMixture()(np.hstack([x, 0 * y]))
