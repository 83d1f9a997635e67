"""InfoDiffusion: the distance from the prior and the sampler in closed form, and what its weights do."""

import math

import pytest
import torch

from explorer.errors import InputError, SampleError, SettingError
from explorer.networks.denoiser import Denoiser, Diffusion
from explorer.networks.kinds import build, load, save
from explorer.objectives.base import Batch
from explorer.objectives.info_diffusion import InfoDiffusion, discrepancy
from explorer.recordings.store import open_folder
from explorer.training.vae import train

PIXELS = 16


class Exact(torch.nn.Module):
    """The best noise there is for images whose pixels are independent N(mean, deviation^2); the code is not used."""

    def __init__(self, signal, mean, deviation):
        super().__init__()
        self.signal, self.mean, self.deviation = signal, mean, deviation

    def forward(self, x, step, z):
        signal = self.signal[step, None]
        spread = signal * self.deviation**2 + 1 - signal
        return (1 - signal).sqrt() * (x - signal.sqrt() * self.mean) / spread


def exact(mean, deviation, steps=1000, shown=1000):
    diffusion = Diffusion(torch.nn.Identity(), PIXELS, steps, shown).double()
    diffusion.predictor = Exact(diffusion.signal, mean, deviation)
    return diffusion


def distance_of_normals(shift, deviation, d, bandwidth):
    """Squared MMD of N(shift, deviation^2) in every direction from N(0, I)."""
    among = (bandwidth / (bandwidth + 2 * deviation**2)) ** (d / 2)
    spread = bandwidth + 1 + deviation**2
    across = (bandwidth / spread) ** (d / 2) * math.exp(-d * shift**2 / (2 * spread))
    return among - 2 * across + (bandwidth / (bandwidth + 2)) ** (d / 2)


@pytest.mark.parametrize("shift, deviation", [(0.0, 1.0), (0.7, 1.0), (0.0, 0.3), (-0.5, 1.6)])
@pytest.mark.parametrize("d, bandwidth", [(1, 0.5), (4, 2.0), (10, 50.0)])
def test_distance_of_normal_codes_from_the_prior(shift, deviation, d, bandwidth):
    torch.manual_seed(0)
    draws = torch.stack(
        [discrepancy(shift + deviation * torch.randn(64, d, dtype=torch.float64), bandwidth) for _ in range(2000)]
    )
    expected = distance_of_normals(shift, deviation, d, bandwidth)
    assert abs(float(draws.mean()) - expected) < 4 * float(draws.std()) / len(draws) ** 0.5
    assert shift or deviation != 1 or expected == pytest.approx(0, abs=1e-12)


def test_the_prior_in_closed_form_is_what_many_draws_of_it_give():
    torch.manual_seed(1)
    z, prior = 0.5 + torch.randn(200, 3, dtype=torch.float64), torch.randn(4000, 3, dtype=torch.float64)
    kernel = [torch.exp(-torch.cdist(a, b).square() / 4) for a, b in ((z, z), (z, prior), (prior, prior))]
    among, both = ((k.sum() - k.diagonal().sum()) / (len(k) * (len(k) - 1)) for k in (kernel[0], kernel[2]))
    assert float(discrepancy(z, 2.0)) == pytest.approx(float(among + both - 2 * kernel[1].mean()), abs=4e-3)


def test_the_distance_has_the_gradient_of_its_value():
    z = torch.randn(6, 2, dtype=torch.float64, generator=torch.Generator().manual_seed(2)).requires_grad_()
    assert torch.autograd.gradcheck(lambda codes: discrepancy(codes, 1.3), (z,))


@pytest.mark.parametrize("deviation", [0.2, 1.0])
def test_the_sampler_carries_noise_to_the_images_it_stands_for(deviation):
    # for normal pixels the flow keeps standard scores: x_0 = mean + deviation * score of x_T
    diffusion = exact(0.3, deviation)
    last = diffusion.signal[-1]
    score = (diffusion.start - last.sqrt() * 0.3) / (last * deviation**2 + 1 - last).sqrt()
    found = diffusion.restored(torch.zeros(2, 1, dtype=torch.float64))
    torch.testing.assert_close(found, (0.3 + deviation * score).expand(2, -1), atol=0.01 * deviation, rtol=0)


def test_fewer_steps_are_a_coarser_way_to_the_same_image():
    truth = exact(0.3, 0.2).restored(torch.zeros(1, 1, dtype=torch.float64))
    far = [float((exact(0.3, 0.2, shown=n).restored(torch.zeros(1, 1)) - truth).abs().max()) for n in (5, 25, 200)]
    assert far[0] > far[1] > far[2]
    assert far[2] < 0.02


def test_the_error_of_the_best_prediction():
    # the noise that is left unknown has variance signal s^2 / (signal s^2 + 1 - signal) in each pixel
    torch.manual_seed(0)
    diffusion, n = exact(0.3, 0.5), 40_000
    x = (0.3 + 0.5 * torch.randn(n, PIXELS, dtype=torch.float64) + 1) / 2
    error = diffusion.error(x, torch.zeros(n, 1))
    signal = diffusion.signal
    expected = PIXELS * float((signal * 0.25 / (signal * 0.25 + 1 - signal)).mean())
    assert abs(float(error.mean()) - expected) < 4 * float(error.std()) / n**0.5


def test_no_prediction_errs_by_the_noise_itself():
    torch.manual_seed(0)
    diffusion = Diffusion(torch.nn.Identity(), PIXELS, 1000, 10)
    diffusion.predictor = Exact(diffusion.signal, 0.0, 0.0)
    diffusion.predictor.forward = lambda x, step, z: torch.zeros_like(x)
    error = diffusion.error(torch.rand(20_000, PIXELS), torch.zeros(20_000, 1))
    assert float(error.mean()) == pytest.approx(PIXELS, abs=4 * (2 * PIXELS / 20_000) ** 0.5)


