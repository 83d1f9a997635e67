"""Objectives: estimates of q(z) against all posteriors, limits that meet, gradients, penalties, the classifier."""

import itertools
import math
from dataclasses import fields

import pytest
import torch

from explorer.catalogue import objectives, training
from explorer.errors import SettingError, UnknownNameError
from explorer.networks.autoencoder import Gaussian
from explorer.networks.kinds import build
from explorer.numerics import posteriors
from explorer.numerics.posteriors import Posterior
from explorer.objectives._minibatch import batch_mixture, log_weights
from explorer.objectives.base import Batch, divergence, reconstruction
from explorer.objectives.dip_vae import penalties
from explorer.objectives.factor_vae import permuted

OURS = ("vae", "beta_vae", "annealed_capacity", "beta_tcvae", "factor_vae", "dip_vae")


def gaussian(n, d, seed=0, noise=1.0):
    draws = torch.Generator().manual_seed(seed)
    mean = 1.5 * torch.randn(n, d, generator=draws, dtype=torch.float64)
    return Gaussian(mean, noise * torch.randn(n, d, generator=draws, dtype=torch.float64) - 1)


def batch(n=12, d=3, seed=0, step=0, n_data=100):
    """A dense network in float64 and images with the posterior and sample that it gives."""
    torch.manual_seed(seed)
    model = build("dense", size=4, latents=d, width=16).double()
    x = torch.rand(n, 16, dtype=torch.float64).round()
    posterior = model.encode(x)
    return model, Batch(x, posterior, posterior.drawn(), step, n_data)


def test_reconstruction_is_the_likelihood_of_the_pixels():
    logits, x = torch.tensor([[0.5, -1.0], [2.0, 0.0]]), torch.tensor([[1.0, 0.0], [0.0, 1.0]])
    share = logits.sigmoid()
    expected = -(share[0, 0] * (1 - share[0, 1]) * (1 - share[1, 0]) * share[1, 1]).log() / 2
    assert float(reconstruction(logits, x)) == pytest.approx(float(expected), rel=1e-6)


def test_divergence_is_that_of_two_normals():
    posterior = gaussian(7, 3)
    own = torch.distributions.Normal(posterior.mean, posterior.variance.sqrt())
    prior = torch.distributions.Normal(torch.zeros(7, 3), torch.ones(7, 3))
    expected = torch.distributions.kl_divergence(own, prior).mean(0)
    torch.testing.assert_close(divergence(posterior), expected)


def test_a_batch_of_all_images_gives_the_density_itself():
    """Weighted sampling over the whole data is q(z) / N, and q(z_k) / N of every latent."""
    posterior, n, d = gaussian(40, 3), 40, 3
    z = posterior.drawn()
    own, joint, product = batch_mixture(posterior, z, n, "mws")
    whole, each = posteriors.log_mixture(z, Posterior(posterior.mean, posterior.variance))
    torch.testing.assert_close(joint, whole - math.log(n))
    torch.testing.assert_close(product, each.sum(1) - d * math.log(n))
    torch.testing.assert_close(own, Posterior(posterior.mean, posterior.variance).log_density(z).sum(1))


@pytest.mark.parametrize("n, n_data", [(2, 9), (5, 9), (9, 9)])
def test_stratified_weights_are_those_of_the_formula(n, n_data):
    weights = log_weights(n, n_data, "mss", torch.zeros(n, n, dtype=torch.float64)).exp()
    torch.testing.assert_close(weights.sum(1), torch.ones(n, dtype=torch.float64))
    torch.testing.assert_close(weights.diagonal(), torch.full((n,), 1 / n_data, dtype=torch.float64))
    rest = n - 1
    counted = sorted([1 / n_data, *[1 / rest] * (rest - 1), (n_data - rest) / (n_data * rest)])
    assert all(sorted(row.tolist()) == pytest.approx(counted) for row in weights)


@pytest.mark.parametrize("kind, unbiased", [("mss", True), ("mws", False)])
def test_only_stratified_sampling_is_unbiased(kind, unbiased):
    """The mean over every ordered batch of 3 of 5 images that begins with the sample's own is q(z), exactly."""
    n_data, n = 5, 3
    posterior = gaussian(n_data, 2, seed=3)
    z = posterior.drawn()
    density = Posterior(posterior.mean, posterior.variance)
    truth = posteriors.log_mixture(z, density)[0].exp()
    for own in range(n_data):
        others = [place for place in range(n_data) if place != own]
        found = []
        for rest in itertools.permutations(others, n - 1):
            rows = [own, *rest]
            chosen = Gaussian(posterior.mean[rows], posterior.log_variance[rows])
            found.append(batch_mixture(chosen, z[rows], n_data, kind)[1][0].exp())
        mean = float(torch.stack(found).mean())
        assert (mean == pytest.approx(float(truth[own]), rel=1e-12)) == unbiased


