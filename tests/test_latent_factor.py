"""What is behind one cell of the matrix: counts, curves over bins, null, interval; and means over factors."""

import json
import time

import numpy as np
import pytest
import torch
from disentangled_codes import continuous, grid, noisy, outlier, perfect

from explorer.coded import factor_map, latent_factor, metric_sweep
from explorer.coded.factor_map import View
from explorer.coded.latent_factor import Cell
from explorer.coded.metric_sweep import Sweep
from explorer.errors import SampleError, SettingError, UnknownNameError
from explorer.metrics import Coded
from explorer.numerics.bins import binned
from explorer.numerics.leave_one_out import information_error
from explorer.numerics.tables import information_matrix
from explorer.results.latents import BinSweep, FactorMap, LatentFactor


def coded(made, names="abcdefg") -> Coded:
    z, v = made
    return Coded(z, {name: v[:, k] for k, name in zip(range(v.shape[1]), names, strict=False)})


def pair(data: Coded, latent: int, factor: str, **settings) -> LatentFactor:
    return latent_factor.compute(data, Cell(latent, factor, **settings))


def test_the_error_is_that_of_leaving_every_sample_out():
    rng = np.random.default_rng(0)
    x = torch.as_tensor(rng.integers(0, 5, 60))
    y = (x + torch.as_tensor(rng.integers(0, 3, 60))) % 5

    def information(rows: list[int]) -> float:
        return float(information_matrix(x[rows][:, None], y[rows][:, None])[0, 0])

    left = np.array([information([i for i in range(60) if i != out]) for out in range(60)])
    assert information_error(x, y) == pytest.approx(np.sqrt(59 / 60 * ((left - left.mean()) ** 2).sum()), abs=1e-12)
    sparse = 10**6 * x
    assert information_error(sparse, y) == pytest.approx(information_error(x, y), abs=1e-12)
    assert information_error(x[:1], y[:1]) == 0


def test_the_interval_holds_the_mean_information_at_its_level():
    rng, held = np.random.default_rng(1), 0
    n, values, ends = 500, [], []
    for _ in range(200):
        v = rng.integers(0, 4, n)
        x = binned(torch.as_tensor(v + 0.7 * rng.normal(size=n))[:, None], 10)[:, 0]
        y = torch.as_tensor(v)
        value = float(information_matrix(x[:, None], y[:, None])[0, 0])
        values.append(value)
        ends.append(1.6449 * information_error(x, y))
    held = np.mean(np.abs(np.array(values) - np.mean(values)) <= ends)
    assert 0.84 <= held <= 0.96  # 90 %, give or take three standard errors of 200 repeats


def test_a_perfect_latent_tells_the_entropy(home):
    found = pair(coded(perfect()), 2, "c")
    assert found.value == pytest.approx(np.log(4), abs=1e-9) and found.share == pytest.approx(1)
    assert found.p_value == pytest.approx(1 / 200)
    assert found.levels == ("0", "1", "2", "3") and found.counts.sum() == len(found.points) == 192
    assert (found.counts > 0).sum() == 4
    assert found.low == pytest.approx(found.high)  # every sample left out leaves the same

    alone = pair(coded(perfect()), 3, "a")
    assert alone.value == pytest.approx(0, abs=1e-12) and alone.p_value == 1


@pytest.mark.parametrize("strategy", ["equal_width", "equal_frequency"])
def test_counts_and_edges_are_those_of_the_cells(home, strategy):
    z, v = continuous(2000)
    found = pair(coded((z, v)), 0, "a", bins=7, strategy=strategy)
    x, y = (np.digitize(column, edges[1:-1]) for column, edges in
            ((z[:, 0], found.latent_edges), (v[:, 0], found.factor_edges)))  # fmt: skip
    table = np.zeros((7, 7), int)
    np.add.at(table, (x, y), 1)
    assert np.array_equal(found.counts, table)
    assert not found.levels
    p = table / 2000
    plug_in = (p[p > 0] * np.log(p[p > 0] / np.outer(p.sum(1), p.sum(0))[p > 0])).sum()
    assert found.value == pytest.approx(plug_in, abs=1e-12)
    assert found.low < found.value < found.high


def test_the_sweep_holds_the_value_of_the_cell_and_its_cap(home):
    found = pair(coded(noisy()), 1, "b", bins=25)
    at = list(found.sweep.bins).index(25)
    assert found.sweep.value[0, 0, at] == found.value
    assert np.all(found.sweep.cap[0] == np.minimum(np.log(found.sweep.bins), found.entropies[1]))
    assert np.all(found.sweep.value <= found.sweep.cap + 1e-12)
    assert np.all(found.sweep.null <= found.sweep.null_high)
    # independent columns of K and L levels read about (K - 1)(L - 1) / 2n
    few = list(found.sweep.bins).index(10)
    assert found.sweep.null[0, 1, few] == pytest.approx(9 * 7 / 2000, rel=0.35)


