"""Latent traversals: against the decoder called picture by picture, and with files that are not what they seem."""

import json
import struct

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

import explorer
from explorer.coded import decoding, traversal
from explorer.coded.decoding import decoded, trusted
from explorer.coded.traversal import Route
from explorer.errors import FileError, SampleError, SettingError, UnknownNameError
from explorer.networks import kinds
from explorer.results.representation import Traversal

D, SIDE = 4, 8


@pytest.fixture
def model():
    """A dense autoencoder whose decoder is deaf to latent 2."""
    torch.manual_seed(0)
    found = kinds.build("dense", size=SIDE, latents=D, width=16)
    with torch.no_grad():
        for weight in found.decoder.parameters():
            weight *= 3
        next(found.decoder.parameters())[:, 2] = 0
    return found


@pytest.fixture
def run(home, model):
    """A recording of 30 images with the model of its only step."""
    folder = home / "recordings" / "small"
    x = torch.rand(30, SIDE**2, generator=torch.Generator().manual_seed(1))
    factors = {"ink": x.mean(1).numpy(), "kind": np.array(["a", "b", "c"] * 10)}
    with explorer.Recorder(folder, model, (x, np.arange(30) % 3), ("mean", "variance"), factors=factors) as recorder:
        recorder.step(0)
    (folder / "models").mkdir()
    kinds.save(model, folder / "models" / "00000000.safetensors")
    return explorer.open(folder)


def naive(model, code: np.ndarray, moved: dict[int, float]) -> np.ndarray:
    """One picture, decoded by itself."""
    z = torch.tensor(code, dtype=torch.float32)
    for latent, value in moved.items():
        z[latent] = value
    with torch.no_grad():
        return (255 * model.decode(z[None]).sigmoid()).round().numpy().reshape(SIDE, SIDE)


def test_every_picture_is_what_the_decoder_draws_of_it_alone(run, model):
    found = traversal.traversal(run, 0, anchor=7, values=5)
    code = run.activations(0, "mean")[7]
    assert found.images.shape == (D, 5, SIDE, SIDE) and found.images.dtype == np.uint8
    for j in range(D):
        for value, image in zip(found.values[j], found.images[j], strict=True):
            assert np.abs(image - naive(model, code, {j: value})).max() <= 1  # a rounding of 256 levels
    assert np.abs(found.reconstruction - naive(model, code, {})).max() <= 1
    assert np.array_equal(found.anchor, np.round(255 * run.x[7].reshape(SIDE, SIDE)).astype(np.uint8))
    assert np.allclose(found.code, code) and found.about["factors"]["kind"] == "b"


def test_a_latent_to_which_the_decoder_is_deaf_moves_nothing(run):
    found = traversal.traversal(run, 0, anchor=3)
    assert (found.change[2] == 0).all() and (found.images[2] == found.reconstruction).all()
    assert (found.change[[0, 1, 3]].max(1) > 0).all()


def test_the_prior_spans_its_middle_share_and_the_posterior_that_of_the_means(run):
    prior = traversal.traversal(run, 0, anchor=0, values=3)
    assert np.allclose(prior.values, [[-1.959963984540054, 0, 1.959963984540054]] * D)
    found = traversal.traversal(run, 0, anchor=0, values=3, span="posterior", share=0.5)
    quartiles = np.quantile(run.activations(0, "mean").astype(float), [0.25, 0.75], axis=0)
    assert np.allclose(found.values[:, [0, 2]], quartiles.T)
    assert np.allclose(found.values[:, 1], quartiles.mean(0))


def test_a_grid_moves_two_latents_and_its_order_is_its_axes(run, model):
    found = traversal.traversal(run, 0, anchor=7, latents=[3, 0], grid=True, values=4)
    code = run.activations(0, "mean")[7]
    assert found.images.shape == (4, 4, SIDE, SIDE)
    for a, down in enumerate(found.values[0]):
        for b, right in enumerate(found.values[1]):
            assert np.abs(found.images[a, b] - naive(model, code, {3: down, 0: right})).max() <= 1
    turned = traversal.traversal(run, 0, anchor=7, latents=[0, 3], grid=True, values=4)
    assert np.array_equal(turned.images, found.images.swapaxes(0, 1))
    assert list(found.to_frame().columns) == ["latent 3", "latent 0", "change"] and len(found.to_frame()) == 16


