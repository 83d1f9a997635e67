"""The library of papers: complete, honest about what it offers, quick to search; and its panel."""

import re
import subprocess
import sys
from collections import Counter

import pytest
from pages_fixture import opened, quiet, texts  # noqa: F401

from explorer import bibliography, papers
from explorer.catalogue import estimators, labs, measures
from explorer.errors import UnknownNameError
from explorer.packaged import assets, root
from explorer.papers import KINDS, NONE, Offer, Paper
from explorer.ui import export

ALL = papers.papers()
BIB = (assets() / "references.bib").read_text(encoding="utf-8")
ENTRIES = {key: text for key, text in re.findall(r"(?s)@\w+\{(\w+),(.*?)\n\}", BIB)}
WITHOUT = {30, 31, 45, 53, 61, 75, 80, 85, 89, 92, 95, 97, 112, 114}
"""Papers that estimate no information quantity."""
TWINS = ((34, 37), (52, 58), (24, 69), (57, 59))
"""Papers of one quantity, which share what implements it."""
COMMANDS = """
alpha approx arccos arg beta Big Bigl bigl Bigr bigr bowtie cdot circ Delta det ell epsilon eta frac gamma ge hat
in inf int Lambda lambda langle le ln log lVert mathbb mathcal mathrm max mid min mu nabla ne notin nu Omega
operatorname otimes partial Phi phi pi psi quad rangle rho rVert Sigma sigma sim sqrt sum sup tau tfrac theta tilde
to top varepsilon Vert zeta
"""
"""Of LaTeX, as browsers know them here."""
END = "(?![A-Za-z])"


def field(key: str, name: str) -> str:
    found = re.search(rf"(?m)^\s*{name}\s*=\s*\{{(.*)\}},?$", ENTRIES[key])
    return found[1] if found else ""


def letters(text: str) -> str:
    """Letters and digits alone, as a reader sees them."""
    text = text.replace(r"$\Omega$", "Ω").replace("$^2$", "²")
    return re.sub(r"[\W_]", "", papers._letters(re.sub(r"\\[\"'`^cv](?=\W|$)|\\[\"'`^]", "", text)))


def ident(one: Paper) -> str:
    return f"{one.number}-{one.key}"


def test_all_papers_are_there_once():
    assert [one.number for one in ALL] == list(range(1, 120))
    for name in ("title", "short", "sentence", "key"):
        assert max(Counter(getattr(one, name) for one in ALL).values()) == 1, name
    assert Counter(one.kind for one in ALL) == {"A": 24, "B": 71, "C": 24}
    assert papers.paper(82).key == "dwork2015"
    with pytest.raises(UnknownNameError, match="120"):
        papers.paper(120)


@pytest.mark.parametrize("one", ALL, ids=ident)
def test_a_paper_says_one_plain_sentence_and_its_quantity(one):
    assert one.title and one.short and one.family and one.subject and one.kind in KINDS
    assert one.sentence[0].isupper() and one.sentence.endswith(".") and len(one.sentence) < 200
    assert not re.search(r"[.!?] ", one.sentence) and not re.search(r"(?i)robust|powerful|novel|state-of", one.sentence)
    assert one.estimates == bool(one.quantity) == bool(one.quantity_name) == (not one.instead)
    assert one.estimates == (one.number not in WITHOUT) and (one.estimates or one.kind == "C")


@pytest.mark.parametrize("one", [one for one in ALL if one.estimates], ids=ident)
def test_the_quantity_is_latex_that_a_browser_sets(one):
    text = one.quantity
    depth = 0
    for letter in text.replace(r"\{", "").replace(r"\}", ""):
        depth += {"{": 1, "}": -1}.get(letter, 0)
        assert depth >= 0, text
    assert depth == 0 and "$" not in text and text.isascii()
    assert set(re.findall(r"\\([A-Za-z]+)", text)) <= set(COMMANDS.split()), text
    for left, right in (("bigl", "bigr"), ("Bigl", "Bigr"), ("langle", "rangle"), ("lVert", "rVert")):
        assert len(re.findall(rf"\\{left}{END}", text)) == len(re.findall(rf"\\{right}{END}", text)), text
    assert text.count("(") == text.count(")")


@pytest.mark.parametrize("one", [one for one in ALL if one.key], ids=ident)
def test_a_paper_is_in_the_bibliography_under_its_title_and_year(one):
    assert field(one.key, "year") == str(one.year)
    assert letters(field(one.key, "title")) == letters(one.title)
    assert " and others" not in ENTRIES[one.key]


