"""The table of disentanglement: what it holds, what it warns of, what it refuses; nothing is computed twice."""

import json
import math

import numpy as np
import pandas as pd
import pytest
import torch
from disentangled_codes import duplicated, merged, rotated
from disentangled_codes import perfect as perfect_code

import explorer
from explorer.catalogue import measures
from explorer.coded import disentangle, factor_map, latent_factor
from explorer.coded.factor_map import View
from explorer.coded.latent_factor import Cell
from explorer.data import Recording
from explorer.errors import InputError, SampleError, SettingError, UnknownNameError
from explorer.factors import factors, posterior
from explorer.metrics import Coded, Metrics, scores
from explorer.result import to_json

QUICK = ("mig", "mig_sup", "modularity")
pytestmark = pytest.mark.usefixtures("home")


def grid(n: int = 1200, levels: int = 4, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, levels, (n, 3))


def perfect(v: np.ndarray, noise: float = 0.05, seed: int = 1) -> np.ndarray:
    """One latent a factor, and one of noise."""
    rng = np.random.default_rng(seed)
    return np.c_[v + noise * rng.normal(size=v.shape), rng.normal(size=len(v))]


def rules(table) -> set[str]:
    return {one.rule for one in table.warnings if not one.note}


def test_the_whole_table_comes_at_once():
    v = grid()
    table = explorer.disentanglement(perfect(v), {"a": v[:, 0], "b": v[:, 1], "c": v[:, 2]}, trust="none")
    assert set(table.scores) | set(table.undefined) == set(scores())
    assert {"mig_posterior", "kl_decomposition"} <= set(table.undefined)  # no noise is known
    assert table.information.shape == (4, 3) and table.factors == ("a", "b", "c")
    assert table.entropies == pytest.approx(np.full(3, math.log(4)), abs=0.01)
    assert np.diag(table.information) == pytest.approx(table.entropies, rel=0.02)
    assert table.gaps == pytest.approx(table.entropies, rel=0.05) and not rules(table)


def test_json_has_the_published_names():
    v = grid(400)
    plain = json.loads(to_json(explorer.disentanglement(perfect(v), v, metrics=QUICK).to_dict()))
    assert set(plain["metrics"]) == set(QUICK) and len(plain["factor_entropy"]) == 3
    assert np.array(plain["mutual_information"]).shape == (4, 3)
    for one in plain["metrics"].values():
        assert {"value", "interval", "per_factor", "details"} <= set(one)


def test_every_score_has_an_interval_and_a_null_when_asked():
    v = grid(400)
    table = explorer.disentanglement(perfect(v), v, metrics=QUICK, trust="all")
    assert all(score.interval and score.null and score.null.p_value <= 0.05 for score in table.scores.values())
    inside = (table.low <= table.information) & (table.information <= table.high)
    assert inside.all() and (table.null < 0.1).all() and (table.null <= table.null_high).all()
    frame = table.to_frame()
    assert list(frame.metric) == list(QUICK) and frame.low.notna().all()


def test_what_is_there_is_not_computed_again(monkeypatch):
    v = grid(300)
    first = explorer.disentanglement(perfect(v), v, metrics=["mig"], trust="none")
    monkeypatch.setattr("explorer.coded.scoring.Scoring.row", lambda *_: pytest.fail("computed again"))
    again = explorer.disentanglement(perfect(v), v, metrics=["mig"], trust="none")
    assert again.to_dict() == first.to_dict()


def test_parts_come_values_first(monkeypatch):
    plan = Metrics(QUICK, trust="all").checked()
    v = grid(300)
    coded = Coded(perfect(v), v)
    order = disentangle.parts(coded, plan)
    assert [trusted for _, trusted in order] == [False] * 4 + [True] * 4 and order[0] == ("matrix", False)
    assert disentangle.collected(coded, plan) is None
    seen = []
    disentangle.compute(coded, plan, lambda done, total, note="": seen.append((done, total)))
    assert seen == [(i, 8) for i in range(9)] and disentangle.missing(coded, plan) == []


def test_a_score_that_is_undefined_says_why_and_the_others_come():
    v = grid(300)[:, :1]
    table = explorer.disentanglement(v + 0.0, v, trust="none")
    assert "2" in table.undefined["mig"] or "two" in table.undefined["mig"]
    assert "explicitness" in table.scores and np.isnan(table.gaps).all()


