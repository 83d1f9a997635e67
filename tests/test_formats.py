"""The tables of formats.md, row by row: what is accepted, what is converted, and what is refused with which words."""

import re
from collections.abc import Callable
from pathlib import Path

import h5py
import numpy as np
import pytest
from format_files import COLUMNS, READERS, WRITERS, parts, sample
from hostile_files import MAKERS
from typer.testing import CliRunner

import explorer
import explorer.converted
from explorer import cli
from explorer.catalogue import sources
from explorer.errors import ExplorerError
from explorer.sources._readers import accepted, lazy, load, uploads

DOCUMENT = (Path(__file__).parents[1] / "assets" / "docs" / "formats.md").read_text()


def table(title: str) -> list[list[str]]:
    """The rows of the table under a heading."""
    section = DOCUMENT.partition(f"\n## {title}\n")[2].partition("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line[1:-1].split("|")] for line in lines[2:]]


ACCEPTED = {row[0].strip("`"): row for row in table("Accepted")}
CONVERTED = {row[0]: row for row in table("Converted")}
REFUSED = {row[0]: row for row in table("Refused")}


# Accepted.


def test_the_table_of_accepted_formats_is_the_catalogue() -> None:
    assert list(ACCEPTED) == READERS
    endings = [ending for row in ACCEPTED.values() for ending in re.findall(r"`(.+?)`", row[1])]
    assert sorted(endings) == sorted(accepted())
    assert {".h5", ".gz", ".tsv", ".npz"} <= set(uploads()) and ".zarr" not in uploads()


@pytest.mark.parametrize("reader", READERS)
def test_an_accepted_file_is_read_whole_and_by_rows(reader: str, tmp_path: Path) -> None:
    path = sample(reader, tmp_path)
    (name, whole), *_ = load(path).items()
    one = lazy(path)[name]
    assert (one.shape, one.dtype) == (whole.shape, whole.dtype)
    np.testing.assert_array_equal(one.read(), whole)
    if reader != "mat":  # MATLAB's only side is the row
        for begin, end in ((0, 1), (1, 4), (2, None), (3, 3), (-1, None)):
            np.testing.assert_array_equal(one.read(begin, end), whole[begin:end])
    alone = hasattr(__import__(sources.card(reader).module, fromlist=["lazy"]), "lazy")
    assert ACCEPTED[reader][3] == ("yes" if alone else "no")


@pytest.mark.parametrize("reader", [reader for reader in READERS if ACCEPTED[reader][3] == "yes"])
def test_the_header_alone_is_read_before_values_are_asked_for(
    reader: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = sample(reader, tmp_path)
    monkeypatch.setenv("EXPLORER_MAX_BYTES", "39")  # the five numbers take 40
    ((_, one),) = lazy(path).items()
    assert one.shape[0] == 5
    with pytest.raises(ExplorerError, match="is free for data"):
        one.read()


@pytest.mark.parametrize("reader", [reader for reader in READERS if ACCEPTED[reader][3] == "yes"])
def test_a_file_that_is_cut_after_its_header_was_read_is_refused(reader: str, tmp_path: Path) -> None:
    path = sample(reader, tmp_path)
    ((_, one),) = lazy(path).items()
    for part in parts(path):
        part.write_bytes(part.read_bytes()[: part.stat().st_size // 2])
    with pytest.raises(ExplorerError) as caught:
        one.read()
    assert path.name in str(caught.value)


def test_the_digits_of_mnist_and_an_old_checkpoint_are_read(real_data: Path) -> None:
    images = load(real_data / "mnist" / "t10k-images-idx3-ubyte.gz")["t10k-images-idx3-ubyte"]
    labels = load(real_data / "mnist" / "t10k-labels-idx1-ubyte.gz")["t10k-labels-idx1-ubyte"]
    assert (images.shape, images.dtype, labels.shape) == ((10_000, 28, 28), np.uint8, (10_000,))
    assert np.bincount(labels).tolist() == [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]
    weights = load(real_data / "resnet_cifar10" / "resnet20-12fca82f.th")
    assert len(weights) == 97 and weights["state_dict.module.linear.weight"].shape == (10, 64)


# Converted.


STEPS = (0, 2, 10)


def layer(step: int) -> np.ndarray:
    """What a layer holds at a step, (4, 3)."""
    return np.arange(12.0).reshape(4, 3) + step / 8


def _files(folder: Path) -> Path:
    for step in STEPS:
        np.savez(folder / f"epoch_{step}.npz", fc1=layer(step))
    return folder


def _layers(folder: Path) -> Path:
    for step in STEPS:
        (folder / str(step)).mkdir()
        np.save(folder / str(step) / "fc1.npy", layer(step))
    return folder


def _groups(folder: Path, name: str = "step_{}/fc1") -> Path:
    with h5py.File(folder / "acts.h5", "w") as file:
        for step in STEPS:
            file[name.format(step)] = layer(step)
    return folder / "acts.h5"


def _tables(folder: Path) -> Path:
    for step in STEPS:
        rows = "\n".join(",".join(map(str, row)) for row in layer(step))
        (folder / f"step{step}.csv").write_text(f"a,b,c\n{rows}\n")
    return folder


def _projector(folder: Path) -> Path:
    for step in STEPS:
        (folder / f"{step:05d}" / "default").mkdir(parents=True)
        text = "\n".join("\t".join(map(str, row)) for row in layer(step))
        (folder / f"{step:05d}" / "default" / "tensors.tsv").write_text(f"{text}\n")
    return folder


def _single(folder: Path) -> Path:
    np.savez(folder / "acts.npz", fc1=layer(0))
    return folder / "acts.npz"


SOURCES: dict[str, tuple[Callable[[Path], Path], str]] = {
    "a file a step": (_files, "fc1"),
    "a file a layer and step": (_layers, "fc1"),
    "one file of several steps": (_groups, "fc1"),
    "names of another kind in one file": (lambda folder: _groups(folder, "fc1.at{}"), "fc1"),
    "a table a step": (_tables, "activations"),
    "a projector's checkpoints": (_projector, "activations"),
    "one file without steps": (_single, "fc1"),
}


def test_every_way_to_convert_has_a_source_here() -> None:
    assert list(SOURCES) == list(CONVERTED)


@pytest.mark.parametrize("what", SOURCES)
def test_a_convertible_source_is_opened_and_converted_as_the_table_says(what: str, tmp_path: Path) -> None:
    make, name = SOURCES[what]
    (tmp_path / "source").mkdir()
    source, pattern = make(tmp_path / "source"), CONVERTED[what][1].strip("`")
    expected = (0,) if what == "one file without steps" else STEPS
    opened = explorer.open(source, pattern=pattern)
    options = ["--pattern", pattern] if pattern else []
    result = CliRunner().invoke(cli.app, ["convert", str(source), "--out", str(tmp_path / "run"), *options])
    assert result.exit_code == 0, (result.output, result.exception)
    converted = explorer.open(tmp_path / "run")
    for recording in (opened, converted):
        assert (recording.steps, recording.layers) == (expected, (name,))
        for step in expected:
            np.testing.assert_array_equal(recording.activations(step, name), layer(step))
    assert converted.complete and opened.path is None


# Refused.


def test_every_refusal_has_a_hostile_file() -> None:
    assert list(MAKERS) == list(REFUSED)


@pytest.mark.parametrize("what", MAKERS)
def test_a_refused_file_is_told_so_in_the_words_of_the_table(
    what: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EXPLORER_MAX_BYTES", "4000000")
    (tmp_path / "files").mkdir()
    beside = tmp_path / "run"
    np.savez(tmp_path / "a.npz", fc1=layer(0))
    explorer.converted.convert(tmp_path / "a.npz", beside)
    before = {path: path.read_bytes() for path in beside.rglob("*") if path.is_file()}
    attempt = MAKERS[what](tmp_path / "files")
    with pytest.raises(ExplorerError) as caught:
        attempt()
    message = str(caught.value)
    assert REFUSED[what][1].strip('"') in message and "\n" not in message and len(message) < 700
    assert not (tmp_path / "ran").exists()
    assert {path: path.read_bytes() for path in beside.rglob("*") if path.is_file()} == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.npz", "files", "run"]


def test_the_table_names_every_column_kind_that_comes_back() -> None:
    assert set(COLUMNS) == {"float64", "float32", "int64", "bool", "text"} and set(WRITERS) == set(ACCEPTED)
