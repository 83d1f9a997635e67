"""The Estimators page as the server runs it: both tabs, empty, done, with bad input, with jobs in every state."""

import numpy as np
import pytest
from pages_fixture import opened, quiet, texts  # noqa: F401
from streamlit.testing.v1 import AppTest

from explorer import jobs
from explorer.jobs import board
from explorer.results.comparison import Panel
from explorer.studies import panel, trials
from explorer.studies.panel import Inquiry
from explorer.studies.trials import Trial
from explorer.ui import estimators_page, your_data

pytestmark = pytest.mark.usefixtures("quiet")

PAGE = "6_estimators.py"
SMALL = {"dist": "bivariate_normal", "est.continuous": "gaussian", "bivariate_normal.n.values": "50, 60", "seeds": "2"}


def labels(test: AppTest) -> list[str]:
    return [button.label for button in test.button]


@pytest.fixture
def table(tmp_path):
    """A csv with two columns that depend on each other and a label."""
    rng = np.random.default_rng(0)
    x = rng.standard_normal(60)
    rows = [f"{a:.6g},{a + b:.6g},{'up' if a > 0 else 'down'}" for a, b in zip(x, rng.standard_normal(60), strict=True)]
    (tmp_path / "pair.csv").write_text("\n".join(["a,b,c", *rows]))
    return tmp_path / "pair.csv"


def test_a_trial_is_submitted_once():
    test = opened(PAGE, **SMALL)
    assert not test.exception and not test.error and not test.warning
    (job,) = jobs.jobs()
    assert job.title == "Trials of gaussian on bivariate_normal" and "Cancel" in labels(test)
    opened(PAGE, **SMALL)
    assert len(jobs.jobs()) == 1, "a second tab re-attaches"


def test_another_setting_takes_the_place_of_a_trial_that_nobody_waits_for():
    test = opened(PAGE, **SMALL)
    test.number_input(key="seeds").set_value(3).run()
    assert sorted(job.state for job in jobs.jobs()) == ["cancelled", "queued"]


def test_what_is_computed_is_drawn_and_no_job_starts():
    trials.run("bivariate_normal", ["gaussian"], values=[50, 60], seeds=2)
    test = opened(PAGE, **SMALL)
    assert not test.exception and jobs.jobs() == []
    (chart,) = test.get("plotly_chart")
    assert "gaussian stays within" in chart.proto.spec and "gaussian stays within" in chart.proto.alt
    assert "Few samples" in texts(test)
    before = chart.proto.spec
    test.segmented_control(key="unit").set_value("nats").run()
    assert test.get("plotly_chart")[0].proto.spec != before


def test_refusals_and_rules_stand_beside_the_curves():
    trials.run("bivariate_normal", ["plug_in", "gaussian"], values=[50], seeds=1)
    shown = {"est.continuous": ["plug_in", "gaussian"], "bivariate_normal.n.values": "50", "seeds": "1"}
    test = opened(PAGE, **{**SMALL, **shown})
    said = texts(test).replace("\\", "")
    assert "plug_in: no value." in said and "needs it discrete" in said


def test_no_estimator_says_what_to_do():
    test = opened(PAGE, **SMALL)
    test.multiselect(key="est.continuous").set_value([]).run()
    assert "Choose one or more above" in texts(test) and not test.exception


@pytest.mark.parametrize(
    "typed, says",
    [("50, a", "n='a' must be a whole number"), ("", "are missing; give some, as in 100, 2000"), ("2", "must lie in")],
)
def test_values_that_are_none_are_told_and_the_sliders_stay(typed, says):
    test = opened(PAGE, **SMALL)
    test.text_input(key="bivariate_normal.n.values").set_value(typed).run()
    assert says in texts(test).replace("\\", "") and not test.exception
    assert [one.key for one in test.slider if not one.key.startswith("bound.")] == ["bivariate_normal.rho"]


