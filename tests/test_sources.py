"""Readers: a battery over the catalogue (values come back, damage is refused), and what each format means."""

from itertools import permutations, product
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import scipy.io
from format_files import ABSENT, COLUMNS, READERS, WRITERS, parts, refusal, sample
from hypothesis import given, settings
from hypothesis import strategies as st

from explorer.catalogue import sources
from explorer.errors import FileError, SettingError
from explorer.sources._limits import max_bytes, size
from explorer.sources._readers import load

# The battery: it walks the catalogue.


def test_every_reader_declares_its_suffixes_once_and_has_a_writer_here() -> None:
    declared = [suffix for name in READERS for suffix in sources.card(name).constants["suffixes"]]
    assert sorted(WRITERS) == READERS
    assert len(set(declared)) == len(declared) and all(suffix.lower() == suffix != "" for suffix in declared)


@pytest.mark.parametrize(("reader", "column"), [p for p in product(READERS, COLUMNS) if p not in ABSENT])
def test_every_value_comes_back(reader: str, column: str, tmp_path: Path) -> None:
    want = COLUMNS[column]
    (name, got), *rest = load(sample(reader, tmp_path, column)).items()
    assert (name, rest) == ("tensors" if reader == "projector" else column, [])
    if reader == "mat" and column != "text":  # MATLAB has no arrays of one side
        assert got.shape == (1, len(want))
        got = got[0]
    if reader == "projector":
        got = got[:, 0]
    if reader in ("csv", "projector") and column == "float32":  # text says nothing of the width of its numbers
        got = got.astype(np.float32)
    assert got.dtype.kind == want.dtype.kind and got.dtype.isnative
    assert got.dtype == want.dtype or column == "text"
    assert got.tolist() == want.tolist()


