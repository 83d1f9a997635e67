"""Forged files: whatever they declare, a reader takes no memory for it, runs nothing and raises one FileError."""

import json
import os
import pickle
import struct
import tracemalloc
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from explorer.errors import FileError
from explorer.sources._readers import accepted, load


def refusal(path: Path) -> str:
    """The sentence with which a file is refused; it names the file and is one line."""
    with pytest.raises(FileError) as caught:
        load(path)
    assert path.name in str(caught.value)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def npy(header: str, data: bytes = b"", version: int = 1) -> bytes:
    """An npy file with any header."""
    length = struct.pack("<H" if version == 1 else "<I", len(header))
    return b"\x93NUMPY" + bytes([version, 0]) + length + header.encode() + data


def npy_of(descr: str, shape: str, data: bytes = b"") -> bytes:
    """An npy file that declares a type and shape."""
    return npy(f"{{'descr': {descr}, 'fortran_order': False, 'shape': {shape}, }}\n", data)


def zipped(path: Path, **members: bytes) -> Path:
    """A zip archive of the given members, deflated."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(f"{name}.npy", content)
    return path


def tensors(header: object, data: bytes = b"", length: int | None = None) -> bytes:
    """A safetensors file with any header."""
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<Q", len(text) if length is None else length) + text + data


def matrix(flags: int, shape: tuple[int, ...], name: bytes, data: bytes, kind: int = 9, stored: int = -1) -> bytes:
    """A compressed MATLAB v5 file of one variable with any header."""
    padded = name + bytes(-len(name) % 8)
    body = struct.pack("<IIII", 6, 8, flags, 0) + struct.pack("<II", 5, 4 * len(shape))
    body += struct.pack(f"<{len(shape)}i", *shape) + bytes(4 * (len(shape) % 2)) + struct.pack("<II", 1, len(name))
    body += padded + struct.pack("<II", kind, len(data) if stored < 0 else stored) + data
    packed = zlib.compress(struct.pack("<II", 14, len(body)) + body, 9)
    head = b"MATLAB 5.0 MAT-file".ljust(124) + b"\0\1IM"
    return head + struct.pack("<II", 15, len(packed)) + packed


HOSTILE: dict[str, tuple[bytes, str]] = {
    "objects.npy": (npy_of("'|O'", "(2,)", pickle.dumps([1, 2])), "can run any program"),
    "records.npy": (npy_of("[('a', '<f8')]", "(1,)", bytes(8)), "records of several fields"),
    "complex.npy": (npy_of("'<c16'", "(1,)", bytes(16)), "real numbers"),
    "dates.npy": (npy_of("'<M8[s]'", "(1,)", bytes(8)), "real numbers"),
    "absurd.npy": (npy_of("'<f8'", "(1000000000, 1000000000)", bytes(80)), "8000000000000000000 bytes"),
    "longer.npy": (npy_of("'<f8'", "(2,)", bytes(17)), "17 bytes are there"),
    "negative.npy": (npy_of("'<f8'", "(-1, 4)", bytes(32)), "shape (-1, 4)"),
    "sides.npy": (npy_of("'<f8'", "(" + "1, " * 40 + ")", bytes(8)), "at most 32 sides"),
    "long_header.npy": (npy("{" + " " * 20_000 + "}", version=2), "header of 20002 bytes"),
    "endless_header.npy": (b"\x93NUMPY\2\0\xff\xff\xff\xff" + bytes(100), "header of 4294967295 bytes"),
    "deep_header.npy": (npy("-" * 9_000 + "1"), "damaged npy header"),
    "code.npy": (npy("__import__('os').getcwd()"), "damaged npy header"),
    "not_text.npy": (npy_of("'<U1'", "(1,)", b"\xff\xff\xff\xff"), "not Unicode"),
    "empty_text.npy": (npy_of("'<U0'", "(1000000000,)"), "dtype '<U0'"),
    "long_header.safetensors": (tensors({}, length=2**62), "declares a header of 4611686018427387904 bytes"),
    "deep.safetensors": (tensors(b"[" * 100_000), "cannot be read"),
    "list.safetensors": (tensors([1, 2]), "not an object"),
    "none.safetensors": (tensors({"__metadata__": {"a": "b"}}), "no tensors"),
    "twice.safetensors": (tensors(b'{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"a":{}}', b"1"), "twice"),
    "beyond.safetensors": (
        tensors({"a": {"dtype": "F32", "shape": [4], "data_offsets": [0, 16]}}, bytes(8)),
        "declares 16 bytes of tensors; it has 8",
    ),
    "overlap.safetensors": (
        tensors({n: {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]} for n in "ab"}, bytes(4)),
        "begins at byte 0 and must at 4",
    ),
    "shape.safetensors": (
        tensors({"a": {"dtype": "F32", "shape": [-1], "data_offsets": [0, 4]}}, bytes(4)),
        "does not fit",
    ),
    "float8.safetensors": (
        tensors({"a": {"dtype": "F8_E4M3", "shape": [1], "data_offsets": [0, 1]}}, b"1"),
        "'F8_E4M3'; readable are",
    ),
    "cell.mat": (matrix(1, (1, 1), b"c", bytes(8)), "'c' is a cell array"),
    "struct.mat": (matrix(2, (1, 1), b"s", bytes(8)), "'s' is a struct"),
    "object.mat": (matrix(3, (1, 1), b"o", bytes(8)), "'o' is an object"),
    "sparse.mat": (matrix(5, (1, 1), b"p", bytes(8)), "'p' is sparse"),
    "function.mat": (matrix(16, (1, 1), b"f", bytes(8)), "'f' is a function"),
    "opaque.mat": (matrix(17, (1, 1), b"q", bytes(8)), "'q' is an object"),
    "complex.mat": (matrix(6 | 0x800, (1, 1), b"z", bytes(8)), "complex"),
    "negative.mat": (matrix(6, (-1, 1), b"x", bytes(8)), "damaged header"),
    "absurd.mat": (matrix(6, (10**9, 10**9), b"x", bytes(8)), "damaged header"),
    "unfit.mat": (matrix(6, (2, 1), b"x", bytes(8)), "do not fit"),
    "v73.mat": (b"MATLAB 7.3 MAT-file".ljust(124) + b"\0\2IM" + bytes(384) + b"\x89HDF\r\n\x1a\n", "HDF5"),
    "v4.mat": (struct.pack("<5I", 0, 1, 1, 0, 2) + b"x\0" + bytes(8), "v5 to v7"),
    "blank.csv": (b"\n\n  \n", "blank"),
    "names.csv": (b"a,b\n", "no rows"),
    "ragged.csv": (b"a,b\n1,2\n3\n", "Expected 2 columns, got 1"),
    "twice.csv": (b"a,a\n1,2\n", "two columns called 'a'"),
    "latin.csv": ("größe\n1\n".encode("latin1"), "not UTF-8"),
    "late_latin.csv": (b"a\n" + b"xy\n" * 400_000 + b"\xfc\n", "holds binary"),
    "semicolons.csv": (b"a;b\n1;2\n", "is separated by ','"),
    "zeros.tsv": (bytes(100), "binary"),
    "wide.csv": (b"1," * 600_000, "first row longer"),
    "model.joblib": (b"", "can run any program"),
    "model.pkl": (b"", "safetensors or npz"),
    "letter.docx": (b"", f"readable are {', '.join(accepted())}"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_refused_with_its_reason(name: str, tmp_path: Path) -> None:
    content, reason = HOSTILE[name]
    path = tmp_path / name
    path.write_bytes(content)
    assert reason in refusal(path)


class Payload:
    """Unpickling it makes a folder."""

    def __init__(self, path: Path):
        self.path = path

    def __reduce__(self) -> tuple[Callable[[str], None], tuple[str]]:
        return os.mkdir, (str(self.path),)


def test_nothing_is_ever_unpickled(tmp_path: Path) -> None:
    hostile = np.array([Payload(tmp_path / "ran")], dtype=object)
    np.save(tmp_path / "a.npy", hostile)
    np.savez(tmp_path / "b.npz", x=np.zeros(2), y=hostile)
    (tmp_path / "c.pkl").write_bytes(pickle.dumps(hostile[0]))
    for name in ("a.npy", "b.npz", "c.pkl"):
        assert "can run any program" in refusal(tmp_path / name)
    assert not (tmp_path / "ran").exists()
    pickle.loads((tmp_path / "c.pkl").read_bytes())  # the trap is real
    assert (tmp_path / "ran").exists()


ZEROS = bytes(40_000_000)


def bombs(folder: Path) -> dict[str, str]:
    """Small files that ask for 40 MB or more, and what is said of each."""
    honest = npy_of("'<f8'", "(5000000,)")
    zipped(folder / "bomb.npz", x=honest + ZEROS)
    zipped(folder / "lying_header.npz", x=npy_of("'<f8'", "(2,)") + ZEROS)
    zipped(folder / "lying_zip.npz", x=honest + bytes(80))
    zipped(folder / "header.npz", x=b"\x93NUMPY\2\0" + struct.pack("<I", len(ZEROS)) + ZEROS)
    (folder / "bomb.mat").write_bytes(matrix(6, (1000, 5000), b"x", ZEROS))
    (folder / "name.mat").write_bytes(matrix(6, (1, 1), ZEROS, bytes(8)))
    (folder / "stored.mat").write_bytes(matrix(4, (1, 1), b"x", ZEROS, kind=16))
    (folder / "blanks.mat").write_bytes(matrix(4, (1, 2**30), b"x", b"", kind=16))
    (folder / "commas.csv").write_bytes(b"1," * 500_000 + b"1\n2")
    pq.write_table(pa.table({"x": pa.array(np.zeros(5_000_000))}), folder / "bomb.parquet")
    text = pa.DictionaryArray.from_arrays(np.zeros(10_000, np.int32), ["y" * 20_000])
    pq.write_table(pa.table({"x": text}), folder / "text.parquet", store_schema=False)
    text = pa.DictionaryArray.from_arrays(np.zeros(1_000, np.int32), ["y" * 300])
    pq.write_table(pa.table({f"x{i}": text for i in range(40)}), folder / "texts.parquet")
    return {
        "bomb.npz": "declares 40.0 MB",
        "lying_header.npz": "16 bytes of data, and 40000000 bytes are there",
        "lying_zip.npz": "40000000 bytes of data, and 80 bytes are there",
        "header.npz": "header of 40000000 bytes",
        "bomb.mat": "declares 80.0 MB",
        "name.mat": "longer than 4096 bytes",
        "stored.mat": "declares 40.0 MB",
        "blanks.mat": "declares 8.6 GB",
        "commas.csv": "declares 6.0 GB",
        "bomb.parquet": "declares 40.0 MB",
        "text.parquet": "declares 800.1 MB",
        "texts.parquet": "declares 4.8 MB",  # the fourth column of 1.2 MB is one too many
    }


@pytest.fixture
def pool() -> Iterator[pa.MemoryPool]:
    """Arrow's memory, counted from here on."""
    usual = pa.default_memory_pool()
    counted = pa.proxy_memory_pool(usual)
    pa.set_memory_pool(counted)
    yield counted
    pa.set_memory_pool(usual)