def test_settings_that_clash_are_told():
    asked = {"multivariate_normal.structure": "dense", "multivariate_normal.rho": "-0.3"}
    test = opened(PAGE, **asked)
    assert "must exceed" in texts(test) and not test.exception and jobs.jobs() == []


def test_the_url_brings_every_control_back_and_what_it_cannot_is_named():
    asked = {
        "dist": "student_t",
        "student_t.sweep": "df",
        "student_t.dim": "2",
        "n": "500",
        "unit": "nats",
        "ksg.k": "7",
    }
    test = opened(PAGE, **asked, x="twelve_bit:y", seed="4")
    assert not test.warning and not test.exception
    (job,) = jobs.jobs()
    plan = job.spec.arguments["trial"]
    assert plan["sweep"] == "df" and plan["n"] == 500 and plan["settings"]["dim"] == 2
    assert plan["estimators"]["ksg"]["k"] == 7
    (warning,) = opened(PAGE, dist="nope", zz="1").warning
    assert "dist=nope" in warning.value and "zz=1" in warning.value


@pytest.mark.parametrize("kind, name", [("discrete", "binary_symmetric_channel"), ("mixed", "zero_inflated_poisson")])
def test_the_estimators_fit_the_distribution(kind, name):
    test = opened(PAGE, dist=name)
    chosen = test.multiselect(key=f"est.{kind}").value
    assert len(chosen) > 1 and "gaussian_copula" not in chosen


def test_every_distribution_has_its_sliders_and_a_first_trial():
    from explorer.catalogue import distributions
    from explorer.ui.sliders import suggested

    for name in distributions:
        for setting in trials.sweepable(name):
            values = suggested(setting)
            assert 2 <= len(values) <= 8, (name, setting.name)
            assert [setting.checked(value) for value in values] == values, (name, setting.name)


def test_a_heavy_trial_asks_first():
    test = opened(PAGE, **{**SMALL, "est.continuous": "ksg", "bivariate_normal.n.values": "1000000"})
    assert jobs.jobs() == [] and "on one core" in texts(test)
    next(button for button in test.button if button.label == "Run").click().run()
    assert len(jobs.jobs()) == 1


@pytest.mark.parametrize("state, says", [("failed", "it broke"), ("lost", "its worker is gone")])
def test_a_job_that_has_stopped_can_be_resumed(state, says):
    opened(PAGE, **SMALL)
    (job,) = jobs.jobs()
    board.Board()._change(job.id, ("queued",), state=state, error="it broke" if state == "failed" else "")
    test = opened(PAGE, **SMALL)
    assert says in texts(test).replace("\\", "")
    next(button for button in test.button if button.label == "Resume").click().run()
    assert jobs.job(job.id).state == "queued"


def test_the_code_repeats_the_curves():
    trial = Trial("multivariate_normal", {"rho": 0.3, "structure": "dense"}, "dim", (1, 2), 60, {"ksg": {"k": 3}}, 1)
    code = estimators_page.python(trial.checked(), "nats")
    space: dict = {}
    exec(code.replace("found.plot", "figure = found.plot"), space)
    again = trials.collected(trial.checked())
    assert again.about["cells"] == again.about["total"] == 2
    assert np.array_equal(space["found"].mean, again.mean)
    assert "k=" not in code and "'k': 3" in code


def your(**parameters: str) -> AppTest:
    return opened(PAGE, tab="Your data", **parameters)


def test_your_data_empty_says_what_to_do_and_has_an_example():
    test = your()
    assert "X and Y are not chosen" in texts(test) and jobs.jobs() == []
    next(button for button in test.button if button.label.startswith("Try a layer")).click().run()
    assert not test.exception and not test.error
    (job,) = jobs.jobs()
    assert job.spec.arguments["x"] == "twelve_bit:8000:softmax_2" and job.spec.arguments["y"] == "twelve_bit:y"


