"""Recording a trained network on the Data page: what it asks for, lists, refuses and starts."""

import json
import shlex
from pathlib import Path

import numpy as np
import pytest
from pages_fixture import opened, quiet, texts  # noqa: F401
from streamlit.testing.v1 import AppTest
from trained_networks import NAME, saved

import explorer
from explorer import jobs
from explorer.cli import main
from explorer.errors import SampleError
from explorer.jobs.board import Board
from explorer.jobs.worker import _called
from explorer.trained import recorded
from explorer.trained.recipe import Recipe
from explorer.ui import record_view, samples

pytestmark = pytest.mark.usefixtures("quiet")


@pytest.fixture
def data(tmp_path: Path) -> str:
    """Images for the small network."""
    np.savez(tmp_path / "data.npz", x=np.ones((12, 3, 8, 8), np.float32), y=np.arange(12) % 5)
    return str(tmp_path / "data.npz")


def page(**given: str) -> AppTest:
    """The page with these texts in its boxes."""
    test = opened("2_data.py", view="Add")
    for name, text in given.items():
        key = name.replace("__", ".") if "__" in name else name.replace("_", "-")
        test.text_input(key=key).set_value(text).run()
    assert not test.exception
    return test


def done(job: jobs.Job) -> None:
    """Carry a job out here."""
    board = Board()
    attempt = board.begin(job.id, "here")
    result = json.dumps(_called(board.read(job.id).spec, lambda *_: None))  # type: ignore[arg-type]
    board.finish(job.id, "done", attempt, result=result)


def test_it_asks_for_network_and_data(tmp_path: Path) -> None:
    test = page()
    assert "Name the file or folder of a trained network" in texts(test)
    test = page(record_model=str(tmp_path / "none.pt"))
    assert "does not exist" in texts(test) and "nothing has been recorded" in texts(test)


def test_layers_are_listed_then_recorded(data: str, tmp_path: Path, home: Path) -> None:
    test = page(record_model=str(saved(tmp_path, "pt")), record__network=NAME, record_data=f"{data}:x",
                record_labels=f"{data}:y")  # fmt: skip
    test.button(key="record-list").click().run()
    (listing,) = jobs.jobs()
    assert listing.title == "Listing layers" and listing.live and len(test.get("progress")) == 1
    done(listing)
    test.run()
    assert "3 layers of 12 samples: 16.7 kB on the disk with the probe." in texts(test)
    test.text_input(key="record-layers").set_value("blocks.?").run()
    assert "2 layers of 12 samples: 23.1 kB on the disk with the probe." in texts(test)
    assert "--layer blocks.0 --layer blocks.1" in "\n".join(one.value for one in test.code)
    test.button(key="record-start").click().run()
    (job,) = [one for one in jobs.jobs() if one.id != listing.id]
    assert job.spec.arguments["recipe"]["layers"] == ["blocks.0", "blocks.1"] and test.button(key=f"cancel-{job.id}")
    done(job)
    test.run()
    assert (home / "recordings" / "small" / "manifest.json").is_file()
    test.button(key="record-job-look").click().run()
    assert test.query_params["run"] == str(home / "recordings" / "small") and test.title[0].value == "small"


def test_a_listing_that_fails_says_why(data: str, tmp_path: Path) -> None:
    test = page(record_model=str(saved(tmp_path, "pt")), record__network="none.py:Net", record_data=f"{data}:x")
    test.button(key="record-list").click().run()
    (job,) = jobs.jobs()
    Board().finish(job.id, "failed", error="none.py is not there")
    test.run()
    assert "none.py is not there" in texts(test).replace("\\", "") and test.button(key="record-list")


