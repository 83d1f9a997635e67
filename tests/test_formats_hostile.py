"""Hostile files beyond single sentences: memory while they are judged, links, names, and files that change."""

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import h5py
import numpy as np
import pytest
import torch
import zarr
from format_files import parts, sample
from hostile_files import Payload

import explorer
from explorer.converted import convert
from explorer.errors import ExplorerError, FileError
from explorer.recordings.foreign import found
from explorer.sources._readers import lazy, load

HERE = Path(__file__).parent
MEASURE = """
import resource, sys, tempfile
from pathlib import Path
sys.path.insert(0, sys.argv[1])
import hostile_files, explorer.converted
from explorer.errors import ExplorerError

def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024

root = Path(tempfile.mkdtemp())
attempts = {}
for number, (what, make) in enumerate(hostile_files.MAKERS.items()):
    (root / str(number) / "files").mkdir(parents=True)
    attempts[what] = make(root / str(number) / "files")
for what, make in hostile_files.BOMBS.items():
    (root / what / "files").mkdir(parents=True)
    attempts[what] = make(root / what / "files")
hostile_files.warm(root)
before = peak()
for what, attempt in attempts.items():
    try:
        attempt()
        print("accepted", what)
    except ExplorerError as error:
        assert "\\n" not in str(error), what
    grown, before = peak() - before, peak()
    print(grown, what)
"""


def test_memory_stays_small_while_hostile_files_are_judged(tmp_path: Path) -> None:
    """Each file asks for 30 MB to 32 GB; making them may take more, so the judging is measured after a warm start."""
    environment = {**os.environ, "EXPLORER_MAX_BYTES": "4000000", "TMPDIR": str(tmp_path), "OMP_NUM_THREADS": "1"}
    command = [sys.executable, "-W", "ignore", "-c", MEASURE, str(HERE)]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, cwd=HERE.parent, check=False)
    assert done.returncode == 0, done.stderr
    lines = [line.split(" ", 1) for line in done.stdout.splitlines()]
    assert [what for grown, what in lines if grown == "accepted"] == []
    assert [(int(grown), what) for grown, what in lines if int(grown) > 40] == []
    assert len(lines) > 30
    assert not [path for path in tmp_path.rglob("ran")]


def test_names_that_climb_are_only_names(tmp_path: Path) -> None:
    climbing = "../../../../outside/x"
    np.save(tmp_path / "plain.npy", np.ones((4, 2)))
    with zipfile.ZipFile(tmp_path / "a.npz", "w") as archive:
        archive.write(tmp_path / "plain.npy", f"{climbing}.npy")
    torch.save({climbing: torch.ones(4, 2)}, tmp_path / "a.pt")
    for name in ("a.npz", "a.pt"):
        assert list(load(tmp_path / name)) == [climbing]
        run = convert(tmp_path / name, tmp_path / f"run-{name}")
        assert explorer.open(run).activations(0, climbing).tolist() == np.ones((4, 2)).tolist()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.npz", "a.pt", "plain.npy", "run-a.npz", "run-a.pt"]


def test_a_title_that_climbs_makes_a_folder_among_the_recordings(home: Path) -> None:
    from explorer.recordings.library import fresh

    for title in ("../../x", "/etc/passwd", "..", "", "tmp-x", "bundled-digits", "a\0b"):
        folder = fresh(title)
        assert folder.parent == home / "recordings" and not folder.name.startswith((".", "tmp", "bundled-"))


def test_a_link_to_a_file_is_read_and_a_link_inside_a_store_is_not(tmp_path: Path) -> None:
    np.save(tmp_path / "real.npy", np.ones(3))
    (tmp_path / "link.npy").symlink_to(tmp_path / "real.npy")
    assert load(tmp_path / "link.npy")["link"].tolist() == [1.0, 1.0, 1.0]
    (tmp_path / "dangling.npy").symlink_to(tmp_path / "nowhere.npy")
    with pytest.raises(FileError, match="does not exist"):
        load(tmp_path / "dangling.npy")
    store = tmp_path / "a.zarr"
    zarr.create_array(store, data=np.ones(4), chunks=(2,), compressors=None)
    (store / "c" / "1").unlink()
    (store / "c" / "1").symlink_to(tmp_path / "real.npy")
    with pytest.raises(FileError, match="'c/1' is a link"):
        load(store)
    (tmp_path / "linked.zarr").symlink_to(store)
    (store / "c" / "1").unlink()
    filled = [1.0, 1.0, 0.0, 0.0]  # where no chunk is, the fill value stands
    assert load(tmp_path / "linked.zarr")["linked"].tolist() == filled


def test_links_of_hdf5_inside_the_file_are_names(tmp_path: Path) -> None:
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file["g/x"] = np.arange(3.0)
        file["soft"] = h5py.SoftLink("/g/x")
        file["g/loop"] = h5py.SoftLink("/")
        file["hard"] = file["g/x"]
        file["g/again"] = file["g"]
    got = load(tmp_path / "a.h5")
    assert set(got) == {"g/x", "soft", "hard"} and {tuple(one) for one in got.values()} == {(0.0, 1.0, 2.0)}
    with h5py.File(tmp_path / "a.h5", "a") as file:
        file["nowhere"] = h5py.SoftLink("/missing")
    with pytest.raises(FileError, match="leads nowhere"):
        load(tmp_path / "a.h5")