def test_your_data_is_submitted_and_drawn(table):
    x, y = f"{table}:a", f"{table}:b"
    test = your(x=x, y=y)
    (job,) = jobs.jobs()
    assert job.title == "Estimators on pair.csv:a and pair.csv:b" and "n = 60" in texts(test)
    panel.run(x, y)
    board.Board()._change(job.id, ("queued",), state="done")
    test = your(x=x, y=y)
    assert not test.exception and not test.error
    assert "continuous" in texts(test) and "Cancel" not in labels(test)
    shown = test.dataframe[0].value
    assert {"ksg", "gaussian"} <= set(shown["estimator"]) and shown["verdict"].all()
    assert "estimators do not take this pair" in test.expander[-1].label


@pytest.mark.parametrize(
    "x, says",
    [
        ("/nowhere.csv:a", "does not exist"),
        ("{table}:zz", "zz"),
        ("**[a](b)**", "does not exist"),
        ("a" * 400, "does not"),
    ],
)
def test_data_that_cannot_be_read_are_told(table, x, says):
    test = your(x=x.format(table=table), y=f"{table}:b")
    assert not test.exception and says in "\n".join(error.value for error in test.error) and jobs.jobs() == []


def test_data_outside_the_folders_of_a_shared_server_are_refused(table, monkeypatch, tmp_path):
    monkeypatch.setenv("EXPLORER_ROOTS", str(tmp_path / "shown"))
    test = your(x=f"{table}:a", y=f"{table}:b")
    assert "outside the folders" in texts(test) and jobs.jobs() == []
    assert not [one for one in test.selectbox(key="x").options if "pair.csv:c" in one], "its columns are not listed"


def test_an_upload_is_kept_at_home_under_a_plain_name(table, home):
    test = your()
    test.file_uploader(key="upload-x").set_value([("../../e:vil.csv", table.read_bytes(), "text/csv")]).run()
    assert not test.exception and not test.error
    (kept,) = (home / "uploads").glob("*/*")
    assert kept.name == "e_vil.csv" and kept.read_bytes() == table.read_bytes()
    (job,) = jobs.jobs()
    assert job.spec.arguments["x"] == f"{kept}:a" and job.spec.arguments["y"] == f"{kept}:c"
    short = str(kept.relative_to(home))
    assert test.selectbox(key="x").value == f"{short}:a" and f"{short}:b" in test.selectbox(key="y").options
    assert not your(x=f"{short}:a", y=f"{short}:b").error, "the URL of one session works in another"
    assert "does not exist" in texts(your(x="uploads/../nothing.csv", y=f"{short}:b"))


def test_two_uploads_are_x_and_y(home, tmp_path):
    files = []
    for name in "xy":
        np.save(tmp_path / f"{name}.npy", np.random.default_rng(ord(name)).standard_normal(50))
        files.append((f"{name}.npy", (tmp_path / f"{name}.npy").read_bytes(), "application/octet-stream"))
    test = your()
    test.file_uploader(key="upload-x").set_value(files).run()
    (job,) = jobs.jobs()
    assert job.spec.arguments["x"].endswith("x.npy") and job.spec.arguments["y"].endswith("y.npy")


def test_an_upload_that_cannot_be_read_is_told_and_does_not_block_others(table, home):
    empty, good = ("empty.csv", b"", "text/csv"), ("good.csv", table.read_bytes(), "text/csv")
    test = your()
    test.file_uploader(key="upload-x").set_value([empty]).run()
    (said,) = [one.value.replace("\\", "") for one in test.error]
    assert said == "empty.csv is empty (0 bytes). It is left out. The × beside its name removes it."
    assert not test.selectbox(key="x").value and jobs.jobs() == []
    test.file_uploader(key="upload-x").set_value([empty, good]).run()
    (said,) = [one.value for one in test.error]
    assert "It is left out; the other file is taken." in said
    (job,) = jobs.jobs()
    assert job.spec.arguments["x"].endswith("good.csv:a") and job.spec.arguments["y"].endswith("good.csv:c")
    test.file_uploader(key="upload-x").set_value([good]).run()
    assert not test.error and not test.exception


