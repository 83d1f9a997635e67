"""The information plane: what it means, what it keeps, what it refuses."""

import inspect
import itertools
import math

import numpy as np
import pytest

import explorer
from explorer import planes
from explorer.cells import Cells
from explorer.data import identity
from explorer.errors import InputError, SampleError, SettingError, UnknownNameError
from explorer.plan import Plan, keys
from explorer.reliability.verdict import doubts_of
from explorer.results.trajectory import TY, XT, Trajectory
from explorer.sweep import collected, compute


@pytest.fixture
def recording(layers, home):
    steps, x, y = layers
    factors = {"first": x[:, 0].astype(int), "word": np.where(x[:, 1] > 0, "yes", "no")}
    return explorer.Recording.from_arrays(steps, x=x, y=y, factors=factors, name="small")


def entropy(values: np.ndarray) -> float:
    _, counts = np.unique(values, axis=0, return_counts=True)
    shares = counts / counts.sum()
    return float(-(shares * np.log(shares)).sum())


def test_the_published_plane_cell_by_cell(recording, layers):
    """I(X;T) = H(bins) for a deterministic map, I(T;Y) by the three entropies, straight from NumPy."""
    steps, _, y = layers
    trajectory = explorer.plane(recording)
    for place, step in enumerate(sorted(steps)):
        for layer, t in steps[step].items():
            cells = np.digitize(t, np.linspace(-1, 1, 30))
            h = entropy(cells)
            both = entropy(np.column_stack([cells, y]))
            # both are sums of a few hundred float64 terms
            assert trajectory.curve(layer, XT)[place] == pytest.approx(h, abs=1e-9)
            assert trajectory.curve(layer, TY)[place] == pytest.approx(h + entropy(y[:, None]) - both, abs=1e-9)


def test_equal_inputs_share_their_identity():
    x = np.array([[0.0, 1.0], [0.0, 1.0], [2.0, 1.0]])
    codes = identity(x, 3)
    assert codes[0] == codes[1] != codes[2]
    assert identity(None, 3).tolist() == [0, 1, 2]


def test_noise_in_the_layer_is_not_information_about_x(home):
    """With repeated inputs and a noisy layer, I(X;T) stays at H(X) or below, and H(T) does not."""
    rng = np.random.default_rng(0)
    x = rng.integers(0, 2, (2000, 1)).astype(float)
    t = x + rng.normal(0, 0.1, (2000, 1))
    recording = explorer.Recording.from_arrays({0: {"t": t}}, x=x, y=x[:, 0].astype(int))
    value = explorer.plane(recording, width=0.5).curve("t", XT)[0]
    assert value == pytest.approx(math.log(2), abs=0.02)


def test_every_estimator_gives_a_plane_or_a_reason(recording):
    from explorer.catalogue import estimators

    for name in estimators:
        try:
            trajectory = explorer.plane(recording, name, layers=["tanh_3"], steps=[1, 10], permutations=1)
        except InputError as error:
            assert str(error)
            continue
        known = ~np.isnan(trajectory.value)
        assert known.all() or trajectory.about["failed"]


def test_cells_are_computed_once(recording):
    plan = Plan().checked(recording)
    assert compute(recording, plan) == 6
    assert compute(recording, plan) == 0
    assert compute(recording, Plan(seed=1).checked(recording)) == 6
    assert collected(recording, plan).about["cells"] == 6


def test_a_stopped_sweep_goes_on_where_it_was(recording):
    seen = []

    def stop(done, total, note=""):
        seen.append(done)
        if done == 4:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        compute(recording, Plan().checked(recording), progress=stop)
    partial = collected(recording, Plan().checked(recording))
    assert 0 < partial.about["cells"] < 6
    assert len(explorer.plane(recording)) == 12


def test_keys_tell_apart_data_settings_and_layers(recording):
    plan = Plan().checked(recording)
    other = Plan(settings={"bins": 20}).checked(recording)
    found = [*keys(recording, plan, recording.steps, recording.layers).values()]
    found += keys(recording, other, recording.steps, recording.layers).values()
    assert len(set(found)) == len(found) == 12


