"""Training curves: kept while an estimator trains, gone with its end, passed on as notes, drawn; a cancel ends them."""

import time

import numpy as np
import pytest

import explorer
from explorer import sweep
from explorer.catalogue import estimators
from explorer.errors import Cancelled
from explorer.figures.training_curves import draw
from explorer.jobs import training_curves
from explorer.jobs.results import results
from explorer.plan import Plan, seconds_of, trains
from explorer.profiles import Profile
from explorer.result import Estimate
from explorer.studies import panel, trials
from explorer.studies.panel import Inquiry
from explorer.studies.trials import Trial
from explorer.watching import look, report

CURVES = {"step": [25, 50, 75], "train": [0.2, 0.6, 1.0], "held": [0.2, 0.5, 0.4]}


@pytest.fixture
def pair(home, tmp_path):
    rng = np.random.default_rng(0)
    x = rng.standard_normal(300)
    np.savez(tmp_path / "pair.npz", x=x, y=x + rng.standard_normal(300))
    return f"{tmp_path / 'pair.npz'}:x", f"{tmp_path / 'pair.npz'}:y"


@pytest.fixture
def clock(monkeypatch):
    """A clock that is turned by hand."""
    now = [100.0]
    monkeypatch.setattr(training_curves.time, "monotonic", lambda: now[0])
    return now


def test_looks_are_kept_now_and_then_and_gone_at_the_end(home, clock):
    notes = []
    with training_curves.followed("cell", "infonce", lambda *one: notes.append(one), 2, 7, " at n = 50"):
        report(25, 600)
        look(25, 0.2, 0.1)
        assert training_curves.live(["cell"])["cell"]["curves"] == {"step": [25], "train": [0.2], "held": [0.1]}
        look(50, 0.4, 0.3)
        assert len(training_curves.live(["cell"])["cell"]["curves"]["step"]) == 1, "not twice in half a second"
        clock[0] += 0.6
        report(75, 600, "held out 0.4 nats")
        look(75, 0.5, 0.4)
        assert training_curves.live(["cell", "other"]) == {
            "cell": {
                "estimator": "infonce",
                "training": 1,
                "unit": "nats",
                "curves": {"step": [25, 50, 75], "train": [0.2, 0.4, 0.5], "held": [0.1, 0.3, 0.4]},
            }
        }
        clock[0] += 0.6
        look(25, 0.1, 0.1)
        again = training_curves.live(["cell"])["cell"]
        assert again["training"] == 2 and again["curves"]["step"] == [25]
    assert training_curves.live(["cell"]) == {}
    assert notes == [
        (2, 7, "infonce at n = 50: update 25 of 600"),
        (2, 7, "infonce at n = 50: update 75 of 600, held out 0.4 nats"),
    ]
    look(5, 0, 0), report(1, 2)  # nobody listens now


def test_a_payload_can_be_renewed_and_dropped(home):
    kept = results()
    kept.put_many({"a": {"value": 1}})
    kept.put_many({"a": {"value": 2}})
    assert kept.get_many("a")["a"] == {"value": 1}
    kept.renew({"a": {"value": 3}, "b": {"value": 4}})
    assert kept.get_many("ab") == {"a": {"value": 3}, "b": {"value": 4}}
    kept.drop("a")
    kept.drop("a")
    assert kept.get_many("ab") == {"b": {"value": 4}}


def stop_at(updates: int):
    """A job's progress that asks for the end at an update, as Progress does after Cancel."""
    seen = []

    def progress(done, total, note=""):
        seen.append((time.perf_counter(), note))
        if f"update {updates} of" in note:
            raise Cancelled("cancelled")

    progress.seen = seen
    return progress


def test_a_cancel_ends_a_training_of_the_panel_and_nothing_is_kept_of_it(pair):
    inquiry = Inquiry({"gaussian": {}, "infonce": {}}, null=False).checked()
    progress = stop_at(30)
    with pytest.raises(Cancelled):
        panel.compute(*pair, inquiry, progress)
    assert time.perf_counter() - progress.seen[-1][0] < 1
    found = panel.collected(*pair, inquiry)
    assert found.estimators == ("gaussian",) and not found.errors and panel.curves(*pair, inquiry) == {}
    panel.compute(*pair, inquiry)
    found = panel.collected(*pair, inquiry)
    details = dict(zip(found.estimators, found.chosen, strict=True))["infonce"]
    assert len(details["curves"]["step"]) == len(details["curves"]["held"]) > 1


