"""The tab "Your data": two variables, and what every estimator reads on them."""

from typing import Any

import streamlit as st

from explorer import arrays
from explorer.catalogue import estimators
from explorer.errors import ExplorerError
from explorer.plan import trains
from explorer.results.comparison import Panel
from explorer.studies.panel import KIND, Inquiry, collected, cost, curves, offered, specification, submitted, unasked
from explorer.ui import computing, export, files, learning, pick, results, show

WHY = "why, and notes"

HEAVY_SECONDS = 90.0
EXAMPLE = ("twelve_bit:8000:softmax_2", "twelve_bit:y")
NULLS = {"up to 2000 samples": None, "always": True, "never": False}

Pair = tuple[str, str, Inquiry]


def controls() -> Pair:
    """Which two variables, and how they are read."""
    one, two, upload, three = st.columns([3.4, 3.4, 1.7, 1.6], vertical_alignment="bottom")
    with upload.popover("Upload", icon=":material/upload:", width="stretch"):
        files.uploader("One file with both variables, or a file for each", ("x", "y"))
    texts = [files.box(place, name.upper(), name, ("x", "y")) for place, name in ((one, "x"), (two, "y"))]
    with three.popover("Settings", icon=":material/tune:", width="stretch"):
        kinds = {
            f"{name}_kind": st.selectbox(
                f"{name} is", KIND.choices, key=f"{name}_kind", bind="query-params",
                help="Mixed: real, with values that repeat. Auto looks at the values.",
            )
            for name in "xy"
        }  # fmt: skip
        null = st.selectbox("null and interval", list(NULLS), key="null", bind="query-params",
                            help="Null: what is read without dependence, 20 to 200 times.")  # fmt: skip
        left_out = st.multiselect("leave out", unasked(), key="without", bind="query-params")
        seed = st.number_input("seed", 0, 2**31 - 1, 0, key="seed", bind="query-params")
    added = _added(texts, NULLS[null])
    chosen: dict[str, Any] = {name: {} for name in [*unasked(), *added] if name not in left_out}
    return texts[0], texts[1], Inquiry(chosen, **kinds, seed=seed, null=NULLS[null])


def _added(texts: list[str], null: bool | None) -> list[str]:
    """Those that start when they are ticked: how many there are, and how long all of them would take."""
    names = [name for name in offered() if name not in unasked()]
    line, button = st.columns([7.1, 3], vertical_alignment="center")
    with button.popover("Add others", icon=":material/model_training:", width="stretch"):
        ticked = st.pills(
            "Estimators that train, take long, or take rows for steps of time", names, selection_mode="multi",
            key="add", bind="query-params", help="Those that train fit a model on your data at every estimate.",
        )  # fmt: skip
    out = [name for name in names if name not in ticked]
    if out:
        line.caption(f"{_count(out)} left out; Add others has them.{_time(texts, out, null)}")
    return list(ticked)


def _count(names: list[str]) -> str:
    """ "13 that train, 2 of sequences and 1 slow one are"."""
    ordered = [name for name in names if estimators.card(name).constants.get("ordered") and not trains(name)]
    counts = {"that train": sum(map(trains, names)), "of sequences": len(ordered)}
    slow = len(names) - sum(counts.values())
    counts[f"slow one{'s' * (slow > 1)}"] = slow
    *others, last = [f"{count} {what}" for what, count in counts.items() if count]
    return f"{' and '.join([', '.join(others), last] if others else [last])} {'is' if len(names) == 1 else 'are'}"


def _time(texts: list[str], names: list[str], null: bool | None) -> str:
    """What these estimators would take on the pair, where both are there."""
    try:
        if not all(texts) or not names:
            return ""
        seconds, _ = cost(texts[0], texts[1], Inquiry({name: {} for name in names}, null=null).checked())
    except ExplorerError:  # told by the panel
        return ""
    return f" All of them would take about {show.duration(seconds)} on one core."


def panel(x: str, y: str, inquiry: Inquiry, unit: str) -> None:
    """The dots and the table, kept up to date once a second while they fill in."""
    if not (x and y):
        missing = "X and Y are" if not (x or y) else "X is" if y else "Y is"
        st.info(f"{missing} not chosen. Upload a file, type the path of one, or choose from the lists.")
        st.button("Try a layer of the bundled network against its label", on_click=_example)
        return
    for text in (x, y):
        pick.allowed(arrays.path(text))
    inquiry = inquiry.checked()
    about, spec = collected(x, y, inquiry).about, specification(x, y, inquiry)
    what = f"Settings can leave some out: all estimators on these {about['n']:,} samples take"
    missing = 1 - about["cells"] / about["total"]
    live = computing.started(spec, missing, lambda: submitted(x, y, inquiry), what, HEAVY_SECONDS)
    computing.followed(lambda: _shown(x, y, inquiry, unit), live, spec)


