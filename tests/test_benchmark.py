"""Every benchmark at a tiny size: it runs, and our numbers are the peer's. No time is tested."""

import json
from importlib import import_module

import numpy as np
import pytest
import torch

from explorer.benchmark import base
from explorer.benchmark.run import ENTRIES, run, table
from explorer.errors import SettingError, UnknownNameError
from explorer.result import to_json

TINY = {"recorder_overhead": 2}  # epochs; the others count samples
DEVICES = ["cpu", pytest.param("cuda", marks=pytest.mark.gpu)]


@pytest.mark.parametrize("name", ENTRIES)
@pytest.mark.parametrize("device", DEVICES)
def test_ours_equals_the_peer(name: str, device: str) -> None:
    if device == "cuda" and not torch.cuda.is_available():
        pytest.skip("needs a CUDA device")
    for contest in import_module(f"explorer.benchmark.{name}").contests(torch.device(device), TINY.get(name, 64)):
        row = base.measured(contest, repeats=1)
        assert row["same"] and row["difference"] <= contest.tolerance <= 1e-9
        assert row["ratio_low"] <= row["ratio"] <= row["ratio_high"] and row["seconds"] > 0
        assert np.size(contest.ours()) > 1


def test_rows_and_table(monkeypatch: pytest.MonkeyPatch) -> None:
    module = import_module("explorer.benchmark.ksg")
    monkeypatch.setattr(module, "contests", lambda device, full=module.contests: full(device, 64))
    threads = torch.get_num_threads()
    rows = run(device="cpu", only="ksg", repeats=2)
    assert torch.get_num_threads() == threads
    assert json.loads(to_json(rows))[0].keys() >= {
        "benchmark",
        "seconds",
        "peer_seconds",
        "ratio",
        "goal",
        "threads",
        "device",
    }
    assert (rows[0]["device"], rows[0]["threads"], rows[0]["repeats"]) == ("cpu", 1, 2)
    text = table(rows)
    assert text.startswith("ksg: KSG, k=5, 1+1 columns, n=64, on cpu, 1 thread") and "scikit-learn KDTree" in text


def test_a_difference_is_never_a_goal_met() -> None:
    contest = base.Contest("work", "peer", lambda: [1.0], lambda: [1.1], n=1, goal=0, tolerance=1e-9)
    row = base.measured(contest, 1)
    assert not row["same"] and not row["met"]
    assert "NUMBERS DIFFER by 0.1" in table([row | {"benchmark": "b", "device": "cpu", "threads": 1, "machine": "m"}])


def test_bad_requests() -> None:
    with pytest.raises(UnknownNameError, match="no benchmark 'kgs'; did you mean 'ksg'"):
        run(only="kgs")
    with pytest.raises(SettingError, match="repeats=0 must be at least 1"):
        run(only="ksg", repeats=0)