def turned(v: np.ndarray, angle: float) -> np.ndarray:
    """Two factors of equal variance as a rotation mixes them."""
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    return (v - v.mean(0)) / v.std(0) @ turn


def table_of(code: np.ndarray, v: np.ndarray):
    return explorer.disentanglement(code, v, metrics=["mig"], trust="none")


@pytest.mark.parametrize(("code", "rule"), [(merged, "merged factors"), (duplicated, "duplicated latents")])
def test_codes_of_the_card_fire_their_trap_and_no_other(code, rule):
    assert rules(table_of(*code())) == {rule}
    assert not rules(table_of(*perfect_code()))


def test_one_value_far_away_is_warned_of():
    v = grid(3000)
    assert "outliers" in rules(table_of(np.r_[perfect(v)[:-1], np.full((1, 4), 1e4)], v))


@pytest.mark.parametrize("levels", [2, 3, 4, 6, 8, 20, 32, 0])
@pytest.mark.parametrize("angle", [0.0, 0.5, 0.785])
def test_a_rotation_is_warned_of_and_nothing_else(levels, angle):
    rng = np.random.default_rng(0)
    v = rng.integers(0, levels, (8000, 2)) if levels else rng.normal(size=(8000, 2))
    found = rules(table_of(turned(v + 0.0, angle), v)) - {"bins cap"}
    assert found == ({"mixed factors"} if angle else set())


@pytest.mark.parametrize("angle", [0.5, 0.785])
def test_a_rotated_grid_of_few_samples_is_warned_of(angle):
    assert rules(table_of(*rotated(angle=angle))) == {"mixed factors"}


def test_a_merge_is_seen_beside_a_factor_that_depends_on_one_of_the_merged():
    rng = np.random.default_rng(0)
    a, c = rng.integers(0, 3, (2, 4000))
    b = np.where(rng.random(4000) < 0.8, a, rng.integers(0, 3, 4000))
    code = np.c_[9 * a + 3 * b + c, rng.normal(size=4000)]
    assert rules(explorer.disentanglement(code, np.c_[a, b, c], bins=100, metrics=["mig"], trust="none")) == {
        "merged factors",
        "dependent factors",
    }


def test_twenty_bins_on_forty_levels_are_warned_of():
    v = np.random.default_rng(0).integers(0, 40, (5000, 2))
    asked = {"metrics": ["mig"], "trust": "none"}
    assert "bins cap" in rules(explorer.disentanglement(v + 0.0, v, **asked))
    assert "bins cap" not in rules(explorer.disentanglement(v + 0.0, v, bins=40, **asked))


def test_dependent_factors_are_warned_of_and_independent_ones_are_not():
    rng = np.random.default_rng(0)
    a = rng.integers(0, 4, 3000)
    v = np.c_[a, np.where(rng.random(3000) < 0.7, a, rng.integers(0, 4, 3000))]
    assert "dependent factors" in rules(explorer.disentanglement(perfect(v), v, metrics=["mig"], trust="none"))


def test_means_that_drown_in_their_own_noise_are_warned_of():
    v = grid(1000)
    mean, noise = perfect(v) * [1, 1, 0.01, 1], np.full((1000, 4), 0.1)
    table = explorer.disentanglement(mean, v, variances=noise, metrics=["mig"], trust="none")
    assert rules(table) == {"drowned latents"} and "latent 2 tell" in table.warnings[-1].text
    assert not rules(explorer.disentanglement(mean, v, metrics=["mig"], trust="none"))


def test_where_only_drowned_means_tell_the_doubt_speaks_of_the_others():
    v = grid(1000)
    table = explorer.disentanglement(
        0.01 * perfect(v), v, variances=np.full((1000, 4), 0.1), metrics=["mig"], trust="none"
    )
    texts = {one.rule: one.text for one in table.warnings}
    assert {"drowned latents", "nothing told"} <= set(texts) and table.shares.max() > 0.99
    assert texts["nothing told"].startswith("No latent that leaves its noise tells more than 5% of any factor beyond")
    noise = np.random.default_rng(0).normal(size=(1000, 4))
    texts = {one.rule: one.text for one in explorer.disentanglement(noise, v, metrics=["mig"], trust="none").warnings}
    assert texts["nothing told"].startswith("No latent tells more than 5% of any factor beyond")


