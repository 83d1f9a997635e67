"""Recordings on disk: schedules, metrics, live reading, killed trainings, round trips, the bundled run."""

import errno
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from torch import nn

import explorer
from explorer.errors import FileError, SampleError, SettingError
from explorer.recordings import schedule
from explorer.recordings.manifest import read_manifest, read_metrics
from explorer.recordings.recorder import DTYPES

X = np.arange(8.0).reshape(4, 2)


def scaled(by: float) -> nn.Module:
    """A network whose layer "0" gives x times a number."""
    model = nn.Sequential(nn.Linear(2, 2, bias=False))
    model[0].weight.data = by * torch.eye(2)
    return model


def record(path: Path, steps: Any, **options: Any) -> explorer.Recording:
    """A closed recording in which step s holds x times s."""
    model = scaled(0)
    with explorer.Recorder(path, model, X, **options) as recorder:
        for step in steps:
            model[0].weight.data = step * torch.eye(2)
            recorder.step(step, epoch=step / 2, loss=1 / (step + 1))
    return explorer.open(path)


@pytest.mark.parametrize(
    "every, recorded",
    [
        (1, list(range(31))),
        (10, [0, 10, 20, 30]),
        (np.int64(15), [0, 15, 30]),
        ("log", [*range(11), 12, 14, 16, 19, 22, 26, 30]),
        ({3, 30}, [3, 30]),
        (range(0, 30, 15), [0, 15]),
        (np.array([7, 2]), [2, 7]),
        ((step for step in (5, 6)), [5, 6]),
    ],
)
def test_schedules(every: Any, recorded: list[int], tmp_path: Path) -> None:
    recording = record(tmp_path, range(31), every=every)
    assert recording.steps == tuple(recorded) == tuple(read_manifest(tmp_path).steps)
    assert [line["step"] for line in recording.metrics] == list(range(31))  # metrics at every step
    assert recording.metrics[30] == {"step": 30, "epoch": 15.0, "loss": 1 / 31}
    for step in recorded:
        assert np.array_equal(recording.activations(step, "0"), step * X)


def test_the_log_schedule_has_fifteen_steps_a_decade_and_the_last() -> None:
    steps = schedule.log_steps(123_456)
    assert steps[:11] == list(range(11)) and steps[-1] == 123_456
    assert [sum(low < step <= 10 * low for step in steps) for low in (100, 1000, 10_000)] == [15, 15, 15]


def test_step_zero_is_before_training(tmp_path: Path) -> None:
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(2, 3))
    before = model(torch.tensor(X).float()).detach()
    with explorer.Recorder(tmp_path, model, X) as recorder:
        recorder.step(0)
        nn.init.zeros_(model[0].weight)
        recorder.step(1)
    recording = explorer.open(tmp_path)
    assert np.array_equal(recording.activations(0, "0"), before)
    assert not np.array_equal(recording.activations(1, "0"), before)


def test_steps_out_of_order_and_twice(tmp_path: Path) -> None:
    model = scaled(5)
    with explorer.Recorder(tmp_path, model, X) as recorder:
        recorder.step(5, loss=1.0, accuracy=0.5)
        recorder.step(torch.tensor(2), loss=2.0)
        model[0].weight.data *= 2
        recorder.step(5.0, loss=3.0)
    recording = explorer.open(tmp_path)
    assert recording.steps == (2, 5) and read_manifest(tmp_path).steps == [2, 5]
    assert np.array_equal(recording.activations(5, "0"), 10 * X)  # the later one stands
    assert recording.metrics == ({"step": 2, "loss": 2.0}, {"step": 5, "loss": 3.0, "accuracy": 0.5})


def strict(text: str) -> Any:
    """JSON as its standard has it: without NaN and Infinity."""

    def refuse(word: str) -> None:
        raise AssertionError(f"{word} is no JSON")

    return json.loads(text, parse_constant=refuse)


def test_metrics_that_are_not_finite_come_back_as_none(tmp_path: Path) -> None:
    with explorer.Recorder(tmp_path, scaled(1), X, every=[]) as recorder:
        recorder.step(0, loss=None)
        recorder.step(1, epoch=0.5, loss=float("nan"), norm=torch.tensor(float("inf")), rate=np.float32(0.5))
        for loss in ("much", torch.ones(2), [1.0]):
            with pytest.raises(SettingError, match=r"^loss=.* must be one number$"):
                recorder.step(2, loss=loss)
    lines = [strict(line) for line in (tmp_path / "metrics.jsonl").read_text().splitlines()]
    assert lines == [{"step": 0, "loss": None}, {"step": 1, "epoch": 0.5, "loss": None, "norm": None, "rate": 0.5}]
    assert explorer.open(tmp_path).metrics == tuple(lines)