def test_targets(recording, layers):
    steps, x, _ = layers
    first = explorer.plane(recording, target="first").curve("tanh_3", TY)
    same = explorer.Recording.from_arrays(steps, x=x, y=x[:, 0].astype(int))
    assert first == pytest.approx(explorer.plane(same).curve("tanh_3", TY))
    assert (explorer.plane(recording, target="word").value >= -1e-12).all()
    own = explorer.plane(recording, target="tanh_3")
    # a layer tells all its cells about itself: I(T;T) = H(T) = I(X;T) here
    assert own.curve("tanh_3", TY) == pytest.approx(own.curve("tanh_3", XT))
    # processing: the first unit's cells are part of the layer's cells
    assert (own.curve("tanh_1", TY) <= own.curve("tanh_3", TY) + 1e-12).all()


def test_noise_is_stated_and_seeded(recording):
    plan = Plan("ksg", noise=0.2, seed=3).checked(recording)
    noisy, again = (Cells(recording, plan).noisy(np.zeros((200, 2)), 1, "tanh_3") for _ in range(2))
    other = Cells(recording, Plan("ksg", noise=0.2, seed=4).checked(recording)).noisy(np.zeros((200, 2)), 1, "tanh_3")
    assert (noisy == again).all() and (noisy != other).any()
    assert explorer.plane(recording, "kde_bounds", noise=0.2).about["noise"] == 0.2


@pytest.mark.parametrize("bound", ["upper", "lower"])
def test_noise_never_adds_information_about_x(recording, bound):
    """I(X; T + N) falls as the noise grows; with the kernel the noise is exact, nothing is sampled."""
    planes = [explorer.plane(recording, "kde_bounds", noise=noise, bound=bound) for noise in (0.0, 0.05, 0.3, 1.0)]
    for less, more in itertools.pairwise(planes):
        assert (more.curve("tanh_3", XT) <= less.curve("tanh_3", XT) + 1e-9).all()
    exact = explorer.plane(recording, "kde_bounds", variance=1e-3 + 0.3**2, bound=bound)
    assert planes[2].value == pytest.approx(exact.value, abs=1e-9)  # variances add


def test_estimators_that_bin_refuse_noise(recording):
    with pytest.raises(SettingError, match="would count the noise as information"):
        explorer.plane(recording, noise=0.1)


def test_one_hot_labels_have_the_entropy_of_their_classes(layers, home):
    steps, x, _ = layers
    classes = np.arange(200) % 10
    plane = explorer.plane(explorer.Recording.from_arrays(steps, x=x, y=np.eye(10)[classes]))
    assert plane.about["entropy_y"] == pytest.approx(math.log(10))
    assert np.nanmax(plane.curve("tanh_3", TY)) <= math.log(10) + 1e-9


def test_words_as_labels_leave_the_input_side_to_any_estimator(layers, home):
    _, _, y = layers
    x = np.random.default_rng(0).normal(size=(200, 3))
    words = np.where(y > 0, "owl", "cat")
    t = {0: {"t": np.tanh(x[:, :2])}}
    plane = explorer.plane(explorer.Recording.from_arrays(t, x=x, y=words), "ksg")
    assert np.isfinite(plane.curve("t", XT)).all() and np.isnan(plane.curve("t", TY)).all()
    assert "ksg cannot take this target" in plane.about["failed"]["t"]


def test_a_label_comes_before_a_layer_of_its_name(layers, home):
    steps, x, y = layers
    renamed = {step: {"y": found["tanh_3"]} for step, found in steps.items()}
    plane = explorer.plane(explorer.Recording.from_arrays(renamed, x=x, y=y))
    assert plane.about["entropy_y"] == pytest.approx(entropy(y[:, None]))
    assert (plane.curve("y", TY) <= entropy(y[:, None]) + 1e-9).all()


