"""Trainings that are stopped go on exactly; files that are damaged or hostile are left aside."""

import os
import time
from pathlib import Path

import numpy as np
import pytest
import torch

from explorer.catalogue import estimators
from explorer.errors import Cancelled, FileError
from explorer.home import home as folder_of_home
from explorer.home import make_room
from explorer.jobs.training_curves import followed
from explorer.jobs.unfinished import FOLDER, Unfinished
from explorer.learned.training import checkpoint, resumed
from explorer.studies import panel
from explorer.studies.panel import Inquiry
from explorer.updates import loop
from explorer.updates.states import packed, unpacked
from explorer.watching import watched

CASES = {
    "mine": {"steps": 60, "batch": 32, "hidden": 8},  # its objective remembers past batches
    "infonce": {"steps": 75, "batch": 32, "hidden": 8, "members": 2},
    "minde": {"steps": 60, "hidden": 8},
    "bridge_density_ratio": {"steps": 60, "hidden": 8},
}


def sample(n: int = 200) -> tuple[np.ndarray, np.ndarray]:
    x, noise = np.random.default_rng(0).standard_normal((2, n))
    return x, x + noise


def stop_at(update: int):
    def report(done: int, total: int, note: str = "") -> None:
        if done == update:
            raise Cancelled("stopped")

    return report


def files() -> list[Path]:
    return sorted((folder_of_home() / FOLDER).glob("*"))


def told(name: str) -> tuple:
    found = estimators[name](**CASES[name])(*sample(), seed=3)
    return found.nats, found.details["curves"], found.standard_error


def stopped(name: str, update: int) -> None:
    with watched(stop_at(update), keeper=Unfinished("cell")), pytest.raises(Cancelled):
        told(name)


@pytest.mark.parametrize("name", CASES)
def test_a_training_stopped_at_a_third_ends_as_one_that_was_not(home, name):
    whole = told(name)
    assert not files(), "without a keeper nothing is written"
    stopped(name, 30)
    assert len(files()) == 1
    updates, looks = [], []
    with watched(lambda done, *_: updates.append(done), lambda *one: looks.append(one[0]), Unfinished("cell")):
        again = told(name)
    assert again == whole, "to the bit"
    first = updates.index(31)
    assert first == 0 and looks == whole[1]["step"] and not files()


def test_a_state_is_of_one_training_alone(home):
    stopped("mine", 20)
    updates = []
    with watched(lambda done, *_: updates.append(done), keeper=Unfinished("cell")):
        estimators["mine"](**CASES["mine"])(*sample(), seed=4)
    assert updates[0] == 1 and len(files()) == 1


class InMemory:
    """A keeper that tells trainings apart by their key alone."""

    def __init__(self):
        self.states: dict[str, bytes] = {}
        self.kept, self.keep = self.states.get, self.states.__setitem__

    def drop(self, key: str) -> None:
        self.states.pop(key, None)

    def refused(self, key: str, why: str) -> None:
        raise AssertionError(f"{key} was refused: {why}")

    def __len__(self) -> int:
        return len(self.states)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("nwj", {}), ("infonce", {})),
        (("i_alpha", {"alpha": 0.1}), ("i_alpha", {"alpha": 0.2})),
        (("mine", {"decay": 0.5}), ("mine", {"decay": 0.4})),
        (("unisiam", {"temperature": 0.1}), ("unisiam", {"temperature": 0.2})),
    ],
)
def test_a_state_is_of_one_objective_and_its_settings(one, other):
    keeper, updates = InMemory(), []
    (first, given), (second, asked) = one, other
    with watched(stop_at(20), keeper=keeper), pytest.raises(Cancelled):
        estimators[first](**CASES["mine"], **given)(*sample(), seed=3)
    assert len(keeper) == 1
    with watched(lambda done, *_: updates.append(done), keeper=keeper):
        estimators[second](**CASES["mine"], **asked)(*sample(), seed=3)
    assert updates[0] == 1 and len(keeper) == 1
    with watched(lambda done, *_: updates.append(done), keeper=keeper):
        estimators[first](**CASES["mine"], **given)(*sample(), seed=3)
    assert 21 in updates and updates.count(1) == 1 and not keeper, "its own state is taken up"


def hostile(name: str, content: bytes) -> bytes:
    state = unpacked(content)
    if name == "step":
        return packed(state | {"step": 10**9})
    if name == "shape":
        state["learner"]["weights"][0] = torch.zeros(1)
        return packed(state)
    if name == "moments":
        return packed({**state, "learner": {**state["learner"], "moments": {"0/step": torch.ones(1)}}})
    if name == "members":
        return packed({**state, "learner": {**state["learner"], "who": torch.tensor([7])}})
    if name == "random":
        return packed({**state, "learner": {**state["learner"], "random": torch.zeros(3, dtype=torch.uint8)}})
    return {"half": content[:-40], "text": b"no training", "flipped": content[:-1] + bytes([content[-1] ^ 1])}[name]


