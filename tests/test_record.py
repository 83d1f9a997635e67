"""Record a trained network: what is fed, what is listed before, what is kept, and what an end on the way leaves."""

import csv
import json
import shutil
from dataclasses import asdict, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from test_models import bert
from torch import nn
from trained_networks import NAME, images, saved, small

import explorer
from explorer import arrays
from explorer.cli import main
from explorer.commands import record as record_command
from explorer.errors import Cancelled, FileError, InputError, SampleError, SettingError, UnknownNameError
from explorer.jobs.board import Board
from explorer.jobs.specification import Specification
from explorer.jobs.worker import _called
from explorer.models._preparation import Preparation
from explorer.recordings import hooks, library
from explorer.recordings.store import stored_columns
from explorer.trained import recorded
from explorer.trained.listing import chosen, listed, probe_bytes
from explorer.trained.opened import opened
from explorer.trained.recipe import Recipe, numbers

N = 30
PIXELS = np.random.default_rng(0).integers(0, 256, (N, 8, 8, 3), dtype=np.uint8)
SCALED = {"layout": "channels_last", "divide": 255.0, "mean": (0.5, 0.4, 0.3), "std": (0.2, 0.3, 0.4)}


def fed() -> torch.Tensor:
    """What the network is fed of PIXELS, by hand."""
    x = torch.from_numpy(PIXELS).permute(0, 3, 1, 2).float() / 255
    return (x - torch.tensor([0.5, 0.4, 0.3])[:, None, None]) / torch.tensor([0.2, 0.3, 0.4])[:, None, None]


@pytest.fixture
def files(tmp_path: Path) -> dict[str, str]:
    """A network and data in files: pixels, the network's own answers as labels, and a factor."""
    with torch.no_grad():
        truth = small()(fed()).argmax(1).numpy()
    np.savez(tmp_path / "data.npz", images=PIXELS, labels=truth, size=np.arange(N) % 3, prepared=fed().numpy())
    data = str(tmp_path / "data.npz")
    return {"model": str(saved(tmp_path, "pt")), "data": f"{data}:images", "labels": f"{data}:labels", "file": data}


def recipe(files: dict[str, str], **changed: Any) -> Recipe:
    """The network on the pixels."""
    given = {"model": files["model"], "data": files["data"], "settings": {"network": NAME}, **SCALED, **changed}
    return Recipe(**given)


def activations(folder: Path) -> dict[str, np.ndarray]:
    """Every layer of a recording."""
    recording = explorer.open(folder)
    return {layer: recording.activations(0, layer) for layer in recording.layers}


def test_what_is_recorded_is_what_the_network_computes(files: dict[str, str], tmp_path: Path) -> None:
    asked = recipe(
        files, labels=files["labels"], factors=(f"{files['file']}:size",), layers=("blocks.0", "act"), batch=7
    )
    reports: list[tuple[int, int, str]] = []
    recorded.record(asked, tmp_path / "run", progress=lambda *report: reports.append(report))
    recording = explorer.open(tmp_path / "run")
    with torch.no_grad():
        stem = torch.relu(small().stem(fed()))
        truth = {"act": stem, "blocks.0": small().blocks[0](stem), "act#1": small()(fed())}
    assert list(recording.layers) == ["act", "blocks.0", "act#1"]
    for name, found in activations(tmp_path / "run").items():
        assert np.allclose(found, truth[name].flatten(1), atol=1e-6), name
    assert recording.x is not None and recording.x.dtype == np.uint8 and np.array_equal(recording.x, PIXELS)
    assert recording.factors["size"].tolist() == (np.arange(N) % 3).tolist()
    assert reports[-1] == (30, 30, "samples") and [one[0] for one in reports] == [7, 14, 21, 28, 30]
    assert recording.complete and not list(tmp_path.glob("tmp-*"))