def test_means_that_drown_without_telling_are_doubted_where_they_count_in_full():
    v = grid(1000)
    mean, noise = perfect(v) * [1, 1, 1, 0.1], np.full((1000, 4), 0.2)
    asked = ["gaussian_total_correlation", "latent_information", "wasserstein_correlation", "mig", "kl_decomposition"]
    table = explorer.disentanglement(mean, v, variances=noise, metrics=asked, trust="none")
    assert rules(table) == {"quiet latents"} and "latent 3 vary less" in table.warnings[-1].text
    doubted = {name for name, one in table.scores.items() if one.verdict == "Doubtful: quiet latents."}
    assert doubted == {"gaussian_total_correlation", "latent_information"}


@pytest.mark.parametrize(
    ("code", "rule", "doubted", "others"),
    [
        (merged, "merged factors", {"mig", "sap"}, {"mig_sup", "modularity"}),
        (duplicated, "duplicated latents", {"mig", "sap"}, {"mig_sup", "modularity"}),
        (rotated, "mixed factors", {"gaussian_total_correlation", "explicitness"}, {"mig", "modularity"}),
    ],
)
def test_a_trap_is_in_the_rows_of_the_scores_that_it_names(code, rule, doubted, others):
    table = explorer.disentanglement(*code(), metrics=[*doubted, *others], trust="none")
    found = {name for name, one in table.scores.items() if rule in {doubt.rule for doubt in one.warnings}}
    assert found == doubted
    assert all(rule in table.scores[name].verdict for name in doubted)
    assert set(next(one for one in table.warnings if one.rule == rule).scores) <= set(scores())


def test_few_samples_are_in_every_row_and_intervals_without_width_are_doubted():
    rng = np.random.default_rng(0)
    table = explorer.disentanglement(rng.normal(size=(20, 50)), rng.integers(0, 4, (20, 3)), metrics=QUICK, trust="all")
    assert "50 latents and 20 samples, and shuffled rows read" in table.warnings[-1].text
    assert all("few samples" in one.verdict for one in table.scores.values())
    assert "few samples" in rules(explorer.disentanglement(*tiny(60), metrics=["mig"], trust="none"))
    assert "few samples" not in rules(explorer.disentanglement(*tiny(200), metrics=["mig"], trust="none"))


def test_an_interval_without_width_is_doubted_where_samples_are_few():
    z, v = duplicated()  # 60 rows: the gap is 0 in every draw
    few, many = (explorer.disentanglement(np.tile(z, (times, 1)), np.tile(v, (times, 1)), metrics=["mig"], trust="all")
                 for times in (1, 5))  # fmt: skip
    found = [one for table in (few, many) for one in table.scores["mig"].warnings if one.rule == "no width"]
    assert [one.note for one in found] == [False, True] and "up to 3.8% of others" in found[0].text
    assert few.scores["mig"].interval == (0, 0)


def tiny(n: int) -> tuple[np.ndarray, np.ndarray]:
    """Noise, and factors of four levels."""
    rng = np.random.default_rng(0)
    return rng.normal(size=(n, 6)), rng.integers(0, 4, (n, 3))


def test_noise_alone_fires_no_trap_but_is_not_told_from_chance():
    rng = np.random.default_rng(0)
    table = explorer.disentanglement(rng.normal(size=(500, 6)), grid(500), metrics=QUICK, trust="all")
    assert rules(table) == {"nothing told"} and (table.information <= 2 * table.null_high).all()


def test_factors_of_every_kind():
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"shape": rng.choice(["heart", "square"], 400), "size": rng.choice([0.5, 0.6, 0.7], 400)})
    frame["angle"] = rng.random(400)
    found = factors(frame).values
    assert found.names == ("shape", "size", "angle") and found.levels == (2, 3, 0) and found.real == (2,)
    assert set(found.numbers[:, 1].tolist()) == {0.5, 0.6, 0.7} and found.cells(7).amax(0).tolist() == [1, 2, 6]
    assert factors(torch.tensor([[0, 1], [1, 0]])).values.names == ("factor 0", "factor 1")


@pytest.mark.parametrize(
    ("codes", "given", "words"),
    [
        (np.zeros((10, 2)), np.arange(9) % 2, "10 samples and factors has 9"),
        (np.full((10, 2), np.nan), np.arange(10) % 2, "NaN"),
        (np.array([["a", "b"]] * 10), np.arange(10) % 2, "text"),
        (np.random.default_rng(0).normal(size=(10, 2)), np.ones(10), "never change"),
        (np.random.default_rng(0).normal(size=(10, 2)), np.full(10, np.nan), "NaN"),
        (np.zeros((10, 2)), np.arange(10) % 2, "constant"),
    ],
)
def test_bad_samples_are_refused_in_one_sentence(codes, given, words):
    with pytest.raises(SampleError, match=words):
        explorer.disentanglement(codes, given, metrics=["mig"])


