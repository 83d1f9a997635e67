"""Sketches of tables: the whole join when nothing is left out, known truths, and rows that have equal chances."""

import math
from itertools import product

import numpy as np
import pandas as pd
import pytest

import explorer
from explorer.errors import SampleError
from explorer.estimators import KSG, MixedKSG, PlugIn, SketchedJoin
from explorer.numerics.sketches import sketch

N = 20_000


def trinomial(n: int, p: float, q: float) -> float:
    """I(X; Y) of two of the three counts of n draws, by enumeration."""
    joint = np.zeros((n + 1, n + 1))
    for x, y in product(range(n + 1), repeat=2):
        if x + y <= n:
            ways = math.comb(n, x) * math.comb(n - x, y)
            joint[x, y] = ways * p**x * q**y * (1 - p - q) ** (n - x - y)
    independent = joint.sum(1, keepdims=True) * joint.sum(0)
    occurs = joint > 0
    return float((joint[occurs] * np.log(joint[occurs] / independent[occurs])).sum())


def tables(x: np.ndarray, y: np.ndarray, repeats: int = 1, seed: int = 0) -> tuple[pd.DataFrame, pd.DataFrame]:
    """A left table with every key `repeats` times, and a right one with every key once, in another order."""
    rng = np.random.default_rng(seed)
    keys = np.array([f"id {i}" for i in range(len(y))])
    left = pd.DataFrame({"id": np.repeat(keys, repeats), "x": x})
    right = pd.DataFrame({"id": keys, "y": y})
    return left.sample(frac=1, random_state=rng), right.sample(frac=1, random_state=rng)