def test_a_cancel_ends_a_training_of_trials_and_finished_curves_are_there(home):
    trial = Trial("bivariate_normal", {}, "n", (200,), 100, {"infonce": {"steps": 50}}, 1).checked()
    with pytest.raises(Cancelled):
        trials.compute(trial, stop_at(10))
    assert trials.collected(trial).about["cells"] == 0 and trials.curves(trial) == {}
    trials.compute(trial)
    (cell,) = trials.curves(trial).values()
    assert cell["estimator"] == "infonce" and cell["curves"]["step"][-1] == 50
    assert cell["ceiling"] > 0 and "stopped" in cell
    draw(cell)


def test_the_training_of_a_pair_is_seen_while_it_runs(pair, monkeypatch):
    monkeypatch.setattr(training_curves, "KEEP_EVERY", 0.0)
    inquiry, seen = Inquiry({"infonce": {}}, null=False).checked(), []

    def progress(done, total, note=""):
        seen.extend(one["curves"]["step"][-1] for one in panel.curves(*pair, inquiry).values())

    panel.compute(*pair, inquiry, progress)
    assert sorted(set(seen))[:2] == [25, 50]


def test_those_that_train_wait_until_they_are_named(pair):
    inquiry = Inquiry().checked()
    assert "infonce" not in inquiry.estimators and "ksg" in inquiry.estimators
    assert not [name for name in inquiry.estimators if trains(name) or estimators.card(name).constants.get("ordered")]
    alone = panel.cost(*pair, Inquiry({"infonce": {}}).checked())[0]
    assert panel.calls("infonce", None, 300) == 1 and panel.calls("ksg", None, 300) == 75
    assert panel.cost(*pair, Inquiry({"infonce": {}}, null=True).checked())[0] == pytest.approx(61 * alone)


def test_what_trains_costs_by_its_updates():
    usual = seconds_of("infonce", 2000, 2)
    assert 0.5 < usual < 10 and usual == seconds_of("infonce", 2000, 20)
    assert seconds_of("infonce", 2000, 2, {"steps": 6000}) > 5 * usual
    assert seconds_of("infonce", 2000, 2, {"members": 4}) > 2 * usual
    trial = Trial("bivariate_normal", {}, "n", (200,), 100, {"infonce": {"steps": 6000}}, 1).checked()
    assert trials.cost(trial)[0] == pytest.approx(seconds_of("infonce", 200, 2, {"steps": 6000}))


def test_a_null_of_what_trains_is_asked_for(home):
    import explorer

    rng = np.random.default_rng(0)
    x = rng.standard_normal(200)
    found = explorer.estimate(x, x + rng.standard_normal(200), estimator="infonce", steps=50)
    notes = {one.rule: one.text for one in found.warnings if one.note}
    assert found.null is None and "null=True asks for" in notes["no null"]
    assert found.interval is not None, "its own standard error needs no other training"


def test_the_figure_says_where_it_was_read_and_what_was_learnt_by_heart():
    figure = draw({"estimator": "mine", "curves": CURVES, "stopped": "", "ceiling": 1.1}, unit="nats")
    title = figure.layout.title.text.replace("<br>", " ")
    assert "mine is read at update 50: 0.500 nats on held-out samples" in title
    assert "samples learnt from end 0.6 nats higher: some of it is learnt by heart" in title
    (ring,) = [one for one in figure.data if one.mode == "markers"]
    assert list(ring.x) == [50] and list(ring.y) == [0.5]
    assert [one.y0 for one in figure.layout.shapes] == [1.1]
    assert {"learnt from", "held out"} <= {one.text for one in figure.layout.annotations}
    bits = draw({"estimator": "mine", "curves": CURVES, "stopped": "", "best": [75, 25]}, unit="bits")
    (ring,) = [one for one in bits.data if one.mode == "markers"]
    assert list(ring.x) == [25, 75] and ring.y[1] == pytest.approx(0.4 / np.log(2))
    assert "rings: the states that were read, each on other samples" in bits.layout.title.text.replace("<br>", " ")
    assert "ring: the state that was read" in figure.layout.title.text.replace("<br>", " ")