def test_one_long_text_stored_once_and_meant_often(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file["labels"] = ["ä" * 2000] * 2000
    assert set(load(tmp_path / "a.h5")["labels"]) == {"ä" * 2000}
    monkeypatch.setenv("EXPLORER_MAX_BYTES", "10000000")  # as text of one length it takes 16 MB
    with pytest.raises(FileError, match="is free for data"):
        load(tmp_path / "a.h5")


ARRAY = {
    "zarr_format": 3,
    "node_type": "array",
    "shape": [4],
    "data_type": "float64",
    "chunk_grid": {"name": "regular", "configuration": {"chunk_shape": [2]}},
    "chunk_key_encoding": {"name": "default", "configuration": {"separator": "/"}},
    "fill_value": 0,
    "codecs": [{"name": "bytes", "configuration": {"endian": "little"}}],
}
CHANGES = {
    "shape": ([2**47, 2**47], [-1], [1.5], ["4"], [4] * 40, []),
    "data_type": ("string", "complex128", {"name": "struct"}, None, 7),
    "chunk_grid": (
        {"name": "regular", "configuration": {"chunk_shape": [0]}},
        {"name": "regular", "configuration": {"chunk_shape": [2, 2]}},
        {"name": "rectilinear", "configuration": {}},
        None,
    ),
    "chunk_key_encoding": ({"name": "../x"}, {"name": "v2", "configuration": {"separator": "/../"}}, None, []),
    "fill_value": ("0xzz", [1], {"a": 1}, "text"),
    "codecs": (
        [],
        None,
        [{"name": "sharding_indexed"}],
        [{"name": "bytes"}, {"name": "crc32c"}],
        [{"name": "transpose", "configuration": {"order": [7]}}, {"name": "bytes"}],
        [{"name": "transpose", "configuration": {"order": ["0"]}}, {"name": "bytes"}],
        [{"name": "vlen-utf8"}],
        "pickle",
    ),
    "node_type": ("link", None),
    "zarr_format": (4, "3"),
}


@pytest.mark.parametrize("key", CHANGES)
def test_metadata_of_zarr_that_do_not_fit_are_refused(key: str, tmp_path: Path) -> None:
    store = tmp_path / "a.zarr"
    (store / "c").mkdir(parents=True)
    (store / "zarr.json").write_text(json.dumps(ARRAY))
    assert load(store)["a"].tolist() == [0.0] * 4
    for value in CHANGES[key]:
        (store / "zarr.json").write_text(json.dumps(ARRAY | {key: value}))
        with pytest.raises(FileError) as caught:
            load(store)
        assert "a.zarr" in str(caught.value) and "\n" not in str(caught.value), value


def test_nothing_in_a_torch_file_is_run(tmp_path: Path) -> None:
    for new in (True, False):
        torch.save(
            {"x": torch.ones(2), "y": Payload(tmp_path / "ran")}, tmp_path / "a.pt", _use_new_zipfile_serialization=new
        )
        for look in (load, lazy, found):
            with pytest.raises(FileError, match="can run any program"):
                look(tmp_path / "a.pt")
        assert not (tmp_path / "ran").exists()
    torch.load(tmp_path / "a.pt", weights_only=False)  # the trap is real
    assert (tmp_path / "ran").exists()


@pytest.mark.parametrize("reader", ["hdf5", "npz", "safetensors", "torch", "zarr", "feather", "idx", "mat"])
def test_a_step_cut_short_anywhere_leaves_no_recording_and_the_others_whole(reader: str, tmp_path: Path) -> None:
    (tmp_path / "steps").mkdir()
    good = convert(sample("npz", tmp_path), tmp_path / "good", factors=[])
    kept = {path: path.read_bytes() for path in good.rglob("*") if path.is_file()}
    steps = [sample(reader, tmp_path).rename(tmp_path / "steps" / f"s{step}{_ending(reader)}") for step in (0, 1)]
    pattern = f"s{{step}}{_ending(reader)}"
    for part in parts(steps[1]):
        whole = part.read_bytes()
        for length in range(0, len(whole), max(1, len(whole) // 100)):
            part.write_bytes(whole[:length])
            with pytest.raises(ExplorerError):
                convert(tmp_path / "steps", tmp_path / "made", pattern=pattern)
            assert sorted(path.name for path in tmp_path.iterdir() if path.is_dir()) == ["good", "steps"]
        part.write_bytes(whole)
    assert {path: path.read_bytes() for path in good.rglob("*") if path.is_file()} == kept
    opened = found(tmp_path / "steps", pattern)
    assert convert(tmp_path / "steps", tmp_path / "made", pattern=pattern).is_dir() and opened.steps == (0, 1)


def _ending(reader: str) -> str:
    from explorer.catalogue import sources

    return sources.card(reader).constants["suffixes"][0]


def test_a_missing_package_is_named_with_the_command_that_installs_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from explorer.errors import MissingExtraError

    store, file = sample("zarr", tmp_path), sample("hdf5", tmp_path)
    for module in ("h5py", "numcodecs"):
        monkeypatch.setitem(sys.modules, module, None)
    for path, package in ((file, "hdf5"), (store, "zarr")):
        with pytest.raises(MissingExtraError, match=rf"pip install 'information-explorer\[{package}\]'"):
            load(path)