def counts(n: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    drawn = np.random.default_rng(seed).multinomial(8, [0.4, 0.4, 0.2], n)
    return drawn[:, 0], drawn[:, 1]


def test_a_sketch_of_everything_is_the_whole_join() -> None:
    """For each kind the estimator that the docstring names, on the rows that pandas joins."""
    rng = np.random.default_rng(1)
    a, b = counts(500)
    normal = rng.normal(size=500)
    for x, y, entry in (
        (a, b, PlugIn()),
        (normal, normal + rng.normal(size=500), KSG()),
        (a, b + rng.uniform(size=500), MixedKSG()),
    ):
        left, right = tables(x, y)
        joined = left.merge(right, on="id")
        found = SketchedJoin(size=500)(left, right)
        assert found.nats == pytest.approx(entry(joined["x"], joined["y"]).nats, abs=1e-12)
        assert (found.n, found.estimator, found.details["chosen"]) == (500, "sketched_join", entry.name)
        assert "500 rows join, of 500 sampled of the 500 rows of x" in str(found.warnings)
        assert not [doubt for doubt in found.warnings if doubt.rule == "index"]


def test_repeated_keys_on_the_left_join_as_in_pandas() -> None:
    rng = np.random.default_rng(0)
    y = rng.normal(size=300)
    left, right = tables(np.repeat(y, 3) + rng.normal(size=900), y, repeats=3)
    joined = left.merge(right, on="id")
    found = SketchedJoin(size=900)(left, right)
    assert found.details["chosen"] == "mixed_ksg"  # every y occurs three times
    assert found.nats == pytest.approx(MixedKSG()(joined["x"], joined["y"]).nats, abs=1e-12)


def test_trinomial_truth() -> None:
    truth = trinomial(8, 0.4, 0.4)
    left, right = tables(*counts(N))
    found = [SketchedJoin(size=2000)(left.assign(id=left["id"] + s), right.assign(id=right["id"] + s)) for s in "abc"]
    bias = 8 * 8 / (2 * 2000)  # of plug_in with 9 values a side, at most
    assert truth - 0.03 < np.mean([one.nats for one in found]) < truth + bias + 0.03  # 0.03: 3 deviations of a mean
    assert [one.n for one in found] == [2000] * 3  # the same keys on both sides


def test_uniform_on_two_cells_truth() -> None:
    """X uniform on 0..m-1 and Y uniform on [X, X + 2]: I = ln m - (m - 1) / m ln 2 (gao2017)."""
    rng, m = np.random.default_rng(0), 5
    x = rng.integers(m, size=N)
    found = SketchedJoin(size=2000)(*tables(x, x + rng.uniform(0, 2, N)))
    assert found.details["chosen"] == "mixed_ksg"
    assert found.nats == pytest.approx(math.log(m) - (m - 1) / m * math.log(2), abs=0.06)


def test_every_row_has_the_same_chance_however_often_its_key_occurs() -> None:
    """Half of the rows have one key: hashes of the key alone would keep it always or never."""
    keys = np.array(["one"] * 5000 + [f"other {i}" for i in range(5000)], dtype=object)
    kept = sketch(keys, 2000)
    assert len(kept) == 2000 and (np.diff(kept) > 0).all()
    assert (kept < 5000).sum() == pytest.approx(1000, abs=4 * math.sqrt(2000) / 2)


def test_sketches_of_two_tables_keep_the_same_keys() -> None:
    keys = np.arange(10_000)
    half, other = sketch(keys, 300), sketch(keys[::-1].copy(), 300)
    assert set(keys[half]) == set(keys[::-1][other])
    left, right = tables(*counts(5000))
    assert SketchedJoin(size=200)(left, right).n == 200  # independent samples would share 200^2 / 5000 = 8


def test_the_sketch_is_the_same_everywhere() -> None:
    assert sketch(np.arange(1000), 5).tolist() == [321, 352, 492, 540, 632]
    assert sketch(np.array([f"k{i}" for i in range(1000)], dtype=object), 5).tolist() == [81, 83, 219, 237, 881]


@pytest.mark.parametrize(
    "aggregate, expected",
    [("mean", [2.0, 5.0]), ("mode", [1, 5]), ("first", [4, 5]), ("count", [3, 1])],
)
def test_rows_of_a_key_are_aggregated(aggregate: str, expected: list[float]) -> None:
    left = pd.DataFrame({"id": ["a", "b"], "x": [0, 1]})
    right = pd.DataFrame({"id": ["a", "a", "b", "a", "c"], "y": [4, 1, 5, 1, 9]})
    samples = SketchedJoin(aggregate=aggregate).checked(left, right, kinds=("continuous", "continuous", "auto"))
    assert samples.y.values[:, 0].tolist() == expected


def test_text_has_no_mean() -> None:
    left = pd.DataFrame({"id": range(9), "x": range(9)})
    right = pd.DataFrame({"id": range(9), "y": list("abcabcabc")})
    with pytest.raises(SampleError, match="aggregate='mean' needs numbers and column 'y' of y holds none"):
        SketchedJoin()(left, right)
    assert SketchedJoin(aggregate="mode")(left, right).nats > 0


def test_whole_keys_match_whatever_holds_them() -> None:
    x, y = counts(300)
    left = pd.DataFrame({"id": np.arange(300), "x": x})
    right = pd.DataFrame({"id": np.arange(300.0), "y": y})
    assert SketchedJoin(size=100)(left, right).n == 100


def test_rows_without_a_partner_are_left_out() -> None:
    left, right = tables(*counts(500))
    found = SketchedJoin(size=1000)(left, right.iloc[:60])
    assert found.n == 60
    doubt = next(doubt for doubt in found.warnings if doubt.rule == "small join")
    assert "Only 60 rows join, of 500 sampled of the 500 rows of x and 60 keys" in doubt.text and not doubt.note
    assert doubt in explorer.estimate(left, right.iloc[:60], estimator="sketched_join", size=1000).warnings
    with pytest.raises(SampleError, match=r"0 row.s. of the sketches of x and y share a key 'id'"):
        SketchedJoin()(left, right.assign(id="none"))


def test_bad_tables_get_one_sentence() -> None:
    left, right = tables(*counts(50))
    holes = right.assign(y=right["y"].where(right["y"] > 0))
    with pytest.raises(SampleError, match=r"y holds \d+ missing value.s., the first in row \d+ of column 'y'"):
        SketchedJoin()(left, holes)
    with pytest.raises(SampleError, match="x is empty"):
        SketchedJoin()(left.iloc[:0], right)
    with pytest.raises(SampleError, match="columns of the same name"):
        SketchedJoin()(left.set_axis(["id", "id"], axis=1), right)


def test_paired_arrays_are_taken_whole() -> None:
    x, y = counts(1000)
    found = SketchedJoin(size=50)(x, y)
    assert found.nats == PlugIn()(x, y).nats and found.n == 1000
    frames = SketchedJoin(size=50)(pd.DataFrame({"x": x}), pd.DataFrame({"y": y}))
    assert frames.nats == found.nats
