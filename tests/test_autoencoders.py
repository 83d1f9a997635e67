"""Autoencoders: their shapes and layers, the file they are kept in, and weights under published names."""

import json

import numpy as np
import pytest
import torch
from safetensors.torch import save_file
from torch import nn

import explorer
from explorer.errors import FileError, SampleError, SettingError, UnknownNameError
from explorer.networks.autoencoder import Gaussian
from explorer.networks.burgess import renamed
from explorer.networks.kinds import build, load, save

CASES = [("dense", {"size": 8}), ("conv", {"size": 32, "channels": 4}), ("conv", {"size": 64, "channels": 4})]


def burgess(latents=10, size=64, channels=32, width=256):
    """The public network, layer by layer as its code calls them."""

    class Public(nn.Module):
        def __init__(self):
            super().__init__()
            self.encoder, self.decoder = nn.Module(), nn.Module()
            deep = ("conv_64",) if size == 64 else ()
            for place, name in enumerate(("conv1", "conv2", "conv3", *deep)):
                self.encoder.add_module(name, nn.Conv2d(channels if place else 1, channels, 4, 2, 1))
            for name, fan_in, fan_out in (
                ("lin1", 16 * channels, width), ("lin2", width, width), ("mu_logvar_gen", width, 2 * latents)
            ):  # fmt: skip
                self.encoder.add_module(name, nn.Linear(fan_in, fan_out))
            for name, fan_in, fan_out in (
                ("lin1", latents, width),
                ("lin2", width, width),
                ("lin3", width, 16 * channels),
            ):
                self.decoder.add_module(name, nn.Linear(fan_in, fan_out))
            names = [*(name.replace("conv", "convT") for name in deep), "convT1", "convT2", "convT3"]
            for name in names:
                self.decoder.add_module(
                    name, nn.ConvTranspose2d(channels, 1 if name == "convT3" else channels, 4, 2, 1)
                )
            self.names = names

        def encode(self, x):
            e, h = self.encoder, x.view(-1, 1, size, size)
            for name in ("conv1", "conv2", "conv3", "conv_64"):
                h = getattr(e, name)(h).relu() if hasattr(e, name) else h
            h = e.lin2(e.lin1(h.flatten(1)).relu()).relu()
            return e.mu_logvar_gen(h).view(-1, latents, 2).unbind(-1)

        def decode(self, z):
            d = self.decoder
            h = d.lin3(d.lin2(d.lin1(z).relu()).relu()).relu().view(-1, channels, 4, 4)
            for name in self.names[:-1]:
                h = getattr(d, name)(h).relu()
            return d.convT3(h).sigmoid().flatten(1)

    torch.manual_seed(0)
    return Public()


@pytest.mark.parametrize("kind, settings", CASES)
def test_codes_and_logits(kind, settings):
    model = build(kind, latents=3, width=16, **settings)
    x = torch.rand(5, settings["size"] ** 2)
    posterior = model.encode(x)
    assert posterior.mean.shape == posterior.log_variance.shape == (5, 3)
    assert model.decode(posterior.mean).shape == x.shape
    mean, variance = model(x)
    assert torch.equal(mean, posterior.mean) and torch.equal(variance, posterior.log_variance.exp())


@pytest.mark.parametrize("kind, settings", CASES)
def test_mean_and_variance_are_layers_to_record(kind, settings, tmp_path):
    model = build(kind, latents=3, width=16, **settings)
    x = torch.rand(5, settings["size"] ** 2)
    with explorer.Recorder(tmp_path / "run", model, x, layers=("mean", "variance")) as recorder:
        recorder.step(0)
    recording, posterior = explorer.open(tmp_path / "run"), model.encode(x)
    assert np.array_equal(recording.activations(0, "mean"), posterior.mean.detach())
    assert np.array_equal(recording.activations(0, "variance"), posterior.variance.detach())


@pytest.mark.parametrize("kind, settings", CASES)
def test_whole_numbers_are_images_too(kind, settings):
    model, x = build(kind, latents=3, width=16, **settings), torch.randint(0, 2, (4, settings["size"] ** 2))
    assert torch.equal(model.encode(x.to(torch.uint8)).mean, model.encode(x.float()).mean)