@pytest.mark.parametrize("reader", READERS)
def test_a_file_cut_short_is_refused_at_every_length(reader: str, tmp_path: Path) -> None:
    path = sample(reader, tmp_path)
    for part in parts(path):
        whole = part.read_bytes()
        for length in range(0, len(whole), max(1, len(whole) // 150)):
            part.write_bytes(whole[:length])
            if (reader == "csv" and whole[:length].count(b"\n")) or (reader == "projector" and length):
                continue  # the beginning of a table is a table
            refusal(path)
        part.write_bytes(whole)


@pytest.mark.parametrize("reader", READERS)
def test_random_bytes_are_refused(reader: str, tmp_path: Path) -> None:
    path = sample(reader, tmp_path)
    for seed in range(30):
        parts(path)[0].write_bytes(np.random.default_rng(seed).bytes(1 + 40 * seed))
        refusal(path)


@pytest.mark.parametrize(("reader", "other"), [p for p in permutations(READERS, 2) if p != ("csv", "projector")])
def test_the_contents_of_another_format_are_refused(reader: str, other: str, tmp_path: Path) -> None:
    path = sample(reader, tmp_path)
    parts(path)[0].write_bytes(parts(sample(other, tmp_path))[0].read_bytes())
    refusal(path)


@pytest.mark.parametrize("reader", READERS)
def test_nothing_above_the_cap_is_read(reader: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = sample(reader, tmp_path)
    monkeypatch.setenv("EXPLORER_MAX_BYTES", "39")  # the five numbers take 40
    assert "is free for data" in refusal(path)


@pytest.mark.parametrize("reader", READERS)
@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_changed_bytes_raise_nothing_but_a_file_error(
    reader: str, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    path = sample(reader, tmp_path_factory.getbasetemp())
    part = data.draw(st.sampled_from(parts(path)))
    content = bytearray(part.read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(content) - 1))
        content[at : at + data.draw(st.integers(0, 4))] = data.draw(st.binary(max_size=8))
    part.write_bytes(content)
    try:
        arrays = load(path)
    except FileError as error:
        assert path.name in str(error)
    else:
        assert all(values.dtype.kind in "biufU" for values in arrays.values())


# What the formats mean.


def test_the_first_row_is_a_header_when_it_is_not_numeric(tmp_path: Path) -> None:
    names = {
        "1,2\n3,4\n": ["0", "1"],
        "a,b\n3,4\n": ["a", "b"],
        "label,0,1\n5,0.5,0.25\n": ["label", "0", "1"],  # text above a number
        "5.1,setosa\n4.9,virginica\n": ["0", "1"],  # a row like the one below
        "1,,true\n3,4,false\n": ["0", "1", "2"],  # missing and truth values are values
        "0_1,1_2\n3,4\n": ["0_1", "1_2"],
        "\ufeffa,b\r\n1,2\r\n": ["a", "b"],
        "\n\na,b\n\n1,2\n": ["a", "b"],
    }
    for text, expected in names.items():
        (tmp_path / "a.csv").write_text(text, encoding="utf-8")
        assert list(load(tmp_path / "a.csv")) == expected
        (tmp_path / "a.tsv").write_text(text.replace(",", "\t"), encoding="utf-8")
        assert list(load(tmp_path / "a.tsv")) == expected


def test_a_whole_number_column_may_turn_real_late_in_the_file(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"a\n" + b"1\n" * 5_000_000 + b"0.5\n")  # the parser's first block is 8 MiB
    values = load(tmp_path / "a.csv")["a"]
    assert (values.dtype, len(values), values[0], values[-1]) == (np.float64, 5_000_001, 1.0, 0.5)


def test_missing_values_categories_and_dates_of_a_table(tmp_path: Path) -> None:
    table = {
        "whole": pa.array([1, None, 3]),
        "flag": pa.array([True, None, False]),
        "text": pa.array(["a", None, "a"]),
        "kind": pa.array(["u", "v", None]).dictionary_encode(),
        "day": pa.array([0, 1, 2], pa.date32()),
        "exact": pa.array([1, 2, 3], pa.decimal128(5, 2)),
    }
    pq.write_table(pa.table(table), tmp_path / "a.parquet")
    got = load(tmp_path / "a.parquet")
    np.testing.assert_array_equal(got["whole"], [1.0, np.nan, 3.0])
    np.testing.assert_array_equal(got["flag"], [1.0, np.nan, 0.0])
    assert (got["text"].tolist(), got["kind"].tolist()) == (["a", "", "a"], ["u", "v", ""])
    assert got["day"].tolist() == ["1970-01-01", "1970-01-02", "1970-01-03"]
    assert (got["exact"].dtype, got["exact"].tolist()) == (np.float64, [1.0, 2.0, 3.0])


def test_byte_order_side_order_and_byte_strings(tmp_path: Path) -> None:
    values = np.asfortranarray(np.arange(6, dtype=">f4").reshape(2, 3))
    np.save(tmp_path / "a.npy", values)
    got = load(tmp_path / "a.npy")["a"]
    assert got.dtype.isnative and got.tolist() == values.tolist()
    np.save(tmp_path / "c.npy", np.array(["größe".encode()]))
    assert load(tmp_path / "c.npy")["c"].tolist() == ["größe"]


def test_matlab_matrices_are_those_of_scipy(tmp_path: Path) -> None:
    arrays = {
        "F": np.eye(3, dtype=bool),
        "y": np.arange(3.0),
        "i": np.array([[1], [-2]], np.int8),
        "c": np.ones((2, 3, 4)),
    }
    for compressed in (False, True):
        scipy.io.savemat(tmp_path / "a.mat", arrays, do_compression=compressed)
        got, want = load(tmp_path / "a.mat"), scipy.io.loadmat(tmp_path / "a.mat", mat_dtype=True)
        for name in arrays:
            assert (got[name].dtype, got[name].tolist()) == (want[name].dtype, want[name].tolist())


def test_the_cap_is_a_quarter_of_free_memory_or_what_the_environment_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("EXPLORER_MAX_BYTES", raising=False)
    monkeypatch.setattr("explorer.sources._limits.memory_free", lambda: 4_000)
    assert max_bytes() == 1_000
    monkeypatch.setenv("EXPLORER_MAX_BYTES", "12")
    assert max_bytes() == 12
    for wrong in ("0", "-1", "3 GB"):
        monkeypatch.setenv("EXPLORER_MAX_BYTES", wrong)
        with pytest.raises(SettingError, match="EXPLORER_MAX_BYTES"):
            max_bytes()
    assert [size(n) for n in (7, 195_000, 3_200_000_000, 10**21)] == ["7 bytes", "195.0 kB", "3.2 GB", "1e+03 EB"]
