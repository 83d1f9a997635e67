"""The catalogue and the settings: found by being there, read without being run."""

import ast
import sys
from importlib.metadata import EntryPoint

import pytest

from explorer import catalogue, estimators
from explorer.catalogue import Catalogue
from explorer.errors import InputError, SettingError, UnknownNameError, unknown
from explorer.settings import Range, checked_settings, parsed_settings, settings_from_source

CATALOGUES = {name: value for name, value in vars(catalogue).items() if isinstance(value, Catalogue)}

SOURCE = '''
def lab(k: Annotated[int, Range(1, 9)] = 3, rho: Annotated[float, Range(0, 1)] = 0.5, kind: Literal["a", "b"] = "a",
        width: Annotated[float | None, Range(0.1, 2)] = None, flag: bool = False, word: Annotated[str, Length(4)] = "a",
        progress: Callable = nothing):
    """A lab.

    Args:
        k: neighbours; more
            of them are slower.
        rho: correlation.
    """
'''


def settings():
    return settings_from_source(ast.parse(SOURCE).body[0])


@pytest.mark.parametrize("name", CATALOGUES)
def test_every_card_can_be_read_and_every_entry_imported(name):
    entries = CATALOGUES[name]
    for key in entries:
        card = entries.card(key)
        assert card.summary and card.summary[-1] in ".?", card
        assert callable(entries[key])


def test_cards_do_not_import(monkeypatch):
    monkeypatch.delitem(sys.modules, "explorer.estimators.neighbours.ksg", raising=False)
    assert Catalogue("estimators", "estimator").card("ksg").settings
    assert "explorer.estimators.neighbours.ksg" not in sys.modules


def test_entries_by_class_and_by_name():
    assert estimators.KSG(k=3) == catalogue.estimators["ksg"](k=3)
    with pytest.raises(AttributeError, match="KGS"):
        _ = estimators.KGS
    with pytest.raises(UnknownNameError, match="did you mean 'ksg'"):
        catalogue.estimators["kgs"]
    assert "ksg" in catalogue.estimators and "auto_" not in catalogue.estimators


def test_another_package_joins_and_cannot_take_a_name(tmp_path, monkeypatch):
    (tmp_path / "their_package.py").write_text('class Twice:\n    """Twice the truth."""\n\n    factor: float = 2.0\n')
    monkeypatch.syspath_prepend(tmp_path)
    joined = [EntryPoint("twice", "their_package:Twice", "explorer.estimators")]
    monkeypatch.setattr(catalogue, "entry_points", lambda group: joined)
    entries = Catalogue("estimators", "estimator")
    assert entries.card("twice").settings[0].default == 2.0 and entries["twice"].__name__ == "Twice"
    joined[0] = EntryPoint("ksg", "their_package:Twice", "explorer.estimators")
    with pytest.raises(InputError, match="two estimators are called 'ksg'"):
        list(Catalogue("estimators", "estimator"))


def test_settings_are_read_from_the_signature():
    k, rho, kind, width, flag, word = settings()
    assert (k.type, k.default, k.range, k.help) == (int, 3, Range(1, 9), "neighbours; more of them are slower.")
    assert rho.type is float and rho.help == "correlation."
    assert kind.choices == ("a", "b") and flag.type is bool
    assert width.optional and width.default is None and width.type is float
    assert word.type is str and word.length == 4 and width.length is None


@pytest.mark.parametrize(
    "given, says",
    [
        ({"k": 0}, r"k=0 must lie in \[1, 9\]"),
        ({"k": 2.5}, "k=2.5 must be a whole number"),
        ({"k": "x"}, "k='x' must be a whole number"),
        ({"k": None}, "k=None must be a whole number"),
        ({"rho": float("nan")}, "rho=nan must be a number"),
        ({"kind": "c"}, "kind='c' must be one of 'a', 'b'"),
        ({"word": "latent"}, "word has 6 characters; it may have at most 4"),
        ({"flag": 1}, "flag=1 must be true or false"),
        ({"rh": 0.1}, "did you mean 'rho'"),
    ],
)
def test_a_setting_out_of_its_rule_is_one_sentence(given, says):
    with pytest.raises(SettingError, match=says):
        checked_settings(settings(), given, "lab")


def test_settings_from_texts():
    texts = ["k=4", "rho=0.25", "kind=b", "width=none", "flag=yes"]
    found = parsed_settings(settings(), texts, "lab")
    assert found == {"k": 4, "rho": 0.25, "kind": "b", "width": None, "flag": True}
    for text, says in (("k", "name=value"), ("flag=maybe", "true or false"), ("nope=1", "no setting")):
        with pytest.raises(SettingError, match=says):
            parsed_settings(settings(), [text], "lab")


def test_words_of_a_signature_are_known():
    # a setting may use these words in its annotation and no others: nothing of the file is run
    with pytest.raises(NameError):
        settings_from_source(ast.parse('def f(x: open("/etc/passwd") = 1): """F."""').body[0])


@pytest.mark.parametrize("name", list(catalogue.measures))
def test_a_card_knows_what_the_class_inherits_before_it_is_imported(name):
    card, entry = catalogue.measures.card(name), catalogue.measures[name]
    for constant in ("unit", "against", "side", "distance", "posterior", "outputs", "tracks"):
        known = getattr(entry, constant)
        assert isinstance(known, property) or card.constants[constant] == known, constant  # settings may change a unit


def test_names_that_a_message_leaves_out_are_counted():
    assert unknown("array", "zzzz", [f"a{i}" for i in range(15)]).endswith("a10, a11 and 3 more")
    assert unknown("array", "zzzz", [f"a{i}" for i in range(12)]).endswith("a10, a11")