def test_the_figure_of_a_training_that_runs_claims_no_end():
    figure = draw({"estimator": "mine", "curves": CURVES, "training": 3}, unit="nats", theme="dark")
    assert "mine at update 75: 0.400 nats" in figure.layout.title.text
    assert "training 3 of this estimate runs now" in figure.layout.title.text
    assert not [one for one in figure.data if one.mode == "markers" and len(one.x)]
    far = draw({"estimator": "a", "curves": CURVES, "stopped": "", "ceiling": 9.0}, unit="nats")
    assert not far.layout.shapes and "ceiling 9 nats, far above" in far.layout.title.text
    gone = draw({"estimator": "a", "curves": {"step": [25], "train": [None], "held": [None]}, "stopped": "NaN"})
    assert "has read no held-out samples yet" in gone.layout.title.text


def test_the_figure_takes_an_estimate_and_curves_of_a_loss():
    curves = CURVES | {"estimate": [0.1, 0.3, 0.35]}
    found = Estimate("I(X;Y)", 0.3, estimator="minde", details={"curves": curves, "best": 75})
    figure = draw(found, unit="nats")
    assert "minde is read at update 75: 0.350 nats" in figure.layout.title.text
    assert "learnt from" not in {one.text for one in figure.layout.annotations}


def test_planes_listen_too(home, monkeypatch):
    heard = []

    class Cells:
        def groups(self, cells):
            return [cells]

        def together(self, cells):
            report(3, 9)
            return {cell: {"values": {}} for cell in cells}

    class Kind:
        keys = staticmethod(lambda *_: {(4, "tanh"): "key"})
        cells = staticmethod(lambda *_: Cells())

    class Run:
        steps, layers, complete, digest, provenance = (4,), ("tanh",), True, "run", {"step": "epoch"}

    monkeypatch.setitem(sweep.KINDS, Profile, Kind)
    sweep.compute(Run(), Profile("mine"), progress=lambda done, total, note="": heard.append((done, total, note)))
    assert heard == [(0, 1, "mine of tanh at epoch 4: update 3 of 9"), (1, 1, "tanh at epoch 4")]


def test_a_plane_tells_which_information_is_learnt_and_shows_its_curves(layers, home, monkeypatch):
    monkeypatch.setattr(training_curves, "KEEP_EVERY", 0.0)
    steps, x, y = layers
    recording = explorer.Recording.from_arrays(steps, x=x, y=y, name="small")
    seen, notes = [], []
    for name, settings in (("infonce", {"steps": 50, "hidden": 8}), ("minde", {"steps": 50, "hidden": 16})):
        plan = Plan(name, settings, permutations=1).checked(recording)

        def progress(done, total, note="", plan=plan):
            notes.append(note)
            seen.append(sweep.curves(recording, plan, ["tanh_3"], [0, 1]))

        sweep.compute(recording, plan, ["tanh_3"], [0, 1], device="cpu", progress=progress)
        assert sweep.curves(recording, plan, ["tanh_3"], [0, 1]) == {}, "nothing learns any more"
    read = {(one["estimator"], one["of"], one["at_once"]) for one in seen if one}
    together = {("infonce", f"{what} of tanh_3 at steps 0 to 1", count)
                for what, count in (("I(X;T)", 2), ("I(T;Y) and I(T;Y) shuffled", 4))}  # fmt: skip
    alone = {("minde", f"{what} of tanh_3 at step {step}", 1)
             for what in ("I(X;T)", "I(T;Y)", "I(T;Y) shuffled") for step in (0, 1)}  # fmt: skip
    assert read == together | alone
    assert any(note.startswith("I(T;Y) shuffled of tanh_3 at step 1: update 50 of 50") for note in notes)
    drawn = draw(next(one for one in seen if one and one["at_once"] == 4), unit="nats").layout.title.text
    said = drawn.replace("<br>", " ")
    assert "I(T;Y) and I(T;Y) shuffled of tanh_3 at steps 0 to 1" in said and "the mean of 4 trainings" in said


