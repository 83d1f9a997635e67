"""Every benchmark at a tiny size: it runs, our numbers are the peer's, the rates are those worked out by hand.

No time is tested.
"""

import ast
import json
import math
import re
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest
import torch
from typer.testing import CliRunner

import explorer
from explorer import cli
from explorer.benchmark import accuracy as accuracies
from explorer.benchmark import base, growth, peers, report
from explorer.benchmark.coverage import _held, coverage
from explorer.benchmark.measures import growth_of_measures
from explorer.benchmark.noise import noise
from explorer.benchmark.rates import Answer, rates
from explorer.benchmark.run import CONTESTS, command, run, speed, threads
from explorer.benchmark.tables import Table, tables
from explorer.benchmark.tasks import TASKS
from explorer.catalogue import distributions, estimators
from explorer.distributions import BivariateNormal
from explorer.errors import FileError, InputError, SettingError, UnknownNameError
from explorer.result import to_json

TINY = {"recorder_overhead": 2}  # epochs; the others count samples
DEVICES = ["cpu", pytest.param("cuda", marks=pytest.mark.gpu)]
CPU = torch.device("cpu")


@pytest.mark.parametrize("name", CONTESTS)
@pytest.mark.parametrize("device", DEVICES)
def test_ours_equals_the_peer(name: str, device: str) -> None:
    if device == "cuda" and not torch.cuda.is_available():
        pytest.skip("needs a CUDA device")
    found = import_module(f"explorer.benchmark.contests.{name}")
    contests = list(found.contests(torch.device(device), TINY.get(name, 64)))
    assert contests
    for contest in contests:
        row = base.measured(contest, repeats=1)
        assert row["same"] and row["difference"] <= contest.tolerance <= 1e-6  # npeet and infomeasure add noise
        assert row["ratio_low"] <= row["ratio"] <= row["ratio_high"] and row["seconds"] > 0
        assert np.size(contest.ours()) > 0


def test_rows_and_table() -> None:
    before = torch.get_num_threads()
    found = run(device="cpu", only="information_matrix", repeats=2, quick=True)
    assert torch.get_num_threads() == before
    row = json.loads(to_json(found))["speed"][0]
    assert (row["what"], row["repeats"], row["threads"]) == ("50 x 10 matrix of I, 20 bins, n=1000", 2, 1)
    assert found["command"] == "explorer benchmark --device cpu --only information_matrix --repeats 2 --quick"
    text = report.text(found)
    assert "SPEED BESIDE PEERS" in text and "scikit-learn mutual_info_score" in text and "A quick run" in text


