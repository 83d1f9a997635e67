"""The Data page and what it does to recordings: copies, names, deletion, two side by side."""

import json
import os
import shutil
import time

import numpy as np
import pytest
from pages_fixture import opened, quiet, texts  # noqa: F401
from safetensors.numpy import save

import explorer
from explorer import jobs
from explorer.errors import FileError, SettingError, UnknownNameError
from explorer.recordings import differences, library
from explorer.recordings import subset as copies
from explorer.recordings.manifest import LayerEntry, Manifest, read_manifest, write_manifest, write_step
from explorer.recordings.subset import Subset, copied
from explorer.sources._limits import size
from explorer.studies.sanity import compute, sanity
from explorer.sweep import profile
from explorer.ui import overview_view


@pytest.fixture
def folder(tmp_path):
    """A recording of two layers at three steps, with labels of words and a factor, as a folder on the shelf."""
    import torch

    rng = np.random.default_rng(0)
    x = rng.normal(size=(240, 2, 3)).astype("float32")
    x[200:] = x[:40]
    y = np.array(["cat", "dog", "eel"])[np.r_[np.zeros(120, int), np.ones(80, int), np.full(40, 2)]]
    model = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(6, 5), torch.nn.ReLU(), torch.nn.Linear(5, 4))
    path = library.shelf() / "run a"
    about = {"licence": "CC0 of <us>", "source": "drawn here", "notes": ["one note"]}
    with explorer.Recorder(
        path, model, (x, y), ("1", "3"), factors={"size": x[:, 0, 0]}, provenance=about, dtype="float16"
    ) as recorder:
        for step in range(3):
            with torch.no_grad():
                model[1].weight += 0.1
            recorder.step(step, loss=1.0 / (step + 1))
    return path


@pytest.fixture
def recording(home, folder):
    return explorer.open(folder)


def test_rows_of_a_layer_are_those_of_the_whole(recording):
    whole = recording.activations(1, "3")
    for begin, end in ((0, 240), (7, 19), (239, 240), (230, 400), (5, 5), (300, 310)):
        assert np.array_equal(recording.rows(1, "3", begin, end), whole[begin:end])
    in_memory = explorer.Recording.from_arrays({0: {"z": whole}})
    assert np.array_equal(in_memory.rows(0, "z", 3, 9), whole[3:9])
    for step, layer in ((9, "3"), (1, "9")):
        with pytest.raises(UnknownNameError):
            recording.rows(step, layer, 0, 1)


RULES = {
    "all": (Subset(), lambda r: np.arange(240)),
    "every": (Subset("every", k=7), lambda r: np.arange(0, 240, 7)),
    "distinct": (Subset("distinct"), lambda r: np.arange(200)),
}


@pytest.mark.parametrize("rule", RULES)
def test_rules_that_draw_nothing_keep_the_rows_they_name(recording, rule):
    subset, wanted = RULES[rule]
    assert np.array_equal(subset.rows(recording), wanted(recording))


def test_drawn_rows_follow_the_seed_and_repeat_nothing(recording):
    rows = Subset("random", count=50, seed=3).rows(recording)
    assert len(set(rows.tolist())) == 50 and np.all(np.diff(rows) > 0)
    assert np.array_equal(rows, Subset("random", count=50, seed=3).rows(recording))
    assert not np.array_equal(rows, Subset("random", count=50, seed=4).rows(recording))


def test_classes_are_equal(recording):
    rows = Subset("per_class", column="y").rows(recording)
    assert np.unique(recording.y[rows], return_counts=True)[1].tolist() == [40, 40, 40]
    assert len(Subset("per_class", count=7).rows(recording)) == 21
    with pytest.raises(SettingError, match="count=41 must be a whole number from 1 to 40"):
        Subset("per_class", count=41).rows(recording)