def test_gradients_of_weighted_sampling_over_all_images_are_exact():
    """Its constant bias moves no weight."""
    given = gaussian(20, 3, seed=1)
    noise = torch.randn(20, 3, dtype=torch.float64)
    found = []
    for exact in (True, False):
        mean, log_variance = (one.clone().requires_grad_() for one in (given.mean, given.log_variance))
        posterior = Gaussian(mean, log_variance)
        z = mean + (log_variance / 2).exp() * noise
        if exact:
            pairs = torch.distributions.Normal(mean, (log_variance / 2).exp()).log_prob(z[:, None])
            correlation = pairs.sum(2).logsumexp(1) - pairs.logsumexp(1).sum(1)
        else:
            _, joint, product = batch_mixture(posterior, z, 20, "mws")
            correlation = joint - product
        correlation.mean().backward()
        found.append(torch.cat([mean.grad, log_variance.grad]))
    torch.testing.assert_close(*found)


@pytest.mark.parametrize(
    "name, settings",
    [
        ("beta_vae", {"beta": 1.0}),
        ("factor_vae", {"gamma": 0.0}),
        ("dip_vae", {"lambda_od": 0.0, "lambda_d": 0.0}),
        ("annealed_capacity", {"gamma": 1.0, "capacity": 0.0}),
    ],
)
def test_limits_that_are_the_vae(name, settings):
    model, given = batch()
    expected = objectives["vae"]().loss(model, given)
    found = objectives[name](**settings).loss(model, given)
    torch.testing.assert_close(found.loss, expected.loss)
    assert found.parts["kl"] == expected.parts["kl"] and expected.parts["kl"] > 0


@pytest.mark.parametrize("weights", ["mws", "mss"])
def test_equal_weights_give_the_sampled_divergence(weights):
    """Whatever the estimate of q(z), it cancels: what remains is ln q(z|x) - ln p(z)."""
    model, given = batch()
    found = objectives["beta_tcvae"](beta=1.0, weights=weights).loss(model, given)
    own = torch.distributions.Normal(given.posterior.mean, given.posterior.variance.sqrt()).log_prob(given.z)
    sampled = (own - torch.distributions.Normal(0, 1).log_prob(given.z)).sum(1).mean()
    torch.testing.assert_close(found.loss, found.parts["reconstruction"] + sampled)


def test_beta_weighs_total_correlation_alone():
    model, given = batch()
    losses = [objectives["beta_tcvae"](beta=beta).loss(model, given) for beta in (1.0, 6.0)]
    difference = losses[1].loss - losses[0].loss
    torch.testing.assert_close(difference, 5 * losses[0].parts["total_correlation"])


@pytest.mark.parametrize("name", OURS)
def test_losses_have_the_gradient_of_their_values(name):
    """Central differences along a direction in all weights."""
    model, given = batch()
    noise = ((given.z - given.posterior.mean) / given.posterior.variance.sqrt()).detach()
    objective = objectives[name]()
    torch.manual_seed(1)
    critic = objective.critic(model)
    critic = None if critic is None else critic.double()

    def value():
        posterior = model.encode(given.x)
        z = posterior.mean + (posterior.log_variance / 2).exp() * noise
        return objective.loss(model, Batch(given.x, posterior, z, 50, 100, critic)).loss

    value().backward()
    directions = [torch.randn_like(p) for p in model.parameters()]
    slope = float(sum((p.grad * d).sum() for p, d in zip(model.parameters(), directions, strict=True)))

    def moved(by):
        for p, d in zip(model.parameters(), directions, strict=True):
            p.data += by * d
        return float(value().detach())

    up, down = moved(1e-6), moved(-2e-6)
    # rectifiers and |KL - C| bend at points that no step of 1e-6 need meet
    assert slope == pytest.approx((up - down) / 2e-6, rel=1e-4)


def test_capacity_grows_in_a_straight_line():
    objective = objectives["annealed_capacity"](gamma=10.0, capacity=25.0, annealing=1000)
    assert [objective.at(step) for step in (0, 500, 1000, 5000)] == [0, 12.5, 25, 25]
    model, given = batch(step=500)
    found = objective.loss(model, given)
    expected = found.parts["reconstruction"] + 10 * (found.parts["kl"] - 12.5).abs()
    torch.testing.assert_close(found.loss, expected)
    assert objective.remark(1000) == "" and objective.remark(80) == "ends at 2 of 25 nats"