def test_threads_are_those_of_the_contest(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[int] = []
    module = import_module("explorer.benchmark.contests.ksg")

    def noted() -> list[float]:
        seen.append(torch.get_num_threads())
        return [0.0]

    def contests(device: torch.device, size: int):
        for count in (1, 3):
            yield base.Contest("work", "peer", noted, lambda: [0.0], 1, 0, 0, threads=count)

    monkeypatch.setattr(module, "contests", contests)
    speed(CPU, ["ksg"], 1)
    assert seen[0] == 1 and seen[-1] == 3


def test_a_difference_is_never_a_goal_met() -> None:
    contest = base.Contest("work", "peer", lambda: [1.0], lambda: [1.1], n=1, goal=0, tolerance=1e-9)
    row = base.measured(contest, 1)
    assert not row["same"] and not row["met"]
    [table] = tables({"speed": [row | {"benchmark": "b", "threads": 1}]})
    assert "NUMBERS DIFFER by 0.1" in table.text()


def row_of(peer: str, ratio: float, met: bool = True) -> dict:
    return {"what": "KSG", "peer": peer, "ratio": ratio, "goal": 0.87, "median_goal": 2.0, "met": met}


def test_several_peers_are_summed_up() -> None:
    """Ratios 0.9, 2.5 and 8: the fastest peer is the first, the median 2.5."""
    rows = [
        row_of("a", 2.5),
        row_of("b", 0.9),
        row_of("c", 8.0),
        {**row_of("x", 1.0), "what": "other", "median_goal": 0},
    ]
    [one] = base.summaries(rows)
    assert (one["fastest"], one["ratio_fastest"], one["ratio_median"], one["met"]) == ("b", 0.9, 2.5, True)
    assert not base.summaries([row_of("a", 2.5), row_of("b", 0.8, met=False), row_of("c", 8.0)])[0]["met"]
    assert not base.summaries([row_of("a", 1.5), row_of("b", 0.9)])[0]["met"]  # the median is 1.2


def test_short_work_is_timed_many_times_in_a_row() -> None:
    calls = []
    base.measured(base.Contest("work", "peer", lambda: calls.append(0) or [0.0], lambda: [0.0], 1, 0, 0), 3)
    assert len(calls) > 2 + 3


def answer(truth: float, value: float | None, doubted: bool | None, interval=None, task: str = "t", **more) -> Answer:
    refusal = "" if value is not None else "refused"
    return Answer("e", task, 0, True, truth, value, interval, doubted, seconds=1.0, refusal=refusal, **more)


def test_rates_by_hand() -> None:
    """Off by 0.05, 0.3, 0.25, 0.09 and 0.5; 15 % of 2 is 0.3, so that the second and third of truth 2 are good."""
    told = rates(
        [
            answer(0.0, 0.05, False, (-0.1, 0.1)),
            answer(2.0, 2.3, True, (2.1, 2.5), "u"),
            answer(2.0, 1.75, False, (1.5, 2.0), "u"),
            answer(0.1, 0.01, False, (0.0, 0.05)),
            answer(1.0, 0.5, True),
            answer(1.0, 1.4, False, (1.0, 1.8), "v"),
            answer(1.0, None, None, task="w"),
        ]
    )
    assert (told["asked"], told["answered"], told["tasks"], told["intervals"]) == (7, 6, 3, 5)
    assert told["error"] == pytest.approx((0.05 + 0.3 + 0.25 + 0.09 + 0.5 + 0.4) / 6)
    assert told["worst"] == pytest.approx(0.5)
    assert (
        told["bad"] == 2 and told["ruled"] == 6 and told["caught"] == 0.5
    )  # 0.5 and 1.4, of which the first is doubted
    assert told["false_alarms"] == 0.25  # of four good ones, the second
    assert told["coverage"] == 0.6  # first, third and the last: the ends count as inside


def test_rates_of_nothing_and_of_those_who_do_not_warn() -> None:
    assert rates([])["error"] is None and rates([answer(1.0, None, None)])["coverage"] is None
    told = rates([answer(1.0, 2.0, None), answer(1.0, 1.0, None)])
    assert told["bad"] == 1 and told["ruled"] == 0 and told["caught"] is None and told["false_alarms"] is None


def test_goals_of_auto() -> None:
    told = {"error": 0.061, "coverage": 0.97, "bad": 0, "caught": None, "false_alarms": 0.2}
    assert [goal["met"] for goal in accuracies.goals(told)] == [False, True, True, False]
    told = {"error": 0.06, "coverage": None, "bad": 3, "caught": 0.5, "false_alarms": 0.1}
    assert [goal["met"] for goal in accuracies.goals(told)] == [True, False, False, True]


def test_accuracy_holds_what_estimators_and_peers_say() -> None:
    found = accuracies.accuracy("cpu", 1, ["bivariate_normal"], ["gaussian", "plug_in", "scikit-learn"])
    asked = {row["estimator"]: row["asked"] for row in found["estimators"]}
    assert asked == {"gaussian": 3, "plug_in": 0, "scikit-learn": 3}  # plug_in takes none of these
    tasks = [task for task in TASKS if task.distribution == "bivariate_normal"]
    answers = {(one["by"], one["task"]): one for one in found["answers"]}
    assert len(answers) == len(found["answers"]) == 2 * len(tasks)
    for task in tasks:
        x, y = task.sample(0)
        assert answers["gaussian", task.name]["value"] == explorer.estimate(x, y, estimator="gaussian").nats
        assert answers["scikit-learn", task.name]["doubted"] is None
    errors = [abs(answers["gaussian", task.name]["value"] - task.nats) for task in tasks]
    assert found["estimators"][0]["error"] == pytest.approx(np.mean(errors))
    assert {row["best_peer"] for row in found["tasks"]} == {"scikit-learn"} and found["goals"] == []
    json.loads(to_json(found))


def test_no_time_left_means_estimates_alone_and_no_more_seeds() -> None:
    found = accuracies.accuracy("cpu", 2, ["discrete_table"], ["auto", "plug_in"], budget=0)
    seeds = {
        name: sorted({one["seed"] for one in found["answers"] if one["by"] == name}) for name in ("auto", "plug_in")
    }
    assert seeds == {"auto": [0, 1], "plug_in": [0]}
    own = [one for one in found["answers"] if one["by"] == "plug_in"]
    assert len(own) == sum(task.distribution == "discrete_table" for task in TASKS) > 1
    assert all(one["interval"] is None and one["doubted"] is None for one in own[1:])


def test_accuracy_refuses_names_that_are_not_there() -> None:
    with pytest.raises(UnknownNameError, match="ksg"):
        accuracies.accuracy("cpu", 1, estimators=["kgs"])
    with pytest.raises(UnknownNameError, match="distribution of a task"):
        accuracies.accuracy("cpu", 1, only=["bivariat_normal"])


def test_the_candidates_estimate_information() -> None:
    found = accuracies.candidates()
    assert {"auto", "ksg", "plug_in"} <= set(found)
    assert accuracies.AUTO in found and set(peers.PEERS) & set(found)


@pytest.mark.parametrize("name", peers.PEERS)
@pytest.mark.parametrize(
    "distribution", ["bivariate_normal", "labelled_clusters", "discrete_continuous", "binary_symmetric_channel"]
)
def test_peers_are_asked_in_nats_and_in_their_order(name: str, distribution: str) -> None:
    """Bits for nats would be 44 % more; frites misses 16 % where the classes are not normal."""
    peer, truth = peers.PEERS[name], distributions[distribution]()
    x, y = truth.sample(2000, 0)
    if peers.version(name) is None or not peer.takes(x, y, (truth.kind_x, truth.kind_y)):
        pytest.skip("not installed, or not meant for these")
    assert peer.estimate(x, y, (truth.kind_x, truth.kind_y)) == pytest.approx(truth.nats, rel=0.18)


def test_a_peer_that_fails_has_answered_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object) -> float:
        raise ValueError("no")

    task = next(task for task in TASKS if task.distribution == "bivariate_normal")
    monkeypatch.setitem(peers.PEERS, "frites", peers.Peer("frites", "", (peers.CONTINUOUS,), fails))
    assert accuracies.answer("frites", task, 0, *task.sample(0)).refusal == "ValueError: no"
    infinite = peers.Peer("frites", "", (peers.CONTINUOUS,), lambda *_: float("inf"))
    monkeypatch.setitem(peers.PEERS, "frites", infinite)
    assert accuracies.answer("frites", task, 0, *task.sample(0)).refusal == "gave inf"