@pytest.mark.parametrize(
    "subset, error, says",
    [
        (Subset("every", k=0), SettingError, "k=0"),
        (Subset("random"), SettingError, "count=None"),
        (Subset("per_class", column="z"), UnknownNameError, "no label or factor 'z'"),
        (Subset(layers={"9": "9"}), UnknownNameError, "no layer '9'"),
        (Subset(layers={"1": "a", "3": "a"}), SettingError, "two layers would be called 'a'"),
        (Subset(layers={"1": " "}), SettingError, "a layer would have no name"),
        (Subset(steps=(7,)), UnknownNameError, "no recorded step"),
    ],
)
def test_a_subset_that_does_not_fit_is_refused_and_leaves_nothing(recording, subset, error, says):
    with pytest.raises(error, match=says):
        copied(recording, subset, library.shelf() / "copy")
    assert [path.name for path in library.shelf().iterdir()] == ["run a"]


def test_a_copy_holds_what_was_kept_and_says_what_was_dropped(recording, folder, monkeypatch):
    monkeypatch.setattr(copies, "rows_per_chunk", lambda size: 50)  # several blocks
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    subset = Subset("every", k=7, layers={"3": "last"}, steps=(0, 2))
    told = []
    path = copied(recording, subset, library.shelf() / "copy", lambda done, total, note="": told.append((done, total)))
    copy = explorer.open(path)
    assert copy.layers == ("last",) and copy.steps == (0, 2) and len(copy) == 35 and copy.complete
    for step in (0, 2):
        kept = copy.activations(step, "last")
        assert kept.dtype == np.float16 and np.array_equal(kept, recording.activations(step, "3")[::7])
    assert np.array_equal(copy.x, recording.x[::7]) and copy.y.tolist() == recording.y[::7].tolist()
    assert np.array_equal(copy.factors["size"], recording.factors["size"][::7])
    assert copy.metrics == recording.metrics
    notes = copy.provenance["notes"]
    assert notes[0] == "one note" and "Keeps 35 of 240 rows (one in 7, from the first); 205 are dropped." in notes
    assert "Drops 1 of 2 layers: 1." in notes and "Renamed: 3 is now last." in notes
    assert "Keeps 2 of 3 recorded steps." in notes
    assert copy.provenance["licence"] == "CC0 of <us>" and copy.provenance["id"] != recording.provenance["id"]
    assert read_manifest(path).skipped["1"] == "left out of this copy"
    assert told[-1] == (2, 2)
    assert before == {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_columns_of_another_length_are_named(recording, folder):
    from safetensors.numpy import load_file, save_file

    columns = load_file(folder / "probe.safetensors")
    mask = {"input.mask": np.ones((240, 7), np.int64), "input.place": np.ones(9)}
    save_file(columns | mask, folder / "probe.safetensors")
    path = copied(explorer.open(folder), Subset("every", k=7), library.shelf() / "copy")
    assert load_file(path / "probe.safetensors")["input.mask"].shape == (35, 7)
    notes = explorer.open(path).provenance["notes"]
    assert notes[-1] == "Left out, since they have another number of rows: input.place."


def test_a_copy_that_is_cancelled_or_fails_leaves_nothing(recording):
    def stop(done, total, note=""):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        copied(recording, Subset(), library.shelf() / "copy", stop)
    assert [path.name for path in library.shelf().iterdir()] == ["run a"]
    with pytest.raises(FileError, match="exists"):
        copied(recording, Subset(), library.shelf() / "run a")


def test_names_that_are_exchanged_exchange_their_results(recording):
    """A kept result of one layer is never shown for another: the digest of a step covers names and values."""
    compute(recording, 2)
    measured = profile(recording, "participation_ratio", jobs=False)
    swapped = explorer.open(copied(recording, Subset(layers={"1": "3", "3": "1"}), library.shelf() / "swapped"))
    assert swapped.layers == ("3", "1") and swapped.step_digest(2) != recording.step_digest(2)
    assert np.array_equal(swapped.activations(2, "3"), recording.activations(2, "1"))
    old, new = ({one["layer"]: one for one in sanity(run, 2).layers} for run in (recording, swapped))
    assert old["1"]["units"] == new["3"]["units"] == 5 and old["1"]["mean"] == new["3"]["mean"]
    again = profile(swapped, "participation_ratio", jobs=False)
    for one, other in (("1", "3"), ("3", "1")):
        assert np.array_equal(measured.curve(one, "participation_ratio"), again.curve(other, "participation_ratio"))


def test_an_equal_copy_shares_its_results(recording):
    compute(recording, 2)
    copy = explorer.open(copied(recording, Subset(), library.shelf() / "copy"))
    assert copy.step_digest(2) == recording.step_digest(2) and compute(copy, 2) == 0


@pytest.mark.parametrize(
    "name", ["", " ", "../up", "a/b", ".hidden", "tmp-x", "bundled-x", "a.", "x" * 101, "run a", "a\0b"]
)
def test_names_that_no_recording_should_have(recording, name):
    with pytest.raises(SettingError):
        library.place(name)


def test_only_recordings_of_this_computer_are_deleted_and_only_by_name(recording, folder, tmp_path):
    outside = tmp_path / "elsewhere"
    shutil.copytree(folder, outside)
    link = library.shelf() / "link"
    link.symlink_to(outside)
    (library.shelf() / "no recording").mkdir()
    for path in (outside, link, library.shelf(), library.shelf() / "no recording", library.shelf() / "run a" / "steps"):
        with pytest.raises(FileError, match="only recordings there"):
            library.delete(path, path.name)
    with pytest.raises(SettingError, match="nothing was deleted"):
        library.delete(folder, "run b")
    assert library.use(folder).files == 6 and library.use(folder).bytes > 0
    library.delete(folder, "run a")
    assert not folder.exists() and outside.exists() and not list(library.shelf().glob(".deleted*"))


def test_a_deleted_example_is_made_again():
    explorer.open("twelve_bit")
    path = library.shelf() / "bundled-twelve_bit"
    before = explorer.open("twelve_bit").digest
    library.delete(path, path.name)
    assert not path.exists()
    assert explorer.open("twelve_bit").digest == before


def test_differences_of_two(recording):
    copy = explorer.open(copied(recording, Subset("every", k=7, layers={"1": "1", "3": "last"}), library.shelf() / "b"))
    assert differences.same_probe(recording, recording)[0]
    assert not differences.same_probe(recording, copy)[0]
    # rows 200 to 239 repeat 0 to 39: of the first, those equal to a kept row count twice
    kept = {row % 200 for row in range(0, 240, 7)}
    assert differences.shared_rows(recording, copy) == (sum(row % 200 in kept for row in range(240)), 35)
    lines = {one.name: one for one in differences.layers(recording, copy)}
    assert not lines["3"].equal and lines["last"].first == "–" and "float16" in lines["last"].second
    about = {one.name: one for one in differences.properties(recording, copy)}
    assert about["recorded steps"].equal and not about["samples"].equal and "factor size" in about
    origin = {one.name: one for one in differences.provenance(recording, copy)}
    assert origin["licence"].equal and origin["copy of.subset.rule"].second == "every"


@pytest.mark.parametrize(
    "dtype, bytes", [("uint8", 600), ("int64", 4800), ("float16", 1200), ("float64", 4800), ("bool", 600), ("", None)]
)
def test_a_layer_takes_what_its_type_says(dtype, bytes):
    assert LayerEntry(shape=[200, 3], dtype=dtype).nbytes == bytes


@pytest.mark.parametrize("array", [np.zeros((200, 3), np.uint8), np.zeros((200, 3), np.int64)])
def test_sizes_are_those_of_the_file(home, array):
    path = library.shelf() / "whole numbers"
    (path / "steps").mkdir(parents=True)
    (path / "probe.safetensors").write_bytes(save({"y": np.arange(200)}))
    write_step(path, 0, {"a": array})
    layers = {"a": LayerEntry(shape=[200, 3], dtype=str(array.dtype))}
    write_manifest(path, Manifest(schema_version=1, layers=layers, steps=[0], complete=True))
    table = overview_view.layers(explorer.open(path))
    assert table["a step"].item() == size(array.nbytes) and table["units"].item() == 3


def test_what_vanishes_while_it_is_counted_is_not_there(recording, folder, monkeypatch):
    files = list(library._files(folder))
    monkeypatch.setattr(library, "_files", lambda path: iter([*files, folder / "steps" / ".00000003.part"]))
    assert library.use(folder).files == len(files)
    gone = library.shelf() / "gone"
    monkeypatch.setattr(library, "_inside", lambda: [folder, gone])
    assert library.recorded() == [folder]


def test_a_damaged_probe_is_told_in_one_sentence_also_when_copied(recording, folder):
    (folder / "probe.safetensors").write_bytes(b"damaged")
    with pytest.raises(FileError, match="cannot be read as safetensors"):
        copied(recording, Subset(), library.shelf() / "copy")
    assert [path.name for path in library.shelf().iterdir()] == ["run a"]


def left_behind(name, age):
    """A folder that a killed job left, as old as that."""
    file = library.shelf() / name / "steps" / "a.part"
    file.parent.mkdir(parents=True)
    file.write_bytes(b"1" * 5000)
    os.utime(file, (time.time() - age,) * 2)
    return library.shelf() / name


def test_what_killed_jobs_left_is_removed_and_what_is_written_stays(recording, folder):
    old, grave, young = left_behind("tmp-a", 7200), left_behind(".deleted-b", 7200), left_behind("tmp-c", 10)
    assert set(library.unfinished()) == {old, grave, young} and set(library.abandoned()) == {old, grave}
    library.clear()
    assert not old.exists() and not grave.exists() and young.exists() and folder.exists()


@pytest.mark.usefixtures("quiet")
class TestPage:
    def test_what_killed_jobs_left_is_listed_and_removed(self, recording, folder):
        old = left_behind("tmp-a", 7200)
        test = opened("2_data.py", run=str(folder))
        rows = next(frame.value for frame in test.dataframe if "last written" in frame.value)
        assert rows.set_index("what")["size"]["not finished: tmp-a"] == "5.0 kB"
        next(button for button in test.button if button.label == "Remove what is unfinished").click().run()
        assert not old.exists() and not test.exception and "1 unfinished folder" in test.success[0].value

    def test_a_deletion_that_fails_is_an_error(self, recording, folder, monkeypatch):
        test = opened("2_data.py", run=str(folder))
        test.text_input(key="delete-run a").set_value("run a").run()

        def refused(*_):
            raise FileError("the disk is read-only")

        monkeypatch.setattr(library, "delete", refused)
        next(button for button in test.button if button.label == "Delete").click().run()
        assert folder.exists() and not test.success and not test.exception
        assert [one.value for one in test.error] == ["Not deleted: the disk is read-only."]

    @pytest.mark.parametrize("view", ["Rows and layers", "Add"])
    def test_a_shared_server_neither_copies_nor_adds(self, recording, folder, monkeypatch, view):
        assert "This server is shared" not in texts(opened("2_data.py", run=str(folder), view=view))
        monkeypatch.setenv("EXPLORER_ROOTS", str(folder.parent))
        test = opened("2_data.py", run=str(folder), view=view)
        assert "This server is shared" in texts(test) and not test.exception
        assert not {"Write the copy", "Convert", "List layers"} & {button.label for button in test.button}

    def test_what_was_recorded(self, recording, folder):
        shown = texts(opened("2_data.py", run=str(folder)))
        assert "240 probe samples, 2 layers, 3 recorded steps, from 0 to 2" in shown
        assert "CC0 of \\<us\\>" in shown and "drawn here" in shown and "one note" in shown
        assert ":orange-badge[float16]" in shown
        assert "This recording takes" in shown

    def test_sanity_before_and_after_the_job(self, recording, folder):
        test = opened("2_data.py", run=str(folder), view="Sanity", step="1", layer="3")
        assert not test.exception and not test.warning
        assert "0 of 2 layers have been looked at. The probe is still to come." in texts(test)
        (job,) = jobs.jobs()
        assert job.spec.function == "explorer.studies.sanity:run"
        from explorer.studies.sanity import run

        run(**job.spec.arguments, progress=lambda *a: None)
        jobs.board.Board().begin(job.id, "test")
        jobs.board.Board().finish(job.id, "done", result="{}")
        test = opened("2_data.py", run=str(folder), view="Sanity", step="1", layer="3")
        shown = texts(test)
        assert "few digits" in shown and "repeated inputs" in shown and "cannot show" in shown
        assert "looked at" not in shown and not test.exception

    def test_rows_and_layers_says_what_is_dropped_and_submits(self, recording, folder):
        url = {"rows": "Every k-th row", "k": "7", "drop": "1", "rename": "3 = last", "name": "small"}
        test = opened("2_data.py", run=str(folder), view="Rows and layers", **url)
        assert not test.exception and not test.warning and not test.error
        shown = texts(test)
        assert "205 are dropped" in shown and "Drops 1 of 2 layers" in shown and "3 is now last" in shown
        next(button for button in test.button if button.label == "Write the copy").click().run()
        (job,) = jobs.jobs()
        assert test.query_params["job"] == job.id
        assert copies.run(**job.spec.arguments, progress=lambda *a: None)["recording"] == str(library.shelf() / "small")
        assert explorer.open(library.shelf() / "small").layers == ("last",)

    @pytest.mark.parametrize(
        "text, says", [("3 last", "has no '='"), ("9 = a", "names no layer"), ("3 = 1", "two layers")]
    )
    def test_a_wrong_new_name_is_told(self, recording, folder, text, says):
        test = opened("2_data.py", run=str(folder), view="Rows and layers", rename=text)
        assert says in texts(test) and not test.exception

    def test_two_recordings(self, recording, folder):
        copied(recording, Subset("every", k=7), library.shelf() / "b")
        test = opened("2_data.py", run=str(folder), view="Two recordings")
        assert "Choose a second recording" in texts(test)
        test = opened("2_data.py", **{"run": str(folder), "view": "Two recordings", "with": str(library.shelf() / "b")})
        assert "Not one probe" in texts(test) and "and 35 of 35 the other way" in texts(test)
        assert not test.exception and not test.warning
        test = opened("2_data.py", **{"run": str(folder), "view": "Two recordings", "with": "/nowhere"})
        assert "cannot be opened" in texts(test) and not test.exception

    def test_a_second_recording_elsewhere_joins_the_lists(self, recording, folder, tmp_path):
        mine = tmp_path / "mine" / "b"
        copied(recording, Subset("every", k=7), mine)
        test = opened("2_data.py", **{"run": str(folder), "view": "Two recordings", "with": str(mine)})
        assert "Not one probe" in texts(test) and test.selectbox(key=f"with-{folder}-{mine}").proto.accept_new_options
        assert test.run().selectbox(key=f"chosen-{folder}").options[-1] == "b" and not test.exception

    def test_delete_by_name(self, recording, folder):
        test = opened("2_data.py", run=str(folder))
        delete = next(button for button in test.button if button.label == "Delete")
        assert delete.disabled
        test.text_input(key="delete-run a").set_value("run b").run()
        assert next(button for button in test.button if button.label == "Delete").disabled and folder.exists()
        test.text_input(key="delete-run a").set_value("run a").run()
        next(button for button in test.button if button.label == "Delete").click().run()
        assert not folder.exists() and not test.exception
        assert "Deleted: run a" in "\n".join(one.value for one in test.success)

    def test_a_shared_server_deletes_nothing(self, recording, folder, monkeypatch):
        monkeypatch.setenv("EXPLORER_ROOTS", str(folder.parent))
        test = opened("2_data.py", run=str(folder))
        assert "This server is shared" in texts(test)
        assert not [button for button in test.button if button.label == "Delete"]

    def test_a_recording_elsewhere_is_not_deleted_here(self, recording, folder, tmp_path):
        shutil.copytree(folder, tmp_path / "elsewhere")
        test = opened("2_data.py", run=str(tmp_path / "elsewhere"))
        assert "it is not deleted here" in texts(test)

    def test_parameters_of_other_views_are_not_called_ignored(self, recording, folder):
        test = opened("2_data.py", run=str(folder), step="1", rows="Distinct inputs")
        assert not test.warning
        assert "nope=1" in texts(opened("2_data.py", run=str(folder), nope="1"))

    def test_hostile_provenance_is_shown_as_it_is_written(self, recording, folder):
        path = folder / "manifest.json"
        plain = json.loads(path.read_text())
        plain["provenance"] |= {"licence": "[a](https://example.invalid)", "notes": {"a": [1]}, "source": 3}
        path.write_text(json.dumps(plain))
        for view in ("What was recorded", "Sanity", "Rows and layers"):
            test = opened("2_data.py", run=str(folder), view=view)
            assert not test.exception and "[a](" not in texts(test)
