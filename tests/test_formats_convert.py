"""Conversion: announced, streamed, whole or not at all; by Python, the command line, a job and the Data page."""

import json
import re
import shlex
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest
from typer.testing import CliRunner

import explorer
from explorer import cli, converted, jobs
from explorer.converted import announced, convert, run
from explorer.errors import Cancelled, FileError, SampleError
from explorer.jobs.worker import execute
from explorer.recordings.foreign import found
from explorer.recordings.library import fresh
from explorer.recordings.manifest import step_path, write_step
from explorer.recordings.store import open_folder

N = 30
Y = np.arange(N) % 3
STEPS = (0, 5)
PATTERN = "epoch_{step}.npz"


def arrays(step: int) -> dict[str, np.ndarray]:
    """What a step's file holds: a layer of each width of numbers, labels, words and a loss."""
    rng = np.random.default_rng(step)
    layers = {f"z_{kind}": rng.normal(size=(N, 3)).astype(kind) for kind in ("f2", "f4", "f8")}
    layers |= {"a_u1": rng.integers(0, 255, (N, 5, 5)).astype("u1"), "flags": rng.normal(size=(N, 3)) > 0}
    loss = np.array(np.nan if step else 0.25)
    return {**layers, "y": Y, "word": np.where(Y > 1, "ä", "b"), "loss": loss}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two steps."""
    (tmp_path / "source").mkdir()
    for step in STEPS:
        np.savez(tmp_path / "source" / f"epoch_{step}.npz", **arrays(step))
    return tmp_path / "source"


def test_every_value_and_type_is_kept_and_the_digest_is_a_recorders(folder: Path, tmp_path: Path) -> None:
    seen: list[tuple[int, int, str]] = []
    out = convert(folder, tmp_path / "run", pattern=PATTERN, title="mine", progress=lambda *told: seen.append(told))
    recording = open_folder(out)
    assert (recording.name, recording.steps, recording.complete) == ("mine", STEPS, True)
    for step in STEPS:
        for name in recording.layers:
            want = arrays(step)[name]
            got = recording.read(step, name)
            assert got.dtype == want.dtype
            np.testing.assert_array_equal(got, want)
        (tmp_path / "by hand" / "steps").mkdir(parents=True, exist_ok=True)
        write_step(tmp_path / "by hand", step, {name: arrays(step)[name] for name in recording.layers})
        assert step_path(tmp_path / "by hand", step).read_bytes() == step_path(out, step).read_bytes()
    assert recording.metrics == ({"step": 0, "loss": 0.25}, {"step": 5, "loss": None})
    assert recording.target().tolist() == Y.tolist() and set(recording.factors["word"]) == {"ä", "b"}
    assert recording.provenance["pattern"] == PATTERN and recording.provenance["source"] == str(folder)
    assert seen[0] == (0, 10, "step 0, z_f2") and seen[-1] == (10, 10, "step 5, flags")


def test_layers_are_streamed_in_blocks_of_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    big = np.random.default_rng(0).normal(size=(1000, 16)).astype("f4")
    np.save(tmp_path / "a.npy", big)
    monkeypatch.setattr(converted, "CHUNK_BYTES", 4_000)
    from explorer.sources._lazy import Lazy

    read, sizes = Lazy.read, []

    def counted(self: Lazy, *args: int) -> np.ndarray:
        sizes.append(read(self, *args).nbytes)
        return read(self, *args)

    monkeypatch.setattr(Lazy, "read", counted)
    out = convert(tmp_path / "a.npy", tmp_path / "run")
    assert len(sizes) == 4 and max(sizes) <= 16_000 and sum(sizes) == big.nbytes
    np.testing.assert_array_equal(open_folder(out).activations(0, "a"), big)


@pytest.mark.parametrize("after", [0, 1, 7])
def test_a_cancelled_conversion_leaves_nothing(after: int, folder: Path, tmp_path: Path) -> None:
    calls = iter(range(100))

    def cancel(*told: object) -> None:
        if next(calls) >= after:
            raise Cancelled("enough")

    with pytest.raises(Cancelled):
        convert(folder, tmp_path / "run", pattern=PATTERN, progress=cancel)
    assert [path.name for path in tmp_path.iterdir()] == ["source"]


def test_the_need_of_disk_is_told_before_and_refused_when_it_is_not_there(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = found(folder, PATTERN)
    run = convert(folder, tmp_path / "run", pattern=PATTERN)
    taken = sum(step_path(run, step).stat().st_size for step in STEPS)
    assert abs(held.nbytes - taken) < 2000  # headers, and the columns
    assert "2 steps of 5 layers on 30 samples: " in announced(held, tmp_path / "other")
    monkeypatch.setattr(converted.shutil, "disk_usage", lambda path: type("Use", (), {"free": 1_000}))
    with pytest.raises(FileError, match=r"needs \d+\.\d kB of disk and 1\.0 kB are free"):
        convert(folder, tmp_path / "other", pattern=PATTERN)
    assert not (tmp_path / "other").exists()


def test_nothing_is_replaced(folder: Path, tmp_path: Path) -> None:
    for name in ("run", "file", "link"):
        path = tmp_path / name
        if name == "run":
            path.mkdir()
        elif name == "file":
            path.write_text("mine")
        else:
            path.symlink_to(tmp_path / "nowhere")
        with pytest.raises(FileError, match="is there already"):
            convert(folder, path, pattern=PATTERN)
    np.savez(tmp_path / "a.npz", **{"": np.ones((3, 2))})
    with pytest.raises(SampleError, match="which no recording can hold"):
        convert(tmp_path / "a.npz", tmp_path / "other")


def test_the_command_lists_and_converts(folder: Path, tmp_path: Path, home: Path) -> None:
    arguments = ["convert", str(folder), "--pattern", PATTERN]
    listed = CliRunner().invoke(cli.app, [*arguments, "--list"])
    assert listed.exit_code == 0 and "2 steps of 5 layers on 30 samples" in listed.stdout
    assert "z_f2  30 x 3  float16" in listed.stdout and "columns: y, factor.word" in listed.stdout
    assert not (home / "recordings").exists() or not list((home / "recordings").iterdir())
    done = CliRunner().invoke(cli.app, [*arguments, "--json", "--factors", "y", "--title", "two words"])
    told = json.loads(done.stdout)
    assert (told["steps"], told["columns"]) == ([0, 5], ["factor.y"])
    assert Path(told["recording"]) == home / "recordings" / "two-words"
    assert explorer.open(told["recording"]).name == "two words"
    refused = CliRunner().invoke(cli.app, ["open", str(folder / "epoch_0.npz"), "--no-browser"])
    assert isinstance(refused.exception, FileError) and "explorer convert" in str(refused.exception)


def test_what_lacks_values_is_told_before_the_copy_and_kept_with_it(tmp_path: Path, home: Path) -> None:
    rows = [f"{i / 7},{'' if i < 4 else i / 3},{'' if i < 2 else 'ab'[i % 2]}" for i in range(N)]
    (tmp_path / "t.csv").write_text("\n".join(["height,weight,group", *rows]))
    done = CliRunner().invoke(cli.app, ["convert", str(tmp_path / "t.csv"), "--out", str(tmp_path / "run")])
    assert done.exit_code == 0 and "weight lacks 4 of 30 values (NaN, infinite or blank)" in done.stderr
    assert "group lacks 2 of 30 values" in done.stderr and "height" not in done.stderr
    assert [note.split(" (")[0] for note in open_folder(tmp_path / "run").provenance["notes"]] == [
        "group lacks 2 of 30 values", "weight lacks 4 of 30 values",
    ]  # fmt: skip
    test = AppTest.from_function(_page, default_timeout=30).run()
    test.text_input("import-source").set_value(str(tmp_path / "t.csv")).run()
    (said,) = [one.value.replace("\\", "") for one in test.warning]
    assert "weight lacks 4 of 30 values" in said and "leave these rows out, or fill them in first" in said


def test_what_a_layer_lacks_is_told_after_the_copy(folder: Path, tmp_path: Path) -> None:
    step = arrays(0)
    step["z_f4"][3, 1], step["z_f4"][4, 2] = np.nan, np.inf
    np.savez(folder / "epoch_0.npz", **step)
    asked = ["convert", str(folder), "--pattern", PATTERN, "--out", str(tmp_path / "run")]
    done = CliRunner().invoke(cli.app, asked)
    said = "Layer z_f4 lacks 2 values in 2 steps (NaN, infinite or blank)"
    assert done.exit_code == 0 and said in done.stderr and "z_f8 lacks" not in done.stderr
    assert said in "\n".join(open_folder(tmp_path / "run").provenance["notes"])


def test_a_job_converts_once(folder: Path, tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("explorer.jobs.board.ensure_service", lambda: False)
    monkeypatch.chdir(folder)
    np.save("labels.npy", Y[::-1])
    held = found("../source", PATTERN)
    job = converted.submitted(held, fresh("job"), pattern=PATTERN, y="labels.npy", factors=["word"])
    assert Path(job.spec.arguments["y"]).is_absolute() and job.spec.arguments["factors"] == ["word"]
    monkeypatch.chdir(tmp_path)
    execute(job.id, "")
    assert jobs.job(job.id).state == "done"
    recording = explorer.open(jobs.job(job.id).result["recording"])
    assert recording.target().tolist() == Y[::-1].tolist() and list(recording.factors) == ["word"]
    assert run(**job.spec.arguments) == {"recording": recording.path}  # it is there, and taken as it is


def _page() -> None:
    from explorer.ui import import_view

    import_view.panel()


def shown(test: AppTest) -> str:
    return "\n".join(str(one.value) for one in (*test.markdown, *test.info, *test.error, *test.warning, *test.success))


def test_the_panel_shows_what_was_found_and_converts_as_a_job(
    folder: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("explorer.jobs.board.ensure_service", lambda: False)
    test = AppTest.from_function(_page, default_timeout=30).run()
    assert not test.exception and "Readable are .arrow" in shown(test).replace("\\", "")
    test.text_input("import-source").set_value(str(folder)).run()
    test.button(f"pattern-{PATTERN}").click().run()
    assert test.text_input("import-pattern").value == PATTERN
    assert "2 steps of 5 layers on 30 samples" in shown(test)
    layers, columns = (frame.value for frame in test.dataframe)
    assert list(layers["layer"]) == ["z_f2", "z_f4", "z_f8", "a_u1", "flags"]
    assert list(columns["column"]) == ["y", "word"]
    assert not list((home / "recordings").iterdir())
    test.button("import-start").click().run()
    (job,) = jobs.jobs()
    assert not test.exception and job.state == "queued"
    execute(job.id, "")
    test.run()
    assert "source is a recording now" in shown(test)
    test.button("import-job-look").click().run()
    assert test.query_params["run"] == str(home / "recordings" / "source")


def test_what_lies_outside_the_roots_is_not_looked_for(folder, tmp_path, home, monkeypatch):
    monkeypatch.setenv("EXPLORER_ROOTS", str(folder))
    test = AppTest.from_function(_page, default_timeout=30).run()
    for where in ("import-source", "import-y"):
        told = []
        for name in ("there.npy", "missing.npy"):
            np.save(tmp_path / "there.npy", Y)
            test.text_input(where).set_value(str(tmp_path / name)).run()
            told.append(test.error[0].value.replace(name, ""))
        assert told[0] == told[1] and "outside the folders" in told[0]
        test.text_input("import-source").set_value(str(folder / "epoch_0.npz")).run()


def test_the_command_that_is_shown_holds_any_name(tmp_path, home):
    from explorer.ui import import_view

    shown = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(import_view.show, "code", lambda text, language: shown.append(text))
        given = {"title": "it's $HOME", "pattern": "e_{step}.npz", "factors": ["a b.npy"]}
        import_view._repeat(tmp_path / "my $runs", given)
    words = ["explorer", "convert", str(tmp_path / "my $runs"), "--title", "it's $HOME", "--pattern", "e_{step}.npz"]
    assert shlex.split(shown[1]) == [*words, "--factors", "a b.npy"]
    assert "$" not in re.sub(r"'[^']*'|\"'\"", "", shown[1])


def test_the_panel_tells_what_is_wrong_and_keeps_to_its_roots(
    folder: Path, tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    test = AppTest.from_function(_page, default_timeout=30).run()
    test.text_input("import-source").set_value(str(folder / "epoch_0.npz")).run()
    test.text_input("import-y").set_value("lables").run()
    assert not test.exception and "no array or file" in shown(test)
    np.save(tmp_path / "secret.npy", Y)
    monkeypatch.setenv("EXPLORER_ROOTS", str(folder))
    test.text_input("import-y").set_value(str(tmp_path / "secret.npy")).run()
    assert "outside the folders that this server shows" in shown(test)
    for text in ("a" * 5000, "a\0b", str(tmp_path / "nowhere")):
        test.text_input("import-y").set_value("").run()
        test.text_input("import-source").set_value(text).run()
        assert not test.exception and len(test.error) == 1
    test.text_input("import-source").set_value(str(tmp_path)).run()
    assert "outside the folders that this server shows" in shown(test) and not test.exception