def test_the_title_says_how_far_a_plane_is(recording):
    from explorer.figures.finding import finding

    plan = Plan().checked(recording)
    assert finding(collected(recording, plan)) == "No value yet"
    compute(recording, plan, steps=[0])
    assert finding(collected(recording, plan)) == "2 of 6 points so far"


def test_the_title_of_a_part_says_of_how_many_steps_it_is(recording):
    plot = explorer.plane(recording, layers=["tanh_3"], steps=[1], permutations=0).plot()
    assert "1 of 3 recorded steps: what moves is not seen" in plot.layout.title.text
    two = explorer.plane(recording, steps=[0, 1], permutations=0).plot()
    assert "2 of 3 recorded steps" in two.layout.title.text.replace("<br>", " ")


def test_a_plane_that_reads_more_than_the_target_has_is_doubted(recording):
    cell = {"xt": 1.0, "ty": 0.9, "doubts": [["ties", "Some.", ""]], "bounds": {TY: "lower"}}
    plan = Plan("infonce").checked(recording)
    plane = planes.table(recording, plan, {(0, "tanh_3"): cell, (1, "tanh_3"): {**cell, "ty": 0.6}}, ["tanh_3"], 2)
    assert plane.about["entropy_y"] == pytest.approx(0.664, abs=1e-3)
    assert plane.warnings == (("ties",), ("ties", "above entropy"), ("ties",), ("ties",))
    assert plane.about["doubts"]["above entropy"]["tanh_3"].startswith("I(T;Y): 0.9 nats (1.3 bits) is above")
    assert "infonce bounds I(T;Y) from below: the truth may be higher." in [one.text for one in doubts_of(plane)]


def test_a_setting_called_as_an_argument_is_given_with_its_entry(recording):
    """`steps` are those of the training and those of the run."""
    entry = explorer.estimators.InfoNCE(steps=50, hidden=8)
    plane = explorer.plane(recording, entry, steps=[10], permutations=0)
    assert plane.steps == (10,) and plane.about["settings"]["steps"] == 50
    spent = explorer.profile(recording, explorer.measures.WassersteinDependency(steps=50), steps=[1])
    assert spent.steps == (1,) and spent.about["settings"]["steps"] == 50


def test_what_trains_reads_in_a_plane_what_it_reads_by_itself(recording):
    """The same seed, the same number, and the doubts of each quantity beside it alone."""
    plane = explorer.plane(recording, "minde", layers=["tanh_3"], steps=[10], permutations=1, seed=3, hidden=8)
    t = recording.activations(10, "tanh_3")
    alone = explorer.estimators.MINDE(hidden=8)(t, recording.y.astype(float), seed=3, y_kind="continuous")
    read = dict(zip(plane.quantity, plane.value.tolist(), strict=True))
    assert read[TY] == pytest.approx(alone.nats, abs=1e-6)


def test_following_waits_for_life_and_ends_when_the_recording_does(layers, tmp_path, home, monkeypatch):
    import torch

    from explorer import following
    from explorer.errors import JobError

    _, x, y = layers
    model = torch.nn.Sequential(torch.nn.Linear(6, 2), torch.nn.Tanh())
    recorder = explorer.Recorder(tmp_path / "run", model, probe=(x.astype("float32"), y))
    recorder.step(0)
    monkeypatch.setattr(following, "PATIENCE", 0.5)
    with pytest.raises(JobError, match="resume to go on following"):
        following.run(str(tmp_path / "run"), {}, lambda done, total, note="": None)
    recorder.step(1, loss=torch.tensor(0.5, requires_grad=True))  # a live loss, as in a training loop
    recorder.close()
    ended = following.run(str(tmp_path / "run"), {}, lambda done, total, note="": None)
    assert ended == {"steps": 2, "complete": True}