def test_one_far_value_takes_the_information_of_equal_widths_only(home):
    found = pair(coded(outlier()), 1, "b")
    at = list(found.sweep.bins).index(20)
    wide, often = found.sweep.value[0, :, at]
    assert wide < 0.05 and often == pytest.approx(np.log(6), abs=0.02)


def test_all_points_up_to_5000_and_a_random_part_of_more(home):
    few = pair(coded(noisy(800)), 0, "a")
    assert len(few.points) == few.about["points"] == 800
    many = pair(coded(noisy(6000)), 0, "a", seed=3)
    assert len(many.points) == many.about["points"] == 5000 and many.about["n"] == 6000
    assert many.counts.sum() == 6000


def test_text_levels_keep_their_names(home):
    rng = np.random.default_rng(0)
    v = rng.choice(["square", "heart", "ellipse"], 300)
    found = pair(Coded(rng.normal(size=(300, 1)), {"shape": v}), 0, "shape")
    assert found.levels == ("ellipse", "heart", "square")
    assert found.counts.sum(0).tolist() == [int((v == one).sum()) for one in found.levels]


def test_the_result_survives_the_catalogue_and_the_seed_is_all_chance(home):
    data = coded(noisy(400))
    cell = Cell(0, "a").checked()
    assert latent_factor.collected(data, cell) is None
    first = latent_factor.compute(data, cell)
    again = latent_factor.collected(data, cell)
    assert again is not None
    for name in ("counts", "points", "latent_edges", "factor_edges", "shuffled"):
        assert np.array_equal(getattr(first, name), getattr(again, name))
    assert np.array_equal(first.sweep.value, again.sweep.value) and again.about == first.about
    assert np.array_equal(latent_factor._looked(data, cell, "cpu").shuffled, first.shuffled)
    other = pair(data, 0, "a", seed=1)
    assert other.value == first.value and not np.array_equal(other.shuffled, first.shuffled)
    assert LatentFactor.from_dict(first.to_dict()).to_frame().equals(first.to_frame())
    assert first.to_frame()["samples"].sum() == 400


def test_wrong_cells_are_refused_in_a_sentence(home):
    data = coded(noisy(100))
    with pytest.raises(SettingError, match="latent=9 is not there; the code has 6 latents"):
        pair(data, 9, "a")
    with pytest.raises(SettingError, match="latent=-1 must be a whole number of at least 0"):
        pair(data, -1, "a")
    with pytest.raises(UnknownNameError, match="factor"):
        pair(data, 0, "shape")
    with pytest.raises(SettingError, match="bins=1 must lie in"):
        pair(data, 0, "a", bins=1)
    with pytest.raises(SampleError, match="paired row by row"):
        pair(Coded(np.zeros((5, 2)), {"a": np.arange(6)}), 0, "a")
    with pytest.raises(SettingError, match="in memory"):
        latent_factor.specification(data, Cell(0, "a").checked())


def test_a_job_does_the_same(home, tmp_path):
    z, v = noisy(300)
    np.save(tmp_path / "codes.npy", z)
    np.savez(tmp_path / "factors.npz", a=v[:, 0], b=v[:, 1], d=v[:, 2])
    named = Coded.named(str(tmp_path / "codes.npy"), f"{tmp_path / 'factors.npz'}:a,b,d")
    for module, plan, parts in (
        (latent_factor, Cell(1, "b").checked(), 1),
        (factor_map, View(series="").checked(), 1),
        (metric_sweep, Sweep(("mig",), (5,), trust=False).checked(), 4),
    ):
        spec = module.specification(named, plan)
        assert spec.function == f"{module.__name__}:run" and spec.cost["seconds"] > 0
        assert module.collected(named, plan) is None
        assert module.run(**json.loads(spec.text)["arguments"], progress=lambda *_: None) == {"parts": parts}
        assert module.collected(named, plan) is not None


@pytest.mark.parametrize("levels", [5, 900])
def test_shuffled_rows_read_what_each_order_by_itself_reads(levels, monkeypatch):
    """With tables of all cells, and with those of many levels of which only the occupied are counted."""
    rng = np.random.default_rng(0)
    x, y = torch.as_tensor(rng.integers(0, 30, 1000)), torch.as_tensor(rng.integers(0, levels, 1000))
    monkeypatch.setattr("explorer.device.CHUNK_BYTES", 64 * 1000 * 3)
    blocks = list(latent_factor._orders(np.random.default_rng(1), 8, x))
    assert [len(one) for one in blocks] == [3, 3, 2]
    again = np.random.default_rng(1)
    orders = [torch.arange(1000), *(torch.as_tensor(again.permutation(1000)) for _ in range(8))]
    alone = [float(information_matrix(x[:, None], y[order][:, None])[0, 0]) for order in orders]
    assert latent_factor._informations(x, y, iter(blocks)) == pytest.approx(alone, abs=1e-12)


