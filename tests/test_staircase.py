"""Which bound can be trusted: what bounds read with the best critic, what the staircase says of it, what is kept."""

import math

import numpy as np
import pytest
from estimator_cases import ENTRIES

from explorer.catalogue import estimators
from explorer.errors import SettingError, UnitError
from explorer.figures._staircase_words import finding, verdict
from explorer.figures.staircase import draw
from explorer.figures.theme import THEMES
from explorer.results.bounds import BoundReadings
from explorer.studies import staircase, trials
from explorer.studies.staircase import CLAIMS, LEVELS, Stairs, correlation

CLAIMED = {"low": "lower", "high": "upper", "other": "none"}


def readings(found: dict, **about) -> BoundReadings:
    return BoundReadings.from_cells(CLAIMED, (2.0, 4.0), found, {"low": 3.0}, {}, {"cells": 2, "total": 2} | about)


@pytest.fixture(scope="module")
def best(tmp_path_factory):
    """The staircase with its usual numbers."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("EXPLORER_HOME", str(tmp_path_factory.mktemp("home")))
        yield staircase.run()


def row(found: BoundReadings, name: str) -> int:
    return found.names.index(name)


def test_pairs_of_that_correlation_share_that_much():
    for nats in LEVELS:
        rho = correlation(nats, 20)
        assert -20 * math.log1p(-(rho**2)) / 2 == pytest.approx(nats, rel=1e-12)


def test_scores_are_the_log_ratio_of_densities():
    import torch

    from explorer.engines.known.best_critic import scores

    rng = np.random.default_rng(0)
    x, y, rho = rng.standard_normal((4, 3)), rng.standard_normal((4, 3)), 0.6
    density, ratio = (one[0].numpy() for one in scores(torch.as_tensor(x[None]), torch.as_tensor(y[None]), rho))
    from scipy.stats import norm

    for i in range(4):
        for j in range(4):
            given = norm.logpdf(y[j], rho * x[i], math.sqrt(1 - rho**2)).sum()
            assert density[i, j] == pytest.approx(given, abs=1e-12)
            assert ratio[i, j] == pytest.approx(given - norm.logpdf(y[j]).sum(), abs=1e-12)


def test_known_density_reads_the_truth_and_infonce_its_ceiling(best):
    mean, truth = best.mean, best.truth
    known = row(best, "barber_agakov")
    chance = 4 * best.deviation[known] / math.sqrt(200)
    assert (np.abs(mean[known] - truth) < chance).all()
    one = row(best, "infonce")
    assert best.ceiling[one] == pytest.approx(math.log(64)) and (best.readings[one] <= math.log(64)).all()
    assert (mean[one] < truth).all() and not best.breaks[one].any()


def test_club_reads_what_theory_says(best):
    # E[ln p(y|x)] - E[ln p(y)p(x)] = d rho^2 / (1 - rho^2) for normal pairs
    rho = np.array([correlation(one, 20) for one in LEVELS])
    assert best.mean[row(best, "club")] == pytest.approx(20 * rho**2 / (1 - rho**2), rel=0.02)


def test_bounds_that_break_their_word_are_named(best):
    broken = {name for i, name in enumerate(best.names) if best.breaks[i].any()}
    assert broken == {"nwj", "mine", "smile"}
    assert finding(best) == (
        "barber_agakov stays near the truth up to 10 nats; "
        "at some step most readings of nwj, mine and smile are above it, though called lower bounds"
    )
    assert verdict(best, row(best, "smile")) == "called lower ▲ above from 4"
    assert verdict(best, row(best, "club")) == "upper bound · far"


def test_what_the_rules_mean():
    above = [4.5, 4.6, 4.7, 4.4, 4.5]
    found = readings({("low", 4.0): above, ("high", 4.0): above, ("other", 4.0): above, ("low", 2.0): [2.0] * 5})
    assert found.breaks.tolist() == [[False, True], [False, False], [False, False]]
    assert readings({("high", 4.0): [3.5] * 5}).breaks[1].tolist() == [False, True]
    half = readings({("low", 4.0): [4.5, 4.5, 4.5, 3.0, 3.0]})
    assert not half.breaks.any(), "three of five is what a fair coin gives"
    assert not readings({("low", 4.0): [4.05] * 5}).breaks.any(), "0.05 nats are too little to be named"
    assert readings({("low", 4.0): [4.5] * 5}).to("bits").breaks[0, 1]
    near = readings({("low", 2.0): [2.2, 1.8], ("low", 4.0): [4.0, 5.4]})
    assert near.near[0].tolist() == [True, False] and near.rmse[0, 1] == pytest.approx(math.sqrt(1.4**2 / 2))


def test_units_rows_and_what_is_not_there_yet():
    found = readings({("low", 2.0): [1.0, 2.0]}, cells=1)
    bits = found.to("bits")
    assert bits.mean[0, 0] == pytest.approx(1.5 / math.log(2)) and bits.ceiling[0] == pytest.approx(3 / math.log(2))
    table = found.to_frame()
    assert len(table) == 6 and table["count"].tolist() == [2, 0, 0, 0, 0, 0] and len(found) == 2
    assert np.isnan(found.deviation[1]).all() and finding(found) == "1 of 2 steps so far"
    with pytest.raises(UnitError):
        found.to("hartleys")


def test_steps_are_kept_one_by_one_and_read_again_the_same(home):
    stairs = Stairs(batch=8, dim=4, repeats=30).checked()
    seen = []

    def stop(done, total, note=""):
        seen.append((done, note))
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        staircase.compute(stairs, stop)
    assert staircase.collected(stairs).about["cells"] == 2 and seen[0] == (0, "2 nats")
    assert staircase.compute(stairs) == 3 and staircase.compute(stairs) == 0
    again = staircase._readings(stairs, 4.0, "cpu")
    assert again["nwj"] == staircase.collected(stairs).readings[row(staircase.collected(stairs), "nwj"), 1].tolist()


def test_chunks_leave_the_readings_as_they_are(home, monkeypatch):
    stairs = Stairs(batch=8, dim=4, repeats=30)
    whole = staircase._readings(stairs, 6.0, "cpu")
    monkeypatch.setattr("explorer.device.CHUNK_BYTES", 8 * 8 * 64 * 7)
    for name, read in staircase._readings(stairs, 6.0, "cpu").items():
        assert read == pytest.approx(whole[name], abs=1e-9), name


@pytest.mark.parametrize(
    "settings, says",
    [({"batch": 2}, "batch=2"), ({"tau": 0.0}, "tau=0.0"), ({"dim": 3}, "dim=3"), ({"nope": 1}, "no setting 'nope'")],
)
def test_settings_out_of_their_range_are_told(home, settings, says):
    with pytest.raises(SettingError, match=says):
        staircase.run(**settings)


def test_trained_bounds_are_trials_of_the_same_steps(home):
    found = staircase.run_trained(["gaussian"], dim=4, n=300, seeds=2)
    assert found.count.tolist() == [[2] * 5] and found.mean[0] == pytest.approx(np.array(LEVELS), rel=0.15)
    trial = staircase.trained({"gaussian": {}}, 4, 300, 2)
    assert trials.compute(trial) == 0, "the page and the trials share what is kept"
    refused = staircase.run_trained(["plug_in"], dim=4, n=300, seeds=1)
    assert "discrete" in refused.errors["plug_in"] and not len(refused)


def test_bounds_are_called_what_their_entries_call_them():
    own = [name for name in ENTRIES if estimators.card(name).family == "critic"]
    assert set(CLAIMS) <= set(own), "every bound of the best critic can be trained as well"
    for name in own:
        side = estimators.card(name).constants.get("side", "none")
        assert side in ("none", staircase.claimed(name)), f"{name} calls itself a {side} bound"


def test_the_figure_marks_what_breaks_by_shape_words_and_name(best):
    figure = draw(best, unit="nats")
    i = row(best, "smile")
    marks = [one for one in figure.data if one.mode == "markers"][i]
    assert list(marks.marker.symbol) == ["circle", "triangle-up", "triangle-up", "triangle-up", "triangle-up"]
    said = [one.text for one in figure.layout.annotations]
    assert list(marks.y) == best.median[i].tolist(), "where most readings are, is seen"
    assert any("<b>smile</b>" in one and "▲ above from 4" in one for one in said)
    assert any(one.startswith("↑ 34") for one in said), "what leaves the frame is told"
    assert THEMES["light"].accent in list(marks.marker.color)
    alt = figure.layout.meta["alt"]
    assert "smile, called lower ▲ above from 4, from 2.00 at 2.00 to" in alt
    empty = readings({}, cells=0)
    assert "Empty staircase" in draw(empty).layout.meta["alt"]
    assert set(CLAIMS) <= set(best.names)


def test_a_title_that_chance_decides_says_so():
    """Two true informations, one reading of each: a coin calls a bound broken as often as not."""
    for count, begins, what, verb in (
        (1, "In one draw of each step: ", "the reading", "is"),
        (3, "In 3 draws of each step: ", "most readings", "are"),
    ):
        cells = {(name, level): [level + 1] * count for name in CLAIMED for level in (2.0, 4.0)}
        title = finding(readings(cells, critic="trained", n=500, repeats=count, dim=4))
        assert title.startswith(begins) and f"{what} of low {verb} above it, though called a lower bound" in title
        shown = draw(readings(cells, critic="trained", n=500, repeats=count, dim=4)).layout.title.text
        assert ("1 sample a step" in shown) == (count == 1) and begins.strip() in shown
    many = readings({(name, level): [level + 1] * 8 for name in CLAIMED for level in (2.0, 4.0)}, critic="trained")
    assert not finding(many).startswith("In ")


def test_few_trained_readings_are_doubted_and_those_of_the_best_critic_are_not():
    from explorer.ui.bounds_view import doubts

    def rules(repeats, critic):
        cells = {("smile", level): [level + 1] * repeats for level in LEVELS}
        about = {"critic": critic, "dim": 4, "n": 500, "batch": 64, "cells": 5, "total": 5, "repeats": repeats}
        return {one.rule for one in doubts(BoundReadings.from_cells({"smile": "lower"}, LEVELS, cells, {}, {}, about))}

    assert "Few samples" in rules(3, "trained")
    cells = {("smile", level): [level + 1] for level in LEVELS}
    about = {"critic": "trained", "dim": 4, "n": 500, "repeats": 3, "cells": 5, "total": 15}
    started = BoundReadings.from_cells({"smile": "lower"}, LEVELS, cells, {}, {}, about).to("bits")
    said = {one.rule: one.text for one in doubts(started)}
    assert said["Few samples"].startswith("Shown: 1 sample per step of the 3 asked for.")
    assert "above it at one step in 2" in said["Few samples"] and "yet from 2.89 bits on" in said["smile"]
    assert "Few samples" not in rules(8, "trained")
    assert "Few samples" not in rules(3, "best")
