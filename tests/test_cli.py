"""The command line: what it prints, what it refuses, and how."""

import json
import math
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

import explorer
from explorer import cli
from explorer.errors import ExplorerError

ROOT = Path(__file__).parents[1]


def run(*arguments: str) -> str:
    """What a command prints; an error of ours is raised as it is."""
    result = CliRunner().invoke(cli.app, list(arguments))
    if isinstance(result.exception, ExplorerError):
        raise result.exception
    assert result.exit_code == 0, result.output
    return result.output


def command(*arguments: str, **options) -> subprocess.CompletedProcess:
    """The command as a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "explorer", *arguments], capture_output=True, text=True, cwd=ROOT, **options
    )


@pytest.fixture
def arrays(tmp_path):
    rng = np.random.default_rng(0)
    x = rng.normal(size=500)
    np.savez(tmp_path / "pair.npz", x=x, y=0.8 * x + 0.6 * rng.normal(size=500), label=(x > 0).astype(int))
    return tmp_path / "pair.npz"


def test_version_and_help():
    assert run("--version").strip() == f"explorer {explorer.__version__}"
    shown = run("--help")
    for name in (
        "open",
        "demo",
        "record",
        "compute",
        "estimate",
        "measure",
        "disentangle",
        "plane",
        "list",
        "lab",
        "jobs",
    ):
        assert name in shown


def test_lists_are_the_catalogues():
    found = json.loads(run("list", "estimators", "--json"))
    assert {"ksg", "binning", "kde_bounds"} <= {entry["name"] for entry in found}
    assert set(found[0]) == {"name", "summary", "settings", "source"}
    assert "bivariate_normal" in run("list", "distributions")


def test_listing_does_not_wait_for_torch():
    code = "import sys; from explorer.cli import app; app(['list', 'estimators', '--json'], standalone_mode=False); "
    out = subprocess.run(
        [sys.executable, "-c", code + "assert 'torch' not in sys.modules"], capture_output=True, cwd=ROOT
    )
    assert out.returncode == 0, out.stderr


def test_estimate_prints_the_promised_object(arrays):
    found = json.loads(run("estimate", f"{arrays}:x", f"{arrays}:y", "--estimator", "ksg", "--set", "k=3", "--json"))
    keys = "quantity nats bits interval level standard_error null bound warnings "
    keys += "estimator settings n dim_x dim_y seconds device verdict notes details"
    assert list(found) == keys.split()
    with np.load(arrays) as data:
        assert found["nats"] == explorer.estimate(data["x"], data["y"], estimator="ksg", k=3).nats
    assert found["bits"] == pytest.approx(found["nats"] / math.log(2))
    assert found["settings"]["k"] == 3 and found["n"] == 500
    assert found["null"]["mean"] == pytest.approx(0.0, abs=0.05)


def test_disentangle_in_words_json_and_files(arrays, tmp_path):
    codes = [f"{arrays}:x,y", f"{arrays}:label", "--metric", "mig", "--metric", "modularity", "--trust", "none"]
    words = run("disentangle", *codes)
    assert "mutual information in nats" in words and "mig " in words and "modularity" in words
    plain = json.loads(run("disentangle", *codes, "--bins", "10", "--json"))
    assert set(plain["metrics"]) == {"mig", "modularity"} and plain["about"]["bins"] == 10
    assert (
        plain["latents"] == ["x", "y"] and len(plain["mutual_information"]) == 2 and len(plain["factor_entropy"]) == 1
    )
    run("disentangle", *codes, "--out", str(tmp_path / "table.csv"))
    assert (tmp_path / "table.csv").read_text().startswith("metric,value,low")


def test_columns_of_text_are_left_out_and_said(tmp_path, capfd):
    rows = "".join(f"{i % 3},row {i},{i % 7}\n" for i in range(60))
    (tmp_path / "codes.csv").write_text("size,id,angle\n" + rows)
    left, label = "codes.csv: columns of text were left out: id.", f"{tmp_path}/codes.csv:size"
    asked = ["disentangle", f"{tmp_path}/codes.csv", label, "--metric", "mig", "--trust", "none"]
    words = run(*asked)
    assert f"note (columns): {left}" in words and "\n   size " in words and "0 is size, 1 is angle" in words
    assert left in [one["text"] for one in json.loads(run(*asked, "--json"))["notes"]]
    capfd.readouterr()
    for command in (
        [*asked, "--out", str(tmp_path / "t.csv")],
        ["estimate", f"{tmp_path}/codes.csv", label, "--json"],
        ["measure", f"{tmp_path}/codes.csv", "--json"],
    ):
        output = CliRunner().invoke(cli.app, command)
        assert output.stderr == f"explorer: {left}\n" and left not in output.stdout
    assert "left out" not in run(
        "disentangle", f"{tmp_path}/codes.csv:angle", label, "--metric", "sap", "--trust", "none"
    )


def test_lengths_are_compared_before_torch_comes(tmp_path, home):
    np.savez(tmp_path / "pair.npz", z=np.zeros((5, 2)), v=np.arange(4))
    code = (
        "import sys; from explorer.cli import main; sys.argv[0] = 'explorer'\ntry: main()\n"
        "except SystemExit as end: assert end.code == 2 and 'torch' not in sys.modules"
    )
    pair = [f"{tmp_path}/pair.npz:z", f"{tmp_path}/pair.npz:v"]
    ended = subprocess.run([sys.executable, "-c", code, "disentangle", *pair], capture_output=True, text=True, cwd=ROOT)
    assert ended.returncode == 0 and "codes has 5 samples and factors has 4" in ended.stderr, ended.stderr


def test_estimate_in_words(arrays):
    shown = run("estimate", f"{arrays}:x", f"{arrays}:y")
    assert "nats =" in shown and "chosen: gaussian_copula(" in shown and "because" in shown
    assert (
        "90% interval: " in shown and "p = 0.048 from 20 permutations" in shown and "verdict: No rule fired." in shown
    )


def test_estimate_with_a_condition_and_laws(arrays):
    shown = run(
        "estimate", f"{arrays}:x", f"{arrays}:y", "--given", f"{arrays}:label", "--estimator", "mixed_ksg", "--no-null"
    )
    assert shown.startswith("I(X;Y|Z) = ") and "permuted" not in shown
    laws = run("estimate", f"{arrays}:x", f"{arrays}:y", "--estimator", "gaussian", "--laws", "--no-interval")
    assert "note (additivity): " in laws and "interval" not in laws


def test_plane_of_a_recording_to_files(layers, tmp_path, home):
    import pandas
    import torch

    _, x, y = layers
    model = torch.nn.Sequential(torch.nn.Linear(6, 3), torch.nn.Tanh())
    with explorer.Recorder(tmp_path / "run", model, probe=(x.astype("float32"), y)) as recorder:
        recorder.step(0, loss=1.0)
    for suffix in ("csv", "parquet", "json"):
        run("plane", str(tmp_path / "run"), "--out", str(tmp_path / f"t.{suffix}"))
    table = pandas.read_csv(tmp_path / "t.csv")
    assert list(table.columns) == ["step", "layer", "quantity", "value", "low", "high", "null", "unit", "warnings"]
    assert len(table) == len(pandas.read_parquet(tmp_path / "t.parquet")) == 2
    assert json.loads((tmp_path / "t.json").read_text())["unit"] == "nats"
    printed = run("plane", str(tmp_path / "run"), "--set", "width=0.07")
    assert "I(T;Y)" in printed and "doubt (Deterministic network): If the network is deterministic" in printed
    short = ("--set", "steps=50", "--permutations", "0")
    bound = run("plane", str(tmp_path / "run"), "--estimator", "infonce", *short)
    assert "doubt (A bound): infonce bounds I(X;T) and I(T;Y) from below: the truth may be higher." in bound
    run("plane", str(tmp_path / "run"), str(tmp_path / "run"), "--out", str(tmp_path / "group.csv"))
    group = pandas.read_csv(tmp_path / "group.csv")
    assert (group.low == group.high).all() and (group.value == table.value).all(), "two equal runs have no band"
    inside = json.loads(
        run("estimate", f"{tmp_path}/run:0:1", f"{arrays_of(tmp_path, y)}:y", "--estimator", "binning", "--json")
    )
    assert inside["n"] == 200


def arrays_of(folder: Path, y: np.ndarray) -> Path:
    np.savez(folder / "labels.npz", y=y)
    return folder / "labels.npz"


@pytest.mark.parametrize(
    "arguments, says",
    [
        (("estimate", "absent.npz:x"), "absent.npz"),
        (("estimate", "{pair}:z"), "'z'"),
        (("estimate", "{bad}:same,nan", "{pair}:y"), "x holds 1 value(s) of NaN, the first in row 3 of column 'nan'"),
        (("interactions", "{bad}:same,same2,ramp"), "column 'same' of x never changes"),
        (("estimate", "{pair}:x", "{pair}:y", "--estimator", "kgs"), "did you mean 'ksg'"),
        (("estimate", "{pair}:x", "{pair}:y", "--set", "k"), "must read name=value"),
        (("estimate", "{pair}:x", "{pair}:y", "--estimator", "ksg", "--set", "kk=3"), "no setting of ksg called 'kk'"),
        (("estimate", "{pair}:x", "{pair}:y", "--estimator", "ksg", "--set", "k=0"), "k=0 must lie in [1, 100]"),
        (
            ("estimate", "{pair}:x", "{pair}:y", "--estimator", "ksg", "--set", "k=abc"),
            "k='abc' must be a whole number",
        ),
        (("plane", "nowhere"), "nowhere does not exist"),
        (("plane", "{folder}"), "is no recording"),
        (("plane", "{folder}", "--out", "t.xls"), "must end in .parquet, .csv or .json"),
        (("list", "estimator"), "did you mean 'estimators'"),
        (("measure", "{pair}:x", "--measure", "migg"), "no measure 'migg'"),
        (("disentangle", "{pair}:x", "{pair}:label", "--metric", "migg"), "no score of disentanglement 'migg'"),
        (("disentangle", "{pair}:x", "{pair}:label", "--set", "bins=3"), "METRIC.NAME=VALUE"),
        (("disentangle", "{pair}:x", "{pair}:label", "--set", "hsic.x=3"), "names no score of disentanglement"),
        (("disentangle", "{pair}", "{pair}:label"), "holds x (500,), y (500,), label (500,); name one"),
        (("disentangle", "{pair}:x", "{pair}"), "name some"),
        (("disentangle", "{bad}:nan", "{pair}:label"), "codes holds 1 value(s) of NaN, the first in row 3"),
        (("disentangle", "{bad}:text", "{pair}:label"), "codes holds text ('a', ...)"),
        (("disentangle", "{bad}:one", "{pair}:label"), "codes='3.0' is a single value"),
        (("disentangle", "{pair}:x,y", "{bad}:short"), "codes has 500 samples and factors has 400"),
        (("disentangle", "{pair}:x,y", "{bad}:same"), "factors (same) never change"),
        (("disentangle", "{pair}:x,y", "{bad}:nan"), "nan holds 1 value(s) of NaN"),
        (("disentangle", "{pair}:x,y", "{bad}:one"), "one has the shape ()"),
        (("disentangle", "absent.npy", "{pair}:label"), "'absent.npy' does not exist"),
        (("disentangle", "{folder}", "{pair}:label"), "is a folder"),
        (("disentangle", "{pair}:x,y", "{pair}:label", "--variances", "{pair}:x"), "(500, 2) and (500, 1)"),
        (("disentangle", "{pair}:x,y", "{pair}:label", "--variances", "{pair}:y,x"), "none may be below 0"),
        (("record", "--model", "none.pt", "--data", "none.npz"), "'none.pt' does not exist"),
        (("lab", "coin"), "no lab 'coin'"),
        (("jobs", "show", "nothing"), "no job 'nothing'"),
        (("--port", "99999", "--no-browser"), "port=99999 must lie in"),
        (("demo", "digits", "--port", "99999999"), "port=99999999 must lie in"),
        (("open", "{folder}", "--port", "99999999"), "port=99999999 must lie in"),
        (
            ("disentangle", "{pair}:x,y", "{pair}:label", "--metric", "foo"),
            "no score of disentanglement 'foo'; there is",
        ),
        (("measure", "twelve_bit:9999:tanh_3"), "from 0 to 8000 the nearest is 8000"),
    ],
)
def test_bad_input_is_one_sentence_and_status_2(arguments, says, arrays, tmp_path, home, monkeypatch, capsys):
    wrong = {"nan": np.where(np.arange(500) == 3, np.nan, 1.0), "text": np.array(["a"] * 500), "one": np.float64(3)}
    same = {"same": np.ones(500), "same2": np.ones(500), "ramp": np.linspace(0, 1, 500)}
    np.savez(tmp_path / "bad.npz", **wrong, short=np.arange(400), **same)
    given = [one.format(pair=arrays, bad=tmp_path / "bad.npz", folder=tmp_path) for one in arguments]
    monkeypatch.setattr(sys, "argv", ["explorer", *given])
    with pytest.raises(SystemExit) as end:
        cli.main()
    shown = capsys.readouterr()
    assert end.value.code == 2
    assert says in shown.err and shown.err.count("\n") == 1 and "Traceback" not in shown.err
    assert not shown.out


def test_the_real_process_ends_with_2(tmp_path):
    ended = command("estimate", str(tmp_path / "none.npz"), env=None)
    assert ended.returncode == 2 and ended.stderr.startswith("explorer: ") and "Traceback" not in ended.stderr


def test_info_names_versions_and_home(home):
    shown = run("info")
    assert "torch" in shown and str(home) in shown


def test_no_job_yet(home):
    assert run("jobs", "list") == "No job has run yet.\n"
    assert json.loads(run("jobs", "list", "--json")) == []