def test_shuffles_are_never_held_all_at_once(monkeypatch):
    held = latent_factor._orders(np.random.default_rng(0), 199, torch.zeros(200_000))
    assert len(next(held)) == 2  # 2 x 200 000 whole numbers, of 199


def test_many_levels_cost_about_what_is_foreseen(home, tmp_path):
    """Seconds that a factor of as many levels as samples takes, which is several times those of one of few."""
    n, rng = 5000, np.random.default_rng(0)
    np.save(tmp_path / "z.npy", rng.normal(size=(n, 1)))
    np.savez(tmp_path / "v.npz", few=rng.integers(0, 8, n), index=np.arange(n), real=rng.normal(size=n))
    named = Coded.named(str(tmp_path / "z.npy"), f"{tmp_path / 'v.npz'}:few,index,real")
    foreseen = {name: latent_factor.specification(named, Cell(0, name).checked()).cost["seconds"]
                for name in ("few", "index", "real")}  # fmt: skip
    assert foreseen["few"] == foreseen["real"] == pytest.approx(0.2) and 0.4 < foreseen["index"] < 0.5
    pair(named, 0, "few")  # imports
    start = time.process_time()
    latent_factor._looked(named, Cell(0, "index"), "cpu")
    assert time.process_time() - start < 4 * foreseen["index"]  # other programs may run beside


def test_an_interval_that_would_reach_below_nothing_says_that_it_is_cut_off(home):
    none = pair(coded(perfect()), 3, "a")
    assert none.low == 0 and none.about["cut"] and none.sweep.about["cut"]
    some = pair(coded(noisy()), 1, "b")
    assert some.low > 0 and not some.about["cut"] and some.about["interval"] == "jackknife"


def test_ten_thousand_samples_are_quick(home):
    data = coded(noisy(10000))
    pair(data, 1, "b")  # imports
    start = time.process_time()
    latent_factor._looked(data, Cell(0, "a"), "cpu")
    assert time.process_time() - start < 1.0  # a third of it on a core of its own


def test_scores_rise_and_fall_with_the_bins(home):
    data, plan = coded(noisy()), Sweep(("mig", "modularity"), (3, 20, 300), trust=False).checked()
    assert metric_sweep.collected(data, plan) is None
    found = metric_sweep.compute(data, plan)
    mig = found.value[0, 0]
    assert mig[1] > mig[0] + 0.05 and mig[1] > mig[2] + 0.2
    from explorer.api import measure

    assert mig[1] == measure(data.means, data.factors, measure="mig").value
    equal = measure(data.means, data.factors, measure="mig", strategy="equal_frequency", bins=300).value
    assert found.value[0, 1, 2] == equal
    assert np.isnan(found.low).all() and np.isnan(found.cap).all()
    assert BinSweep.from_dict(found.to_dict()).to_frame().equals(found.to_frame())
    trusted = metric_sweep.compute(data, Sweep(("mig",), (20,)).checked())
    at = 0, 0, 0
    assert trusted.low[at] < trusted.value[at] < trusted.high[at] and trusted.null[at] < 0.05


def test_factors_lie_where_the_codes_are_measured(home, monkeypatch):
    from explorer import factors

    seen, own = [], factors.factors
    monkeypatch.setattr(factors, "factors", lambda data, device="?": seen.append(device) or own(data, device))
    metric_sweep.compute(coded(noisy(200)), Sweep(("mig",), (5,), trust=False).checked(), device="cpu")
    assert seen == [torch.device("cpu")]


@pytest.mark.gpu
def test_a_gpu_reads_the_same(home):
    if not torch.cuda.is_available():
        pytest.skip("this machine has no CUDA device")
    data, plan = coded(noisy(500)), Sweep(("mig", "dmig"), (5, 20)).checked()
    read = [metric_sweep._reader(data, plan, device) for device in ("cpu", "cuda")]
    for part in plan.parts:
        one, other = (reader(*part) for reader in read)
        assert other == pytest.approx(one, abs=1e-9)
    cells = [latent_factor._looked(data, Cell(0, "a"), device) for device in ("cpu", "cuda")]
    assert cells[1].shuffled == pytest.approx(cells[0].shuffled, abs=1e-12)
    assert cells[1].sweep.value == pytest.approx(cells[0].sweep.value, abs=1e-12)


