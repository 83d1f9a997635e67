"""From arguments and files to arrays and Datasets: names, colons, tables, and what the notes say."""

import os
from pathlib import Path

import numpy as np
import pytest
import scipy.io

from explorer.checks import variable
from explorer.errors import FileError, SampleError, UnknownNameError
from explorer.sources._select import array, dataset, load, read

X = np.arange(12.0).reshape(4, 3)
Y = np.array([0, 1, 0, 1])


@pytest.fixture
def npz(tmp_path: Path) -> Path:
    np.savez(tmp_path / "two.npz", allow_pickle=False, x=X, y=Y, **{"a,b": Y})
    return tmp_path / "two.npz"


@pytest.fixture
def csv(tmp_path: Path) -> Path:
    (tmp_path / "t.csv").write_text("a,b,kind,label\n1,2,u,0\n3,4,v,1\n5,6,u,0\n")
    return tmp_path / "t.csv"


def test_a_file_with_one_array_needs_no_name(tmp_path: Path) -> None:
    np.save(tmp_path / "z.npy", X)
    np.testing.assert_array_equal(array(f"{tmp_path}/z.npy"), X)
    np.testing.assert_array_equal(array(f"{tmp_path}/z.npy:z"), X)


def test_a_table_without_a_name_is_its_numeric_columns(csv: Path) -> None:
    np.testing.assert_array_equal(array(str(csv)), [[1, 2, 0], [3, 4, 1], [5, 6, 0]])


def test_columns_keep_their_names_and_text_that_is_left_out_is_said(npz: Path, csv: Path) -> None:
    assert read(str(csv)).names == ("a", "b", "label")
    assert read(str(csv)).notes == ("t.csv: columns of text were left out: kind.",)
    assert (read(f"{csv}:b,a").names, read(f"{csv}:b,a").notes) == (("b", "a"), ())
    assert read(f"{npz}:x,y").names == ("x 0", "x 1", "x 2", "y")
    assert read(f"{npz}:x").names == () and read(f"{csv}:kind").names == ("kind",)


def test_a_text_column_is_labels(csv: Path) -> None:
    assert array(f"{csv}:kind").tolist() == ["u", "v", "u"]


def test_several_columns_stand_side_by_side(npz: Path, csv: Path) -> None:
    np.testing.assert_array_equal(array(f"{csv}:b,a"), [[2, 1], [4, 3], [6, 5]])
    np.testing.assert_array_equal(array(f"{npz}:x,y"), np.column_stack([X, Y]))
    with pytest.raises(FileError, match=r"do not fit side by side.*; kind holds text: name columns of one kind"):
        array(f"{csv}:a,kind")
    np.savez(csv.parent / "long.npz", a=X, b=Y, c=Y[:3])
    with pytest.raises(FileError, match=r"do not fit side by side.*; name arrays of one length, as in long.npz:a,b"):
        array(f"{csv.parent}/long.npz:a,b,c")