def test_the_published_network_has_its_number_of_weights():
    assert sum(p.numel() for p in build("conv").parameters()) == sum(p.numel() for p in burgess().parameters())


def test_samples_have_mean_and_variance_of_their_posterior():
    mean, log_variance = torch.tensor([[1.0, -2.0]]), torch.tensor([[0.0, -3.0]])
    torch.manual_seed(0)
    z = Gaussian(mean.expand(40_000, 2), log_variance.expand(40_000, 2)).drawn()
    # four standard errors of 40 000 samples
    assert ((z.mean(0) - mean).abs() < 4 * (log_variance / 2).exp() / 200).all()
    assert ((z.var(0) / log_variance.exp() - 1).abs() < 4 * (2 / 40_000) ** 0.5).all()


@pytest.mark.parametrize("kind, settings", CASES)
def test_a_file_holds_the_network(kind, settings, tmp_path):
    model = build(kind, latents=3, width=16, **settings)
    save(model, tmp_path / "a.safetensors")
    again, x = load(tmp_path / "a.safetensors"), torch.rand(5, settings["size"] ** 2)
    assert type(again) is type(model) and again.settings == model.settings and not again.training
    assert all(torch.equal(one, other) for one, other in zip(again(x), model(x), strict=True))
    assert [path.name for path in tmp_path.iterdir()] == ["a.safetensors"]


def test_files_that_hold_no_network(tmp_path):
    path = tmp_path / "a.safetensors"
    with pytest.raises(FileError, match="is not there"):
        load(path)
    path.write_bytes(b"pickle")
    with pytest.raises(FileError, match="cannot be read as a network"):
        load(path)
    save_file({"a": torch.zeros(1)}, str(path))
    with pytest.raises(FileError, match="does not say which network its weights are of"):
        load(path)
    save_file({"a": torch.zeros(1)}, str(path), {"network": json.dumps({"kind": "dense"})})
    with pytest.raises(FileError, match=r"cannot be read as a network: .*Missing key"):
        load(path)


def test_kinds_and_settings_that_are_not_there():
    with pytest.raises(UnknownNameError, match="no network 'cnov'; did you mean 'conv'"):
        build("cnov")
    with pytest.raises(SettingError, match=r"the network 'dense' cannot be built with .'channels': 3."):
        build("dense", channels=3)
    with pytest.raises(SettingError, match="size=48 must be 32 or 64"):
        build("conv", size=48)


@pytest.mark.parametrize("size", [32, 64])
def test_published_names_give_the_published_network(size):
    public = burgess(latents=4, size=size, channels=8, width=32)
    model, x = renamed(public.state_dict()), torch.rand(6, size**2)
    with torch.no_grad():
        posterior, (mean, log_variance) = model.encode(x), public.encode(x)
        torch.testing.assert_close(posterior.mean, mean)
        torch.testing.assert_close(posterior.log_variance, log_variance)
        torch.testing.assert_close(model.decode(mean).sigmoid(), public.decode(mean))


def test_published_names_that_are_missing_or_left_over():
    weights = burgess(latents=4, channels=8, width=32).state_dict()
    with pytest.raises(SampleError, match=r"hold 'encoder.conv5.bias', which a Burgess autoencoder does not have"):
        renamed(weights | {"encoder.conv5.bias": torch.zeros(1)})
    with pytest.raises(SampleError, match=r"have no 'decoder.lin2.bias'"):
        renamed({name: value for name, value in weights.items() if name != "decoder.lin2.bias"})
    with pytest.raises(SampleError, match=r"of another network: .*size mismatch"):
        renamed(weights | {"encoder.lin2.bias": torch.zeros(3)})


@pytest.mark.parametrize("name, active", [("VAE", 10), ("btcvae", 5), ("factor", 9)])
def test_real_weights_load(real_data, name, active):
    """Ten latents of which so many are active on sprites."""
    from explorer.sprites import Sprites

    model = renamed(torch.load(real_data / "vaes" / name / "model.pt", weights_only=True, map_location="cpu"))
    grid = Sprites()
    x = grid.render(torch.randperm(len(grid), generator=torch.Generator().manual_seed(0))[:500].numpy(), "cpu")
    with torch.no_grad():
        spread = model.encode(x.flatten(1)).mean.var(0)
    assert model.latents == 10 and int((spread > 0.01).sum()) == active
