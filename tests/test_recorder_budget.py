"""Steps that do not fit in memory, the disk budget, progress and its cancellation, the rows of one pass."""

import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

import explorer
from explorer.data import digest
from explorer.errors import Cancelled, FileError, SettingError
from explorer.recordings import gathered, recorder
from explorer.recordings.manifest import read_manifest, recorded_steps, step_path, write_step
from explorer.recordings.subset import Subset, copied

X = torch.randn(100, 8, generator=torch.Generator().manual_seed(2))
NET = nn.Sequential(nn.Linear(8, 30), nn.Tanh(), nn.Linear(30, 5))


def files(path: Path) -> list[str]:
    return sorted(one.name for one in (path / "steps").iterdir())


@pytest.mark.parametrize("dtype", list(recorder.DTYPES))
def test_a_step_that_waits_in_a_file_is_the_same_to_the_byte(
    dtype: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []
    real = tempfile.TemporaryFile
    monkeypatch.setattr(tempfile, "TemporaryFile", lambda dir: opened.append(dir.parent.name) or real(dir=dir))
    for name, most in {"held": 2**20, "mixed": 1500, "file": 0}.items():
        monkeypatch.setattr(gathered, "IN_MEMORY", most)
        with explorer.Recorder(tmp_path / name, NET, X, batch=7, dtype=dtype, layers=["0", "1", "2"]) as one:
            one.step(0)
        assert files(tmp_path / name) == ["00000000.safetensors"]
    assert opened == ["mixed", "file"]
    held, mixed, file = (step_path(tmp_path / name, 0).read_bytes() for name in ("held", "mixed", "file"))
    assert held == mixed == file
    recording = explorer.open(tmp_path / "file")
    arrays = {layer: recording.activations(0, layer) for layer in recording.layers}
    assert recording.step_digest(0) == digest(*(part for pair in arrays.items() for part in pair))
    write_step(tmp_path / "held", 1, arrays)
    assert step_path(tmp_path / "held", 1).read_bytes() == held


LARGE = """
import resource, sys, torch, explorer
from torch import nn
class Wide(nn.Module):
    def forward(self, x):
        return x.repeat(1, 4000)
model = nn.Sequential(nn.Linear(4, 4), Wide(), nn.Tanh())
probe = torch.rand(6_000, 4)
with torch.no_grad():
    model(probe[:1000])
recorder = explorer.Recorder(sys.argv[1], model, probe, layers=["2"], batch=250)
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
recorder.step(0)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before, recorder.bytes_per_step)
"""


def test_a_large_step_is_not_held_in_memory(tmp_path: Path) -> None:
    done = subprocess.run([sys.executable, "-c", LARGE, str(tmp_path)], capture_output=True, text=True, timeout=200)
    assert not done.returncode, done.stderr
    kilobytes, step = map(int, done.stdout.split())
    assert step == 384_000_000 + 144 and kilobytes < 180_000  # 64 MB held, and what one pass takes
    assert step_path(tmp_path, 0).stat().st_size == step


def test_the_size_of_a_step_is_known_before(tmp_path: Path) -> None:
    for dtype in recorder.DTYPES:
        with explorer.Recorder(tmp_path / dtype, NET, X, dtype=dtype) as one:
            announced = one.bytes_per_step
            assert not recorded_steps(tmp_path / dtype)
            one.step(0)
        assert step_path(tmp_path / dtype, 0).stat().st_size == announced


def test_a_budget_is_held_and_said(tmp_path: Path) -> None:
    with explorer.Recorder(tmp_path / "a", NET, X) as one:
        size, held = one.bytes_per_step, X.nbytes
    one = explorer.Recorder(tmp_path / "b", NET, X, budget=3 * size + held + 1)
    for step in range(3):
        one.step(step, loss=step)
    one.step(1, loss=7)  # in place of itself
    with pytest.warns(UserWarning, match=r"^step 3 and what comes after it is not recorded: .* a step takes 14\.2 kB$"):
        one.step(3, loss=3)
    one.step(4, loss=4)  # said once
    one.close()
    recording, manifest = explorer.open(tmp_path / "b"), read_manifest(tmp_path / "b")
    assert recording.steps == (0, 1, 2) and [line["loss"] for line in recording.metrics] == [0, 7, 2, 3, 4]
    assert (manifest.left_out, manifest.budget, manifest.complete) == ([3, 4], 3 * size + held + 1, True)
    assert sum(one.stat().st_size for one in (tmp_path / "b" / "steps").iterdir()) <= 3 * size + 1
    with explorer.Recorder(tmp_path / "b", NET, X, budget=4 * size + held, after=3) as more:  # what is there counts
        more.step(3)
        with pytest.warns(UserWarning, match="step 4"):
            more.step(4)
    assert read_manifest(tmp_path / "b").left_out == [4] and explorer.open(tmp_path / "b").steps == (0, 1, 2, 3)


def test_a_step_that_turns_out_larger_than_a_few_samples_showed_does_not_break_the_budget(tmp_path: Path) -> None:
    class Growing(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.one, self.more = nn.Tanh(), nn.Tanh()

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return self.more(self.one(x)) if len(x) > recorder.FEW else self.one(x)

    with explorer.Recorder(tmp_path, Growing(), X, budget="8 kB") as one:
        assert one.bytes_per_step < 4000
        with pytest.warns(UserWarning, match=r"3\.2 kB of the budget of 8\.0 kB are filled and a step takes 6\.6 kB"):
            one.step(0)
    assert files(tmp_path) == [] and read_manifest(tmp_path).left_out == [0]


@pytest.mark.parametrize("budget, bytes", [(10**6, 10**6), ("2 GB", 2 * 10**9), ("1.5MB", 1_500_000), (1e6, 10**6)])
def test_budgets(budget: Any, bytes: int, tmp_path: Path) -> None:
    explorer.Recorder(tmp_path, NET, X, budget=budget).close()
    assert read_manifest(tmp_path).budget == bytes


@pytest.mark.parametrize("budget", ["much", "-1 GB", "2 GiB", 0, -5, 1.5, "", "GB", float("nan"), [1]])
def test_no_budgets(budget: Any, tmp_path: Path) -> None:
    with pytest.raises(SettingError, match=r"^budget=.* must be a number of bytes, or a text such as '2 GB'$"):
        explorer.Recorder(tmp_path / "run", NET, X, budget=budget)
    assert not (tmp_path / "run").exists()


def test_a_budget_below_one_step_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match=r"budget=14\.0 kB is less than one step takes, 14\.2 kB"):
        explorer.Recorder(tmp_path / "run", NET, X, budget="14 kB")
    assert not (tmp_path / "run").exists()


def test_progress_and_its_cancellation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[tuple[Any, ...]] = []
    monkeypatch.setattr(gathered, "IN_MEMORY", 1000)

    def progress(*report: Any) -> None:
        seen.append(report)
        if len(seen) == 6:
            raise Cancelled("enough")

    one = explorer.Recorder(tmp_path, NET, X, batch=30, progress=progress)
    one.step(0)
    assert seen == [(30, 100, "samples"), (60, 100, "samples"), (90, 100, "samples"), (100, 100, "samples")]
    with pytest.raises(Cancelled):
        one.step(1)
    assert files(tmp_path) == ["00000000.safetensors"] and NET.training
    one.step(1)
    one.close()
    assert explorer.open(tmp_path).steps == (0, 1)


def test_layers_that_return_much_pass_in_fewer_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recorder, "PASS_BYTES", 140 * 40)
    sizes: list[int] = []
    net = nn.Sequential(*NET)
    net.register_forward_pre_hook(lambda _, inputs: sizes.append(len(inputs[0])))
    with explorer.Recorder(tmp_path / "few", net, X) as one:
        one.step(0)
        one.step(1)
    assert sizes == [2, 40, 40, 20, 40, 40, 20]  # 35 numbers of 4 bytes a sample
    assert read_manifest(tmp_path / "few").probe.batch == 40
    monkeypatch.undo()
    with explorer.Recorder(tmp_path / "all", NET, X) as one:
        one.step(0)
    assert read_manifest(tmp_path / "all").probe.batch == 4096


