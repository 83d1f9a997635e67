"""Scores from learners and interventions against disentanglement_lib, closed forms, and known codes."""

import json
import math
from pathlib import Path

import numpy as np
import pytest
import torch
from disentangled_codes import continuous, duplicated, grid, merged, missing, noisy, outlier, perfect, rotated
from sklearn.metrics import roc_auc_score

import explorer
from explorer.device import seeded
from explorer.errors import SampleError
from explorer.factors import factors
from explorer.measures.disentanglement._held_out import held_out
from explorer.measures.disentanglement._interventions import Interventions, Levels
from explorer.measures.disentanglement.dci import DCI, _purities, _weighted
from explorer.measures.disentanglement.explicitness import areas_of
from explorer.measures.disentanglement.irs import deviations
from explorer.measures.disentanglement.sap import by_machine, by_nearest_mean
from explorer.measures.probes._probe import Scale
from explorer.numerics.softmax import fitted

OFFICIAL = json.loads((Path(__file__).parents[1] / "reference" / "disentanglement_learned.json").read_text())
CODES = {
    "perfect": perfect,
    "merged": merged,
    "duplicated": duplicated,
    "rotated": rotated,
    "noisy": lambda: noisy(900),
    "outlier": outlier,
}
SIX = ("sap", "dci", "explicitness", "irs", "factor_vae_score", "beta_vae_score")
CPU = torch.device("cpu")


def read(name: str, z, v, seed: int = 0, **settings):
    return explorer.measure(z, v, measure=name, null=False, seed=seed, **settings)


def rules(score) -> set[str]:
    return {doubt.rule for doubt in score.warnings if not doubt.note}


def split(z, v):
    """The rows that the reference scored."""
    held = torch.as_tensor(np.random.default_rng(0).random(len(z)) < 1 / 3)
    return torch.as_tensor(np.asarray(z, float)), torch.as_tensor(v), held


@pytest.mark.parametrize("name", OFFICIAL["sap"])
def test_support_vector_machines_are_the_official_ones(name):
    z, v, held = split(*CODES[name]())
    living = (z != z[:1]).any(0)
    for k, column in enumerate(v.T):
        theirs = np.array(OFFICIAL["sap"][name]["svc"])[:, k]
        assert by_machine(z, column, held)[living].numpy() == pytest.approx(theirs[living], abs=1e-12)


@pytest.mark.parametrize("name", OFFICIAL["sap"])
def test_squared_correlations_are_the_official_ones(name):
    found = read("sap", *CODES[name](), classifier="correlation")
    theirs = np.array(OFFICIAL["sap"][name]["correlation"])
    assert np.array(found.details["matrix"]) == pytest.approx(theirs, abs=1e-12)
    ordered = np.sort(theirs, 0)
    assert found.value == pytest.approx((ordered[-1] - ordered[-2]).mean(), abs=1e-12)


def test_real_factors_are_read_by_squared_correlation():
    z, v = continuous()
    score = read("sap", z, v)
    assert np.array(score.details["matrix"]) == pytest.approx(np.array(OFFICIAL["sap continuous"]), abs=1e-12)
    # a latent v + 0.05 e has the squared correlation 1 / 1.0025; another reads about 1 / n
    assert score.value == pytest.approx(1 / 1.0025, abs=0.01)


def test_the_discriminant_gives_the_nearest_mean():
    z, v, held = split(*noisy(900))
    for y in v.T:
        means = torch.stack([z[~held][y[~held] == k].mean(0) for k in range(8)])
        nearest = (z[held][:, None] - means).abs().argmin(1)
        assert torch.equal(by_nearest_mean(z, y, held), (nearest == y[held, None]).double().mean(0))


def test_the_gap_of_a_latent_without_noise_is_what_a_guess_lacks():
    """The best latent is always right; the others are dead and read 1 / levels."""
    z, v = perfect()
    assert read("sap", z, v).details["per_factor"] == pytest.approx([1 / 2, 2 / 3, 3 / 4, 7 / 8], abs=1e-12)


@pytest.mark.parametrize("name", OFFICIAL["explicitness"])
def test_areas_are_the_official_ones(name):
    """The reference ends its fit at a slope of 1e-4 and after 100 steps: areas agree to half a percent."""
    z, v, held = split(*CODES[name]())
    z = z[:, (z != z[:1]).any(0)]
    for y, theirs in zip(v.T, OFFICIAL["explicitness"][name], strict=True):
        scale = Scale.of(z[~held])
        classifier = fitted(scale(z[~held]), y[~held], int(y.max()) + 1)
        ours = areas_of(classifier.log_probabilities(scale(z[held])).exp(), y[held]).mean()
        assert float(ours) == pytest.approx(theirs, abs=0.005)