def test_covariances_that_are_held():
    """Means with a covariance that is known exactly: +-1 along the rows of a root."""
    root = torch.tensor([[2.0, 0.0], [0.6, 0.5]], dtype=torch.float64)
    signs = torch.tensor(list(itertools.product((-1.0, 1.0), repeat=2)), dtype=torch.float64)
    log_variance = torch.tensor([0.2, 0.3], dtype=torch.float64).log().expand(4, 2)
    posterior = Gaussian(signs @ root.T, log_variance)
    covariance = root @ root.T
    torch.testing.assert_close(objectives["dip_vae"](kind="i").covariance(posterior), covariance)
    code = covariance + torch.tensor([0.2, 0.3]).diag()
    torch.testing.assert_close(objectives["dip_vae"](kind="ii").covariance(posterior), code)
    apart, unit = penalties(covariance)
    assert float(apart) == pytest.approx(2 * 1.2**2)
    assert float(unit) == pytest.approx(3.0**2 + (0.36 + 0.25 - 1) ** 2)


def test_permuted_columns_keep_their_values_and_lose_their_company():
    z = torch.arange(1000.0)[:, None].expand(1000, 3)
    torch.manual_seed(0)
    found = permuted(z)
    assert torch.equal(found.sort(0).values, z)
    # 1000 pairs at random: a correlation of deviation 0.032
    assert torch.corrcoef(found.T).triu(1).abs().max() < 0.15


@pytest.mark.parametrize("rho", [0.0, 0.9])
def test_the_classifier_finds_the_total_correlation(rho):
    """Two normal latents with correlation rho: -ln(1 - rho^2) / 2 = 0.83 nats at 0.9."""
    objective = objectives["factor_vae"](hidden=64, critic_rate=1e-3)
    torch.manual_seed(0)
    model = build("dense", size=4, latents=2, width=8)
    critic = objective.critic(model)
    optimiser = objective.critic_optimiser(critic.parameters())

    def drawn(n):
        noise = torch.randn(n, 2)
        return torch.stack([noise[:, 0], rho * noise[:, 0] + (1 - rho**2) ** 0.5 * noise[:, 1]], 1)

    for _ in range(400):
        z = drawn(256)
        optimiser.zero_grad()
        objective.critic_loss(Batch(z, Gaussian(z, z), z, 0, 256, critic)).backward()
        optimiser.step()
    with torch.no_grad():
        found = float(critic(drawn(20_000)).mean())
    truth = -math.log(1 - rho**2) / 2
    # the mean log-odds of a classifier short of the best lie below the truth; how far is its training
    assert truth - 0.2 < found < truth + 0.1


def test_a_classifier_that_knows_nothing_costs_ln_2():
    objective = objectives["factor_vae"](hidden=8)
    critic = objective.critic(build("dense", size=4, latents=2, width=8))
    torch.nn.init.zeros_(critic[-1].weight)
    torch.nn.init.zeros_(critic[-1].bias)
    z = torch.randn(10, 2)
    loss = objective.critic_loss(Batch(z, Gaussian(z, z), z, 0, 10, critic))
    assert float(loss.detach()) == pytest.approx(math.log(2))


@pytest.mark.parametrize("name", objectives)
def test_a_run_has_every_setting_of_every_objective(name):
    """With a rule that lets through what the objective takes."""
    of_runs = {setting.name: setting for setting in training.card("vae").settings}
    assert name in of_runs["objective"].choices
    for setting in objectives.card(name).settings:
        own = of_runs[setting.name]
        assert own.optional and own.default is None and own.type is setting.type and own.choices == setting.choices
        if setting.range:
            assert own.range.low <= setting.range.low and setting.range.high <= own.range.high


@pytest.mark.parametrize("name", objectives)
def test_entries_say_what_they_are(name):
    objective = objectives[name]()
    assert objective.name == name and objective.title.startswith(name)
    assert list(objective.settings) == [field.name for field in fields(objective)]
    assert set(objective.settings) == {setting.name for setting in objective.card.settings}


def test_settings_out_of_their_rule():
    with pytest.raises(SettingError, match=r"beta=-1.0 must lie in \[0, 1000\]"):
        objectives["beta_vae"](beta=-1)
    with pytest.raises(SettingError, match="weights='both' must be one of 'mws', 'mss'"):
        objectives["beta_tcvae"](weights="both")
    with pytest.raises(UnknownNameError, match="no objective 'beta_tvae'; did you mean"):
        objectives["beta_tvae"]