@pytest.mark.parametrize(("state", "why"), [("cancelled", "was cancelled"), ("failed", "failed")])
def test_following_ends_with_the_training_that_it_follows(state, why, home, monkeypatch):
    import torch

    from explorer import demo, following
    from explorer.errors import JobError
    from explorer.jobs.board import Board

    monkeypatch.setattr(demo.jobs, "ensure_service", lambda: False)
    folder, training = demo.submit_demo("digits")
    assert following.training_job(folder).id == training.id and following.training_job(home) is None
    recorder = explorer.Recorder(
        folder, torch.nn.Sequential(torch.nn.Linear(6, 2), torch.nn.Tanh()), probe=torch.eye(6)
    )
    recorder.step(0)
    begun = []

    def seen(done, total, note=""):
        begun.append(note)
        if note.startswith("waiting"):
            Board()._change(training.id, ("queued",), state=state)

    profile = {"measure": "effective_rank"}
    with pytest.raises(JobError, match=f"the training {why}; what it had recorded is computed"):
        following.run(str(folder), profile, seen)
    recorder.close()
    assert len(begun) < 10
    assert not np.isnan(explorer.profile(explorer.open(folder), "effective_rank").value).any()


def test_progress_calls_steps_as_the_recording_does(tmp_path, home):
    import torch

    model, notes = torch.nn.Sequential(torch.nn.Linear(6, 2), torch.nn.Tanh()), []
    with explorer.Recorder(tmp_path / "run", model, probe=torch.eye(6), provenance={"step": "epoch"}) as recorder:
        recorder.step(0)
    explorer.profile(
        explorer.open(tmp_path / "run"), "effective_rank", progress=lambda done, total, note="": notes.append(note)
    )
    assert notes[-1] == "1 at epoch 0"


def test_shipped_planes_are_what_this_code_computes(home):
    """Three cells of every plane in assets, computed again; the weights' activations differ in float32 rounding."""
    from explorer.bundle import _shipped

    recording = explorer.open("twelve_bit")
    planes = [shipped for shipped in _shipped("twelve_bit") if "estimator" in shipped["plan"]]
    assert len(planes) == 5
    for shipped in planes:
        plan = Plan(**shipped["plan"])
        assert plan == plan.checked(recording)
        cells = Cells(recording, plan, "cpu")
        for step, layer in ((0, "tanh_5"), (216, "tanh_3"), (8000, "softmax_2")):
            again, kept = cells.at(step, layer), shipped["cells"][f"{step}/{layer}"]
            # a value within rounding of a cell edge can change cells: 3 of 4096 rows move H by less than 0.01
            assert [again[k] for k in ("xt", "ty", "null")] == pytest.approx(
                [kept[k] for k in ("xt", "ty", "null")], abs=0.01
            )


def test_the_null_is_below_the_value_and_above_zero(recording):
    trajectory = explorer.plane(recording, permutations=20)
    null = trajectory.curve("tanh_3", TY, "null")
    assert (null > 0).all()
    assert (null <= trajectory.curve("tanh_3", TY) + 0.02).all()
    assert np.isnan(trajectory.curve("tanh_3", XT, "null")).all()


def test_a_group_of_runs_is_a_mean_with_a_band(layers, home):
    steps, x, y = layers
    shifted = {step: {name: t * 0.9 for name, t in found.items()} for step, found in steps.items()}
    runs = [explorer.Recording.from_arrays(one, x=x, y=y) for one in (steps, shifted)]
    group = explorer.plane(runs)
    single = [explorer.plane(run) for run in runs]
    assert group.value == pytest.approx((single[0].value + single[1].value) / 2)
    assert (group.low <= group.value + 1e-12).all() and (group.value <= group.high + 1e-12).all()
    assert group.about["runs"] == ["arrays", "arrays"]
    marks = [trace for trace in group.plot().data if trace.name]
    assert all(mark.error_x.arrayminus is not None for mark in marks), "the band is drawn"