def test_an_area_counts_ties_half_and_leaves_absent_classes_out():
    rng = np.random.default_rng(0)
    y = rng.integers(0, 3, 200)
    scores = rng.integers(0, 6, (200, 4)) / 5.0
    theirs = [roc_auc_score(y == k, scores[:, k]) for k in range(3)]
    assert areas_of(torch.as_tensor(scores), torch.as_tensor(y)).tolist() == pytest.approx(theirs, abs=1e-12)


def test_explicitness_of_a_turned_code_is_that_of_the_code():
    plain, turned = (read("explicitness", *rotated(20, angle)).value for angle in (0.0, 0.5))
    assert plain == pytest.approx(turned, abs=0.01)
    score = read("explicitness", *rotated(20, 0.5))
    assert score.details["rescaled"] == pytest.approx(2 * score.value - 1)


def test_numbers_that_cards_state_are_read():
    """SAP of two factors in one latent, explicitness of two of 20 levels, IRS of noise beside a perfect code."""
    assert np.mean([read("sap", *merged(), seed=seed).value for seed in range(8)]) == pytest.approx(0.59, abs=0.02)
    assert read("explicitness", *rotated(20, 0.0)).value == pytest.approx(0.91, abs=0.01)
    values = []
    for seed in range(6):
        rng = np.random.default_rng(seed)
        v = rng.integers(0, 6, (2000, 3))
        values.append(read("irs", np.c_[v, rng.normal(size=(2000, 5))], v).value)
    assert values == pytest.approx([0.5] * 6, abs=0.05)


@pytest.mark.parametrize("name", OFFICIAL["irs"])
@pytest.mark.parametrize("quantile", [0.99, 1.0])
def test_robustness_is_the_official_one(name, quantile):
    z, v = CODES[name]()
    score, theirs = read("irs", z, v, quantile=quantile), OFFICIAL["irs"][name][str(quantile)]
    living = [one is not None for one in score.details["per_unit"]]
    assert score.value == pytest.approx(theirs["score"], abs=1e-12)
    assert np.array(score.details["matrix"])[living] == pytest.approx(np.array(theirs["matrix"]), abs=1e-12)


def test_deviations_are_quantiles_of_numpy():
    rng = np.random.default_rng(0)
    z, codes = rng.normal(size=(300, 3)), rng.integers(0, 7, 300)
    parts = [z[codes == k] for k in range(7)]
    theirs = np.mean([np.percentile(np.abs(one - one.mean(0)), 90, axis=0) for one in parts], 0)
    assert deviations(torch.as_tensor(z), torch.as_tensor(codes), 0.9).numpy() == pytest.approx(theirs, abs=1e-12)


def test_robustness_of_noise_has_a_closed_form():
    """Signs of noise always deviate by 1 of 1; uniform numbers by their quantile, 0.99 of their reach."""
    v = grid(3, 4)
    signs = np.repeat([[-1.0], [1.0]], len(v), axis=0)
    assert read("irs", signs, np.tile(v, (2, 1))).value == pytest.approx(0, abs=1e-12)
    rng = np.random.default_rng(0)
    v = rng.integers(0, 4, (40_000, 2))
    # means of 10 000 samples a level and quantiles of them deviate by less than 0.005
    assert read("irs", rng.uniform(-1, 1, (40_000, 1)), v).value == pytest.approx(0.01, abs=0.01)


def test_a_few_samples_a_level_are_doubted():
    z, v = rotated(20)
    assert "rare levels" in rules(read("irs", z[:60], v[:60]))
    assert "rare levels" not in rules(read("irs", z, v))


def test_the_formulas_on_importances_are_the_official_ones():
    for case in OFFICIAL["dci"].values():
        matrix = np.array(case["matrix"])
        assert _weighted(_purities(matrix), matrix.sum(1)) == pytest.approx(case["disentanglement"], abs=1e-12)
        assert _weighted(_purities(matrix.T), matrix.sum(0)) == pytest.approx(case["completeness"], abs=1e-12)


BOOSTED = pytest.mark.parametrize(("name", "code"), [("merged", merged), ("noisy", lambda: noisy(300, levels=4))])