def test_chunks_and_threads_do_not_matter(run, monkeypatch):
    path, codes = traversal.model_path(run, 0), run.activations(0, "mean")
    whole = decoded(path, codes, SIDE)
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    assert np.array_equal(decoded(path, codes, SIDE), whole)
    torch.set_num_threads(before)
    monkeypatch.setattr(decoding, "rows_per_chunk", lambda *_: 7)
    assert np.abs(decoded(path, codes, SIDE) - whole.astype(int)).max() <= 1


def test_what_was_drawn_is_read_and_not_drawn_again(run, monkeypatch):
    first = traversal.traversal(run, 0, anchor=2, latents=[1, 0], values=3)
    monkeypatch.setattr(decoding, "decoded", lambda *_: pytest.fail("it was drawn again"))
    again = traversal.traversal(run, 0, anchor=2, latents=[1, 0], values=3)
    assert np.array_equal(first.images, again.images) and again.latents == (1, 0)
    assert np.array_equal(first.anchor, again.anchor) and np.allclose(first.values, again.values)
    plain = json.loads(json.dumps(first.to_dict()))
    assert np.array_equal(Traversal.from_dict(plain).images, first.images)


def test_another_model_in_the_place_of_the_first_is_drawn_anew(run, model):
    first = traversal.traversal(run, 0, anchor=2)
    with torch.no_grad():
        next(model.decoder.parameters())[:, 2] = 5
    kinds.save(model, traversal.model_path(run, 0))
    assert not np.array_equal(traversal.traversal(run, 0, anchor=2).images, first.images)


def test_the_seed_draws_the_anchor(run):
    rows = {traversal.traversal(run, 0, latents=[0], values=2, seed=seed).about["anchor"] for seed in (0, 0, 1, 2)}
    assert 1 < len(rows) <= 3 and all(0 <= row < 30 for row in rows)


def test_the_job_draws_what_the_page_reads(run):
    for route in (Route(anchor=4), Route(anchor=4, latents=(1, 3), grid=True)):
        route = route.checked(run)
        spec = traversal.specification(run, 0, route)
        assert traversal.collected(run, 0, route) is None
        arguments = json.loads(json.dumps(dict(spec.arguments)))
        name = "run_grid" if route.grid else "run"
        assert spec.function == f"explorer.coded.traversal:{name}"
        assert getattr(traversal, name)(**arguments, device="cpu") == {"pictures": route.pictures}
        assert traversal.collected(run, 0, route).about["anchor"] == 4


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"anchor": 30}, "anchor=30"),
        ({"anchor": -1}, "anchor=-1"),
        ({"latents": [4]}, "latents=4"),
        ({"latents": []}, "at least one"),
        ({"latents": [1], "grid": True}, "two"),
        ({"values": 1}, "values=1"),
        ({"values": 10**6}, "values=1000000"),
        ({"span": "all"}, "span='all'"),
        ({"share": 1.0}, "share=1.0"),
        ({"seed": -1}, "seed=-1"),
    ],
)
def test_what_cannot_be_asked_is_refused_in_a_sentence(run, wrong, says):
    with pytest.raises(SettingError, match=says):
        traversal.traversal(run, 0, **wrong)


def test_more_pictures_than_are_kept_are_refused(run, monkeypatch):
    monkeypatch.setattr(traversal, "MOST", 11 * D * SIDE**2 - 1)
    with pytest.raises(SettingError, match="take fewer latents"):
        traversal.traversal(run, 0)
    assert len(traversal.traversal(run, 0, latents=range(D - 1)).latents) == D - 1