@pytest.mark.parametrize("one", ALL, ids=ident)
def test_what_is_offered_is_there_and_cites_the_paper(one):
    pages = {page.stem.partition("_")[2] for page in (root() / "pages").glob("[0-9]*_*.py")}
    for offer, (kind, name) in zip(
        [offer for offer in papers.offers(one) if offer.kind != "lab"],
        (entry.split(":") for entry in one.entries),
        strict=True,
    ):
        assert (offer.kind, offer.name) == (kind, name) and offer.page in pages
        card = papers._FOLDERS[kind].card(name)
        assert one.key in card.references, f"{one.entries} is offered, but does not cite {one.key}"
    assert (one.number in papers.tried()) == bool(papers.offers(one))


def test_twins_share_what_implements_them():
    for first, second in TWINS:
        one, other = papers.paper(first), papers.paper(second)
        assert one.family == other.family and one.quantity_name == other.quantity_name
        assert set(one.entries) & set(other.entries) or not (one.entries or other.entries)
    assert (
        papers.paper(34).entries == papers.paper(37).entries and papers.paper(24).quantity == papers.paper(69).quantity
    )


def test_every_lab_is_offered_by_the_papers_that_it_names():
    for name in labs:
        for number in labs.card(name).constants["PAPERS"]:
            found = [offer for offer in papers.offers(papers.paper(number)) if offer.kind == "lab"]
            assert name in [offer.name for offer in found]
            assert Offer("lab", name, labs.card(name).constants["TITLE"], "labs", {"lab": name}) in found


def test_offers_are_told_as_what_they_are():
    assert papers.shown(()) == "not shown in this version"
    assert papers.shown(papers.offers(papers.paper(12))).endswith("first-class estimator")
    assert "first-class measure, objective of a training, bundled run" in papers.shown(papers.offers(papers.paper(57)))


def test_measures_and_estimators_open_where_they_are_offered():
    places = {offer.name: (offer.page, offer.parameters) for one in ALL for offer in papers.offers(one)}
    for name, (page, parameters) in places.items():
        if page == "representation":
            assert measures.card(name).constants["posterior"] != "needed" and parameters == {"measure": name}
    assert places["adaptive_binning"] == ("plane", {"est": "adaptive_binning"})
    assert places["fft_kde"] == ("estimators", {"dist": "bivariate_normal", "est.continuous": "fft_kde"})
    for name in ("sketched_join", "cauchy_schwarz"):
        assert name in estimators and places[name] == ("estimators", {"tab": "Your data"})


@pytest.mark.parametrize("number", [5, 11, 12, 34, 57, 78])
def test_the_place_of_an_offer_takes_all_that_the_link_says(quiet, number):  # noqa: F811
    scripts = {page.stem.partition("_")[2]: page.name for page in (root() / "pages").glob("[0-9]*_*.py")}
    offer = next(offer for offer in papers.offers(papers.paper(number)) if offer.kind != "lab")
    test = opened(scripts[offer.page], **offer.parameters)
    assert not test.exception and "Ignored" not in texts(test)


def test_a_search_takes_words_in_any_order_without_case_and_accents():
    numbers = [one.number for one in papers.search("ESTIMATION neural mutual")]
    assert {3, 10} <= set(numbers)
    assert [one.number for one in papers.search("schrodinger bridge")] == [20]
    assert [one.number for one in papers.search("adaptive_kde adaptive kde")] == []
    assert [one.number for one in papers.search("adaptive kde")] == [5]
    assert len(papers.search()) == len(ALL) and papers.search("no such words here") == []


@pytest.mark.parametrize("one", ALL, ids=ident)
def test_every_author_of_a_paper_finds_it(one):
    written = field(one.key, "author").split(" and ")
    names = bibliography.authors(one.key)
    assert len(names) == len(written) and "others" not in names
    for name in names:
        assert not set(name) & set("\\{},") and one in papers.search(name) and one in papers.search(name.upper())


@pytest.mark.parametrize(
    "words, numbers", [("Løkse", {38}), ("lokse", {38}), ("aaron van den oord", {2}), ("Golinski", {22})]
)
def test_a_name_is_found_with_and_without_its_accents(words, numbers):
    assert {one.number for one in papers.search(words)} >= set(numbers)


def test_names_of_the_bibliography_are_written_as_a_person_writes_them():
    assert bibliography.read(r"Czy{\.z}, Pawe{\l}") == "Czyż, Paweł"
    assert bibliography.read(r"G{\'{o}}mez {\v{c}} \c{c} L{\o}kse {\DJ}or{\dj}e \'{\i}") == "Gómez č ç Løkse Đorđe í"
    assert bibliography.authors("gritsai2025")[:3] == ("German Gritsai", "Megan Richards", "Maxime Méloux")
    assert bibliography.authors("no such key") == () == bibliography.authors("nist2010")