def test_bad_names_are_refused():
    v = grid(100)
    with pytest.raises(UnknownNameError, match="migg"):
        explorer.disentanglement(perfect(v), v, metrics=["migg"])
    with pytest.raises(SettingError, match="participation_ratio"):
        explorer.disentanglement(perfect(v), v, metrics=["participation_ratio"])
    with pytest.raises(SettingError, match="strategy"):
        explorer.disentanglement(perfect(v), v, strategy="quantile")
    with pytest.raises(SettingError, match="bins"):
        explorer.disentanglement(perfect(v), v, settings={"mig": {"bins": 1}})


def test_a_constant_factor_is_left_out_and_said():
    v = np.c_[grid(200)[:, :2], np.ones(200, int)]
    table = explorer.disentanglement(perfect(v), v, metrics=["mig"], trust="none")
    assert table.factors == ("factor 0", "factor 1") and "constant factor" in rules(table)


def test_more_latents_than_samples_are_doubted():
    rng = np.random.default_rng(0)
    table = explorer.disentanglement(rng.normal(size=(30, 40)), np.arange(30) % 3, metrics=["mig"], trust="none")
    assert "few samples" in rules(table)


def test_posteriors_are_checked():
    mean = np.zeros((5, 2)) + np.arange(5)[:, None]
    assert float(posterior(mean).values.variance.sum()) == 0
    for wrong, words in (((mean, -mean), "below 0"), ((mean, mean[:, :1]), "shapes"), ((mean,) * 3, "tuple of 3")):
        with pytest.raises(SampleError, match=words):
            posterior(wrong)
    with pytest.raises(InputError, match="means, variances"):
        explorer.measure(mean, np.arange(5) % 2, measure="mig_posterior")


def test_the_job_reads_files_and_runs(tmp_path):
    v = grid(200)
    np.savez(tmp_path / "codes.npz", z=perfect(v), v=v)
    coded = Coded.named(f"{tmp_path}/codes.npz:z", f"{tmp_path}/codes.npz:v")
    plan = Metrics(("mig",), trust="none").checked()
    spec = disentangle.specification(coded, plan)
    assert disentangle.run(**spec.arguments) == {"parts": 2}
    assert disentangle.collected(coded, plan).factors == ("v 0", "v 1", "v 2")
    with pytest.raises(SettingError, match="in memory"):
        disentangle.specification(Coded(perfect(v), v), plan)


def test_latents_are_called_as_their_columns():
    v = grid(300)
    frame = pd.DataFrame(perfect(v), columns=["size", "angle", "x", "noise"])
    asked = {"metrics": ["mig"], "trust": "none"}
    table, plain = (explorer.disentanglement(codes, v, **asked) for codes in (frame, frame.to_numpy()))
    assert table.latents == tuple(frame.columns) and plain.latents == ("0", "1", "2", "3")
    assert "0 is size, 1 is angle" in table.warnings[-1].text and table.warnings[-1].rule == "latents"
    assert np.array_equal(table.information, plain.information) and plain.warnings == table.warnings[:-1]
    assert list(table.matrix_frame().latent.unique()) == list(frame.columns)
    twice = frame.set_axis(["a", "a", "b", "c"], axis=1)
    assert explorer.disentanglement(twice, v, **asked).latents == ("0", "1", "2", "3")


def test_names_of_latents_reach_cells_maps_and_jobs(tmp_path, monkeypatch):
    monkeypatch.setattr("explorer.jobs.board.ensure_service", lambda: None)
    v = grid(300)
    pd.DataFrame(perfect(v), columns=["size", "angle", "x", "noise"]).to_csv(tmp_path / "codes.csv", index=False)
    np.save(tmp_path / "v.npy", v)
    coded = Coded.named(f"{tmp_path}/codes.csv", f"{tmp_path}/v.npy")
    cell = latent_factor.compute(coded, Cell(1, "v 1"))
    assert cell.latent == cell.sweep.about["latent"] == "angle" and cell.about["latent"] == 1
    assert "angle" in cell.plot().layout.title.text and "angle" in cell.sweep.plot().layout.title.text
    assert factor_map.compute(coded, View((3, 0))).latents == ("noise", "size")
    titles = [
        module.submitted(coded, plan.checked()).title
        for module, plan in ((disentangle, Metrics(("mig",))), (latent_factor, Cell(1, "v 1")), (factor_map, View()))
    ]
    assert titles == [
        "Disentanglement of codes.csv", "Latent angle and v 1 of codes.csv", "Latents over factors of codes.csv"
    ]  # fmt: skip