def test_a_peer_that_is_missing_is_listed_and_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    assert peers.version("a-package-that-nobody-has") is None
    monkeypatch.setattr(accuracies, "version", lambda name: None)
    assert not set(peers.PEERS) & set(accuracies.candidates())
    [table] = tables({"peers": {"npeet-plus": None, "frites": "1.0"}})
    assert table.rows == (("npeet-plus", "not installed"), ("frites", "1.0"))


def test_only_the_benchmark_imports_peers() -> None:
    modules = {"npeet_plus", "infomeasure", "frites", "ennemi", "dit", "gcmi"}
    for path in Path(explorer.__file__).parent.rglob("*.py"):
        tree = ast.parse(path.read_text())
        names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
        names |= {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
        assert not {name.split(".")[0] for name in names} & modules or "benchmark" in path.parts, path


def test_exponents_by_hand() -> None:
    assert growth.exponent([1000, 2000, 4000], [1.0, 4.0, 16.0]) == pytest.approx(2)
    assert growth.exponent([1000], [1.0]) is None
    assert growth._expected([], 1000) == 0
    assert growth._expected([(1000, 1.0)], 3000) == pytest.approx(9)  # a square until there are two
    assert growth._expected([(1000, 1.0), (2000, 8.0)], 4000) == pytest.approx(64)
    assert growth._expected([(1000, 1.0), (2000, 1.0)], 4000) == pytest.approx(2)  # never less than linear


def test_coverage_is_the_share_of_intervals_that_hold_the_truth() -> None:
    found = coverage(torch.device("cpu"), ["gaussian", "plug_in", "sliced"], n=200, seeds=3)
    gaussian, plug_in = found["estimators"]
    assert (gaussian["estimator"], gaussian["claims"]) == ("gaussian", list(estimators["gaussian"].finds))
    assert gaussian["intervals"] == 3 * len(gaussian["claims"])
    assert "xor" in plug_in["claims"] and "bivariate_normal" not in plug_in["claims"]
    held = [
        low <= BivariateNormal().nats <= high
        for low, high in (
            explorer.estimate(*BivariateNormal().sample(200, seed), estimator="gaussian", seed=seed).interval
            for seed in range(3)
        )
    ]
    assert list(_held("gaussian", "bivariate_normal", 200, 3, torch.device("cpu"))) == held
    assert tables({"coverage": found})[0].rows[0][0] == "gaussian"


def test_rows_of_growth_by_hand() -> None:
    """Time n^2 d: exponents 2 and 1; at 50 000 only one column ran, and the memory counts smaller sizes too."""
    cells = [
        {"columns": d, "n": n, "seconds": 1e-9 * n * n * d, "peak": 3e8 + 1e4 * n * d}
        for d in (5, 20)
        for n in (1000, 5000, 10_000)
    ]
    cells += [
        {"columns": 5, "n": 50_000, "seconds": 12.5, "peak": 2.1e9},
        {"columns": 20, "n": 50_000, "left_out": "50 s"},
    ]
    row = growth._row("e", cells)
    assert row["exponent_n"] == {"5": pytest.approx(2), "20": pytest.approx(2)} and row["exponent_d"] == pytest.approx(
        1
    )
    assert row["peak"]["10000"] == {"bytes": 3e8 + 2e9, "columns": [5, 20], "goal": 1e9, "met": False}
    assert row["peak"]["50000"]["bytes"] == 3e8 + 2e9 and row["peak"]["50000"]["columns"] == [5]
    assert row["left_out"] == ["n=50000, d=20: 50 s"]


def test_growth_is_measured_in_a_process_of_its_own() -> None:
    found = growth.growth("cpu", ["gaussian"], sizes=(100, 200), columns=(2,), limit=1e9)
    assert [(cell["n"], cell["columns"]) for cell in found["cells"]] == [(100, 2), (200, 2)]
    assert all(1e7 < cell["peak"] < 4e9 and cell["seconds"] > 0 for cell in found["cells"])
    assert tables({"growth": found})[0].rows[0][0] == "gaussian"


def test_tables_read_the_same_everywhere() -> None:
    table = Table("Title", "A note.", ("a", "b|c"), (("1", "<x>"), ("222", "y|z")))
    assert table.text() == "TITLE\na    b|c\n1    <x>\n222  y|z\nA note.\n"
    assert table.markdown() == "## Title\n\nA note.\n\n| a | b/c |\n|---|---|\n| 1 | <x> |\n| 222 | y/z |\n"
    assert "<td>&lt;x&gt;</td>" in table.html() and "<th scope='row'>222</th>" in table.html()


@pytest.fixture(scope="module")
def measured_run() -> dict:
    accuracy = accuracies.accuracy("cpu", 1, ["binary_symmetric_channel"], ["auto", "plug_in", "scikit-learn"])
    return run("cpu", "information_matrix", 1, quick=True) | {"accuracy": accuracy}


def test_the_page_needs_nothing_else(measured_run: dict, tmp_path: Path) -> None:
    report.write(measured_run, str(tmp_path / "page.html"))
    text = (tmp_path / "page.html").read_text()
    own = re.sub(r"<script>.*?</script>", "", text, flags=re.S)
    assert not re.search(r"(src|href)=", own) and "prefers-color-scheme: dark" in own
    assert text.count("Plotly.react") >= 1 and "Goals of auto" in own and "auto there" in own
    assert measured_run["machine"] in own and measured_run["date"] in own and "explorer benchmark" in own


def test_the_markdown_says_where_it_comes_from(measured_run: dict) -> None:
    lines = report.markdown(measured_run).splitlines()
    assert lines[0].startswith("# ") and lines[2].startswith("Generated; do not edit. Machine: ")
    assert "Command: `explorer benchmark" in lines[2]


def test_the_command_is_the_one_that_was_typed() -> None:
    assert command(device="auto", only="", repeats=5, quick=False, report="") == "explorer benchmark"
    typed = command(device="cuda", only="speed", repeats=3, quick=True, report="r.html")
    assert typed == "explorer benchmark --device cuda --only speed --repeats 3 --quick --report r.html"


def test_the_command_line_prints_one_object_and_progress_elsewhere(tmp_path: Path) -> None:
    file = tmp_path / "r.md"
    arguments = [
        "benchmark",
        "--only",
        "information_matrix",
        "--quick",
        "--repeats",
        "1",
        "--json",
        "--report",
        str(file),
    ]
    result = CliRunner().invoke(cli.app, arguments)
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout)["speed"] and "50 x 10 matrix" in result.stderr
    assert file.read_text().startswith("# The benchmark\n\nGenerated; do not edit. ")


