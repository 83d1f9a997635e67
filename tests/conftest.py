"""Shared by all tests: a home of their own, a small recording, one thread."""

import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

# before anything of the product is imported: no test may touch the user's folder
os.environ["EXPLORER_HOME"] = tempfile.mkdtemp(prefix="explorer-tests-")
os.environ.setdefault("OMP_NUM_THREADS", "1")


@pytest.fixture(autouse=True)
def main_module() -> Iterator[None]:
    """A page under test takes the place of __main__ and leaves it: a process spawned later would run that page."""
    before = sys.modules["__main__"]
    yield
    sys.modules["__main__"] = before


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty home for one test."""
    monkeypatch.setenv("EXPLORER_HOME", str(tmp_path / "home"))
    yield tmp_path / "home"


@pytest.fixture
def layers():
    """Three steps of two layers on 200 samples, with inputs and labels that belong to them."""
    rng = np.random.default_rng(0)
    x = rng.integers(0, 2, (200, 6)).astype(float)
    y = (x.sum(1) > 3).astype(int)
    weights = rng.normal(size=(6, 3))
    steps = {
        step: {"tanh_3": np.tanh(scale * x @ weights), "tanh_1": np.tanh(scale * (x @ weights)[:, :1])}
        for step, scale in ((0, 0.1), (1, 0.5), (10, 2.0))
    }
    return steps, x, y


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of real data and trained networks that tests compare with."""
    folder = os.environ.get("EXPLORER_REAL_DATA", "")
    if not folder or not Path(folder).is_dir():
        pytest.skip("EXPLORER_REAL_DATA names no folder of real data")
    return Path(folder)
