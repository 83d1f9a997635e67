"""Interactions of variables of a file, a layer or a recording: what a text names, what is kept, the tab of the page."""

from pathlib import Path

import numpy as np
import pytest
from pages_fixture import opened, quiet, texts  # noqa: F401
from streamlit.testing.v1 import AppTest

import explorer
from explorer import arrays, jobs
from explorer.catalogue import figures
from explorer.errors import FileError, SampleError, SettingError, UnknownNameError
from explorer.jobs import board
from explorer.studies import interplay
from explorer.studies.interplay import Question
from explorer.ui import interactions_view

PAGE = "6_estimators.py"


@pytest.fixture
def table(home, tmp_path):
    """Three bits and their parity, with a real column, text and a target."""
    rng = np.random.default_rng(0)
    bits = rng.integers(0, 2, (400, 3))
    parity, noise = bits.sum(1) % 2, rng.standard_normal(400)
    rows = [
        f"{a},{b},{c},{p},{one:.6g},{'up' if one > 0 else 'down'}"
        for (a, b, c), p, one in zip(bits, parity, noise, strict=True)
    ]
    (tmp_path / "bits.csv").write_text("\n".join(["a,b,c,parity,real,word", *rows]))
    return str(tmp_path / "bits.csv")


def test_a_text_names_columns_units_and_layers(table):
    assert arrays.variable_names(table) == ("a", "b", "c", "parity", "real", "word")
    assert arrays.variable_names(f"{table}:a,c") == ("a", "c")
    units = arrays.variables("twelve_bit:8000:tanh_5")
    assert list(units) == [f"unit {i}" for i in range(5)]
    layer = explorer.open("twelve_bit").activations(8000, "tanh_5")
    assert all(np.array_equal(units[f"unit {i}"], layer[:, i]) for i in range(5))
    layers = arrays.variables("twelve_bit:8000")
    assert {name: values.shape[1] for name, values in layers.items()} == {
        "tanh_10": 10, "tanh_7": 7, "tanh_5": 5, "tanh_4": 4, "tanh_3": 3, "softmax_2": 2,
    }  # fmt: skip
    facts = arrays.facts_of("twelve_bit:8000", ("tanh_7", "tanh_3"))
    assert (facts.n, facts.dim) == (4096, 10)


def test_parity_is_synergy_of_one_bit(table):
    found = interplay.run(table, ["a", "b", "c", "parity"], method="table")
    exact = explorer.interactions(np.stack(list(arrays.variables(table).values())[:4], 1).astype(int), method="table")
    assert np.array_equal(found.totals, exact.totals) and np.array_equal(found.gradients, exact.gradients)
    assert found.names == ("a", "b", "c", "parity")
    assert found.o_information == pytest.approx(-2 * np.log(2), abs=0.05) and found.prevails == "synergy"


def test_layers_are_groups_of_columns(home):
    names = ["tanh_5", "tanh_4", "tanh_3"]
    found = interplay.run("twelve_bit:8000", names, method="gaussian", interval=False, null=False)
    layers = arrays.variables("twelve_bit:8000")
    groups = {"tanh_5": range(5), "tanh_4": range(5, 9), "tanh_3": range(9, 12)}
    x = np.concatenate([layers[name] for name in names], 1)
    again = explorer.interactions(x, groups=groups, method="gaussian", interval=False, null=False)
    assert found.names == tuple(names) and np.array_equal(found.totals, again.totals)


def test_labels_that_are_words_are_codes_and_stand_with_words_alone(table):
    words = interplay.run(f"{table}", ["a", "b", "c"], about=f"{table}:word", method="table", null=False)
    assert words.target is not None and words.target.shape == (3,)
    with pytest.raises(SampleError, match="'word' holds text and 'a' numbers"):
        interplay.run(table, ["a", "b", "word"])
    with pytest.raises(SampleError, match="'word' holds text"):
        interplay.run(table, ["a", "b", "word"])  # why there is no value is kept as well


def test_every_refusal_names_a_way_out_that_the_tab_has(table, home):
    with pytest.raises(SampleError, match="'real' holds real numbers and method 'table' counts labels; choose another"):
        interplay.run(table, ["a", "b", "real"], method="table")
    saturated = interplay.run("twelve_bit:8000:tanh_3", [f"unit {i}" for i in range(3)], "twelve_bit:y", null=False)
    assert saturated.about["estimator"] == "mixed_ksg" and saturated.target.min() > 0.1
    with pytest.raises(SampleError, match="method='copula' takes them"):
        interplay.run("twelve_bit:8000:tanh_3", [f"unit {i}" for i in range(3)], method="neighbors")
    assert interplay.METHOD.choices is not None and "copula" in interplay.METHOD.choices


