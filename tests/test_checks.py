"""The one place where samples are checked: what is taken, what it becomes, what is refused."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch

from explorer import checks
from explorer.errors import SampleError, SettingError

rng = np.random.default_rng(0)
REAL = np.round(rng.normal(size=(20, 2)), 2).astype(np.float32).astype(float)  # values that float32 holds
HALVES = rng.integers(0, 9, (20, 1)) + 0.5  # values that 16 bits hold
LABELS = np.arange(20) % 3
WORDS = np.array(["ash", "beech", "oak"])[LABELS]

NUMBERS: list[tuple[str, Any, np.ndarray]] = [
    ("array", REAL, REAL),
    ("vector", REAL[:, 0], REAL[:, :1]),
    ("reversed view", REAL[::-1], REAL[::-1].copy()),
    ("four axes", REAL.reshape(5, 2, 2, 2), REAL.reshape(5, 8)),
    ("lists", REAL.tolist(), REAL),
    ("table", pd.DataFrame(REAL), REAL),
    ("column", pd.Series(REAL[:, 0]), REAL[:, :1]),
    ("nullable column", pd.Series(REAL[:, 0], dtype="Float64"), REAL[:, :1]),
    ("objects", REAL.astype(object), REAL),
    ("mask of nothing", np.ma.masked_array(REAL), REAL),
    ("float32", REAL.astype(np.float32), REAL),
    ("long double", REAL.astype(np.longdouble), REAL),
    ("tensor", torch.as_tensor(REAL), REAL),
    ("float32 tensor", torch.as_tensor(REAL).float(), REAL),
    ("tensor with gradient", torch.as_tensor(REAL).requires_grad_(), REAL),
    ("bfloat16 tensor", torch.as_tensor(HALVES).bfloat16(), HALVES),
    ("float16", HALVES.astype(np.float16), HALVES),
]


@pytest.mark.parametrize(("given", "expected"), [pair for _, *pair in NUMBERS], ids=[name for name, *_ in NUMBERS])
def test_numbers_become_float64_rows(given: Any, expected: np.ndarray) -> None:
    found = checks.variable(given, "x", "continuous")
    assert (found.kind, found.dim, found.levels, found.doubts, len(found)) == (
        *("continuous", expected.shape[1], 0, ()),
        len(expected),
    )
    assert found.values.dtype == torch.float64 and not found.values.requires_grad
    np.testing.assert_array_equal(found.values.numpy(), expected)


@pytest.mark.parametrize(
    "given",
    [
        *(LABELS, LABELS.tolist(), LABELS[:, None], LABELS.astype(np.uint8), LABELS - 5, torch.as_tensor(LABELS)),
        *(WORDS, WORDS.tolist(), WORDS.astype("S"), WORDS.astype(object), pd.Series(WORDS)),
        *(pd.Series(WORDS, dtype="category"), pd.Series(LABELS, dtype="Int64")),
        pd.DataFrame({"a": LABELS, "b": WORDS}),
        np.stack([LABELS, LABELS * 7], 1),
        pd.Series(pd.to_datetime("2020-01-01") + pd.to_timedelta(LABELS, "D")),
    ],
    ids=lambda given: type(given).__name__,
)
def test_labels_become_codes(given: Any) -> None:
    found = checks.variable(given, "y")
    assert (found.kind, found.levels, found.doubts) == ("discrete", 3, ())
    assert found.values.dtype == torch.int64 and found.values.shape == (20,)
    np.testing.assert_array_equal(found.values.numpy(), LABELS)


def test_floats_that_are_few_whole_numbers_are_labels_and_it_is_said() -> None:
    found = checks.variable(LABELS.astype(float), "y")
    assert (found.kind, found.levels) == ("discrete", 3)
    assert found.doubts[0].text == "y holds 3 whole numbers and was read as labels; set y_kind to say otherwise."
    assert checks.variable(LABELS.astype(float), "y", "continuous").kind == "continuous"
    assert checks.variable(np.arange(20.0), "y").kind == "continuous"  # as many values as samples
    assert checks.variable(LABELS.astype(float), "y", need="continuous").kind == "continuous"


def test_what_an_entry_needs_decides() -> None:
    assert checks.variable(LABELS, "x", need="continuous").values.dtype == torch.float64
    assert checks.variable(LABELS.astype(float), "x", need="discrete").doubts[0].rule == "kind"
    with pytest.raises(SampleError, match="x is continuous and this estimator needs it discrete"):
        checks.variable(REAL, "x", "continuous", need="discrete")
    with pytest.raises(SampleError, match=r"x holds real numbers .* and this estimator counts discrete values"):
        checks.variable(REAL, "x", need="discrete")
    assert checks.variable(REAL, "x", "discrete", need="discrete").levels == 20


REFUSED: list[tuple[str, Any, str]] = [
    ("list of one", {}, "x='{}' is a single value; samples are needed"),
    ("generator", (i for i in range(3)), "x='<generator .* is a single value"),
    ("no columns", np.zeros((5, 0)), r"x is empty, shape \(5, 0\)"),
    ("record", np.zeros(5, dtype=[("a", "f4")]), "x has dtype .*; real numbers or labels are needed"),
    ("complex tensor", torch.ones(5, dtype=torch.complex64), "x has dtype complex64"),
    ("sparse tensor", torch.eye(5).to_sparse(), "x cannot be read as a table of numbers or labels"),
    ("tensor without data", torch.empty(5, device="meta"), "x cannot be read as a table of numbers or labels"),
    ("masked", np.ma.masked_less(REAL, 0), r"x is a masked array with \d+ masked value\(s\)"),
    ("missing word", pd.Series(["a", None, "b"]), r"x holds 1 missing value\(s\), the first in row 1"),
    (
        "missing date",
        pd.Series(pd.to_datetime(["2020-01-01", None])),
        r"x holds 1 missing value\(s\), the first in row 1",
    ),
    ("missing category", pd.Series(["a", None], dtype="category"), r"x holds 1 missing value\(s\), the first in row 1"),
    ("blank word", ["a", "", ""], r"x holds 2 blank text value\(s\), the first in row 1; all must be there: leave"),
    ("blank object", pd.DataFrame({"a": ["a", ""], "b": [1, 2]}), r"1 blank text .* in row 1 of column 'a'; all must"),
    ("missing number", pd.Series([1, None], dtype="Int64"), "x holds 1 value.* NaN, the first in row 1"),
    ("lists as labels", pd.DataFrame({"a": [[1], [2]]}), r"x holds \[1\] as one value"),
    ("sets as labels", [{1}, {2}], r"x holds \{1\} as one value"),
    ("too large", [1.0, 1e200], r"x holds values up to 1e\+200; above 1e\+150 their squares overflow"),
    ("both infinite", [np.inf, -np.inf, 0], r"x holds 2 value\(s\) of infinity, the first in row 0"),
]


@pytest.mark.parametrize(("given", "rule"), [pair for _, *pair in REFUSED], ids=[name for name, *_ in REFUSED])
def test_refusals_name_the_argument_the_value_and_the_rule(given: Any, rule: str) -> None:
    with pytest.raises(SampleError, match=rule) as refusal:
        checks.variable(given, "x")
    assert "\n" not in str(refusal.value) and len(str(refusal.value)) < 200


def test_words_in_a_table_of_numbers_are_named() -> None:
    with pytest.raises(SampleError, match=r"x holds text \('oak', ...\) and this estimator needs numbers"):
        checks.variable(pd.DataFrame({"a": [0.5, 0.7], "b": ["oak", "ash"]}), "x", need="continuous")


def test_kinds_have_names() -> None:
    with pytest.raises(SettingError, match="z_kind='real' must be one of 'auto', 'continuous', 'discrete'"):
        checks.variable(REAL, "z", "real")  # type: ignore[arg-type]


def test_pairs_have_one_length_and_enough_samples() -> None:
    x, y = checks.variable(REAL, "x"), checks.variable(LABELS[:19], "y")
    with pytest.raises(SampleError, match="x has 20 samples and y has 19; they must be paired row by row"):
        checks.paired(x, y)
    with pytest.raises(SampleError, match=r"x and x have 20 samples; at least 21 are needed"):
        checks.paired(x, x, least=21)


def test_varying_columns() -> None:
    values = torch.tensor([[1.0, 2.0, 0.1], [1.0, 3.0, 0.1]])
    assert checks.varying(values).tolist() == [[2.0], [3.0]]
    assert checks.varying(values[:, :1]).shape == (2, 0)


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
def test_tensors_on_any_device_go_where_the_work_is() -> None:
    for where in ("cpu", "cuda"):
        found = checks.variable(torch.as_tensor(REAL, device="cuda"), "x", device=where)
        assert found.values.device.type == where
        np.testing.assert_array_equal(found.values.cpu().numpy(), REAL)
