"""MIM and cMIM: entropies and information in closed form, the bound, the contrastive term on a circle."""

import math

import pytest
import torch
from scipy.special import i0
from torch.distributions import Independent, MultivariateNormal, Normal, kl_divergence

from explorer.errors import SampleError, SettingError
from explorer.networks.autoencoder import Gaussian
from explorer.networks.kinds import load
from explorer.objectives.base import Batch
from explorer.objectives.cmim import CMIM, contrast
from explorer.objectives.mim import MIM, conditional_entropy, cross_entropy
from explorer.recordings.store import open_folder
from explorer.training.vae import train

D = 3


class Decoder:
    """One pixel whose logit is a function of the code."""

    def __init__(self, logit):
        self.decode = logit


def normal(*shape):
    return torch.randn(*shape, dtype=torch.float64, generator=torch.Generator().manual_seed(sum(shape)))


def channel(w, noise, n=500):
    """Posteriors N(W x, diag noise) of inputs whose mean is 0 and whose covariance is I to the last digit."""
    x = normal(n, w.shape[1])
    x = x - x.mean(0)
    x = x @ torch.linalg.inv(torch.linalg.cholesky(x.T @ x / n).T)
    return Gaussian(x @ w.T, noise.log().expand(n, -1))


def test_entropies_are_those_of_the_distributions():
    posterior = Gaussian(normal(50, D), normal(50, D))
    q = Independent(Normal(posterior.mean, posterior.variance.sqrt()), 1)
    p = MultivariateNormal(torch.zeros(D, dtype=torch.float64), torch.eye(D, dtype=torch.float64))
    torch.testing.assert_close(conditional_entropy(posterior, -20.0), q.entropy().mean())
    expected = q.entropy() + kl_divergence(MultivariateNormal(posterior.mean, posterior.variance.diag_embed()), p)
    torch.testing.assert_close(cross_entropy(posterior), expected.mean())


def test_information_of_a_gaussian_channel_that_keeps_the_prior():
    noise = torch.tensor([0.5, 0.1, 0.02], dtype=torch.float64)
    w = (1 - noise).sqrt().diag() @ torch.linalg.qr(normal(D, D)).Q
    posterior = channel(w, noise)
    found = cross_entropy(posterior) - conditional_entropy(posterior, -20.0)
    truth = torch.logdet(torch.eye(D) + (w @ w.T) / noise.sqrt() / noise.sqrt()[:, None]) / 2
    torch.testing.assert_close(found, truth)


def test_information_of_any_gaussian_channel_and_the_distance_of_its_codes_from_the_prior():
    variance, w = 0.3, normal(D, 5)
    posterior = channel(w, torch.full((D,), variance, dtype=torch.float64))
    covariance = w @ w.T + variance * torch.eye(D)
    codes = MultivariateNormal(torch.zeros(D, dtype=torch.float64), covariance)
    prior = MultivariateNormal(torch.zeros(D, dtype=torch.float64), torch.eye(D, dtype=torch.float64))
    information = torch.logdet(torch.eye(D) + w @ w.T / variance) / 2
    found = cross_entropy(posterior) - conditional_entropy(posterior, -20.0)
    torch.testing.assert_close(found, information + kl_divergence(codes, prior))


def one_bit(mean, deviation, count=40_000):
    """A fair bit x, codes N(+-mean, deviation^2) at their quantiles, and the loss of a decoder of them."""
    noise = torch.special.ndtri((torch.arange(count, dtype=torch.float64) + 0.5) / count)
    x = torch.tensor([0.0, 1.0], dtype=torch.float64).repeat_interleave(count)[:, None]
    means, size = mean * (2 * x - 1), torch.full_like(x, 2 * math.log(deviation))
    posterior = Gaussian(means, size)
    batch = Batch(x, posterior, means + deviation * noise.repeat(2)[:, None], 0, 2)
    return lambda logit: float(MIM(floor=-20.0).loss(Decoder(logit), batch).loss)


def entropies_of_one_bit(mean, deviation):
    """H(x|z), H(z|x), H(z) and KL(q(z) || N(0, 1)) by quadrature."""
    z = torch.linspace(-15, 15, 300_001, dtype=torch.float64)
    parts = torch.stack([Normal(place, deviation).log_prob(z) for place in (-mean, mean)]) - math.log(2)
    log_q, weight = parts.logsumexp(0), float(z[1] - z[0])
    q, share = log_q.exp(), (parts - parts.logsumexp(0)).exp()
    unsure = -(torch.xlogy(share, share).sum(0) * q).sum() * weight
    own = -(q * log_q).sum() * weight
    away = (q * (log_q + z.square() / 2 + math.log(2 * math.pi) / 2)).sum() * weight
    return float(unsure), 0.5 * math.log(2 * math.pi * math.e * deviation**2), float(own), float(away)


@pytest.mark.parametrize("mean, deviation", [(0.7, 0.5), (0.9, 0.3), (0.2, 1.0), (1.5, 0.8)])
def test_the_loss_bounds_conditional_entropy_and_half_the_others(mean, deviation):
    loss = one_bit(mean, deviation)
    unsure, noise, own, away = entropies_of_one_bit(mean, deviation)
    bound = unsure + (noise + own) / 2
    best = loss(lambda z: 2 * mean * z / deviation**2)
    assert best == pytest.approx(bound + away / 2, abs=2e-5)
    for slope, offset in ((0.0, 0.0), (1.0, 0.5), (-1.0, 0.0), (20.0, -3.0)):
        assert loss(lambda z, a=slope, b=offset: a * z + b) > best > bound - 2e-5


