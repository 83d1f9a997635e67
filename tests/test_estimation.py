"""Units, columns and tables whose information is known, and readings that are repeated."""

import math

import numpy as np
import pytest
from scipy.integrate import dblquad, quad
from scipy.stats import norm

from explorer.engines.columns.joins import FEWEST, Keyed, sampled
from explorer.engines.columns.screening import screened, textbook
from explorer.engines.known.normal_pairs import bent, cauchy_schwarz
from explorer.engines.known.units import Unit
from explorer.engines.repeats import Repeats, repeated
from explorer.errors import SettingError
from explorer.estimators import KSG, AdaptiveBinning, CauchySchwarz, SketchedJoin
from explorer.estimators.kernel.fft_kde import screen

rng = np.random.default_rng(0)


def test_readings_are_by_value_and_sample() -> None:
    found = repeated(lambda value, seed: value * 10 + seed, [1, 2], 3)
    assert found.readings.tolist() == [[10, 11, 12], [20, 21, 22]]
    assert (found.mean.tolist(), found.low.tolist(), found.high.tolist()) == ([11, 21], [10, 20], [12, 22])
    assert Repeats.of([[10, 20], [11, 21], [12, 22]]).readings.tolist() == found.readings.tolist()
    with pytest.raises(SettingError, match="seeds=0"):
        repeated(lambda value, seed: 0.0, [1], 0)


# --- units


@pytest.mark.parametrize("activation", ["tanh", "softplus", "relu"])
@pytest.mark.parametrize(("gain", "rho"), [(0.5, 0.8), (4.0, 0.8), (1.0, 0.3)])
def test_fine_cells_of_many_samples_find_the_information_of_a_unit(activation: str, gain: float, rho: float) -> None:
    unit = Unit(activation, gain, rho)
    assert AdaptiveBinning(bins=200)(*unit.sample(200_000)).nats == pytest.approx(unit.nats, abs=0.003)


def test_information_of_a_unit_by_another_integral() -> None:
    """I(A; sign B) = ln 2 - integral of the entropy of the sign over a; a rectifier joins all a below 0."""
    rho = 0.6

    def doubt(p: float) -> float:
        return -p * math.log(p) - (1 - p) * math.log(1 - p)

    inside = quad(lambda a: norm.pdf(a) * doubt(norm.cdf(rho / math.sqrt(1 - rho**2) * a)), 0, 8)[0]
    assert Unit("tanh", 1.0, rho).nats == pytest.approx(math.log(2) - 2 * inside, abs=1e-9)
    below = dblquad(lambda b, a: norm.pdf(a) * norm.pdf((b - rho * a) / 0.8) / 0.8, -8, 0, 0, 8)[0]  # P(A < 0, B > 0)
    assert Unit("relu", 1.0, rho).nats == pytest.approx(math.log(2) - inside - doubt(2 * below) / 2, abs=1e-6)


def test_gain_changes_no_information_and_no_class() -> None:
    low, high = Unit("softplus", 0.25), Unit("softplus", 8.0)
    assert low.nats == high.nats and Unit(rho=0.0).nats == pytest.approx(0, abs=1e-9)
    assert (low.sample(50)[1] == high.sample(50)[1]).all()
    assert (np.argsort(low.sample(50)[0][:, 0]) == np.argsort(high.sample(50)[0][:, 0])).all()


@pytest.mark.parametrize("bad", [{"activation": "sine"}, {"gain": 0.0}, {"rho": 1.0}])
def test_bad_units_get_one_sentence(bad: dict) -> None:
    with pytest.raises(SettingError, match=next(iter(bad))):
        Unit(**bad)


# --- normal pairs


@pytest.mark.parametrize("rho", [0.0, 0.5, 0.9])
@pytest.mark.parametrize("sigma", [0.5, 1.5])
def test_cauchy_schwarz_is_its_integrals_and_what_the_estimator_nears(rho: float, sigma: float) -> None:
    """Densities smoothed by kernels of variance sigma^2 / 2 on each side, on a grid."""
    grid = np.linspace(-9, 9, 361)
    v = 1 + sigma**2 / 2
    x, y = np.meshgrid(grid, grid)
    joint = np.exp(-(v * x * x - 2 * rho * x * y + v * y * y) / (2 * (v * v - rho**2))) / math.sqrt(v * v - rho**2)
    product = np.exp(-(x * x + y * y) / (2 * v)) / v
    expected = math.log((joint**2).sum() * (product**2).sum() / (joint * product).sum() ** 2)
    assert cauchy_schwarz(rho, sigma) == pytest.approx(expected, abs=1e-9)
    from explorer.distributions import BivariateNormal

    found = CauchySchwarz(sigma=sigma)(*BivariateNormal(rho).sample(3000)).value
    assert found == pytest.approx(cauchy_schwarz(rho, sigma), abs=0.02)