def test_lengths_are_compared_at_once():
    with pytest.raises(SampleError, match="codes has 10 samples and factors has 9"):
        Coded(np.zeros((10, 2)), {"a": np.arange(9), "b": np.arange(9)})
    with pytest.raises(SampleError, match="codes has 10 samples and factor b has 9"):
        Coded(np.zeros((10, 2)), {"a": np.arange(10), "b": np.arange(9)})
    with pytest.raises(SampleError, match="codes='3' is a single value"):
        Coded(3, np.arange(9))


def test_a_profile_reads_all_factors_over_training():
    v = grid(300)
    named = {"a": v[:, 0], "b": v[:, 1]}
    steps = {step: {"code": perfect(v[:, :2], noise)} for step, noise in ((0, 3.0), (1, 0.05))}
    recording = Recording.from_arrays(steps, y=v[:, 2], factors=named)
    found = explorer.profile(recording, "mig")
    assert found.about["target"] == "factors" and found.curve("code", "mig")[1] > 0.9 > found.curve("code", "mig")[0]
    assert explorer.profile(recording, "mig", target="a").curve("code", "mig")[1] > 0.9
    with pytest.raises(UnknownNameError, match="factors"):
        explorer.profile(recording, "mig", target="nothing")


def test_every_score_says_what_it_misses():
    for name in scores():
        constants = measures.card(name).constants
        assert constants["view"] in ("factors", "latents", "both", "code")
        assert constants["misses"].endswith(".") and len(constants["misses"]) > 30


def test_many_bins_leave_the_other_scores_their_own():
    v = grid(400)
    table = explorer.disentanglement(perfect(v), v, bins=300, trust="none", metrics=["mig", "rmig", "explicitness"])
    assert {name: score.settings["bins"] for name, score in table.scores.items()} == {
        "mig": 300,
        "rmig": measures["rmig"]().bins,
        "explicitness": measures["explicitness"]().bins,
    }


def test_scores_of_the_code_alone_have_a_null_where_shuffling_changes_them():
    v = grid(400)
    code = perfect(v) * [1, 2, 3, 4] @ np.linalg.qr(np.random.default_rng(3).normal(size=(4, 4)))[0]
    asked = ["gaussian_total_correlation", "kl_decomposition"]
    table = explorer.disentanglement(code, v, variances=np.full_like(code, 0.1), metrics=asked, trust="all")
    assert table.scores["gaussian_total_correlation"].null.p_value <= 0.05
    kl = table.scores["kl_decomposition"]
    assert kl.null is None and any("shuffled by itself" in one.text for one in kl.warnings)


@pytest.mark.parametrize(
    ("codes", "factors", "words"),
    [
        (5, np.arange(10), "single value"),
        ([[1, 2], [3]], np.arange(2), "differ in length"),
        (np.eye(4), pd.DataFrame(np.zeros((4, 2)), columns=["a", "a"]), "2 columns called 'a'"),
        (np.eye(4), {1: [0, 1, 0, 1], "1": [0, 1, 1, 1]}, "2 columns called '1'"),
        (np.eye(4), {}, "no column"),
    ],
)
def test_what_is_no_table_is_refused(codes, factors, words):
    with pytest.raises(SampleError, match=words):
        explorer.disentanglement(codes, factors, metrics=["mig"])


def test_tensors_of_any_precision_are_taken():
    v = grid(200)
    single = torch.tensor(perfect(v), dtype=torch.bfloat16)
    table = explorer.disentanglement(single, torch.tensor(v), metrics=["mig"], trust="none")
    same = explorer.disentanglement(single.float(), v, metrics=["mig"], trust="none")
    assert table.scores["mig"].value == same.scores["mig"].value
    with pytest.raises(SettingError, match="must map settings"):
        explorer.disentanglement(perfect(v), v, settings={"mig": 3})
