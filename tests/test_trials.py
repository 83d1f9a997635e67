"""Estimators against a known truth: what is told of them, what is kept, what is refused."""

import json
import math
from dataclasses import replace

import numpy as np
import pytest

from explorer.catalogue import estimators
from explorer.distributions import MultivariateNormal
from explorer.errors import SettingError, UnitError, UnknownNameError
from explorer.jobs import specification as specifications
from explorer.results.comparison import Trials
from explorer.studies import trials
from explorer.studies.trials import Trial, collected, compute, cost, fill, keys, specification
from explorer.ui.estimators_page import doubts

pytestmark = pytest.mark.usefixtures("home")

SMALL = Trial("bivariate_normal", sweep="n", values=(50, 100), estimators={"ksg": {}, "gaussian": {}}, seeds=3)


def test_the_truth_follows_what_is_swept():
    found = trials.run("bivariate_normal", ["gaussian"], sweep="rho", values=[0.0, 0.5, 0.9], n=50, seeds=1)
    assert found.truth == pytest.approx([-math.log(1 - rho**2) / 2 for rho in (0.0, 0.5, 0.9)])
    assert trials.run("bivariate_normal", ["gaussian"], values=[50, 60], seeds=1, rho=0.9).truth == pytest.approx(
        [-math.log(1 - 0.81) / 2] * 2
    )


def test_a_cell_is_the_estimate_of_that_sample():
    found = trials.run("multivariate_normal", {"ksg": {"k": 3}}, sweep="dim", values=[2], n=80, seeds=2, rho=0.4)
    source = MultivariateNormal(dim=2, rho=0.4)
    direct = [estimators["ksg"](k=3)(*source.sample(80, seed), seed=seed).nats for seed in (0, 1)]
    assert found.mean[0, 0] == pytest.approx(np.mean(direct))
    assert found.deviation[0, 0] == pytest.approx(abs(direct[0] - direct[1]) / math.sqrt(2))


def test_what_is_told_of_cells_by_hand():
    values = [0.1, 0.2, 0.3, 0.6]
    cells = {("a", 1, seed): {"value": v, "seconds": seed, "doubts": []} for seed, v in enumerate(values)}
    cells["a", 1, 3]["doubts"] = [["ties", "There are ties."]]
    cells["a", 1, 4] = {"error": "a takes no such sample"}
    cells["b", 2, 0] = {"value": 1.0, "seconds": 2.0, "doubts": []}
    found = Trials.from_cells(["a", "b"], [1, 2], [0.25, math.inf], cells)
    assert found.mean[0, 0] == pytest.approx(0.3) and found.bias[0, 0] == pytest.approx(0.05)
    # numpy.quantile interpolates: the 10 % point lies 0.3 of the way from the first value to the second
    assert (found.low[0, 0], found.high[0, 0]) == pytest.approx((0.13, 0.51))
    assert found.deviation[0, 0] == pytest.approx(math.sqrt((0.04 + 0.01 + 0 + 0.09) / 3))
    assert found.rmse[0, 0] == pytest.approx(math.sqrt((0.15**2 + 0.05**2 + 0.05**2 + 0.35**2) / 4))
    assert found.seconds[0, 0] == 1.5 and found.doubted[0, 0] == 0.25
    assert (found.count[0, 0], found.refused[0, 0]) == (4, 1) and len(found) == 5
    assert found.errors == {("a", 1): "a takes no such sample"} and found.rules["a"] == {"ties": "There are ties."}
    assert math.isnan(found.mean[0, 1]) and found.count[0, 1] == 0
    assert math.isnan(found.truth[1]) and math.isnan(found.bias[1, 1]), "an infinite truth has no bias"
    assert math.isnan(found.deviation[1, 1]), "one sample has no spread"


def test_near_the_truth_is_a_tenth_of_a_nat_or_15_percent():
    cells = {("a", v, 0): {"value": e, "seconds": 0.0, "doubts": []} for v, e in ((1, 0.29), (2, 0.31), (3, 3.4))}
    cells |= {("a", 4, 0): {"value": 3.5, "seconds": 0.0, "doubts": []}}
    found = Trials.from_cells(["a"], [1, 2, 3, 4], [0.2, 0.2, 3.0, 3.0], cells)
    assert found.margin == pytest.approx([0.1, 0.1, 0.45, 0.45])
    assert found.off.tolist() == [[False, True, False, True]]
    bits = found.to("bits")
    assert bits.mean[0] == pytest.approx(found.mean[0] / math.log(2)) and bits.off.tolist() == found.off.tolist()
    assert bits.to("nats").truth == pytest.approx(found.truth)
    with pytest.raises(UnitError, match="furlongs"):
        found.to("furlongs")


def test_nothing_is_computed_twice_and_sweeps_share_cells():
    trial = SMALL.checked()
    assert compute(trial) == 12 and compute(trial) == 0
    wider = Trial(**{**vars(SMALL), "values": (100, 200)}).checked()
    assert compute(wider) == 6, "n = 100 was there"
    other = Trial(**{**vars(SMALL), "estimators": {"ksg": {"k": 4}}}).checked()
    assert set(keys(other).values()).isdisjoint(keys(trial).values())
    at_hundred = Trial("bivariate_normal", sweep="rho", values=(0.5,), n=100, estimators={"ksg": {}}, seeds=3).checked()
    default = {s.name: s.default for s in trials.sweepable("bivariate_normal")}["rho"]
    assert compute(at_hundred) == (0 if default == 0.5 else 3)


def test_the_code_that_computes_is_part_of_the_key(monkeypatch):
    assert not {"trials.py", "panel.py"} & set(specifications.SHOWS + specifications.OWN)
    before = keys(SMALL.checked())
    monkeypatch.setattr(trials, "code_version", lambda: "another")
    assert set(before.values()).isdisjoint(keys(SMALL.checked()).values())