def test_provenance_repeats_the_recording_beside_the_files(
    files: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = recipe(files, labels=files["labels"], layers=("out",), title="A net")
    recorded.record(asked, tmp_path / "run")
    about = json.loads((tmp_path / "run" / "manifest.json").read_text())["provenance"]
    assert about["title"] == explorer.open(tmp_path / "run").name == "A net"
    assert about["network"]["form"] == "state_dict" and about["network"]["file"] == "small.pt"
    assert about["notes"] == [
        "Before the network, the data are: last axis moved behind the samples; divided by 255; mean 0.5, 0.4, 0.3 "
        "taken off; divided by std 0.2, 0.3, 0.4."
    ]
    shutil.copy(NAME.rpartition(":")[0], tmp_path)
    monkeypatch.chdir(tmp_path)
    assert str(tmp_path) not in json.dumps(about) and "/" not in about["network"]["settings"]["network"]
    assert Recipe.of(about["recipe"]).absolute() == replace(
        asked, settings={"network": f"{tmp_path}/trained_networks.py:Small"}
    )
    recorded.record(Recipe.of(about["recipe"]), tmp_path / "again")
    assert np.array_equal(activations(tmp_path / "run")["out"], activations(tmp_path / "again")["out"])


def test_accuracy_is_that_of_the_labels(files: dict[str, str], tmp_path: Path) -> None:
    with torch.no_grad():
        outputs = small()(fed())
    truth = outputs.argmax(1).numpy()
    wrong = np.arange(N) % 5
    assert recorded.accuracy(truth, 5, wrong) == (truth == wrong).mean()
    for y in (None, wrong.astype(float), wrong + 1, wrong - 1, wrong[:-1], np.zeros(N, int)):
        assert recorded.accuracy(truth, 5, y) is None
    assert recorded.accuracy(None, 5, wrong) is None
    np.savez(tmp_path / "y.npz", y=wrong, more=wrong + 1)
    asked = recipe(files, labels=f"{tmp_path}/y.npz:y", layers=("out",), batch=4, accuracy=True)
    recording = explorer.open(recorded.record(asked, tmp_path / "run"))
    assert recording.metrics == ({"step": 0, "accuracy": (truth == wrong).mean()},)
    assert recorded.ACCURACY in recording.provenance["notes"]
    with pytest.raises(SampleError, match="accuracy needs labels that are whole numbers from 0"):
        recorded.record(replace(asked, labels=f"{tmp_path}/y.npz:more"), tmp_path / "none")
    assert not (tmp_path / "none").exists()


def test_a_code_that_has_as_many_values_as_there_are_labels_has_no_accuracy(
    files: dict[str, str], tmp_path: Path
) -> None:
    np.savez(tmp_path / "y.npz", y=np.arange(N) % 5)
    recording = explorer.open(recorded.record(recipe(files, labels=f"{tmp_path}/y.npz:y"), tmp_path / "run"))
    assert recording.metrics == ({"step": 0},) and recorded.ACCURACY not in recording.provenance["notes"]


def test_outputs_that_the_network_calls_logits_have_an_accuracy(tmp_path: Path) -> None:
    class Answer(nn.Module):
        def forward(self, x: torch.Tensor) -> Any:
            return SimpleNamespace(logits=x)

    model, x = Answer(), torch.eye(4)[[0, 1, 2, 2]]
    with recorded._Outputs(model) as outputs:
        model(torch.zeros(2, 7)), model(x)
    assert outputs.logits and outputs.columns == 4 and outputs.largest(4).tolist() == [0, 1, 2, 2]  # type: ignore[union-attr]
    with recorded._Outputs(nn.Linear(4, 4)) as plain:
        plain.model(x)
    assert not plain.logits and plain.largest(4) is not None


def test_the_listing_says_what_will_be_recorded(files: dict[str, str], tmp_path: Path) -> None:
    for pool in ("flatten", "mean", "channels"):
        given = opened(recipe(files, pool=pool, dtype="float16"), "cpu")
        layers = listed(given)
        assert [one.name for one in layers if one.chosen] == ["act", "out", "act#1"]
        everything = tuple(dict.fromkeys(one.name.partition("#")[0] for one in layers if not one.reason))
        folder = recorded.record(recipe(files, pool=pool, dtype="float16", layers=everything), tmp_path / pool)
        shapes = {name: (one.shape, one.nbytes) for name, one in activations(folder).items()}
        assert shapes == {one.name: ((one.rows, one.width), one.bytes) for one in layers if not one.reason}
    assert {one.name: one.shape for one in layers}["blocks.1"] == (4, 6, 6)


def test_layers_that_give_no_rows_are_listed_with_the_reason(tmp_path: Path) -> None:
    class Odd(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.idle, self.turned, self.out = nn.Linear(2, 2), nn.LSTM(3, 4), nn.Linear(3, 2)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return self.out(x) + self.turned(x[None].repeat(5, 1, 1))[0].mean()

    (tmp_path / "odd.py").write_text("import torch\n")
    torch.save(Odd().state_dict(), tmp_path / "odd.pt")
    np.save(tmp_path / "x.npy", np.ones((4, 3), np.float32))
    asked = Recipe(str(tmp_path / "odd.pt"), str(tmp_path / "x.npy"), settings={"network": f"{__name__}:Odd"})
    globals()["Odd"] = Odd
    layers = {one.name: one for one in listed(opened(asked, "cpu"))}
    assert layers["idle"].reason == "it is not called"
    assert layers["turned"].reason == "its output has shape (5, 2, 4) for 2 samples"
    assert layers["out"].chosen and not layers["idle"].chosen
    with pytest.raises(SampleError, match="layer 'turned' cannot be recorded: its output has shape"):
        chosen(listed(opened(Recipe.of(asked.plain | {"layers": ("turned",)}), "cpu")))


def test_patterns_and_unknown_layers(files: dict[str, str]) -> None:
    layers = listed(opened(recipe(files, layers=("blocks.?", "out")), "cpu"))
    assert chosen(layers) == ("blocks.0", "blocks.1", "out")
    with pytest.raises(UnknownNameError, match=r"no layer 'block\.0'; did you mean 'blocks.0'"):
        listed(opened(recipe(files, layers=("block.0",)), "cpu"))


def test_functions_are_layers_when_asked_for(files: dict[str, str], tmp_path: Path) -> None:
    asked = recipe(files, functional=True, layers=("blocks.0.relu", "mean"))
    recorded.record(asked, tmp_path / "run")
    with torch.no_grad():
        truth = small().blocks[0](torch.relu(small().stem(fed())))
    assert np.allclose(activations(tmp_path / "run")["blocks.0.relu"], truth.flatten(1), atol=1e-6)


@pytest.mark.parametrize("form", ["pt2", "onnx"])
def test_other_forms_give_the_same_recording(form: str, files: dict[str, str], tmp_path: Path) -> None:
    names = ("stem", "blocks.0", "blocks.1", "out")
    recorded.record(recipe(files, layers=names), tmp_path / "pt")
    other = recipe(files, layers=names, model=str(saved(tmp_path, form)), settings={})
    recorded.record(other, tmp_path / form)
    for name, truth in activations(tmp_path / "pt").items():
        assert np.allclose(activations(tmp_path / form)[name], truth, atol=1e-5), name


def test_several_inputs_by_name(tmp_path: Path) -> None:
    folder = bert(tmp_path / "bert")
    ids, mask = np.array([[2, 5, 6, 3], [2, 7, 3, 0]]), np.array([[1, 1, 1, 1], [1, 1, 1, 0]])
    np.savez(tmp_path / "tokens.npz", ids=ids, mask=mask)
    data = {"input_ids": f"{tmp_path}/tokens.npz:ids", "attention_mask": f"{tmp_path}/tokens.npz:mask"}
    recorded.record(Recipe(str(folder), data), tmp_path / "run")
    found = activations(tmp_path / "run")
    assert {name: one.shape for name, one in found.items()} == {
        "embeddings": (2, 8), "encoder.layer.0": (2, 8), "encoder.layer.1": (2, 8), "pooler": (2, 8)
    }  # fmt: skip
    with pytest.raises(SampleError, match="several inputs are fed as they are; divided by 2 applies to one array"):
        opened(Recipe(str(folder), data, divide=2.0))


def test_texts(tmp_path: Path) -> None:
    folder = bert(tmp_path / "bert")
    with (tmp_path / "texts.csv").open("w") as file:
        csv.writer(file).writerows([("text", "y"), ("a good film", "yes"), ("it was very very bad", "no")])
    asked = Recipe(str(folder), f"{tmp_path}/texts.csv:text", labels=f"{tmp_path}/texts.csv:y", tokens=6)
    recorded.record(asked, tmp_path / "run")
    recording = explorer.open(tmp_path / "run")
    assert recording.y is not None and recording.y.tolist() == ["yes", "no"]
    assert "1 of 2 texts are longer, up to 7 tokens, and were cut." in recording.provenance["notes"]
    tokens = Recipe(str(folder), f"{tmp_path}/texts.csv:text", pool="each_token", layers=("encoder.layer.1",), tokens=6)
    (layer,) = [one for one in listed(opened(tokens, "cpu")) if one.chosen]
    recorded.record(tokens, tmp_path / "tokens")
    assert activations(tmp_path / "tokens")["encoder.layer.1"].shape == (layer.rows, layer.width) == (11, 8)
    with pytest.raises(SampleError, match="holds text; a Hugging Face folder of a text model takes it"):
        opened(Recipe(str(saved(tmp_path, "pt2")), f"{tmp_path}/texts.csv:text"))


def test_samples_are_drawn_and_it_is_said(files: dict[str, str], tmp_path: Path) -> None:
    given = opened(recipe(files, labels=files["labels"], samples=10, seed=3), "cpu")
    assert "10 of 30 samples were drawn at random with seed 3." in given.notes
    rows = [int((one == PIXELS).all((1, 2, 3)).argmax()) for one in given.x.numpy()]  # type: ignore[union-attr]
    assert rows == sorted(set(rows)) and len(rows) == 10
    assert np.array_equal(given.y, np.load(files["file"])["labels"][rows])
    assert len(opened(recipe(files, samples=10**6), "cpu")) == N


@pytest.mark.parametrize(
    "changed, error, sentence",
    [
        ({"layout": "as_is"}, SampleError, "mean has 3 numbers; .* needs one a channel, or one"),
        (
            {"layout": "as_is", "mean": (), "std": ()},
            InputError,
            r"\(30, 8, 8, 3\) and type .* --layout channels_last moves",
        ),
        ({"layout": "flat", "mean": (0.5,), "std": ()}, InputError, "the network cannot take data.*RuntimeError"),
        ({"layout": "sideways"}, SettingError, "layout='sideways' must be one of 'as_is'"),
        ({"divide": 0.0}, SettingError, "divide=0.0 must lie in"),
        ({"std": (1.0, 0.0, 1.0)}, SettingError, "std must be other numbers than 0"),
        ({"dtype": "int8"}, SettingError, "dtype='int8' must be one of"),
        ({"batch": 0}, SettingError, "batch=0 must lie in"),
        ({"pool": "median"}, SettingError, "pool='median' must be one of"),
        ({"pool": "masked_mean"}, SampleError, "needs an attention_mask"),
        ({"labels": "{file}:images"}, SampleError, r"labels have shape \(30, 8, 8, 3\); one value a sample"),
        ({"labels": "{short}:y"}, SampleError, "must be paired row by row; the rows are data 30, labels 4"),
        (
            {"budget": "1 kB"},
            SettingError,
            "budget='1 kB' is less than the 18.5 kB of the chosen layers and 5.8 kB of the probe; take fewer",
        ),
        ({"budget": "20 kB"}, SettingError, "budget='20 kB' is less than the 18.5 kB of the chosen layers and 5.8 kB"),
        ({"budget": "many"}, SettingError, "budget='many' must be a number of bytes"),
        ({"data": "{file}:none"}, UnknownNameError, "called 'none'"),
        ({"model": "none.pt"}, FileError, "'none.pt' does not exist"),
    ],
)
def test_refusals_leave_nothing_behind(
    changed: dict[str, Any], error: type[Exception], sentence: str, files: dict[str, str], tmp_path: Path
) -> None:
    np.savez(tmp_path / "short.npz", y=np.zeros(4))
    places = {"file": files["file"], "short": str(tmp_path / "short.npz")}
    filled = {name: one.format(**places) if isinstance(one, str) else one for name, one in changed.items()}
    before = sorted(tmp_path.iterdir())
    with pytest.raises(error, match=sentence):
        recorded.record(recipe(files, **filled), tmp_path / "run")
    assert sorted(tmp_path.iterdir()) == before


@pytest.mark.parametrize("end", [KeyboardInterrupt, Cancelled("cancelled")], ids=["Ctrl-C", "cancelled"])
def test_an_end_on_the_way_leaves_nothing_or_what_was_there(
    end: BaseException, files: dict[str, str], tmp_path: Path
) -> None:
    def stop(done: int, total: int, note: str = "") -> None:
        if done > 10:
            raise end

    with pytest.raises(type(end) if isinstance(end, Exception) else KeyboardInterrupt):
        recorded.record(recipe(files, batch=5), tmp_path / "run", progress=stop)
    assert not (tmp_path / "run").exists() and not list(tmp_path.glob("tmp-*"))
    recorded.record(recipe(files), tmp_path / "run")
    before = activations(tmp_path / "run")
    with pytest.raises(FileError, match="holds a recording; choose another folder, or pass overwrite"):
        recorded.record(recipe(files), tmp_path / "run")
    with pytest.raises((KeyboardInterrupt, Cancelled)):
        recorded.record(recipe(files, batch=5), tmp_path / "run", overwrite=True, progress=stop)
    assert all(np.array_equal(one, before[name]) for name, one in activations(tmp_path / "run").items())
    recorded.record(recipe(files, layers=("out",)), tmp_path / "run", overwrite=True)
    assert list(activations(tmp_path / "run")) == ["out"]
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "mine.txt").write_text("mine")
    with pytest.raises(FileError, match=r"other holds mine\.txt, which no recording has"):
        recorded.record(recipe(files), tmp_path / "other", overwrite=True)


def test_a_disk_without_room_is_told_before(
    files: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recorded, "_disk", lambda _: 1000)
    with pytest.raises(
        FileError, match=r"18\.5 kB of the chosen layers and .* of the probe, and 1\.0 kB are free; take fewer"
    ):
        recorded.record(recipe(files), tmp_path / "a" / "run")
    assert not (tmp_path / "a").exists()


@pytest.mark.parametrize("pool", ["", "each_token"])
def test_the_probe_is_announced_as_it_is_written(pool: str, tmp_path: Path) -> None:
    folder = bert(tmp_path / "bert")
    ids, mask = np.array([[2, 5, 6, 3], [2, 7, 3, 0]]), np.array([[1, 1, 1, 1], [1, 1, 1, 0]])
    np.savez(tmp_path / "a.npz", ids=ids, mask=mask, y=np.array([0, 1], np.int16), word=np.array(["long", "short"]))
    data = {"input_ids": f"{tmp_path}/a.npz:ids", "attention_mask": f"{tmp_path}/a.npz:mask"}
    layers = ("embeddings", "encoder.layer.0")
    asked = Recipe(
        str(folder), data, labels=f"{tmp_path}/a.npz:y", factors=(f"{tmp_path}/a.npz:word",), pool=pool, layers=layers
    )
    given = opened(asked)
    told = probe_bytes(given, listed(given))
    recorded.record(given, tmp_path / "run")
    assert told == sum(one.nbytes for one in stored_columns(tmp_path / "run" / "probe.safetensors").values())


def test_preparation() -> None:
    x = torch.arange(24.0).reshape(2, 2, 2, 3)
    assert torch.equal(Preparation("channels_last")(x), x.permute(0, 3, 1, 2))
    assert Preparation("one_channel")(x[..., 0]).shape == (2, 1, 2, 2) and Preparation("flat")(x).shape == (2, 12)
    assert torch.equal(Preparation(divide=2, mean=(1.0,), std=(4.0,))(x), (x / 2 - 1) / 4)
    whole = torch.ones(2, 3, dtype=torch.uint8)
    assert Preparation(dtype=torch.float16)(whole).dtype == torch.float16
    assert Preparation(dtype=torch.float16, tokens=True)(whole).dtype == torch.int64
    assert Preparation(divide=2.0, dtype=torch.float16, tokens=True)(whole).dtype == torch.float16
    assert Preparation()(whole) is whole and Preparation().text() == ""
    with pytest.raises(SampleError, match="needs samples with channels"):
        Preparation("channels_last")(whole)
    assert numbers("mean", " 0.5, 1 ") == (0.5, 1.0) and numbers("mean", "") == ()
    with pytest.raises(SettingError, match="mean='a' must be numbers with commas"):
        numbers("mean", "a")


def test_jobs_carry_it_out(files: dict[str, str], home: Path) -> None:
    asked = recipe(files, layers=("out",), title="a/b").absolute()
    spec = Specification.from_text(recorded.specification(asked).text)
    listing = _called(spec, lambda *_: None)  # type: ignore[arg-type]
    assert listing["samples"] == N and [one["name"] for one in listing["layers"] if one["chosen"]] == ["out"]
    assert recorded.specification(asked).id == spec.id != recorded.specification(recipe(files, pool="mean")).id
    job = recorded.submitted(asked)
    assert job.title == "Recording a-b" and job.spec.arguments["path"] == str(home / "recordings" / "a-b")
    assert _called(job.spec, lambda *_: None) == {"recording": str(home / "recordings" / "a-b")}  # type: ignore[arg-type]
    assert list(activations(home / "recordings" / "a-b")) == ["out"]
    assert _called(job.spec, lambda *_: 1 / 0) == {"recording": str(home / "recordings" / "a-b")}  # type: ignore[arg-type]
    other = recipe(files, layers=("act",), title="a/b").absolute()
    with pytest.raises(FileError, match="a-b holds a recording"):
        recorded.run(other.plain, job.spec.arguments["path"])
    board = Board()
    board.finish(job.id, "done", board.begin(job.id, "here"), result="{}")
    assert recorded.submitted(asked).spec.arguments["path"].endswith("a-b-2")


def test_two_recordings_of_one_title_have_folders_of_their_own(files: dict[str, str], home: Path) -> None:
    asked = recipe(files, title="one")
    first = recorded.submitted(asked)
    second = recorded.submitted(replace(asked, layers=("out",)))
    assert recorded.submitted(asked).id == first.id  # the same is not queued twice
    assert [Path(one.spec.arguments["path"]).name for one in (first, second)] == ["one", "one-2"]


@pytest.mark.parametrize("title", ["tmp-x", "TMP", "bundled-digits", "x" * 300, "../..", "", ".", "a/../b", "\0"])
def test_names_of_folders(title: str, files: dict[str, str], home: Path) -> None:
    path = Path(recorded.submitted(recipe(files, title=title)).spec.arguments["path"])
    assert path.parent == home / "recordings" and len(path.name) <= 90
    assert not path.name.lower().startswith((".", "tmp", "bundled-")) and library.place(path.name) == path


def test_what_lies_beside_the_folder_is_left_alone(files: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "tmp-run").mkdir()
    (tmp_path / "tmp-run" / "mine.txt").write_text("mine")
    recorded.record(recipe(files), tmp_path / "run")
    assert (tmp_path / "tmp-run" / "mine.txt").read_text() == "mine"
    assert sorted(one.name for one in tmp_path.iterdir()) == ["data.npz", "run", "small.pt", "tmp-run"]


def test_only_a_recording_is_replaced(files: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = tmp_path / "app"
    app.mkdir()
    (app / "manifest.json").write_text('{"name": "a web page"}')
    with pytest.raises(FileError, match="no manifest of schema 1"):
        recorded.record(recipe(files), app, overwrite=True)
    run = recorded.record(recipe(files), tmp_path / "run")
    for mine in ("notes.txt", "steps/model.pt", "figures/a.png"):
        (run / mine).parent.mkdir(exist_ok=True)
        (run / mine).write_text("mine")
        with pytest.raises(FileError, match=f"holds {mine.partition('/')[0]}.*, which no recording has"):
            recorded.record(recipe(files), run, overwrite=True)
        assert (run / mine).read_text() == "mine"
        (run / mine).unlink()
    (run / "figures").rmdir()
    before, rename = (run / "manifest.json").read_text(), Path.rename

    def refused(self: Path, target: Path) -> Path:
        if self.name == "new":
            raise OSError(28, "No space left on device")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", refused)
    with pytest.raises(FileError, match="run cannot be written: No space left"):
        recorded.record(recipe(files), run, overwrite=True)
    assert (run / "manifest.json").read_text() == before and not list(tmp_path.glob("tmp-*"))
    assert list(activations(run)) == ["act", "out", "act#1"]


def test_two_factors_of_one_name_are_refused(files: dict[str, str], tmp_path: Path) -> None:
    np.savez(tmp_path / "more.npz", size=np.ones(N, int))
    both = (f"{files['file']}:size", f"{tmp_path}/more.npz:size")
    with pytest.raises(SampleError, match=r"factor 'size' is in .*data.npz:size and in .*more.npz:size"):
        opened(recipe(files, factors=both), "cpu")


def test_what_was_left_out_of_labels_is_said(files: dict[str, str], tmp_path: Path) -> None:
    with (tmp_path / "y.csv").open("w") as file:
        csv.writer(file).writerows([("word", "y"), *(("a", n % 5) for n in range(N))])
    said = arrays.read(f"{tmp_path}/y.csv").notes
    assert said
    notes = opened(recipe(files, labels=f"{tmp_path}/y.csv"), "cpu").notes
    assert [one for one in notes if one.startswith("labels: ")] == [f"labels: {one}" for one in said]


def test_values_that_float16_cannot_hold_are_in_the_notes(files: dict[str, str], tmp_path: Path) -> None:
    with pytest.warns(UserWarning, match="stored as infinity"):
        recorded.record(recipe(files, divide=1e-9, layers=("stem",), dtype="float16"), tmp_path / "run")
    lost = int(np.isinf(activations(tmp_path / "run")["stem"]).sum())
    note = f"layer 'stem': {lost} values beyond 65504, the largest of float16, are stored as infinity."
    assert lost and note in explorer.open(tmp_path / "run").provenance["notes"]


def run(*words: str, monkeypatch: pytest.MonkeyPatch) -> int:
    """The exit status of a command."""
    monkeypatch.setattr("sys.argv", ["explorer", *words])
    try:
        main()
    except SystemExit as error:
        return int(error.code or 0)
    return 0


def flags(files: dict[str, str]) -> list[str]:
    """The documented command."""
    named = ["--model", files["model"], "--network", NAME, "--data", files["data"], "--labels", files["labels"]]
    scaled = ["--layout", "channels_last", "--divide", "255", "--mean", "0.5,0.4,0.3", "--std", "0.2,0.3,0.4"]
    return ["record", *named, *scaled]


def test_the_command(
    files: dict[str, str],
    tmp_path: Path,
    home: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run(*flags(files), "--list", monkeypatch=monkeypatch) == 0
    out = capsys.readouterr().out
    assert "   blocks.0       Block        4 x 6 x 6  30 x 144  17.3 kB" in out and "*  act " in out
    assert (
        "3 layers of 30 samples are recorded: 18.5 kB, and 6.0 kB of the probe" in out
        and not (home / "recordings").exists()
    )
    assert run(*flags(files), "--layer", "blocks.?", "--pool", "mean", monkeypatch=monkeypatch) == 0
    out = capsys.readouterr().out
    assert f"explorer open {home / 'recordings' / 'small'}" in out
    assert {name: one.shape for name, one in activations(home / "recordings" / "small").items()} == {
        "blocks.0": (30, 4), "blocks.1": (30, 4)
    }  # fmt: skip
    folder = tmp_path / "out"
    folder.mkdir()
    (folder / "mine.txt").write_text("mine")
    assert (
        run("record", "--model", "none.pt", "--data", "none.npz:x", "--out", str(folder), monkeypatch=monkeypatch) == 2
    )
    assert "holds mine.txt" in capsys.readouterr().err  # before the network is opened
    (folder / "mine.txt").unlink()
    words = ["--layer", "act", "--layer", "blocks.0", "--pool", "blocks.0=mean", "--out", str(folder), "--json"]
    words += ["--licence", "CC0", "--source", "by hand"]
    assert run(*flags(files), *words, monkeypatch=monkeypatch) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["recording"] == str(folder) and told["samples"] == N
    about = explorer.open(folder).provenance
    assert (about["licence"], about["source"]) == ("CC0", "by hand") and "licence" in about["recipe"]
    assert told["probe"] == sum(one.nbytes for one in stored_columns(folder / "probe.safetensors").values())
    assert {one["name"]: one["width"] for one in told["layers"] if one["chosen"]} == {
        "act": 144, "blocks.0": 4, "act#1": 5
    }  # fmt: skip


@pytest.mark.parametrize(
    "words, sentence",
    [
        (("--mean", "x"), "explorer: mean='x' must be numbers"),
        (("--pool", "mean", "--pool", "flatten"), "--pool is given once"),
        (("--data", "a=b"), "several --data each need the network's argument"),
        (("--set", "depth=3"), "no setting of state_dict called 'depth'"),
        (("--layer", "none"), "no layer 'none'"),
    ],
)
def test_the_command_refuses_in_one_sentence(
    words: tuple[str, ...], sentence: str, files: dict[str, str], monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    assert run(*flags(files), *words, monkeypatch=monkeypatch) == 2
    error = capsys.readouterr().err
    assert sentence in error and error.count("\n") == 1


def test_pairs_of_the_command(tmp_path: Path) -> None:
    assert record_command._data(["x.npz:a"]) == "x.npz:a"
    assert record_command._data(["a=x.npz:a", "b=x.npz:b"]) == {"a": "x.npz:a", "b": "x.npz:b"}
    assert record_command._pools([]) == "" and record_command._pools(["mean"]) == "mean"
    assert record_command._pools(["a=mean", "b=cls"]) == {"a": "mean", "b": "cls"}
    assert asdict(Recipe("m", "d"))["samples"] is None and hooks.named(small())["act"] is not None
    assert images(2).shape == (2, 3, 8, 8)