def _training(x: str, y: str, inquiry: Inquiry, found: Panel, unit: str) -> None:
    """The curves of those that train, as they run and as they ended."""
    ended = learning.finished(dict(zip(found.estimators, found.chosen, strict=True)))
    learning.shown(curves(x, y, inquiry) | ended, unit)


def _example() -> None:
    st.session_state.x, st.session_state.y = EXAMPLE


def _shown(x: str, y: str, inquiry: Inquiry, unit: str) -> None:
    found = collected(x, y, inquiry).to(unit)
    st.markdown(described(found))
    picture, side = st.columns([5, 2], gap="large")
    with picture:
        results.figure(found.plot(unit=unit, theme=st.context.theme.type or "light"), "pair", "estimators")
        _training(x, y, inquiry, found, unit)
    with side:
        keys = [key for name in found.estimators for key in estimators.card(name).references]
        note = f"x = {x}, y = {y}, n = {found.about['n']}, seed {inquiry.seed}."
        results.exports(python(x, y, inquiry, unit), export.used(keys), ("estimators", note), found.to_frame)
    if len(found):
        wide = {WHY: st.column_config.TextColumn(width="large"), "verdict": st.column_config.TextColumn(width="medium")}
        alt = "Every estimate with its null and verdict"
        st.dataframe(table(found), hide_index=True, alt=alt, column_config=wide)
    if found.errors:
        with st.expander(f"{len(found.errors)} estimators do not take this pair"):
            rows = [{"estimator": name, "why": f"{why}."} for name, why in found.errors.items()]
            st.dataframe(rows, hide_index=True, alt="Estimators without a value and why")


def described(found: Panel) -> str:
    """What x and y are found to be."""
    kinds = found.about["kinds"]
    if "error" in kinds:
        return f":red[{show.plain(kinds['error'])}.]"
    parts = [f"**n = {found.about['n']:,}**"]
    for name in "xy":
        dim, kind = found.about[f"dim_{name}"], kinds.get(name, {})
        width = "1 column" if dim == 1 else f"{dim} columns"
        levels = f" with {kind['levels']} value{'s' * (kind['levels'] > 1)}" if kind.get("levels") else ""
        parts.append(f"**{name}** {width}, {kind.get('kind', '…')}{levels}")
    notes = [note for kind in kinds.values() for note in kind["notes"]]
    return " · ".join(parts) + "".join(f"  \n{show.plain(note)}" for note in notes)


def table(found: Panel) -> list[dict[str, Any]]:
    """The estimates as people read them."""
    rows = []
    for i, name in enumerate(found.estimators):
        bound = {"lower": "≥ ", "upper": "≤ "}.get(found.bound[i], "")
        chosen = found.chosen[i]
        took = [f"Took {chosen['chosen']}: {chosen['because']}."] if "because" in chosen else []
        why = [*took, *(text for _, text, _ in sorted(found.doubts[i], key=lambda one: one[2]))]
        rows.append(
            {
                "estimator": name if found.comparable[i] else f"{name}: {found.quantity[i]}",
                f"value, {found.unit}": f"{bound}{found.value[i]:z.3f}",
                "interval": _range(found.low[i], found.high[i]),
                "null: mean to most": _range(found.null_mean[i], found.null_high[i]),
                "p": "–" if found.p_value[i] != found.p_value[i] else f"{found.p_value[i]:.2g}",
                "verdict": found.verdict[i],
                WHY: " ".join(why),
                "seconds": f"{found.seconds[i]:.2g}",
            }
        )
    return rows


def _range(low: float, high: float) -> str:
    return "–" if low != low else f"{low:z.3f} to {high:z.3f}"


def python(x: str, y: str, inquiry: Inquiry, unit: str) -> str:
    """Code that asks the same."""
    options = {name: getattr(inquiry, name) for name in ("x_kind", "y_kind", "seed", "null")}
    given = "".join(f", {k}={v!r}" for k, v in options.items() if v != getattr(Inquiry(), k))
    without = [name for name in unasked() if name not in inquiry.estimators]
    added = [name for name in inquiry.estimators if trains(name)]
    named = ""
    if without or added:
        names = f"[*panel.unasked(), {', '.join(map(repr, added))}]" if added else "panel.unasked()"
        named = f"{{name: {{}} for name in {names}{f' if name not in {without!r}' if without else ''}}}"
    arguments = f"{x!r}, {y!r}{', ' + named if named else ''}{given}"
    return f"from explorer.studies import panel\n\nfound = panel.run({arguments})\nfound.plot(unit={unit!r})\n"