def test_blanks_of_a_text_column_are_named(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("a,kind\n1,u\n2,\n3,u\n")
    with pytest.raises(SampleError, match=r"1 blank text value\(s\), the first in row 1 of column 'kind'"):
        variable(read(f"{tmp_path}/t.csv:kind").table, "y")


def test_a_name_with_a_comma_and_a_path_with_a_colon(npz: Path, tmp_path: Path) -> None:
    np.testing.assert_array_equal(array(f"{npz}:a,b"), Y)
    np.savez(tmp_path / "a:b.npz", x=X)
    np.testing.assert_array_equal(array(f"{tmp_path}/a:b.npz"), X)
    np.testing.assert_array_equal(array(f"{tmp_path}/a:b.npz:x"), X)


def test_several_arrays_and_none_named_are_listed(npz: Path) -> None:
    with pytest.raises(FileError, match=r"x \(4, 3\), y \(4,\).*name one, as in two.npz:x"):
        array(str(npz))
    with pytest.raises(UnknownNameError, match=r"no array in two\.npz called 'q'"):
        array(f"{npz}:q")


@pytest.mark.parametrize("text", ["", "nowhere.npy", "no\0where.npz", "n" * 5000 + ".npz", "nowhere.npz:x"])
def test_a_missing_file_is_said_in_one_sentence(text: str) -> None:
    with pytest.raises(FileError):
        array(text)


@pytest.mark.parametrize("rest", ["", ":3", ":3:tanh1"])
def test_a_folder_is_left_to_the_recordings(rest: str, tmp_path: Path) -> None:
    with pytest.raises(FileError, match=r"is a folder.*RUN:STEP:LAYER"):
        array(f"{tmp_path}{rest}")
    with pytest.raises(FileError, match="is a folder"):
        load(tmp_path)


def test_what_is_not_a_plain_file_is_not_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.npz")  # opening it would wait for ever
    with pytest.raises(FileError, match="is not a file"):
        load(tmp_path / "pipe.npz")


def test_the_suffix_may_be_in_capitals(tmp_path: Path) -> None:
    np.save(tmp_path / "a.npy", X)
    (tmp_path / "a.npy").rename(tmp_path / "A.NPY")
    np.testing.assert_array_equal(load(tmp_path / "A.NPY")["A"], X)


def test_a_dataset_takes_the_usual_names(tmp_path: Path) -> None:
    np.savez(tmp_path / "d.npz", x=X, y=Y, shape=Y + 1, basis=np.eye(3), n=np.array(4))
    got = dataset(tmp_path / "d.npz")
    np.testing.assert_array_equal(got.x, X)
    np.testing.assert_array_equal(got.y, Y)
    assert (list(got.factors), got.name) == (["shape"], "d.npz")
    assert got.notes == (
        "basis (3, 3) was left out: it is not one value for each of 4 rows",
        "n () was left out: it is not one value for each of 4 rows",
    )


def test_a_dataset_takes_the_names_it_is_given(tmp_path: Path) -> None:
    np.savez(tmp_path / "d.npz", codes=X, x=X[:, :1], y=Y, u=Y + 1)
    got = dataset(tmp_path / "d.npz", x="codes", y="u")
    np.testing.assert_array_equal(got.x, X)
    np.testing.assert_array_equal(got.y, Y + 1)
    assert list(got.factors) == ["x", "y"]
    assert got.notes == ("x is codes", "x was reshaped from (4, 1) to (4,)")
    with pytest.raises(UnknownNameError, match="'v'"):
        dataset(tmp_path / "d.npz", y="v")
    with pytest.raises(FileError, match="y='codes' is codes \\(4, 3\\)"):
        dataset(tmp_path / "d.npz", x="x", y="codes")


def test_row_vectors_of_matlab_are_turned_and_it_is_noted(tmp_path: Path) -> None:
    scipy.io.savemat(tmp_path / "v.mat", {"F": X > 4, "y": Y.astype(float), "v": Y})
    got = dataset(tmp_path / "v.mat")
    assert got.x is not None and got.x.shape == (4, 3) and got.x.dtype == bool
    assert got.y is not None and got.y.tolist() == Y.tolist()
    assert got.factors["v"].shape == (4,)
    assert got.notes[:2] == ("x is F", "y was reshaped from (1, 4) to (4,)")
    assert array(f"{tmp_path}/v.mat:y").shape == (4,)


def test_a_table_without_an_x_gives_its_numeric_columns(csv: Path) -> None:
    got = dataset(csv)
    np.testing.assert_array_equal(got.x, [[1, 2], [3, 4], [5, 6]])
    np.testing.assert_array_equal(got.y, [0, 1, 0])
    assert got.factors["kind"].tolist() == ["u", "v", "u"]
    assert got.notes == ("x is a, b",)


def test_images_are_flattened_and_it_is_noted(tmp_path: Path) -> None:
    np.savez(tmp_path / "i.npz", images=np.zeros((4, 2, 2)), labels=Y)
    got = dataset(tmp_path / "i.npz")
    assert got.x is not None and got.x.shape == (4, 4)
    assert got.notes == ("x is images", "x was reshaped from (4, 2, 2) to (4, 4)")


def test_without_inputs_the_factors_remain(tmp_path: Path) -> None:
    np.savez(tmp_path / "f.npz", y=Y, v=Y + 1)
    got = dataset(tmp_path / "f.npz")
    assert (got.x, list(got.factors), len(got)) == (None, ["v"], 4)
    assert got.notes == ("no array was taken as x; name one to use it",)


def test_one_hot_labels_are_left_out_and_it_is_noted(tmp_path: Path) -> None:
    np.savez(tmp_path / "o.npz", x=X, y=np.eye(2)[Y])
    got = dataset(tmp_path / "o.npz")
    assert got.y is None
    assert got.notes == ("y (4, 2) was left out: it is not one value for each of 4 rows",)


@pytest.mark.skipif("EXPLORER_REAL_DATA" not in os.environ, reason="EXPLORER_REAL_DATA names no folder of real data")
def test_the_published_twelve_bit_inputs() -> None:
    """Shwartz-Ziv and Tishby's var_u.mat: every 12-bit word once, and a balanced label."""
    got = dataset(Path(os.environ["EXPLORER_REAL_DATA"]) / "tishby" / "var_u.mat")
    assert got.x is not None and got.y is not None
    assert len(np.unique(got.x, axis=0)) == 4096 and got.x.shape == (4096, 12)
    assert sorted(set(got.y.tolist())) == [0.0, 1.0]