def test_what_was_read_is_not_read_again_and_follows_the_data(table, tmp_path, monkeypatch):
    question = Question(table, ("a", "b", "c"), method="table", null=False).checked()
    assert interplay.collected(question) is None
    interplay.compute(question)
    assert interplay.collected(question).about["n"] == 400
    monkeypatch.setattr(interplay, "_answer", lambda *_: pytest.fail("read again"))
    interplay.compute(question)
    for other in ({"names": ("a", "c", "b")}, {"seed": 1}, {"about": f"{table}:word"}, {"interval": False}):
        assert interplay.key(question) != interplay.key(Question(**{**vars(question), **other}))
    copy = tmp_path / "copy.csv"
    copy.write_text(Path(table).read_text())
    assert interplay.collected(Question(**{**vars(question), "of": str(copy)})) is not None


def test_the_job_is_the_same_question(table, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    question = Question("bits.csv", ("a", "b", "parity"), "bits.csv:word", "table", null=False).checked()
    spec = interplay.specification(question)
    monkeypatch.chdir("/")
    notes = []
    assert interplay.fill(**spec.arguments, progress=lambda *one: notes.append(one)) == {"computed": 1}
    assert (2, 3, "pairs about the target") in notes
    assert interplay.collected(Question(**{**vars(question), "of": table, "about": f"{table}:word"})) is not None
    assert 0 < spec.cost["seconds"] < 30


@pytest.mark.parametrize(
    "given, error, says",
    [
        ({"names": ("a", "b")}, SettingError, "2 different variables; choose 3 to 8"),
        ({"names": ("a", "b", "b")}, SettingError, "2 different variables"),
        ({"names": ("a", "b", "nope")}, UnknownNameError, "no variable 'nope'"),
        ({"method": "guess"}, SettingError, "method='guess'"),
        ({"k": 0}, SettingError, "k=0"),
        ({"of": "/nowhere.csv"}, FileError, "does not exist"),
        ({"of": "twelve_bit:7777"}, UnknownNameError, "7777"),
    ],
)
def test_bad_questions_are_told(table, given, error, says):
    with pytest.raises(error, match=says):
        Question(**{"of": table, "names": ("a", "b", "c"), **given}).checked()


def test_longer_questions_cost_more(home):
    usual = interplay.cost(Question("twelve_bit:8000", ("tanh_5", "tanh_4", "tanh_3"), method="copula"))[0]
    near = Question("twelve_bit:8000", ("tanh_5", "tanh_4", "tanh_3"), method="neighbors")
    assert interplay.cost(near)[0] > 3 * usual
    assert interplay.cost(Question(near.of, near.names, "twelve_bit:y"))[0] > usual


def tab(**parameters: str) -> AppTest:
    return opened(PAGE, tab="Interactions", **parameters)


@pytest.fixture
def people(home, tmp_path):
    """A table as people keep them: an index, names, a constant and words beside three measurements and a label."""
    rng = np.random.default_rng(0)
    height, weight = rng.standard_normal((2, 200))
    age = height + weight + rng.standard_normal(200)
    rows = [
        f"{i},person {i},{a:.6g},{b:.6g},{c:.6g},1,{'f' if a > 0 else 'm'},{int(b > 0)},{c if i else ''}"
        for i, (a, b, c) in enumerate(zip(height, weight, age, strict=True))
    ]
    (tmp_path / "people.csv").write_text("\n".join(["id,name,height,weight,age,unit,sex,tall,gaps", *rows]))
    return str(tmp_path / "people.csv")


def test_variables_that_cannot_be_asked_about_are_not_offered(people, table):
    offer = interplay.offered(people)
    assert offer.names == ("height", "weight", "age", "tall")
    assert offer.left == {
        "id": "every value differs, as of an identifier",
        "name": "every value differs, as of an identifier",
        "unit": "never changes",
        "sex": "text beside numbers",
        "gaps": "values are missing or infinite",
    }
    assert interplay.run(people, offer.names, null=False).about["n"] == 200
    assert interplay.offered(table) == interplay.Offer(
        ("a", "b", "c", "parity", "real"), {"word": "text beside numbers"}
    )


def test_words_are_offered_where_numbers_are_too_few(home, tmp_path):
    rows = [f"{i % 2},{'ab'[i % 2]},{'cde'[i % 3]},{'fg'[i // 2 % 2]}" for i in range(60)]
    (tmp_path / "words.csv").write_text("\n".join(["n,one,two,three", *rows]))
    offer = interplay.offered(str(tmp_path / "words.csv"))
    assert offer == interplay.Offer(("one", "two", "three"), {"n": "numbers beside text"})


def test_blank_words_are_no_class(home, tmp_path):
    rows = [f"{'ab'[i % 2]},{'cde'[i % 3]},{'fg'[i // 2 % 2]},{'hi'[i % 2] if i % 9 else ''}" for i in range(60)]
    (tmp_path / "words.csv").write_text("\n".join(["one,two,three,four", *rows]))
    of = str(tmp_path / "words.csv")
    assert interplay.offered(of) == interplay.Offer(("one", "two", "three"), {"four": "values are blank"})
    with pytest.raises(SampleError, match=r"'four' holds 7 blank text value\(s\), the first in row 0"):
        interplay.run(of, ["one", "two", "four"])
    with pytest.raises(SampleError, match=r"y holds 7 blank text value\(s\), the first in row 0 of column 'four'"):
        interplay.run(of, ["one", "two", "three"], f"{of}:four")


def test_many_variables_are_offered_in_part_and_dead_units_are_not(home, monkeypatch):
    x = np.random.default_rng(0).standard_normal((50, 9))
    known = {f"unit {i}": column for i, column in enumerate(x.T)} | {"dead": np.zeros(50), "wide": np.c_[x, x * 0]}
    monkeypatch.setattr(arrays, "variables", lambda of: known)
    offer = interplay.offered("anything:0:tanh")
    assert offer.names == tuple(f"unit {i}" for i in range(6)) and offer.left["unit 8"] == "more than the first 6"
    assert offer.left["dead"] == offer.left["wide"] == "never changes"


def test_what_was_taken_and_left_is_told_until_it_is_chosen():
    offer = interplay.Offer(("a", "b", "c"), {"id": "identifier"} | dict.fromkeys(map(str, range(10)), "too many"))
    said = interactions_view.told_of(offer, ["a", "b", "c"])
    assert said == (
        "Taken unasked: a, b, c. Left out: id (identifier); 0, 1, 2, 3, 4, 5, 6, 7 and 2 more (too many). "
        "The box above adds them."
    )
    assert interactions_view.told_of(offer, ["a", "b", "id"]).startswith("Left out: 0, 1")
    assert interactions_view.told_of(interplay.Offer(("a",), {}), ["a"]) == ""


def test_a_refusal_and_a_note_name_the_column_of_the_file(people, home):
    noted = interplay.run(people, ["height", "weight", "tall"], null=False, interval=False)
    assert "Column 'tall' of x holds few whole numbers" in "\n".join(one.text for one in noted.doubts)
    with pytest.raises(SampleError, match=r"1 value\(s\) of NaN, the first in row 0 of column 'gaps'"):
        interplay.run(people, ["height", "gaps", "age"])


@pytest.mark.usefixtures("quiet")
class TestTab:
    def test_a_table_begins_with_what_can_be_asked_about_and_says_what_was_left(self, people):
        test = tab(of=people)
        assert not test.exception and not test.error
        box = test.multiselect(key=f"of.{arrays.short(people)}")
        assert box.value == ["height", "weight", "age", "tall"]
        said = texts(test).replace("\\", "")
        assert "Taken unasked: height, weight, age, tall. Left out: id, name (every value differs" in said
        assert jobs.jobs()[0].spec.arguments["question"]["names"] == box.value
        test = tab(of=people, **{box.key: ["height", "weight", "age", "id"]})
        said = texts(test).replace("\\", "")
        assert "Taken unasked" not in said and "Left out: name (" in said, "the reader can add what was left out"

    def test_an_uploaded_table_is_taken_whole_and_has_no_target(self, people):
        test = tab()
        test.file_uploader(key="upload-of").set_value([("people.csv", Path(people).read_bytes(), "text/csv")]).run()
        assert not test.exception and not test.error and "interactions begin at" not in texts(test)
        (job,) = jobs.jobs()
        asked = job.spec.arguments["question"]
        assert asked["of"].endswith("people.csv") and asked["about"] == ""
        assert asked["names"] == ["height", "weight", "age", "tall"], "words are left out as on the command line"

    def test_empty_says_what_to_do_and_has_an_example(self):
        test = tab()
        assert "Nothing is chosen" in texts(test) and jobs.jobs() == []
        next(button for button in test.button if button.label.startswith("Try the five units")).click().run()
        assert not test.exception and not test.error
        (job,) = jobs.jobs()
        asked = job.spec.arguments["question"]
        assert asked["names"] == [f"unit {i}" for i in range(5)] and asked["about"] == "twelve_bit:y"
        assert job.title == "Interactions of 5 variables of twelve_bit:8000:tanh_5"

    def test_what_was_computed_is_drawn_with_its_exports(self, table):
        interplay.run(table, ["a", "b", "c", "parity"], about=f"{table}:word", method="table")
        key = f"of.{arrays.short(table)}"
        given = {"of": table, "about": f"{table}:word", "interactions.method": "table", "unit": "nats"}
        test = tab(**given, **{key: ["a", "b", "c", "parity"]})
        assert not test.exception and not test.error and not test.warning and jobs.jobs() == []
        first, second = test.get("plotly_chart")
        assert "Synergy prevails by" in first.proto.alt and "word" not in first.proto.alt and second.proto.alt
        (code,) = [one.value for one in test.code if one.language == "python"]
        assert "interplay.run(" in code and "method='table'" in code and "unit='nats'" in code
        assert len(test.dataframe) == 2 and [one for one in test.code if "rosas2019" in one.value]

    @pytest.mark.parametrize(
        "of, says",
        [("/nowhere.csv", "does not exist"), ("twelve_bit:7777", "7777"), ("{table}:nope", "nope")],
    )
    def test_what_cannot_be_read_is_told(self, table, of, says):
        test = tab(of=of.format(table=table))
        assert not test.exception and jobs.jobs() == []
        assert says in "\n".join(one.value for one in test.error) and "Choose another" in texts(test)

    def test_too_few_variables_are_told(self, table):
        test = tab(of=f"{table}:a,b")
        assert "partial_information reads" in texts(test) and jobs.jobs() == []
        test = tab(of=f"{table}:a")
        assert "There is 1 variable here" in texts(test) and jobs.jobs() == []
        test = tab(of=table, **{f"of.{arrays.short(table)}": ["a", "b"]})
        assert "partial_information reads" in texts(test) and jobs.jobs() == []

    def test_variables_of_two_kinds_are_refused_in_a_sentence(self, table):
        key, names = f"of.{arrays.short(table)}", ["a", "b", "word"]
        test = tab(of=table, **{key: names})
        (job,) = jobs.jobs()
        interplay.fill(**job.spec.arguments, progress=lambda *one: None)
        board.Board()._change(job.id, ("queued",), state="done")
        test = tab(of=table, **{key: names})
        assert "holds text" in "\n".join(one.value for one in test.error) and not test.exception

    def test_files_outside_the_folders_of_a_shared_server_are_refused(self, table, monkeypatch, tmp_path):
        monkeypatch.setenv("EXPLORER_ROOTS", str(tmp_path / "shown"))
        assert "outside the folders" in texts(tab(of=table)) and jobs.jobs() == []


def test_the_code_repeats_it(table):
    question = Question(table, ("a", "b", "c"), method="table", null=False, seed=3).checked()
    interplay.compute(question)
    space: dict = {}
    exec(interactions_view.python(question, "bits"), space)
    assert np.array_equal(space["found"].totals, interplay.collected(question).totals)


def test_two_variables_have_code_that_runs(table):
    """A parity of two bits about the third."""
    space: dict = {}
    exec(interactions_view.of_two(Question(table, ("a", "b"), f"{table}:word")), space)
    assert space["found"].details["synergy"] < 0.05 and space["found"].details["measure"] == "broja"
    with pytest.raises(SettingError, match="'partial_information' tells what two tell"):
        Question(table, ("a", "b"), f"{table}:word").checked()


def test_a_target_that_holds_the_variables_has_no_atoms_in_a_title(home):
    of, units, once = "twelve_bit:8000:tanh_5", [f"unit {i}" for i in range(5)], {"interval": False, "null": False}
    found = interplay.run(of, units, of, **once)
    (doubt,) = [one for one in found.doubts if one.rule == "deterministic"]
    assert "The target looks like a function of 'unit 0', 'unit 1', 'unit 2', 'unit 3' and 1 more" in doubt.text
    assert "only together" not in figures["pair_atoms"](found).layout.meta["alt"]
    labels = interplay.run(of, units[:3], "twelve_bit:y", **once)
    assert not labels.unbounded


def test_a_variable_that_never_changes_is_named(home, tmp_path, monkeypatch):
    a, b = np.random.default_rng(0).standard_normal((2, 50))
    np.savetxt(tmp_path / "t.csv", np.c_[a, b, np.ones(50)], delimiter=",", header="a,b,still", comments="")
    with pytest.raises(SampleError, match="'still' never changes and shares nothing; leave 'still' out"):
        interplay.run(str(tmp_path / "t.csv"), ("a", "b", "still"))
    monkeypatch.setattr(arrays, "variables", lambda of: {"a": a, "b": b, "wide": np.c_[a, np.zeros(50)]})
    with pytest.raises(SampleError, match="column 1 of 'wide' never changes"):
        interplay._columns(Question("", ("a", "b", "wide")))