@pytest.mark.parametrize("mean, deviation", [(0.7, 0.5), (0.2, 1.0)])
def test_the_bound_is_the_entropies_less_one_and_a_half_times_the_information(mean, deviation):
    unsure, noise, own, _ = entropies_of_one_bit(mean, deviation)
    information = math.log(2) - unsure
    assert own - noise == pytest.approx(information, abs=1e-6)
    assert unsure + (noise + own) / 2 == pytest.approx(math.log(2) + own - 1.5 * information, abs=1e-6)


def test_below_the_floor_nothing_is_gained():
    log_variance = torch.tensor([[-7.0, -5.0]], requires_grad=True)
    entropy = conditional_entropy(Gaussian(torch.zeros(1, 2), log_variance), -6.0)
    entropy.backward()
    assert log_variance.grad.tolist() == [[0.0, 0.5]]
    same = conditional_entropy(Gaussian(torch.zeros(1, 2), torch.tensor([[-6.0, -5.0]])), -6.0)
    assert float(entropy.detach()) == pytest.approx(float(same))


def circle(n, phase=0.0):
    """n codes spread evenly on a circle."""
    angle = torch.arange(n, dtype=torch.float64) * (2 * math.pi / n) + phase
    return torch.stack([angle.cos(), angle.sin()], 1)


@pytest.mark.parametrize("n", [64, 256, 1024])
@pytest.mark.parametrize("temperature", [0.2, 1.0])
def test_the_contrastive_term_of_even_codes_on_a_circle(n, temperature):
    # the mean over all j of exp(cos / tau) is the Bessel function I_0(1 / tau)
    own = math.exp(1 / temperature)
    others = (n * i0(1 / temperature) - own) / (n - 1)
    expected = math.log1p(others / own)
    found = contrast(2.5 * circle(n), 0.3 * circle(n), temperature)
    assert float(found) == pytest.approx(expected, abs=1e-9)


def test_the_contrastive_term_hardly_knows_the_batch_where_infonce_grows():
    torch.manual_seed(0)
    found = {}
    for n in (16, 256):
        draws = []
        for _ in range(64_000 // n):
            mean = torch.randn(n, 10, dtype=torch.float64)
            draws.append(contrast(mean, mean + 0.3 * torch.randn_like(mean), 0.5))
        found[n] = float(torch.stack(draws).mean())
    # a standard error is 0.0008 and below; the sum in place of the mean is 2.5 more at 256 images than at 16
    assert found[16] == pytest.approx(found[256], abs=0.004)
    assert found[256] == pytest.approx(0.1667, abs=0.004)


def test_the_contrastive_term_sees_angles_alone():
    mean, z = normal(40, D), normal(41, D)[:40]
    turn, scale = torch.linalg.qr(normal(D, D)).Q, normal(40, 1).abs() + 0.1
    torch.testing.assert_close(contrast(mean, z, 0.3), contrast(scale * mean @ turn, z @ turn, 0.3))
    assert contrast(mean, mean, 0.3) < contrast(mean, z, 0.3)


def test_the_contrastive_term_has_the_gradients_of_its_values():
    mean, z = normal(5, D).requires_grad_(), normal(6, D)[:5].requires_grad_()
    assert torch.autograd.gradcheck(lambda a, b: contrast(a, b, 0.4), (mean, z))


def test_cmim_is_mim_and_the_contrastive_term():
    x = torch.rand(20, 1, dtype=torch.float64)
    posterior = Gaussian(normal(20, D), normal(20, D))
    batch = Batch(x, posterior, posterior.mean + 0.1, 0, 20)
    decoder = Decoder(lambda z: z.sum(1, keepdim=True))
    plain, more = MIM().loss(decoder, batch), CMIM(temperature=0.2).loss(decoder, batch)
    told = contrast(posterior.mean, batch.z, 0.2)
    torch.testing.assert_close(more.loss, plain.loss + told)
    assert {**plain.parts, "contrast": told} == more.parts


def test_a_batch_of_one_has_no_negatives():
    with pytest.raises(SampleError, match="batch of 1 image has no negatives"):
        contrast(torch.ones(1, D), torch.ones(1, D), 0.1)


def test_settings_out_of_their_rules():
    with pytest.raises(SettingError, match=r"temperature=0.0 must lie in \[0.01, 10\]"):
        CMIM(temperature=0.0)
    with pytest.raises(SettingError, match=r"floor=1.0 must lie in \[-20, 0\]"):
        MIM(floor=1.0)


@pytest.mark.parametrize("objective", ["mim", "cmim"])
def test_they_train_in_a_run_to_more_information_than_the_lower_bound(tmp_path, objective):
    found = {}
    for name in (objective, "vae"):
        folder = tmp_path / name
        train(str(folder), data="digits", objective=name, epochs=20, width=32, latents=4, probe=400)
        found[name] = open_folder(folder).metrics[-1]
        model = load(folder / "models" / "00000020.safetensors")
        assert model.decode(torch.zeros(2, 4)).shape == (2, 64)
    assert found[objective]["index-code information"] > found["vae"]["index-code information"] + 1
    assert found[objective]["index-code information"] <= math.log(400) + 1e-9