@pytest.mark.parametrize("size", [8, 32])
def test_decoding_is_the_same_every_time_and_alone_or_among_others(size):
    torch.manual_seed(0)
    model = build("denoiser", size=size, latents=3, width=32, shown=5).eval()
    z = torch.randn(4, 3)
    with torch.no_grad():
        first, again, alone = model.decode(z), model.decode(z), model.decode(z[2:3])
    assert torch.equal(first, again)
    torch.testing.assert_close(alone, first[2:3], atol=1e-4, rtol=1e-4)
    assert first.shape == (4, size**2)
    assert (first[0] - first[1]).abs().max() > 1e-4
    assert first.isfinite().all()


def test_a_kept_network_decodes_as_before(tmp_path):
    torch.manual_seed(0)
    model = build("denoiser", latents=3, width=32, steps=50, shown=5).eval()
    save(model, tmp_path / "model.safetensors")
    torch.manual_seed(1)
    again = load(tmp_path / "model.safetensors")
    z = torch.randn(4, 3)
    assert isinstance(again, Denoiser)
    assert again.settings == model.settings
    assert torch.equal(again.decode(z), model.decode(z))


def test_the_loss_is_its_parts_by_their_weights():
    torch.manual_seed(0)
    model = build("denoiser", latents=3, width=32)
    x = torch.rand(10, 64)
    posterior = model.encode(x)
    batch = Batch(x, posterior, posterior.drawn(), 0, 10)
    found = InfoDiffusion(zeta=0.25, strength=3.0).loss(model, batch)
    noise, kl, distance = (float(found.parts[name]) for name in ("noise_error", "kl", "discrepancy"))
    assert float(found.loss.detach()) == pytest.approx(noise + 0.75 * kl + 2.25 * distance, rel=1e-6)
    assert distance == pytest.approx(float(discrepancy(batch.z.detach(), 4.5)))
    found.loss.backward()
    assert all(one.grad is not None for name, one in model.named_parameters() if name != "decoder.start")


def information_after(zeta, strength, updates=400, start=None):
    """I(x; z) of 512 digits as the mixture of their posteriors has it, in nats, after some updates."""
    from sklearn.datasets import load_digits

    torch.manual_seed(0)
    x = torch.tensor(load_digits().data[:512] / 16, dtype=torch.float32)
    model, aim = build("denoiser", latents=2, width=64, shown=5), InfoDiffusion(zeta=zeta, strength=strength)
    if start is not None:
        torch.nn.init.constant_(model.log_variance.bias, start)
    optimiser = torch.optim.Adam(model.parameters(), lr=2e-3)
    for step in range(updates):
        rows = x[torch.randint(len(x), (64,))]
        posterior = model.encode(rows)
        loss = aim.loss(model, Batch(rows, posterior, posterior.drawn(), step, len(x))).loss
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    with torch.no_grad():
        posterior = model.encode(x)
        z = posterior.drawn()
        ratio = (z[:, None] - posterior.mean).square() / posterior.variance + posterior.log_variance
        own, mixture = -ratio.diagonal(dim1=0, dim2=1).sum(0) / 2, (-ratio.sum(2) / 2).logsumexp(1) - math.log(512)
        return float((own - mixture).mean())


def test_the_code_is_left_empty_without_the_reward_and_filled_with_it():
    assert information_after(0.0, 1.0) < 0.5
    assert information_after(1.0, 10.0) > 2.0


def test_codes_that_start_as_noise_stay_empty_whatever_is_rewarded():
    assert information_after(1.0, 10.0, start=0.0) < 0.5


def test_settings_and_networks_that_do_not_fit():
    with pytest.raises(SettingError, match=r"strength=0\.2 must be at least 1 - zeta, here 0\.5"):
        InfoDiffusion(zeta=0.5, strength=0.2)
    with pytest.raises(InputError, match="model is Dense; info_diffusion trains a Denoiser"):
        InfoDiffusion().loss(build("dense"), None)
    with pytest.raises(SampleError, match="batch of 1 code has no pairs"):
        discrepancy(torch.zeros(1, 3), 1.0)


def test_a_sampler_that_cannot_be():
    with pytest.raises(SettingError, match="channels=1 must be at least 2, and shown=10 from 1 to steps=1000"):
        build("denoiser", size=32, channels=1)
    with pytest.raises(SettingError, match="shown=20 from 1 to steps=10"):
        build("denoiser", steps=10, shown=20)


@pytest.mark.parametrize("data", ["digits", "sprites"])
def test_it_trains_in_a_run_and_its_models_show_codes(tmp_path, data):
    settings = {"data": data, "objective": "info_diffusion", "epochs": 1, "width": 16, "channels": 4, "probe": 100}
    settings |= {"scales": 2, "orientations": 4, "positions": 4, "latents": 3}
    train(str(tmp_path / "run"), **settings)
    recording = open_folder(tmp_path / "run")
    assert recording.layers == ("mean", "variance")
    assert math.isfinite(recording.metrics[-1]["reconstruction"])
    models = [load(tmp_path / "run" / "models" / f"{step:08d}.safetensors") for step in (0, 1)]
    z = torch.eye(3)
    with torch.no_grad():
        before, after = (model.decode(z) for model in models)
        assert torch.equal(after, models[1].decode(z))
    assert after.shape == (3, models[1].settings["size"] ** 2)
    assert not torch.equal(before, after)