def test_filters_agree_with_what_papers_say():
    assert {one.number for one in papers.search(quantity_name=NONE)} == WITHOUT
    assert {one.number for one in papers.search(family="Fisher information", kind="A")} == {52}
    for name in ("quantity_name", "family", "kind", "subject"):
        found = [one.number for value in papers.known(name) for one in papers.search(**{name: value})]
        assert sorted(found) == [one.number for one in ALL], name
    assert papers.known("kind") == ["A", "B", "C"] and papers.known("quantity_name")[-1] == NONE


def test_reading_the_library_imports_nothing_heavy():
    code = (
        "import sys\nfrom explorer import papers\n[papers.offers(one) for one in papers.papers()]\n"
        "print(sorted({'torch', 'streamlit', 'plotly', 'sqlalchemy', 'pandas', 'sklearn'} & set(sys.modules)))"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "[]"


def library(**parameters: str):
    return opened("8_labs.py", view="Papers", **parameters)


def test_the_panel_shows_a_page_of_papers_with_quantities_and_links(quiet):  # noqa: F811
    test = library()
    shown = texts(test)
    assert not test.exception and f"**{len(ALL)} papers**; {len(papers.tried())} can be tried here." in shown
    assert "**1. MAIN-VC" in shown and "**15. " in shown and "**16. " not in shown
    assert rf"$\displaystyle {papers.paper(7).quantity}$" in shown
    test.segmented_control(key="papers.page").set_value(8).run()
    assert "**119. " in texts(test) and "**1. " not in texts(test)
    test.text_input(key="papers.find").set_value("bottleneck").run()
    assert not test.exception and "**38. " in texts(test)


def test_the_panel_finds_by_words_and_filters_of_the_url(quiet):  # noqa: F811
    test = library(**{"papers.find": "holdout", "papers.subject": "validity"})
    assert f"**1 of {len(ALL)} papers**" in texts(test) and "**82. " in texts(test)
    test = library(**{"papers.quantity": NONE})
    assert f"**{len(WITHOUT)} of {len(ALL)} papers**" in texts(test)
    assert "Estimates no information quantity itself." in texts(test)
    test = library(**{"papers.tried": "true", "papers.class": KINDS["A"]})
    count = sum(one.kind == "A" and one.number in papers.tried() for one in ALL)
    assert f"**{count} of {len(ALL)} papers**; {count} can be tried here." in texts(test)


def test_the_panel_says_why_nothing_is_found_and_what_to_do(quiet):  # noqa: F811
    unshown = next(one for one in ALL if not papers.offers(one))
    assert "Not shown in this version." in texts(library(**{"papers.find": unshown.title}))
    test = library(**{"papers.find": "zzzz"})
    assert "No paper has the word zzzz. Try another" in texts(test)
    assert "all of these words: zzzz yyyy" in texts(library(**{"papers.find": "zzzz yyyy"}))
    test = library(**{"papers.quantity": NONE, "papers.class": KINDS["A"]})
    assert "No paper fits every filter" in texts(test)
    next(button for button in test.button if button.label == "Show all papers").click().run()
    assert not test.exception and f"**{len(ALL)} papers**" in texts(test)
    test = library(**{"papers.family": "nonsense"})
    assert "Ignored" in texts(test) and "papers.family=nonsense" in texts(test)


def test_the_session_gathers_what_its_results_rest_on(quiet):  # noqa: F811
    test = library()
    assert export.USED not in test.session_state and "Nothing yet" in texts(test)
    test.switch_page(str(root() / "pages" / "3_plane.py")).run()
    assert list(test.session_state[export.USED]) == list(estimators.card("binning").references)
    test.query_params["view"] = "Papers"
    test.switch_page(str(root() / "pages" / "8_labs.py"))
    test.query_params["view"] = "Papers"
    test.run()
    assert any(one.value == export.bibtex(["shwartz2017", "saxe2018", "goldfeld2019"]) for one in test.code)


def test_bibtex_is_one_entry_a_key_in_the_order_of_the_bibliography():
    both = export.bibtex(["saxe2018", "kraskov2004", "no such key"])
    assert [one for one in re.findall(r"@\w+\{(\w+)", both)] == ["kraskov2004", "saxe2018"]
    assert export.bibtex([]) == ""