def test_a_bomb_is_judged_before_memory_is_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    expected = bombs(tmp_path)
    pool = request.getfixturevalue("pool")  # after the bombs are written
    monkeypatch.setenv("EXPLORER_MAX_BYTES", "4000000")
    for name, reason in expected.items():
        assert (tmp_path / name).stat().st_size < 2e6
        tracemalloc.start()
        try:
            assert reason in refusal(tmp_path / name)
            assert tracemalloc.get_traced_memory()[1] < 20e6, name  # what headers and fixed buffers take
        finally:
            tracemalloc.stop()
        assert pool.max_memory() < 20e6, name


def test_a_zip_directory_cannot_fill_the_memory(tmp_path: Path) -> None:
    zipped(tmp_path / "a.npz", x=npy_of("'<f8'", "(1,)", bytes(8)))
    content = (tmp_path / "a.npz").read_bytes()
    start, end = content.index(b"PK\1\2"), content.index(b"PK\5\6")
    directory = content[start:end] * 100_000
    record = struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, 65535, 65535, len(directory), start, 0)
    (tmp_path / "a.npz").write_bytes(content[:start] + directory + record)
    assert "zip directory" in refusal(tmp_path / "a.npz")


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_archives_of_other_things_are_refused(tmp_path: Path) -> None:
    one = npy_of("'<f8'", "(1,)", bytes(8))
    with zipfile.ZipFile(tmp_path / "twice.npz", "w") as archive:
        archive.writestr("x.npy", one)
        archive.writestr("x.npy", one)
    with zipfile.ZipFile(tmp_path / "notes.npz", "w") as archive:
        archive.writestr("notes.txt", "hello")
    with zipfile.ZipFile(tmp_path / "packed.npz", "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("x.npy", one)
    zipfile.ZipFile(tmp_path / "none.npz", "w").close()
    zipped(tmp_path / "damaged.npz", x=npy_of("'<f8'", "(50,)", np.random.default_rng(0).bytes(400)))
    damaged = bytearray((tmp_path / "damaged.npz").read_bytes())
    damaged[300] ^= 1
    (tmp_path / "damaged.npz").write_bytes(damaged)
    assert "two arrays of one name" in refusal(tmp_path / "twice.npz")
    assert "'notes.txt', which is not an array" in refusal(tmp_path / "notes.npz")
    assert "encrypted or packed" in refusal(tmp_path / "packed.npz")
    assert "no arrays" in refusal(tmp_path / "none.npz")
    assert "cannot be read" in refusal(tmp_path / "damaged.npz")


def test_nested_and_binary_columns_are_refused(tmp_path: Path) -> None:
    for column, kind in (([[1], [2]], "list"), ([{"a": 1}, {"a": 2}], "struct"), ([b"1", b"2"], "binary")):
        pq.write_table(pa.table({"x": column}), tmp_path / "a.parquet")
        assert f"column 'x' holds {kind}" in refusal(tmp_path / "a.parquet")
    pq.write_table(pa.table({"x": pa.array([], pa.float64())}), tmp_path / "a.parquet")
    assert "no rows" in refusal(tmp_path / "a.parquet")


@settings(max_examples=200, deadline=None)
@given(st.one_of(st.binary(max_size=40), st.text(max_size=200).map(str.encode)), st.binary(max_size=64))
def test_any_npy_header_gives_a_file_error(tmp_path_factory: pytest.TempPathFactory, head: bytes, data: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "any.npy"
    path.write_bytes(b"\x93NUMPY\1\0" + struct.pack("<H", len(head)) + head + data)
    refusal(path)


VALUES = st.recursive(st.none() | st.integers() | st.text(max_size=5), lambda inner: st.lists(inner, max_size=4))
ENTRIES = st.fixed_dictionaries({"dtype": st.sampled_from(["F32", "BF16", "U8"]) | VALUES, "shape": VALUES})


@settings(max_examples=200, deadline=None)
@given(st.dictionaries(st.text(max_size=3), ENTRIES | VALUES, max_size=3), st.lists(VALUES, max_size=3))
def test_any_safetensors_header_gives_a_file_error(
    tmp_path_factory: pytest.TempPathFactory, header: dict, offsets: list
) -> None:
    path = tmp_path_factory.getbasetemp() / "any.safetensors"
    entries = {name: {**e, "data_offsets": offsets} if isinstance(e, dict) else e for name, e in header.items()}
    path.write_bytes(tensors(entries, bytes(8)))
    refusal(path)


def test_bfloat16_becomes_the_float32_of_the_same_value(tmp_path: Path) -> None:
    bits = np.array([0x3F80, 0xC049, 0x7F80, 0x0001], np.uint16)  # 1, -3.140625, infinity, the smallest
    header = {"a": {"dtype": "BF16", "shape": [4], "data_offsets": [0, 8]}}
    (tmp_path / "a.safetensors").write_bytes(tensors(header, bits.tobytes()))
    got = load(tmp_path / "a.safetensors")["a"]
    assert got.dtype == np.float32
    assert got.tolist() == [1.0, -3.140625, np.inf, 2.0**-133]


def test_truth_values_are_zero_or_one_whatever_their_byte(tmp_path: Path) -> None:
    (tmp_path / "b.npy").write_bytes(npy_of("'|b1'", "(3,)", b"\0\1\2"))
    assert load(tmp_path / "b.npy")["b"].view(np.uint8).tolist() == [0, 1, 1]