def test_those_that_train_start_when_they_are_ticked(table):
    test = your(x=f"{table}:a", y=f"{table}:b")
    (job,) = jobs.jobs()
    said = texts(test).replace("\\", "")
    assert "train, 2 of sequences and 1 slow one are left out; Add others has them. All of them would take" in said
    assert "infonce" not in job.spec.arguments["inquiry"]["estimators"]
    given = {"x": f"{table}:a", "y": f"{table}:b", "add": ["infonce", "transfer_entropy"]}
    test = your(**given)
    asked = {name for job in jobs.jobs() for name in job.spec.arguments["inquiry"]["estimators"]}
    assert {"infonce", "transfer_entropy"} <= asked and not test.warning and not test.exception


def test_the_code_of_those_that_train_names_them(table):
    inquiry = Inquiry({name: {} for name in ("gaussian", "infonce")}, null=False).checked()
    code = your_data.python(f"{table}:a", f"{table}:b", inquiry, "bits")
    space: dict = {}
    exec(code, space)
    assert set(space["found"].estimators) == {"gaussian", "infonce"}
    every = your_data.python("a", "b", Inquiry().checked(), "bits")
    assert "unasked" not in every and "panel.run('a', 'b')" in every


def test_curves_stand_below_the_estimates(table):
    panel.run(f"{table}:a", f"{table}:b", {name: {} for name in [*panel.unasked(), "infonce"]})
    test = your(x=f"{table}:a", y=f"{table}:b", add="infonce")
    assert "How it was trained" in texts(test) and jobs.jobs() == []
    _, curves = test.get("plotly_chart")
    assert curves.proto.alt.startswith("Training curves. infonce is read at update")


def bounds(**parameters: str) -> AppTest:
    return opened(PAGE, tab="Which bound can I trust?", **parameters)


def test_the_best_critic_is_read_at_once_and_what_breaks_is_named():
    test = bounds(**{"bound.batch": "32", "bound.repeats": "100", "unit": "nats"})
    assert not test.exception and not test.error and not test.warning and jobs.jobs() == []
    (chart,) = test.get("plotly_chart")
    assert "smile, called lower ▲ above from" in chart.proto.alt
    assert "Called lower bound, yet from" in texts(test)
    (code,) = [one.value for one in test.code if one.language == "python"]
    assert "staircase.run(batch=32" in code and "repeats=100" in code


def test_many_large_batches_are_a_job():
    bounds(**{"bound.batch": "1024", "bound.repeats": "20"})
    (job,) = jobs.jobs()
    assert job.title == "Bounds with the best critic, 1024 samples a batch"
    assert job.spec.arguments["stairs"]["repeats"] == 20


def test_trained_bounds_ask_first_and_share_what_trials_keep():
    given = {"critic": "trained", "bound.n": "2000", "bound.seeds": "3", "bound.dim": "4"}
    test = bounds(**given, **{"bound.names": ["infonce", "nwj", "smile", "vclub"]})
    assert "These 60 trainings take about" in texts(test) and jobs.jobs() == []
    next(button for button in test.button if button.label == "Run").click().run()
    (job,) = jobs.jobs()
    assert job.spec.function == "explorer.studies.trials:fill" and len(job.spec.arguments["trial"]["values"]) == 5
    none = bounds(**given)
    none.multiselect(key="bound.names").set_value([]).run()
    assert "No bound is chosen" in texts(none) and not none.exception


def test_the_code_repeats_the_panel(table):
    inquiry = Inquiry({"gaussian": {}}, seed=3, null=False).checked()
    code = your_data.python(f"{table}:a", f"{table}:b", inquiry, "bits")
    space: dict = {}
    exec(code, space)
    assert isinstance(space["found"], Panel) and space["found"].estimators == ("gaussian",)
    assert space["found"].about["seed"] == 3 and np.isnan(space["found"].p_value[0])