def test_two_parts_of_a_plane_that_train_have_curves_of_their_own(layers, home, monkeypatch):
    monkeypatch.setattr(training_curves, "KEEP_EVERY", 0.0)
    steps, x, y = layers
    recording = explorer.Recording.from_arrays(steps, x=x, y=y, name="small")
    plan = Plan("minde", {"steps": 50, "hidden": 16}, permutations=1).checked(recording)
    begun, seen = [], []

    def outer(done, total, note=""):
        if sweep.curves(recording, plan, ["tanh_3"], [0]) and not begun:
            begun.append(True)
            sweep.compute(recording, plan, ["tanh_3"], [1], device="cpu", progress=inner)

    def inner(done, total, note=""):
        seen.append([sweep.curves(recording, plan, ["tanh_3"], [step]).get("of", "") for step in (0, 1)])

    sweep.compute(recording, plan, ["tanh_3"], [0], device="cpu", progress=outer)
    assert sweep.curves(recording, plan, ["tanh_3"], [0]) == sweep.curves(recording, plan) == {}
    assert {first for first, _ in seen} == {"I(X;T) of tanh_3 at step 0"}, "it stands still meanwhile"
    assert {second for _, second in seen} >= {"I(X;T) of tanh_3 at step 1", "I(T;Y) of tanh_3 at step 1"}


def test_a_predictor_of_noise_that_learns_is_drawn_as_a_loss_without_a_unit():
    drawn = draw({"estimator": "minde", "training": 1, "unit": "", "curves": CURVES}, unit="bits")
    assert "a loss of 0.400" in drawn.layout.title.text.replace("<br>", " ")
    assert drawn.layout.yaxis.title.text == "loss"
    assert list(drawn.data[1].y) == CURVES["held"]
    assert draw({"estimator": "nwj", "training": 1, "curves": CURVES}).layout.yaxis.title.text == "read, bits"


def test_the_ceiling_is_drawn_while_a_critic_learns(pair, monkeypatch):
    monkeypatch.setattr(training_curves, "KEEP_EVERY", 0.0)
    inquiry, seen = Inquiry({"infonce": {"steps": 50}}, null=False).checked(), []

    def progress(done, total, note=""):
        seen.extend(panel.curves(*pair, inquiry).values())

    panel.compute(*pair, inquiry, progress)
    assert seen[0]["ceiling"] == pytest.approx(np.log(60)) and seen[0]["unit"] == "nats"
    drawn = draw(seen[0] | {"curves": {"step": [25], "train": [3.0], "held": [2.5]}}, unit="nats")
    assert [one.y0 for one in drawn.layout.shapes] == [pytest.approx(np.log(60))]
    assert "ceiling 4.09 nats: no reading above it" in {one.text for one in drawn.layout.annotations}


def test_a_loss_says_that_it_is_one_while_it_is_learnt(home):
    with training_curves.followed("cell", "minde", lambda *_: None, 0, 1):
        look(25, 0.9, 0.8, "")
        found = training_curves.live(["cell"])["cell"]
    assert found["unit"] == "" and "ceiling" not in found
    assert draw(found).layout.yaxis.title.text == "loss"


def test_names_stand_at_the_ends_of_curves_that_lie_close_above_zero():
    curves = {"step": [25, 50], "train": [0.93, 0.94], "held": [0.96, 0.98]}
    drawn = draw({"estimator": "infonce", "stopped": "", "curves": curves}, unit="nats")
    ends = {one.text: one.y for one in drawn.layout.annotations if one.text in ("learnt from", "held out")}
    assert ends == pytest.approx({"learnt from": 0.94, "held out": 0.98}, abs=1e-9)


def test_the_latest_training_is_the_one_that_runs_else_the_last():
    from explorer.ui.learning import latest

    first, last, runs = {"stopped": "a"}, {"stopped": "b"}, {"training": 1}
    assert latest({"x": first, "y": last}) is last
    assert latest({"x": first, "now": runs, "y": last}) is runs
