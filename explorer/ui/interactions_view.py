"""The tab "Interactions": what several variables share, what each adds, and what pairs tell of a target."""

from collections.abc import Sequence
from functools import partial
from typing import Any

import streamlit as st

from explorer import arrays
from explorer.catalogue import estimators, figures
from explorer.figures.theme import on
from explorer.results.interactions import Interactions
from explorer.studies import interplay
from explorer.studies.interplay import FEWEST, METHOD, MOST, SEED, K, Offer, Question
from explorer.ui import computing, export, files, pick, results, screen, show
from explorer.ui.form import widget

EXAMPLE = ("twelve_bit:8000:tanh_5", "twelve_bit:y")
BOXES = ("of", "about")
HELP = "FILE or FILE:a,b for columns, RUN:STEP:LAYER for units of a layer, RUN:STEP for the layers of a recording."
NAMED = 8
"""Variables that were left out for one reason and are named at most."""
METHODS = {
    "auto": "Tables of labels; of real values copula, or neighbors where these read more.",
    "gaussian": "As if all were normal.",
    "copula": "As if all were normal after each is mapped to normal quantiles.",
    "neighbors": "Nearest neighbours, for real values of any shape.",
    "table": "Counts of labels.",
}


def controls() -> tuple[Question | None, Sequence[str] | None]:
    """Which variables, the target, and how they are read; also the names of all there are, None after an error."""
    one, two, upload, three = st.columns([3.4, 3.4, 1.7, 1.6], vertical_alignment="bottom")
    with upload.popover("Upload", icon=":material/upload:", width="stretch"):
        files.uploader("A file with the variables, or one more with the target", BOXES, whole=True)
    of = files.box(one, "Variables of", "of", BOXES, HELP)
    about = files.box(two, "Target, or none", "about", BOXES)
    with three.popover("Settings", icon=":material/tune:", width="stretch"):
        method = widget(METHOD, "interactions.method")
        st.caption(METHODS[method])
        settings: dict[str, Any] = {"method": method, "k": widget(K, "interactions.k")}
        for name, text in (("interval", "intervals"), ("null", "what shuffled variables read")):
            settings[name] = st.toggle(text, True, key=f"interactions.{name}", bind="query-params")
        settings["seed"] = widget(SEED, "interactions.seed")
    if not of:
        return None, []
    with show.told("Choose another file, layer or recording above."):
        for text in filter(None, (of, about)):
            pick.allowed(arrays.path(text))
        known, offer = arrays.variable_names(of), interplay.offered(of)
        chosen = _chosen(of, known, offer)
        return Question(of, tuple(chosen), about, **settings), known
    return None, None


def _chosen(of: str, known: Sequence[str], offer: Offer) -> list[str]:
    chosen = st.multiselect(
        "Variables", known, list(offer.names), key=f"of.{arrays.short(of)}", bind="query-params", max_selections=MOST,
        help=f"{FEWEST} to {MOST} columns, units or layers.",
    )  # fmt: skip
    if said := told_of(offer, chosen):
        st.caption(show.plain(said))
    return chosen


def told_of(offer: Offer, chosen: Sequence[str]) -> str:
    """Which variables were taken unasked, while those are chosen, and why others were not; "" where all were taken."""
    reasons: dict[str, list[str]] = {}
    for name, why in offer.left.items():
        if name not in chosen:
            reasons.setdefault(why, []).append(name)
    if not reasons:
        return ""
    taken = f"Taken unasked: {_listed(offer.names) or 'none'}. " if tuple(chosen) == offer.names else ""
    left = "; ".join(f"{_listed(names)} ({why})" for why, names in reasons.items())
    return f"{taken}Left out: {left}. The box above adds them."


def _listed(names: Sequence[str]) -> str:
    """The first names, and how many more there are."""
    return ", ".join(names[:NAMED]) + (f" and {len(names) - NAMED} more" if len(names) > NAMED else "")