@BOOSTED
def test_boosted_trees_are_the_official_ones(name, code, monkeypatch):
    """On the same split; the seeds differ, and decide between splits that are equally good."""
    z, v = code()
    monkeypatch.setattr("explorer.measures.disentanglement.dci.held_out", lambda *_: split(z, v)[2])
    score, theirs = read("dci", z, v, learner="boosting"), OFFICIAL["dci"][name]
    assert np.array(score.details["matrix"]) == pytest.approx(np.array(theirs["matrix"]), abs=0.02)
    for part in ("disentanglement", "completeness", "informativeness_fitted"):
        assert score.details[part] == pytest.approx(theirs[part], abs=0.02)
    assert score.details["informativeness"] == pytest.approx(theirs["informativeness"], abs=0.05)


@BOOSTED
def test_the_forest_reads_about_what_boosted_trees_read(name, code, monkeypatch):
    """On the same split. It is another learner, and seeds of it differ by 0.07 here."""
    z, v = code()
    monkeypatch.setattr("explorer.measures.disentanglement.dci.held_out", lambda *_: split(z, v)[2])
    score = read("dci", z, v)
    for part in ("disentanglement", "completeness", "informativeness"):
        assert score.details[part] == pytest.approx(OFFICIAL["dci"][name][part], abs=0.1)


def test_duplicated_and_missing_factors_by_hand():
    """Two latents share every factor: C = 1 - ln 2 / ln 6. A factor in no latent is shared by both of two:
    D = 1 - h(1/3) / ln 3, C = 2/3."""
    z, v = duplicated()
    score = read("dci", np.tile(z, (5, 1)), np.tile(v, (5, 1)), trees=100)
    assert score.value == pytest.approx(1, abs=1e-6)
    # which of two equal latents splits is drawn; with 100 trees the shares are 0.5 within 0.1, the loss below 0.02
    assert score.details["completeness"] == pytest.approx(1 - math.log(2) / math.log(6), abs=0.03)
    z, v = missing()
    score = read("dci", z, v)
    third = -(math.log(1 / 3) + 2 * math.log(2 / 3)) / 3
    assert score.value == pytest.approx(1 - third / math.log(3), abs=0.02)
    assert score.details["completeness"] == pytest.approx(2 / 3, abs=0.02)
    assert "untold factors" in rules(score)
    assert "untold factors" not in rules(read("dci", *perfect()))


def test_parts_of_dci_and_real_factors():
    z, v = continuous()
    found = [read("dci", z, v, part=part) for part in ("disentanglement", "completeness", "informativeness")]
    assert [one.value for one in found] == [found[0].details[one.settings["part"]] for one in found]
    assert all(one.value > 0.95 for one in found)
    with pytest.raises(SampleError, match="1 factor"):
        read("dci", z, v[:, 0])
    with pytest.raises(SampleError, match="1 latent"):
        read("dci", z[:, :1], v, part="completeness")
    noise = np.random.default_rng(99).normal(size=z.shape)
    assert read("dci", noise, v, part="informativeness").value < 0.05  # and may be below 0


def test_threads_change_nothing():
    z, v = noisy(400)
    before = torch.get_num_threads()
    found = []
    for threads in (1, 3):
        torch.set_num_threads(threads)
        found.append(read("dci", z, v).details)
    torch.set_num_threads(before)
    assert found[0] == found[1]


@pytest.mark.parametrize("name", OFFICIAL["interventions"])
@pytest.mark.parametrize("score", ["beta_vae_score", "factor_vae_score"])
def test_interventions_read_what_the_official_ones_read(name, score):
    """They draw a factor at random and rows from a grid without end, here from the rows of halves: within 0.05."""
    levels = {"perfect": (3, 4, 5), "rotated": (20, 20), "missing": (5, 6, 8), "merged": (4, 5, 6)}[name]
    v = np.tile(grid(*levels), (6, 1))
    code = {
        "perfect": lambda: v.astype(float),
        "rotated": lambda: (v - 9.5) @ np.array([[math.cos(0.5), math.sin(0.5)], [-math.sin(0.5), math.cos(0.5)]]),
        "missing": lambda: v[:, :2].astype(float),
        "merged": lambda: np.stack([5.0 * v[:, 0] + v[:, 1], v[:, 2]], 1),
    }[name]()
    assert read(score, code, v).value == pytest.approx(OFFICIAL["interventions"][name][score], abs=0.05)


def test_what_the_interventional_scores_do_not_see():
    """A rotation and duplicates by neither, a missing factor not by that of beta-VAE; FactorVAE loses 1 / K."""
    z, v = rotated(20, 0.5)
    assert read("beta_vae_score", z, v).value == read("factor_vae_score", z, v).value == 1
    assert read("factor_vae_score", *duplicated()).value == 1
    for k in (3, 4, 5):
        v = np.random.default_rng(0).integers(0, 6, (3000, k))
        z = v[:, :-1].astype(float)
        assert read("beta_vae_score", z, v).value > 0.99
        assert read("factor_vae_score", z, v).value == pytest.approx((k - 1) / k, abs=0.01)