def test_ksg_prepares_x_once_and_agrees_with_single_calls(home):
    rng = np.random.default_rng(0)
    x = rng.normal(size=(300, 3))
    t = {"t": np.tanh(x[:, :2] + 0.1 * rng.normal(size=(300, 2)))}
    recording = explorer.Recording.from_arrays({0: t, 1: {"t": t["t"] * 2}}, x=x, y=x[:, 0])
    trajectory = explorer.plane(recording, "ksg", permutations=0)
    single = explorer.estimate(x, t["t"], estimator="ksg").nats
    assert trajectory.curve("t", XT)[0] == pytest.approx(single, abs=1e-12)
    assert not trajectory.about["x_is_identity"]


def test_what_cannot_be_computed_is_missing_with_its_reason(home):
    rng = np.random.default_rng(0)
    tied = rng.integers(0, 2, (100, 1)).astype(float)  # more than k rows coincide with each other and with X
    dead = {"relu": tied, "tanh": rng.normal(size=(100, 2))}
    recording = explorer.Recording.from_arrays({0: dead}, x=rng.integers(0, 2, (100, 3)), y=rng.integers(0, 2, 100))
    trajectory = explorer.plane(recording, "ksg", permutations=0)
    assert "relu" in trajectory.about["failed"]
    assert any(doubt.rule == "Missing points" for doubt in doubts_of(trajectory))


def test_a_plane_without_any_value_says_why(home):
    recording = explorer.Recording.from_arrays({0: {"t": np.full((50, 1), np.nan)}}, y=np.arange(50) % 2)
    with pytest.raises(SampleError, match="NaN"):
        explorer.plane(recording)


@pytest.mark.parametrize(
    "given, error, says",
    [
        ({"estimator": "bining"}, UnknownNameError, "did you mean 'binning'"),
        ({"target": "z"}, UnknownNameError, "no label, factor or layer 'z'"),
        ({"layers": ["tanh_2"]}, UnknownNameError, "no layer 'tanh_2'"),
        ({"steps": [5]}, UnknownNameError, "no recorded step '5'"),
        ({"bin": 20}, SettingError, "did you mean 'bins'"),
        ({"bins": 1}, SettingError, r"bins=1 must lie in \[2, 1000\]"),
        ({"noise": -1.0}, SettingError, r"noise=-1.0 must lie in \[0, 1e\+06\]"),
        ({"seed": -1}, SettingError, "seed=-1 must lie in"),
        ({"permutations": 2.7}, SettingError, "permutations=2.7 must be a whole number"),
        ({"steps": 5}, SettingError, r"steps=5 must be a list, as steps=\[5\]"),
        ({"layers": "tanh_3"}, SettingError, "layers='tanh_3' must be a list"),
        ({"low": 2.0}, SettingError, "low=2 must be below high=1"),
        ({"estimator": "kde_bounds", "target": "tanh_3"}, SettingError, "needs labels as target"),
    ],
)
def test_bad_requests_are_told_in_one_sentence(recording, given, error, says):
    with pytest.raises(error, match=says):
        explorer.plane(recording, **given)


def test_a_path_is_to_be_opened_first():
    with pytest.raises(SampleError, match=r"explorer.open\('runs/a'\)"):
        explorer.plane("runs/a")


def test_a_run_without_a_value_leaves_the_group_without_one(layers, home):
    steps, x, y = layers
    broken = {
        step: {name: t * np.nan if step == 1 else t for name, t in found.items()} for step, found in steps.items()
    }
    good, bad = (explorer.Recording.from_arrays(one, x=x, y=y) for one in (steps, broken))
    for order in ([good, bad], [bad, good]):
        group = explorer.plane(order)
        for column in ("value", "low", "high"):
            assert np.isnan(group.curve("tanh_3", XT, column)).tolist() == [False, True, False]
        assert "tanh_3" in group.about["failed"]


def test_a_trajectory_survives_json_and_units(recording):
    trajectory = explorer.plane(recording)
    back = Trajectory.from_dict(trajectory.to_dict())
    assert (back.value == trajectory.value).all() and back.warnings == trajectory.warnings
    bits = trajectory.to("bits")
    assert bits.value * math.log(2) == pytest.approx(trajectory.value)
    assert list(trajectory.to_frame().columns)[:4] == ["step", "layer", "quantity", "value"]


