"""The script of the point cloud is what its sources and its lock file make, byte for byte."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from explorer.ui.components import points

HERE = Path(points.__file__).parent


def test_the_bundle_is_made_from_its_sources(tmp_path):
    npm = shutil.which("npm")
    if npm is None:
        without = pytest.fail if os.environ.get("CI") == "true" else pytest.skip
        without("no npm on the PATH; the bundle cannot be built again to compare")
    for name in ("package.json", "package-lock.json"):
        shutil.copy(HERE / name, tmp_path)
    shutil.copytree(HERE / "src", tmp_path / "src")
    for command in (["ci", "--no-audit", "--no-fund", "--prefer-offline"], ["run", "build"]):
        done = subprocess.run([npm, *command], cwd=tmp_path, capture_output=True, text=True, timeout=240)
        assert done.returncode == 0, done.stderr
    built = (tmp_path / "bundle" / "points.js").read_bytes()
    assert built == (HERE / "bundle" / "points.js").read_bytes(), "run `npm ci && npm run build` beside the sources"