def test_a_score_without_a_value_says_why(home):
    z, v = noisy(200)
    found = metric_sweep.compute(coded((z[:, :1], v)), Sweep(("mig",), (20,), trust=False).checked())
    assert np.isnan(found.value).all()
    assert "a gap needs two" in found.about["undefined"]["mig, 20 bins, equal_width"]
    with pytest.raises(SettingError, match="cuts no latents into bins"):
        Sweep(("explicitness",)).checked()


def sprites(n: int = 4000) -> Coded:
    """Two latents of positions, one of a scale that depends on the shape, one dead."""
    rows = np.random.default_rng(0).choice(len(full := grid(3, 6, 8, 8)), n)
    shape, scale, x, y = full[rows].T
    z = np.stack([x, -2.0 * y, scale + 10.0 * shape, np.ones(n)], 1)
    return Coded(z, {"shape": np.array(["heart", "ellipse", "square"])[shape], "scale": scale, "x": x, "y": y})


def test_means_over_factors_are_those_of_the_rows(home):
    data = sprites()
    found = factor_map.compute(data, View().checked())
    assert (found.plane, found.series, [one.factor for one in found.curves]) == (("x", "y"), "shape", ["scale"])
    assert found.latents == ("0", "1", "2") and "1 of 4 latents, which never change" in found.about["left"]
    assert found.plane_mean[0] == pytest.approx(np.tile(np.arange(8.0), (8, 1)).T)
    assert found.plane_mean[1] == pytest.approx(np.tile(-2 * np.arange(8.0), (8, 1)))
    assert found.series_levels == ("ellipse", "heart", "square")
    curve = found.curves[0]
    assert curve.mean[2] == pytest.approx(np.arange(6.0) + np.array([[10.0], [0.0], [20.0]]))
    assert curve.low[2] == pytest.approx(curve.mean[2])
    shape, scale = np.asarray(data.factors["shape"]), np.asarray(data.factors["scale"])
    own = data.means[(shape == "heart") & (scale == 2), 0]
    assert curve.mean[0, 1, 2] == pytest.approx(own.mean())
    reach = 1.6449 * own.std(ddof=1) / np.sqrt(len(own))
    assert curve.high[0, 1, 2] - curve.mean[0, 1, 2] == pytest.approx(reach, rel=1e-4)
    wide = factor_map.compute(data, View(band="deviation").checked()).curves[0]
    assert wide.high[0, 1, 2] - wide.mean[0, 1, 2] == pytest.approx(own.std(ddof=1))


def test_a_view_can_name_everything_and_survives_the_catalogue(home):
    data, view = sprites(500), View((2, 0), ("scale", "y"), ("x",), "", "deviation").checked()
    found = factor_map.compute(data, view)
    assert found.latents == ("2", "0") and found.plane == ("scale", "y") and found.series_levels == ("",)
    again = factor_map.collected(data, view)
    assert again is not None and again.to_frame().equals(found.to_frame())
    assert FactorMap.from_dict(found.to_dict()).plane_frame().equals(found.plane_frame())


def test_cells_without_samples_have_no_mean(home):
    z, v = np.arange(6.0)[:, None], np.array([[0, 0], [0, 0], [1, 1], [1, 1], [2, 2], [2, 2]])
    found = factor_map.compute(Coded(z, {"a": v[:, 0], "b": v[:, 1]}), View(series="", plane=("a", "b")).checked())
    assert np.isnan(found.plane_mean[0, 0, 1]) and found.plane_mean[0, 1, 1] == 2.5


def test_wrong_views_are_refused_in_a_sentence(home):
    data = sprites(300)
    with pytest.raises(SettingError, match="must name two factors"):
        View(plane=("x",)).checked()
    with pytest.raises(SettingError, match="band='sigma' must be one of"):
        View(band="sigma").checked()
    with pytest.raises(SettingError, match="latents hold 7, which is not there"):
        factor_map.compute(data, View((7,)).checked())
    with pytest.raises(SettingError, match="series='x' has 8 levels"):
        factor_map.compute(data, View(series="x").checked())
    with pytest.raises(UnknownNameError, match="factor"):
        factor_map.compute(data, View(curves=("colour",)).checked())
    with pytest.raises(SampleError, match="no latent changes"):
        factor_map.compute(Coded(np.ones((8, 2)), {"a": np.arange(8) % 2}), View().checked())


def test_one_factor_has_a_curve_and_no_map(home):
    z, v = noisy(300)
    found = factor_map.compute(Coded(z, {"a": v[:, 0]}), View().checked())
    assert found.plane == () and found.series == "" and [one.factor for one in found.curves] == ["a"]
