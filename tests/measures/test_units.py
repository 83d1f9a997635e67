"""Measures of single units against closed forms, NumPy and scikit-learn."""

import numpy as np
import pytest
from sklearn.metrics import mutual_info_score

from explorer.distributions import LabelledClusters
from explorer.errors import SampleError
from explorer.measures import DeadUnits, Selectivity, Sparsity, UnitCorrelation, UnitInformation


def rules(score) -> set[str]:
    return {doubt.rule for doubt in score.warnings}


@pytest.fixture
def layer() -> tuple[np.ndarray, np.ndarray]:
    """A rectified layer of five units, of which the first tells the label well and the last is dead; and the labels."""
    rng = np.random.default_rng(0)
    y = np.arange(400) % 4
    z = rng.normal(size=(400, 5))
    z[:, 0] += 3 * (y == 2)
    z[:, 1] += y
    z[:, 4] = -1
    return np.maximum(z, 0), y


def test_every_unit_is_read_as_scikit_learn_reads_its_cells(layer):
    z, y = layer
    score = UnitInformation(bins=8, correction="none")(z, y)
    for unit, found in zip(z.T, score.details["per_unit"], strict=True):
        edges = np.sort(unit)[np.arange(1, 8) * 400 // 8]
        cells = np.searchsorted(edges, unit, side="right")
        assert found == pytest.approx(mutual_info_score(cells, y), abs=1e-12)
    assert score.value == pytest.approx(np.mean(score.details["per_unit"]))
    assert score.details["largest_unit"] == 0 and score.details["per_unit"][4] == pytest.approx(0, abs=1e-12)


def test_wide_layers_are_read_in_blocks():
    rng = np.random.default_rng(0)
    z, y = rng.normal(size=(3000, 500)), rng.integers(0, 3, 3000)  # more than one working block
    whole = UnitInformation()(z, y).details["per_unit"]
    assert whole[:2] + whole[-2:] == pytest.approx(UnitInformation()(z[:, [0, 1, 498, 499]], y).details["per_unit"])


def test_the_label_itself_has_all_its_entropy_and_noise_none():
    rng = np.random.default_rng(0)
    y = rng.integers(0, 4, 5000)
    whole = UnitInformation(correction="none")(y.astype(float)[:, None], y)
    shares = np.bincount(y) / 5000
    assert whole.value == pytest.approx(-(shares * np.log(shares)).sum(), abs=1e-12)
    noise = UnitInformation()(rng.normal(size=(5000, 40)), y)
    # each unit varies by sqrt(27 / 2) / 5000 = 0.0007, the mean of 40 by a sixth of that
    assert abs(noise.value) < 0.0005 and "undersampled" in rules(noise)
    assert noise.details["bias"] == pytest.approx(9 * 3 / 10_000)


def test_the_information_of_a_unit_comes_near_the_truth_from_below():
    truth = LabelledClusters(dim=1, separation=2.0)
    z, y = truth.draw(5000, np.random.default_rng(0))
    score = UnitInformation(bins=30)(z, y[:, 0])
    assert truth.nats - 0.03 < score.value < truth.nats + 0.02 and not rules(score)  # standard error 0.01


def test_an_increasing_map_of_a_unit_changes_nothing(layer):
    z, y = layer
    assert UnitInformation()(np.expm1(z) ** 3, y).value == UnitInformation()(z, y).value


def test_selectivity_by_hand():
    y = np.repeat([0, 1, 2], 4)
    z = np.zeros((12, 4))
    z[:4, 0] = 2  # one class alone
    z[:, 1] = 1  # all alike
    z[:, 2] = np.repeat([3, 1, 2], 4)  # (3 - 1.5) / (3 + 1.5)
    score = Selectivity()(z, y)
    assert score.details["per_unit"] == pytest.approx([1, 0, 1 / 3, 0]) and not rules(score)
    assert score.value == pytest.approx(1 / 3) and score.details["preferring"] == [2, 0, 0]
    with pytest.raises(SampleError, match="y is constant"):
        Selectivity()(z, np.zeros(12, int))


def test_units_below_zero_are_measured_from_their_smallest_value(layer):
    z, y = layer
    signed = z - [0, 0, 0, 5, 0]
    assert not Selectivity()(z, y).warnings and "signed" in rules(Selectivity()(signed, y))
    assert Selectivity(baseline="minimum")(signed, y).value == pytest.approx(
        Selectivity(baseline="minimum")(z, y).value
    )
    assert Selectivity()(signed, y).value == pytest.approx(Selectivity()(z, y).value)  # the smallest value was 0
    lifted = Selectivity()(z + 1, y).value
    assert lifted < Selectivity()(z, y).value == pytest.approx(Selectivity(baseline="minimum")(z + 1, y).value)


def test_dead_units_of_three_kinds():
    rng = np.random.default_rng(0)
    z = np.tanh(rng.normal(size=(200, 5)))
    z[:, 0] = 0
    z[:, 1] = 1
    z[:, 2] = np.tanh(20 * np.sign(z[:, 2]))
    read = {kind: DeadUnits(kind=kind)(z) for kind in ("constant", "zero", "saturated")}
    assert read["constant"].details["per_unit"] == [1, 1, 0, 0, 0] and read["constant"].value == 0.4
    assert read["zero"].details["per_unit"] == [1, 0, 0, 0, 0]
    assert read["saturated"].details["per_unit"] == [1, 1, 1, 0, 0]
    assert read["zero"].details["saturated"] == read["saturated"].value == 0.6
    assert DeadUnits(tolerance=0.0)(z + 1e-9 * rng.normal(size=z.shape)).value == 0
    assert DeadUnits()(np.zeros((5, 3))).value == 1


@pytest.mark.parametrize("over", ["samples", "units"])
def test_sparsity_at_its_ends(over):
    alone = np.eye(6)
    for formula in ("treves_rolls", "hoyer"):
        entry = Sparsity(formula=formula, over=over)
        assert entry(alone).value == pytest.approx(1)
        assert entry(np.full((6, 6), 2.0)).value == pytest.approx(0, abs=1e-12)
    with pytest.raises(SampleError, match="z is constant at 0"):
        Sparsity(over=over)(np.zeros((4, 4)))


@pytest.mark.parametrize(
    ("draw", "ratio"), [("exponential", 1 / 2), ("normal", 2 / np.pi), ("uniform", 3 / 4)], ids=lambda v: str(v)[:5]
)
def test_sparsity_of_known_distributions(draw, ratio):
    """(E |r|)^2 / E r^2 has a closed form."""
    z = getattr(np.random.default_rng(0), draw)(size=(20_000, 4))
    # the mean of four ratios, each with an error of about 0.005
    assert Sparsity()(z).value == pytest.approx(1 - ratio, abs=0.01)
    assert Sparsity(formula="hoyer")(z).value == pytest.approx(1 - np.sqrt(ratio), abs=0.01)
    assert ("signed" in rules(Sparsity()(z))) == (draw == "normal")


def test_silent_units_are_left_out_and_said(layer):
    z, _ = layer
    score = Sparsity()(z)
    assert np.isnan(score.details["per_unit"][4]) and score.details["silent"] == 1 and "silent" in rules(score)
    assert score.value == pytest.approx(Sparsity()(z[:, :4]).value)
    assert "per_unit" not in Sparsity(over="units")(z).details


def test_correlations_are_those_of_numpy(layer):
    z, _ = layer
    score = UnitCorrelation()(z)
    matrix = np.abs(np.corrcoef(z[:, :4].T)) - np.eye(4)
    assert score.value == pytest.approx(matrix.sum() / 12)
    assert score.details["per_unit"][:4] == pytest.approx(matrix.sum(1) / 3) and np.isnan(score.details["per_unit"][4])
    assert score.details["constant"] == 1 and "constant" in rules(score)


def test_independent_units_read_chance_and_copies_one():
    z = np.random.default_rng(0).normal(size=(500, 60))
    score = UnitCorrelation()(z)
    assert score.value == pytest.approx(score.details["chance"], rel=0.05) and "chance" in rules(score)
    assert UnitCorrelation()(z[:, :1] * [1, -2, 3] + 4).value == pytest.approx(1)
    with pytest.raises(SampleError, match="1 unit"):
        UnitCorrelation()(z[:, :1])