def test_a_run_without_models_means_or_images_says_so(run, home, layers):
    steps, x, y = layers
    with pytest.raises(UnknownNameError, match="'mean'"):
        traversal.traversal(explorer.Recording.from_arrays(steps, x, y), 0)
    codes = {0: {"mean": np.random.default_rng(0).normal(size=(200, 3))}}
    square = np.zeros((200, 16))
    with pytest.raises(FileError, match="no model of step 0"):
        traversal.traversal(explorer.Recording.from_arrays(codes, square), 0)
    with pytest.raises(SampleError, match="without its images"):
        traversal.traversal(explorer.Recording.from_arrays(codes), 0)
    with pytest.raises(SampleError, match="no square image"):
        traversal.picture(explorer.Recording.from_arrays(codes, x), 0)
    with pytest.raises(UnknownNameError, match="step '9'"):
        traversal.traversal(run, 9)
    assert traversal.models(run) == [0]
    traversal.model_path(run, 0).unlink()
    assert traversal.models(run) == []


def lying(path, about: dict | None, tensors: dict) -> None:
    save_file(tensors, str(path), None if about is None else {"network": json.dumps(about)})


HONEST = {"kind": "dense", "size": SIDE, "latents": D, "width": 16}


@pytest.mark.parametrize(
    ("about", "says"),
    [
        (None, "does not say which network"),
        (HONEST | {"kind": "pickle"}, "kind="),
        (HONEST | {"kind": ["dense"]}, "kind="),
        (HONEST | {"kind": {}}, "kind="),
        (HONEST | {"width": 2**40}, "width="),
        (HONEST | {"width": 2**15}, "have the shape"),
        (HONEST | {"width": -1}, "width="),
        (HONEST | {"width": True}, "width="),
        (HONEST | {"size": 2**16}, "have the shape"),
        (HONEST | {"depth": 3}, "cannot be built"),
    ],
)
def test_a_header_that_lies_makes_no_network(run, model, about, says):
    path = traversal.model_path(run, 0)
    lying(path, about, dict(model.state_dict()))
    with pytest.raises(FileError, match=says):
        traversal.traversal(run, 0)


def test_a_kind_that_is_no_word_is_no_network(tmp_path, model):
    lying(tmp_path / "model", HONEST | {"kind": ["dense"]}, dict(model.state_dict()))
    with pytest.raises(FileError, match="cannot be read as a network"):
        kinds.load(tmp_path / "model")


def test_a_model_of_another_run_is_refused(run):
    path = traversal.model_path(run, 0)
    kinds.save(kinds.build("dense", size=SIDE, latents=D + 1, width=16), path)
    with pytest.raises(FileError, match="5 latents"):
        traversal.traversal(run, 0)
    kinds.save(kinds.build("dense", size=9, latents=D, width=16), path)
    with pytest.raises(FileError, match="9 pixels"):
        traversal.traversal(run, 0)


def test_weights_without_numbers_draw_nothing(run, model):
    with torch.no_grad():
        next(model.decoder.parameters())[0, 0] = float("nan")
    kinds.save(model, traversal.model_path(run, 0))
    with pytest.raises(FileError, match="NaN"):
        traversal.traversal(run, 0)


@pytest.mark.parametrize("content", [b"", b"hello", struct.pack("<Q", 2**62), struct.pack("<Q", 8) + b"[[[[[[[["])
def test_damaged_files_give_a_sentence(run, content):
    traversal.model_path(run, 0).write_bytes(content)
    with pytest.raises(FileError, match="cannot be read as a model"):
        traversal.traversal(run, 0)


def test_a_pickle_is_never_loaded(run, tmp_path):
    class Bomb:
        def __reduce__(self):
            return (tmp_path.joinpath("exploded").write_text, ("x",))

    torch.save({"weights": Bomb()}, traversal.model_path(run, 0))
    with pytest.raises(FileError, match="cannot be read as a model"):
        traversal.traversal(run, 0)
    assert not tmp_path.joinpath("exploded").exists()


@pytest.mark.parametrize(("kind", "size"), [("conv", 32), ("denoiser", 8)])
def test_every_kind_of_network_is_trusted_and_drawn(tmp_path, kind, size):
    torch.manual_seed(0)
    kinds.save(kinds.build(kind, size=size, latents=3, width=16), tmp_path / "model")
    assert trusted(tmp_path / "model", 3, size).latents == 3
    first, second = (decoded(tmp_path / "model", np.ones((2, 3)), size) for _ in range(2))
    assert first.shape == (2, size, size) and np.array_equal(first, second)