def test_layers_that_come_and_go_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Odd(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.one, self.some, self.wide = nn.Tanh(), nn.Tanh(), nn.Tanh()

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            if len(x) != 30:
                self.some(x)
            self.wide(x[:, : len(x)])
            return self.one(x)

    monkeypatch.setattr(gathered, "IN_MEMORY", 0)
    with explorer.Recorder(tmp_path, Odd(), torch.randn(64, 40), batch=30) as one:
        one.step(0)
    assert explorer.open(tmp_path).layers == ("one",)
    skipped = read_manifest(tmp_path).skipped
    assert skipped["some"] == "it is called for some of the samples only"
    assert skipped["wide"] == "its rows have another width in some batches, 4 in one"


def test_a_step_is_removed_when_the_disk_is_full(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gathered, "IN_MEMORY", 0)
    one = explorer.Recorder(tmp_path, NET, X)
    one.step(0)

    def full(*_: Any, **__: Any) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch, pytest.raises(FileError, match="No space left on device"):
        patch.setattr("tempfile.TemporaryFile", full)
        one.step(1)
    one.close()
    assert files(tmp_path) == ["00000000.safetensors"]
    assert np.isfinite(explorer.open(tmp_path).activations(0, "1")).all()


def test_a_copy_counts_its_probe(tmp_path: Path) -> None:
    with explorer.Recorder(tmp_path / "a", NET, (X, X[:, 0] > 0)) as one:
        one.step(0)
    plan, recording = Subset(rule="every", k=4), explorer.open(tmp_path / "a")
    copied(recording, plan, tmp_path / "b")
    written = (tmp_path / "b" / "probe.safetensors").stat().st_size
    assert abs(plan.probe_bytes(recording, 25) - written) < 200  # the header is not a row's
