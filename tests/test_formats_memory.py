"""What opening, a plane and a conversion take of memory, in processes of their own."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save

from explorer.recordings.manifest import LayerEntry, Manifest, ProbeEntry, write_manifest, write_step

LAYER = 40_000_000
"""Bytes of a layer, 10 000 samples by 1000 units."""

START = """
import resource, sys
import explorer
from explorer.cells import Cells
from explorer.converted import convert
from explorer.plan import Plan

def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024

run, before = sys.argv[1], peak()
"""


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two steps of two layers."""
    folder, rng = tmp_path_factory.mktemp("large") / "run", np.random.default_rng(0)
    (folder / "steps").mkdir(parents=True)
    (folder / "probe.safetensors").write_bytes(save({"y": rng.integers(0, 10, 10_000)}))
    for step in range(2):
        write_step(folder, step, {name: rng.uniform(-1, 1, (10_000, 1000)).astype("f4") for name in "ab"})
    layers = {name: LayerEntry(shape=[10_000, 1000]) for name in "ab"}
    write_manifest(folder, Manifest(schema_version=1, layers=layers, probe=ProbeEntry(n=10_000), complete=True))
    return folder


def taken(run: Path, code: str) -> float:
    """The layers' worth of memory that code takes beside the program."""
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "EXPLORER_HOME": str(run.parent / "home")}
    command = [sys.executable, "-c", f"{START}{code}\nprint(peak() - before)", str(run)]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    assert done.returncode == 0, done.stderr
    return int(done.stdout.split()[-1]) / LAYER


@pytest.mark.parametrize(
    ("code", "layers"),
    [
        ("recording = explorer.open(run); recording.digest", 0.5),
        ("explorer.open(run + '/steps', pattern='{step}.safetensors').digest", 0.5),
    ],
)
def test_opening_takes_no_layer(run: Path, code: str, layers: float) -> None:
    assert taken(run, code) < layers


@pytest.mark.parametrize(("estimator", "layers"), [("binning", 4), ("adaptive_binning", 8)])
def test_a_plane_takes_a_few_layers(run: Path, estimator: str, layers: float) -> None:
    cell = (
        f"recording = explorer.open(run); plan = Plan('{estimator}').checked(recording)\ncells = Cells(recording, plan)"
    )
    first = taken(run, f"{cell}\ncells.orders\nbefore = peak()\ncells.at(0, 'a')")
    more = taken(run, f"{cell}\nbefore = peak()\n[cells.at(step, name) for step in (0, 1) for name in 'ab']")
    assert first < layers + 1 and more < layers + 1.5  # numbers of the permutations and of the cells come on top


def test_a_conversion_takes_a_block(run: Path) -> None:
    convert = "convert(run + '/steps', run + '-again', pattern='{step}.safetensors')"
    assert taken(run, f"import torch; before = peak(); {convert}") < 2.5