@pytest.mark.parametrize("step", [-1, 0.5, "1", None, float("nan"), float("inf")])
def test_a_step_is_a_whole_number(step: Any, tmp_path: Path) -> None:
    with (
        explorer.Recorder(tmp_path, scaled(1), X) as recorder,
        pytest.raises(SettingError, match=r"^step=.* must be a whole number from 0 upward$"),
    ):
        recorder.step(step)


def test_a_recording_is_read_while_it_is_written(tmp_path: Path) -> None:
    recorder = explorer.Recorder(tmp_path, scaled(1), X)
    empty = explorer.open(tmp_path)
    assert (empty.steps, empty.layers, empty.complete, len(empty)) == ((), (), False, 4)
    recorder.step(0, loss=1.0)
    first = explorer.open(tmp_path)
    for name in (".00000001.safetensors.77-1.part", "1.safetensors", "²²²²²²²².safetensors", "00000002.npz"):
        (tmp_path / "steps" / name).write_bytes(b"half a file")
    recorder.step(3, loss=0.5)
    later = explorer.open(tmp_path)
    assert (first.steps, later.steps, later.complete) == ((0,), (0, 3), False)
    assert first.digest != later.digest and first.metrics == later.metrics[:1]
    recorder.close()
    recorder.close()
    assert explorer.open(tmp_path).complete and explorer.open(tmp_path).digest == later.digest
    with pytest.raises(SettingError, match=r"the recorder of .* is closed"):
        recorder.step(4)


def test_an_error_in_the_training_leaves_it_readable_and_unfinished(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), explorer.Recorder(tmp_path, scaled(1), X) as recorder:
        recorder.step(0)
        recorder.step(1, loss=1 / 0)
    recording = explorer.open(tmp_path)
    assert recording.steps == (0,) and not recording.complete


KILLED = """
import os, signal, sys
from pathlib import Path
import torch
sys.path.insert(0, sys.argv[2])
from test_recordings import X, explorer, scaled

def killed_at(moment, path):
    def count():
        nonlocal moment
        moment -= 1
        if not moment:
            os.kill(os.getpid(), signal.SIGKILL)
    class Slow:
        def __init__(self, file):
            self.file = file
        def __enter__(self):
            return self
        def __exit__(self, *error):
            self.file.close()
        def __getattr__(self, name):
            return getattr(self.file, name)
        def write(self, content):
            content = memoryview(content).cast("B")
            self.file.write(content[: len(content) // 2])
            self.file.flush()
            count()
            self.file.write(content[len(content) // 2 :])
            self.file.flush()
    opened, rename = Path.open, Path.replace
    def open_slowly(self, mode="r", *rest, **options):
        file = opened(self, mode, *rest, **options)
        return Slow(file) if mode == "wb" else file
    def replace(self, target):
        count()
        rename(self, target)
    Path.open, Path.replace = open_slowly, replace
    model = scaled(0)
    recorder = explorer.Recorder(path, model, X)
    for step in range(1000):
        model[0].weight.data = step * torch.eye(2)
        recorder.step(step, loss=step)

for moment in range(1, 41):
    child = os.fork()
    if not child:
        killed_at(moment, f"{sys.argv[1]}/{moment}")
    assert os.waitpid(child, 0)[1] == signal.SIGKILL
"""


def test_a_killed_training_leaves_every_listed_step_whole(tmp_path: Path) -> None:
    # killed in the middle of every write and before every rename of the first steps
    script = [sys.executable, "-c", KILLED, str(tmp_path), str(Path(__file__).parent)]
    subprocess.run(script, check=True, cwd=Path(__file__).parents[1], timeout=120)
    found = []
    for moment in range(1, 41):
        if not (tmp_path / str(moment) / "manifest.json").exists():
            continue
        recording = explorer.open(tmp_path / str(moment))
        assert not recording.complete and set(read_manifest(tmp_path / str(moment)).steps) <= set(recording.steps)
        for step in recording.steps:
            assert np.array_equal(recording.activations(step, "0"), step * X)
            assert recording.metrics[step] == {"step": step, "loss": step}
        found.append(len(recording.steps))
    assert found == sorted(found) and found[0] == 0 and found[-1] >= 4
    assert record(tmp_path / "40", [0], overwrite=True).complete


def test_a_half_written_last_line_of_metrics_is_dropped(tmp_path: Path) -> None:
    record(tmp_path, [0, 1])
    path = tmp_path / "metrics.jsonl"
    whole = path.read_bytes()
    for cut in range(1, len(whole.splitlines()[1])):
        path.write_bytes(whole[:-cut])
        assert len(explorer.open(tmp_path).metrics) == (2 if cut == 1 else 1)
    path.write_text('{"step": 0, "loss": NaN}\n')  # as other programs write it
    assert read_metrics(tmp_path) == [{"step": 0, "loss": None}]