def test_a_server_for_several_people_runs_no_class_of_theirs(
    data: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def alone() -> None:
        from explorer.ui import record_view

        record_view.panel()

    def shown(**given: str) -> AppTest:
        test = AppTest.from_function(alone, default_timeout=30).run()
        for name, text in given.items():
            test.text_input(key=name.replace("_", "-")).set_value(text).run()
        return test

    monkeypatch.setenv("EXPLORER_ROOTS", str(tmp_path))
    test = shown(record_model=str(saved(tmp_path, "pt")), record_data=f"{data}:x")
    assert "Weights alone need the class of their network, which is a program" in texts(test)
    assert not [one for one in test.button if one.key == "record-list"]
    monkeypatch.setenv("EXPLORER_ROOTS", str(tmp_path / "elsewhere"))
    test = shown(record_model=str(tmp_path / "small.pt"))
    assert "is outside the folders that this server shows" in texts(test).replace("\\", "")


def test_a_link_names_no_program(data: str, tmp_path: Path) -> None:
    given = {"record.network": "os:system", "record.arguments": f"command='touch {tmp_path}/ran'", "record.prefix": "a"}
    test = opened("2_data.py", view="Add", **given)
    boxes = {"record-model": str(saved(tmp_path, "pt")), "record-data": f"{data}:x"}
    for key, text in boxes.items():
        test.text_input(key=key).set_value(text).run()
    assert not test.exception
    assert {test.text_input(key=key).value for key in given} == {""}
    test.text_input(key="record.network").set_value(NAME).run()
    assert NAME not in str(test.query_params)
    given = {"record-model": "a.pt", "record-data": f"{data}:x"}
    test = opened("2_data.py", view="Add", **given)
    assert {test.text_input(key=key).value for key in given} == {""}


@pytest.mark.parametrize(
    "changed",
    [
        {},
        {"data": {"input_ids": "a b.npz:ids", "attention_mask": "it's.npz:mask"}},
        {"pool": {"layer 1": "mean", "b": "cls"}, "layers": ("layer 1", "b")},
        {"accuracy": True, "functional": True, "budget": "2 GB", "title": 'it\'s "one" $HOME; ls', "samples": 10},
        {"mean": (-0.5, 1.0), "std": (0.5, 2.0), "divide": 255.0, "labels": "a b.npz:y", "factors": ("f.csv", "g:a,b")},
        {"settings": {"network": "my net.py:Net", "arguments": "a='x y', b=(1, 2)"}, "dtype": "float16", "seed": 3},
    ],
)
def test_the_command_is_read_as_the_recipe(
    changed: dict[str, object], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = str(saved(tmp_path / "my nets", "pt"))
    asked = Recipe.of({"model": model, "data": "a.npz:x", "form": "state_dict", **changed})
    read: list[Recipe] = []

    def stop(recipe: Recipe, _device: str) -> None:
        read.append(recipe)
        raise SampleError("enough")

    monkeypatch.setattr("explorer.trained.opened.opened", stop)
    monkeypatch.setattr("sys.argv", shlex.split(record_view.command(asked)))
    with pytest.raises(SystemExit):
        main()
    assert read == [asked]


def test_the_command_repeats_the_recipe() -> None:
    asked = Recipe("net.pt", "a b.npz:x", settings={"network": NAME}, layers=("a", "b"), mean=(0.5, 1.0), divide=255.0,
                   functional=True, samples=10, factors=("f.csv",), pool="mean")  # fmt: skip
    assert record_view.command(asked) == (
        f"explorer record --model net.pt --data 'a b.npz:x' --pool mean --factors f.csv --layer a --layer b "
        f"--set network={NAME} --mean 0.5,1.0 --divide 255.0 --samples 10 --functional"
    )
    assert recorded.specification(Recipe("net.pt", "a.npz:x")).function == "explorer.trained.recorded:layers"


@pytest.mark.parametrize("turned", [False, True], ids=["colours first", "colours last"])
def test_colour_images_are_shown_as_grey_ones(turned: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    x = np.zeros((2, 3, 4, 5))
    x[1, :, 2, 3] = (3, 6, 0)
    shown: list[np.ndarray] = []
    monkeypatch.setattr(samples.geometry, "offer_images", shown.append)
    given = np.moveaxis(x, 1, -1) if turned else x
    layer = {0: {"a": np.ones((2, 1))}}
    assert samples._pictures(explorer.Recording.from_arrays(layer, x=given))["image_shape"] == [4, 5]
    assert shown[0].reshape(2, 4, 5)[1, 2, 3] == 255 and shown[0].sum() == 255