def test_rows_of_a_draw_share_a_level_and_pairs_differ():
    codes, rows = torch.tensor([0, 1, 0, 2, 1, 0, 3, 3, 1]), torch.tensor([0, 1, 2, 3, 4, 5, 6, 8])
    levels = Levels.of(codes, rows)
    assert (levels.fewest, levels.lost) == (3, 2) and sorted(levels.rows.tolist()) == [0, 1, 2, 4, 5, 8]
    with seeded(0, CPU):
        drawn = levels.batches(500, 4)
        one, other = levels.pairs(500, 4)
    assert (codes[drawn] == codes[drawn[:, :1]]).all()
    assert set(drawn.unique().tolist()) == {0, 1, 2, 4, 5, 8}
    assert (codes[one] == codes[other]).all() and (one != other).all()
    pairs = set(zip(one.ravel().tolist(), other.ravel().tolist(), strict=True))
    assert len(pairs) == 12  # every ordered pair of two levels of three


def test_halves_share_no_row_and_what_cannot_be_drawn_is_counted():
    v = np.random.default_rng(0).integers(0, 4, (400, 2))
    v[:3, 0] = [7, 8, 9]
    codes = torch.as_tensor(v)
    with seeded(0, CPU):
        drawn = Interventions.of(codes, ("a", "b"), 8)
    for learn, score in zip(drawn.learn, drawn.score, strict=True):
        assert not set(learn.rows.tolist()) & set(score.rows.tolist())
    assert next(doubt.text for doubt in drawn.doubts if doubt.rule == "levels left out").endswith("3 of a.")
    with pytest.raises(SampleError, match="1 of 2 factors can be drawn"):
        read("factor_vae_score", np.random.default_rng(1).normal(size=(30, 2)), np.c_[np.arange(30), np.arange(30) % 3])
    with pytest.raises(SampleError, match="deviation of 0"):
        read("factor_vae_score", 1e-3 * v, v, spread=0.9)


def test_every_level_keeps_samples_to_fit():
    y = torch.tensor([0] * 30 + [1] * 7 + [2] + [3] * 2)
    for seed in range(20):
        with seeded(seed, CPU):
            held = held_out(y, 0.5, "v")
        assert set(y[~held].tolist()) == {0, 1, 2, 3} and held.sum() >= 17
    with pytest.raises(SampleError, match="no level with a sample to hold out"):
        held_out(torch.arange(9), 0.5, "v")


@pytest.mark.parametrize("name", SIX)
def test_a_dead_latent_is_counted_and_changes_little(name):
    z, v = noisy(600)
    wide = np.insert(z, 2, 1 / 3, axis=1)
    plain, other = read(name, z, v), read(name, wide, v)
    assert other.details["dead"] == 1 and plain.details["dead"] == 0
    assert other.value == pytest.approx(plain.value, abs=0.01 if name == "dci" else 1e-6)  # its draws of latents move
    if "per_unit" in other.details:
        assert other.details["per_unit"][2] is None and len(other.details["per_unit"]) == 7


@pytest.mark.parametrize("name", SIX)
def test_shuffled_factors_read_chance(name):
    z, v = noisy(1200)
    v = v[np.random.default_rng(5).permutation(len(v))]
    away = np.abs(z - z.mean(0))
    still = 1 - np.quantile(away, 0.99, axis=0).sum() / away.max(0).sum()  # of latents that no level moves
    chance = {"explicitness": 0.5, "factor_vae_score": 0.25, "beta_vae_score": 0.25, "irs": still}.get(name, 0.0)
    # areas of 360 held-out rows deviate by 0.03; the stillest of four factors is stiller by chance
    assert read(name, z, v).value == pytest.approx(chance, abs=0.06)


def test_real_factors_are_held_by_cells():
    z, v = continuous(2000)
    for name in ("factor_vae_score", "beta_vae_score", "explicitness", "irs"):
        score = read(name, z, v)
        assert any(doubt.rule == "cut factors" and "cells" in doubt.text for doubt in score.warnings)
        # 20 cells of equal width leave 2 / 20 of the reach, and noise of 0.05 that may deviate by 0.15
        assert score.value > (0.85 if name == "irs" else 0.9)


def test_a_seed_is_all_that_is_drawn():
    checked = factors(noisy(300)[1]).values
    z = torch.as_tensor(noisy(300)[0])
    one, other, another = (float(DCI().read(z, checked, seed=seed)) for seed in (1, 1, 2))
    assert one == other != another