def test_a_folder_with_a_recording_is_replaced_only_on_demand(tmp_path: Path) -> None:
    record(tmp_path, [0, 1, 2])
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(FileError, match=r"holds a recording of 3 steps; choose another path or pass overwrite=True"):
        explorer.Recorder(tmp_path, scaled(1), X)
    assert explorer.open(tmp_path).complete and len(explorer.open(tmp_path).steps) == 3
    recording = record(tmp_path, [1], overwrite=True)
    assert recording.steps == (1,) and len(recording.metrics) == 1
    assert (tmp_path / "notes.txt").read_text() == "mine"


@pytest.mark.parametrize("place", ["file/run", "zero\0byte", "long" * 100, "/proc/run"])
def test_a_path_that_cannot_be_written(place: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(FileError, match="cannot be written: ") as caught:
        explorer.Recorder(tmp_path / place, scaled(1), X)
    assert "\n" not in str(caught.value)


def test_a_full_disk_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with explorer.Recorder(tmp_path, scaled(1), X) as recorder:
        recorder.step(0)
        with monkeypatch.context() as patch, pytest.raises(FileError, match="No space left on device"):
            patch.setattr(Path, "open", full)
            recorder.step(1)
    assert explorer.open(tmp_path).steps == (0,)


KINDS = st.sampled_from(["f2", "f4", "f8", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "?"]).map(np.dtype)


def columns(kind: np.dtype, shape: tuple[int, ...]) -> st.SearchStrategy[np.ndarray]:
    """Arrays of numbers that float16 can hold, so that no stored value becomes infinite."""
    low, high = (-60_000, 60_000) if kind.kind == "f" or kind.itemsize > 2 else (-127, 127)
    limits = {"min_value": 0 if kind.kind == "u" else low, "max_value": high}
    return hnp.arrays(kind, shape, elements={} if kind.kind == "b" else limits)


@settings(max_examples=60, deadline=None)
@given(st.data(), hnp.array_shapes(min_dims=1, max_dims=4, max_side=4), st.sampled_from(list(DTYPES)))
def test_a_recording_gives_back_what_was_recorded(data: st.DataObject, shape: tuple[int, ...], dtype: str) -> None:
    n = shape[0]
    x, y, factor = (data.draw(columns(data.draw(KINDS), part)) for part in (shape, (n,), (n,)))
    # NumPy's texts end at their last character that is not zero
    letters = st.text(st.characters(codec="utf-8", exclude_characters="\0"))
    words = data.draw(st.lists(letters, min_size=n, max_size=n))
    with tempfile.TemporaryDirectory() as folder:
        options = {"factors": {"f": factor, "words": words}, "dtype": dtype}
        with explorer.Recorder(folder, nn.Sequential(nn.Identity()), (x, y), **options) as recorder:
            recorder.step(7)
        recording = explorer.open(folder)
        kept = recording.activations(7, "0")
    for found, truth in ((recording.x, x), (recording.y, y), (recording.factors["f"], factor)):
        assert found.dtype == truth.dtype and np.array_equal(found, truth)
    assert recording.target("words").tolist() == words
    fed = x.astype(np.float32)  # what a network without weights is fed
    assert kept.dtype == dtype and np.array_equal(kept, fed.reshape(n, -1).astype(dtype))
    assert recording.shapes == {"0": kept.shape}


def test_arrays_in_memory_make_the_same_recording(tmp_path: Path) -> None:
    opened = record(tmp_path, [0, 3])
    arrays = explorer.Recording.from_arrays({3: {"0": torch.tensor(3 * X)}, 0: {"0": 0 * X}}, x=X)
    assert (arrays.steps, arrays.layers, arrays.shapes) == (opened.steps, opened.layers, opened.shapes)
    assert np.array_equal(arrays.activations(3, "0"), opened.activations(3, "0")) and arrays.path is None
    with pytest.raises(SampleError, match="step 1 has layers"):
        explorer.Recording.from_arrays({0: {"a": X}, 1: {"b": X}})


def test_tensors_in_memory_that_numpy_does_not_take_are_taken() -> None:
    bits = torch.tensor([[1.5, -0.25], [3.0, 2.0**-100]], dtype=torch.bfloat16, requires_grad=True)
    made = explorer.Recording.from_arrays({0: {"a": bits}}, x=bits, y=bits[:, 0], factors={"f": bits[:, 1]})
    for kept, bare in (
        (made.activations(0, "a"), bits),
        (made.x, bits),
        (made.y, bits[:, 0]),
        (made.factors["f"], bits[:, 1]),
    ):
        assert kept is not None and np.array_equal(kept, bare.detach().float().numpy())