def panel(question: Question | None, known: Sequence[str] | None, unit: str) -> None:
    """What they share, or what is missing for that."""
    if known is None:
        return
    if question is None:
        st.info("Nothing is chosen. Upload a table, type the path of one, or choose the units of a layer.")
        st.button("Try the five units of a layer of the bundled network", on_click=_example)
        return
    if len(question.names) == 2:
        st.info(f"Interactions take {FEWEST} to {MOST} variables. What two tell of a target, each alone and only both "
                "together, partial_information reads:")  # fmt: skip
        show.code(of_two(question), language="python")
        return
    if len(known) < FEWEST:
        count = "is 1 variable" if len(known) == 1 else f"are {len(known)} variables"
        st.info(f"There {count} here, and interactions begin at {FEWEST}. Choose another source.")
        return
    if len(question.names) < FEWEST:
        count = "1 variable is" if len(question.names) == 1 else f"{len(question.names)} variables are"
        st.info(f"{count} chosen. Choose {FEWEST} to {MOST} above.")
        return
    question = question.checked()
    what = f"Interactions of these {len(question.names)} variables take"
    computing.shown(interplay, (question,), partial(_shown, question, unit), what, "The variables are being read.")


def _example() -> None:
    st.session_state["of"], st.session_state["about"] = EXAMPLE


def _shown(question: Question, unit: str, found: Interactions) -> None:
    picture, side = st.columns([5, 2], gap="large")
    theme = st.context.theme.type or "light"
    with picture, on(theme, screen.narrow()):
        drawn = found.plot(unit=unit, theme=theme)
        results.figure(drawn, "interactions", "interactions")
        if found.target is not None:
            results.figure(figures["pair_atoms"](found, unit=unit, theme=theme), "pair-atoms", "pair-atoms")
        with st.expander(f"Tables, in {unit}"):
            st.dataframe(found.to_frame(unit), hide_index=True, alt=drawn.layout.meta["alt"])
            st.dataframe(found.pairs_frame(unit), hide_index=True, alt="Every pair of variables")
    with side:
        show.doubts(found.doubts)
        note = f"{', '.join(question.names)} of {question.of}, n = {found.about['n']}, seed {question.seed}."
        cites, table = export.used(cited(found)), partial(found.to_frame, unit)
        results.exports(python(question, unit), cites, ("interactions", note), table)
        st.download_button(
            "Pairs (CSV)", lambda: found.pairs_frame(unit).to_csv(index=False), "interaction-pairs.csv", "text/csv",
            on_click="ignore",
        )  # fmt: skip


def cited(found: Interactions) -> list[str]:
    """The keys of what the values rest on."""
    keys = list(estimators.card("o_information").references)
    read = str(found.about.get("estimator", ""))
    keys += [] if not read else estimators.card("partial_information").references[:2]
    return [*keys, *(estimators.card(read).references if read in estimators else ())]


def python(question: Question, unit: str) -> str:
    """Code that computes and draws the same."""
    usual = Question("", ())
    options = [name for name in ("method", "k", "interval", "null", "seed")]
    given = [
        f"{name}={getattr(question, name)!r}" for name in options if getattr(question, name) != getattr(usual, name)
    ]
    arguments = [repr(question.of), repr(list(question.names)), *([repr(question.about)] if question.about else [])]
    call = ", ".join([*arguments, *given])
    return f"from explorer.studies import interplay\n\nfound = interplay.run({call})\nfound.plot(unit={unit!r})\n"


def of_two(question: Question) -> str:
    """Code that tells what two variables tell of the target."""
    about = repr(question.about or "FILE:column")
    first, second = question.names
    call = f"explorer.estimate(x[{first!r}], y, z=x[{second!r}], estimator='partial_information')"
    read = f"x, y = arrays.variables({question.of!r}), arrays.array({about})"
    return f"import explorer\nfrom explorer import arrays\n\n{read}\nfound = {call}\nprint(found, found.details)\n"