def test_the_verdict_names_what_fires(recording):
    trajectory = explorer.plane(recording)
    other = explorer.plane(recording, width=1.0)
    rules = {doubt.rule for doubt in doubts_of(trajectory, [other])}
    assert "Deterministic network" in rules
    assert "The ruler matters" in rules


def test_plot_draws_every_layer(recording):
    figure = explorer.plane(recording).plot(unit="nats", theme="dark")
    assert {trace.name for trace in figure.data if trace.name} == {"tanh 3", "tanh 1"}
    assert figure.layout.meta["alt"].startswith("Information plane.")
    assert len(figure.frames) == 3


def test_a_layer_that_tells_more_of_the_target_than_of_the_input_is_doubted(home):
    """KSG in 60 columns reads next to nothing of X, and the target still: data processing rules that out."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(400, 60))
    recording = explorer.Recording.from_arrays({0: {"t": x[:, :1]}}, x=x, y=x[:, 0] + 0.1 * rng.normal(size=400))
    plane = explorer.plane(recording, "ksg", permutations=0)
    assert plane.curve("t", TY)[0] > plane.curve("t", XT)[0] + 0.5
    assert "Data processing" in {doubt.rule for doubt in doubts_of(plane)}
    good = explorer.Recording.from_arrays({0: {"t": x[:, :1]}}, x=x[:, :1] + 1e-3 * x[:, 1:2], y=x[:, 1])
    assert "Data processing" not in {doubt.rule for doubt in doubts_of(explorer.plane(good, "ksg", permutations=0))}


def test_labels_taken_as_coordinates_are_doubted(home):
    rng = np.random.default_rng(0)
    x = rng.normal(size=(200, 2))
    labels = explorer.Recording.from_arrays({0: {"t": np.tanh(x)}}, x=x, y=(x[:, 0] > 0).astype(int))
    assert "labels" in explorer.plane(labels, "ksg").about["doubts"]
    numbers = explorer.Recording.from_arrays({0: {"t": np.tanh(x)}}, x=x, y=x[:, 0] + rng.normal(size=200))
    assert "labels" not in explorer.plane(numbers, "ksg").about["doubts"]


@pytest.mark.parametrize("read", ["plane", "profile"])
@pytest.mark.parametrize("name, none", [("layers", []), ("steps", ()), ("steps", np.array([], int))])
def test_a_list_that_names_nothing_is_refused_and_does_not_mean_everything(home, read, name, none):
    recording = explorer.Recording.from_arrays({0: {"a": np.eye(8)}, 1: {"a": np.eye(8)}}, y=np.arange(8) % 2)
    with pytest.raises(
        SettingError, match=rf"^{name}=.* must be a list that holds at least one; leave it out for all$"
    ):
        getattr(explorer, read)(recording, **{name: none})
    assert "layers" in inspect.signature(getattr(explorer, read)).parameters and getattr(explorer, read).__doc__


def test_a_trajectory_is_printed_in_a_line_that_says_what_it_is(recording):
    found = explorer.profile(recording, "participation_ratio", steps=[0])
    said = "Trajectory: participation_ratio() of small, 2 layers at 1 step (0), in dimensions; to_frame() is the table"
    assert repr(found) == said
    found = Trajectory.from_rows(
        [{"step": step, "layer": "a", "quantity": q, "value": 1.0} for step in (0, 8) for q in (XT, TY)],
        about={"recording": "small", "call": "ksg(k=3)", "layers": ["a"], "cells": 2, "total": 5},
    )
    assert repr(found) == (
        "Trajectory: I(X;T), I(T;Y) by ksg(k=3) of small, 1 layer at 2 steps (0 to 8), in nats, 3 cells missing; "
        "to_frame() is the table"
    )
    assert "nothing" in repr(Trajectory.from_rows([]))