def test_a_stopped_trial_goes_on_where_it_was():
    def stop(done, total, note=""):
        if done == 5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        compute(SMALL.checked(), stop)
    partial = collected(SMALL.checked())
    assert partial.about["cells"] == 5 and partial.about["total"] == 12
    assert partial.count.tolist() == [[2, 1], [1, 1]], "every curve has its first sample before the second is drawn"
    assert compute(SMALL.checked()) == 7


def test_a_refusal_is_kept_as_its_sentence():
    found = trials.run("bivariate_normal", ["plug_in", "gaussian"], values=[50], seeds=2)
    assert "needs it discrete" in found.errors["plug_in", 50]
    assert found.refused.tolist() == [[2], [0]] and math.isnan(found.mean[0, 0]) and found.count[1, 0] == 2
    assert found.rows()[0]["reason"] == found.errors["plug_in", 50]
    assert json.loads(json.dumps(found.to_dict()))["rows"][0]["mean"] is None


@pytest.mark.parametrize("broken", [IndexError("no such axis"), MemoryError("short")])
def test_an_estimator_that_breaks_leaves_the_others(monkeypatch, broken):
    def nats(self, x, y):
        raise broken

    monkeypatch.setattr(estimators["ksg"], "nats", nats)
    if isinstance(broken, MemoryError):  # another time there may be room: nothing is kept
        with pytest.raises(MemoryError):
            compute(SMALL.checked())
        return
    found = trials.run("bivariate_normal", ["ksg", "gaussian"], values=[50], seeds=1)
    assert found.errors["ksg", 50] == "ksg broke off, a defect: IndexError: no such axis"
    assert found.count.tolist() == [[0], [1]]


@pytest.mark.parametrize(
    "changed, says",
    [
        ({"sweep": "structure", "distribution": "multivariate_normal"}, "must be one of 'n', 'dim', 'rho'"),
        ({"values": (2.5,)}, "must be a whole number"),
        ({"values": (1,)}, "must lie in"),
        ({"values": ()}, "give 1 to 50"),
        ({"estimators": {}}, "name at least one"),
        ({"seeds": 0}, "must lie in"),
        ({"estimators": {"ksg": {"q": 1}}}, "no setting of ksg"),
        ({"settings": {"rho": 2.0}}, "rho=2.0 must lie in"),
    ],
)
def test_what_cannot_be_tried_is_told_before_anything_runs(changed, says):
    with pytest.raises(SettingError, match=says):
        Trial(**{**vars(SMALL), **changed}).checked()


def test_settings_that_clash_at_one_value_are_told():
    dense = {"structure": "dense", "rho": -0.3}
    with pytest.raises(SettingError, match="dim=5"):
        Trial("multivariate_normal", dense, sweep="dim", values=(1, 5), estimators={"ksg": {}}).checked()
    with pytest.raises(UnknownNameError, match="ksg"):
        Trial("bivariate_normal", estimators={"kgs": {}}).checked()


def test_an_estimator_of_another_quantity_has_no_truth_here():
    others = [name for name in estimators if estimators.card(name).constants.get("quantity", "I(X;Y)") != "I(X;Y)"]
    for name in others:
        with pytest.raises(SettingError, match=r"what is known of a distribution is I\(X;Y\)"):
            Trial("bivariate_normal", estimators={name: {}}).checked()


def test_the_job_is_the_same_trial():
    trial = SMALL.checked()
    arguments = json.loads(json.dumps(specification(trial).arguments))
    notes = []
    assert fill(**arguments, progress=lambda done, total, note="": notes.append((done, total))) == {"computed": 12}
    assert notes[-1] == (12, 12) and collected(trial).about["cells"] == 12
    assert specification(trial).id == specification(SMALL.checked()).id


def test_more_work_is_thought_to_take_longer():
    small, large = (Trial(**{**vars(SMALL), "values": (n,)}).checked() for n in (100, 10_000))
    assert 0 < cost(small)[0] < cost(large)[0] and cost(small)[1] < cost(large)[1]


def test_a_job_is_told_what_every_missing_estimate_takes(home, monkeypatch):
    told = []
    monkeypatch.setattr(trials, "foresee", lambda progress, done, seconds: told.append((done, seconds)))
    trial = Trial("bivariate_normal", {}, "n", (100, 200), 100, {"gaussian": {}, "ksg": {}}, 1).checked()
    trials.compute(trial)
    trials.compute(replace(trial, values=(100, 400)))
    (first, every), (second, rest) = told
    assert (first, second, len(every), len(rest)) == (0, 2, 4, 2)
    assert sum(every) == pytest.approx(trials.cost(trial)[0]) and every[1] < every[3] < rest[1]


@pytest.mark.parametrize("seeds", [1, 2])
def test_one_sample_a_point_has_no_deviation_and_no_panel_of_it(seeds):
    found = trials.run("bivariate_normal", ["gaussian", "ksg"], values=(50, 100), seeds=seeds)
    figure = found.plot(unit="nats")
    titles = [one.text for one in figure.layout.annotations if one.text.startswith("↑")]
    assert ("↑ deviation, nats" in titles) == (seeds > 1) and len(titles) == 2 + seeds
    told = [text for trace in figure.data for text in trace.text or ()]
    assert told and all(("deviation" in text) == ("10 to 90" in text) == (seeds > 1) for text in told)
    assert not any("nan" in text for text in told)
    few = [doubt.text for doubt in doubts(found) if doubt.rule == "Few samples"]
    assert few[0].startswith("One sample a point: " if seeds == 1 else "2 samples a point: ")