def test_cauchy_schwarz_without_kernels_is_below_shannons() -> None:
    for rho in (0.3, 0.8):
        shannon = -math.log(1 - rho**2) / 2
        assert cauchy_schwarz(rho, 0) == pytest.approx(shannon + math.log(1 - rho**2 / 4))
    with pytest.raises(SettingError, match="rho=1"):
        cauchy_schwarz(1, 0.5)


@pytest.mark.parametrize("how", ["as it is", "cubed", "ranks"])
def test_bent_numbers_keep_their_order_and_have_deviation_one(how: str) -> None:
    x = np.random.default_rng(1).standard_normal(200_000)
    y = bent(x, how)
    assert (np.argsort(x) == np.argsort(y)).all() and y.std() == pytest.approx(1, abs=0.03)
    with pytest.raises(SettingError, match="how='twice'"):
        bent(x, "twice")


# --- screening


def test_screening_is_every_column_by_itself_and_its_threshold_that_of_the_best() -> None:
    table, target, names = textbook("made")
    found = screened(table, target, names, permutations=4, grid=64)
    assert found.nats == pytest.approx(screen(table, target, grid=64))
    own = np.random.default_rng(0)
    nulls = [screen(table, own.permutation(target), grid=64) for _ in range(4)]
    assert found.chance == pytest.approx(np.max(nulls, 0)) and found.threshold == pytest.approx(np.max(nulls))
    assert found.nats[found.order].tolist() == sorted(found.nats, reverse=True)
    assert set(found.found) == {n for n, v in zip(names, found.nats, strict=True) if v > found.threshold}


def test_of_tables_of_noise_one_in_ten_has_a_column_that_passes_nine_orders() -> None:
    own, passed = np.random.default_rng(3), 0
    for seed in range(60):
        table, target = own.standard_normal((60, 4)), own.standard_normal(60)
        passed += bool(screened(table, target, permutations=9, seed=seed, grid=32).found)
    assert 1 <= passed <= 13  # 6 expected, deviation 2.3


def test_all_made_columns_are_found_and_no_noise() -> None:
    table, target, names = textbook("made")
    assert set(screened(table, target, names, grid=64).found) == set(names[:6])
    square, wave = (abs(np.corrcoef(table[:, names.index(name)], target)[0, 1]) for name in ("square", "wave"))
    assert square < 0.2 and wave < 0.1


@pytest.mark.parametrize(("data", "shape", "labels"), [("wine", (178, 13), 3), ("digits", (1797, 64), 10)])
def test_textbook_tables(data: str, shape: tuple[int, int], labels: int) -> None:
    table, target, names = textbook(data)
    assert table.shape == shape and len(set(target)) == labels and len(set(names)) == shape[1]


def test_bad_screenings_get_one_sentence() -> None:
    table, target, names = textbook("made")
    with pytest.raises(SettingError, match="permutations=0"):
        screened(table, target, names, permutations=0)
    with pytest.raises(SettingError, match="11 names"):
        screened(table, target, names[:11])


# --- joins


def test_joined_rows_are_normal_pairs_of_the_stated_correlation() -> None:
    tables = Keyed.normal(20_000, 0.5, 0.8)
    joined = tables.joined()
    assert len(joined) == 10_000 and joined.corr().iloc[0, 1] == pytest.approx(0.8, abs=0.02)
    assert tables.nats == pytest.approx(-math.log(1 - 0.64) / 2)
    assert tables.left["id"].is_unique and tables.right["id"].is_unique and len(tables.left) == len(tables.right)


def test_coordinated_rows_share_keys_and_independent_rows_do_not() -> None:
    tables = [Keyed.normal(5000, 1.0, 0.8, seed) for seed in range(3)]
    one, other = (sampled(tables, [200], coordinated) for coordinated in (True, False))
    assert one.pairs.mean[0] == 200  # the same keys on both sides
    assert other.pairs.mean[0] == pytest.approx(200 * 200 / 5000, abs=6)
    assert one.says(0) == pytest.approx(tables[0].nats, abs=0.15)


def test_a_sketch_reads_what_the_estimator_reads() -> None:
    tables = [Keyed.normal(500, 0.5, 0.8, seed=4)]
    found = sampled(tables, [200, 500], True)
    entry = SketchedJoin(size=200)(tables[0].left, tables[0].right)
    assert found.read.readings[0, 0] == pytest.approx(entry.nats) and found.pairs.readings[0, 0] == entry.n
    whole = tables[0].joined()
    assert found.read.readings[1, 0] == pytest.approx(KSG()(whole["x"], whole["y"]).nats, abs=1e-12)


def test_too_few_pairs_say_nothing() -> None:
    tables = [Keyed.normal(5000, 0.1, 0.8)]
    found = sampled(tables, [32], False)
    assert found.pairs.mean[0] < FEWEST and found.says(0) is None
    with pytest.raises(SettingError, match="size=6000 must lie between 1 and the 5000 and 5000 rows"):
        sampled(tables, [6000], False)
    with pytest.raises(SettingError, match="shared=0"):
        Keyed.normal(10, 0, 0.5)