@pytest.mark.parametrize("name", ["half", "text", "flipped", "step", "shape", "moments", "members", "random"])
def test_what_is_damaged_or_hostile_is_left_aside_with_a_remark(home, name, caplog):
    whole = told("mine")
    stopped("mine", 30)
    (path,) = files()
    path.write_bytes(hostile(name, path.read_bytes()))
    notes = []
    with watched(lambda *one: notes.append(one), keeper=Unfinished("cell")):
        assert told("mine") == whole
    assert notes[0] == (0, 60, "the state kept of this training is damaged; it begins anew") and notes[1][0] == 1
    assert "was left aside and the training began anew" in caplog.text and not files()


def test_a_state_is_kept_now_and_then(home, monkeypatch):
    seen = []
    monkeypatch.setattr(loop, "KEEP_EVERY", -1.0)
    with watched(lambda *_: seen.append(len(files())), keeper=Unfinished("cell")):
        told("mine")
    assert seen == [0] + [1] * 59 and not files()


def test_a_job_goes_on_where_it_was_cancelled(home, tmp_path):
    x, y = sample()
    np.savez(tmp_path / "pair.npz", x=x, y=y)
    pair = f"{tmp_path / 'pair.npz'}:x", f"{tmp_path / 'pair.npz'}:y"
    inquiry = Inquiry({"mine": CASES["mine"]}, null=False).checked()

    def stop(done: int, total: int, note: str = "") -> None:
        if "update 40 of" in note:
            raise Cancelled("stopped")

    with pytest.raises(Cancelled):
        panel.compute(*pair, inquiry, stop)
    assert len(files()) == 1
    notes: list[str] = []
    panel.compute(*pair, inquiry, lambda done, total, note="": notes.append(note))
    assert not any("update 40 of" in one for one in notes) and any("update 41 of" in one for one in notes)
    assert not files()


def test_a_disk_that_cannot_be_written_ends_no_training(home, caplog, monkeypatch):
    whole = told("mine")
    monkeypatch.setattr(loop, "KEEP_EVERY", -1.0)
    (folder_of_home() / FOLDER).write_text("in the way")
    with followed("cell", "mine", lambda *_: None, 0, 1):
        assert told("mine") == whole
    assert all(one in caplog.text for one in ("was left aside", "could not be kept", "could not be removed"))


def test_half_written_files_go_after_an_hour_and_a_file_that_vanishes_is_passed_over(tmp_path, monkeypatch):
    names = [
        "old.safetensors",
        "new.safetensors",
        ".a.safetensors.1.part",
        ".b.safetensors.1.part",
        "c.safetensors",
    ]
    for age, name in zip((50, 10, 4000, 3000, 60), names, strict=True):
        (tmp_path / name).write_bytes(b"0123456789")
        os.utime(tmp_path / name, (time.time() - age,) * 2)
    stat = Path.stat

    def gone(self, **given):
        if self.name == "c.safetensors":
            raise FileNotFoundError(self)
        return stat(self, **given)

    monkeypatch.setattr(Path, "stat", gone)
    make_room(tmp_path, "*.safetensors*", 10)
    assert sorted(os.listdir(tmp_path)) == [".b.safetensors.1.part", "c.safetensors", "new.safetensors"]


@pytest.mark.parametrize("state", [{"a": 1}, {"seed": 0}, [1], {"seed": 0, "round": "2"}, {"seed": 0, "round": 2}])
def test_a_file_of_something_else_is_no_checkpoint(tmp_path, state):
    path = tmp_path / "checkpoint.safetensors"
    path.write_bytes(packed(state))
    with pytest.raises(FileError, match=r"is no checkpoint of this training.*remove it to begin anew"):
        resumed(path, 0)
    whole = unpacked(checkpoint(resumed(tmp_path / "none", 0)))
    path.write_bytes(packed({**whole, "network": {**whole["network"], "low": torch.zeros(1)}}))
    with pytest.raises(FileError, match="size mismatch"):
        resumed(path, 0)
    path.write_bytes(packed(whole))
    with pytest.raises(FileError, match="belongs to seed=0; got seed=1"):
        resumed(path, 1)


def test_any_state_comes_back():
    state = {"a": [1, 2.5, None, "text", {"b": torch.arange(3)}], "tensor": torch.tensor(1.0), "inf": [float("inf")]}
    again = unpacked(packed(state))
    assert again["a"][:4] == state["a"][:4] and torch.equal(again["a"][4]["b"], torch.arange(3))
    assert float(again["tensor"]) == 1 and again["inf"] == state["inf"]