def test_bad_requests() -> None:
    with pytest.raises(UnknownNameError, match="no benchmark 'kgs'; did you mean 'ksg'"):
        run(only="kgs")
    with pytest.raises(SettingError, match="repeats=0 must be at least 1"):
        run(only="ksg", repeats=0)
    with pytest.raises(InputError, match=r"must end in \.html or \.md"):
        report.checked("r.pdf")
    with pytest.raises(FileError, match="is not there"):
        report.checked("no/such/folder/r.html")


def test_threads_come_back() -> None:
    before = torch.get_num_threads()
    with threads(1):
        assert torch.get_num_threads() == 1
    assert torch.get_num_threads() == before


def test_measures_are_timed_in_processes_of_their_own() -> None:
    found = growth_of_measures("cpu", ["participation_ratio", "unit_information", "linear_cka"], sizes=(100, 200))
    assert [row["measure"] for row in found["measures"]] == ["linear_cka", "participation_ratio", "unit_information"]
    for row in found["measures"]:
        assert set(row["seconds"]) == {"100", "200"} and row["peak"] > 5e7 and not row["left_out"]
    (table,) = tables({"measures": found})
    assert table.rows[0][0] == "linear_cka" and "20 columns" in table.note


def test_a_measure_that_takes_long_is_left_out_and_says_so() -> None:
    (row,) = growth_of_measures("cpu", ["rsa"], sizes=(100, 20_000), limit=1.0)["measures"]
    assert set(row["seconds"]) == {"100"} and row["left_out"][0].startswith("n=20000: about")
    assert row["exponent"] is None


def test_noise_moves_the_entropy_and_the_table_says_so() -> None:
    """The authors' package read 1.592 and 4.154 bits on a draw of its own; draws differ by about 0.01."""
    found = noise("cpu", dimensions=(51,))
    low, _, high = (row["bits"]["1"] for row in found["rows"])
    assert low == pytest.approx(1.592, abs=0.05) and high == pytest.approx(4.154, abs=0.05)
    assert all(row["classic"] == pytest.approx(math.log2(500), abs=1e-3) for row in found["rows"])
    (table,) = tables({"noise": found})
    assert "not free of noise" in table.note and len(table.rows) == 3
