"""How many results about the same labels this session has been shown, and what that does to the next one."""

from collections.abc import Sequence
from dataclasses import asdict

import streamlit as st

from explorer.data import Recording, digest
from explorer.engines.validity.looks import ANSWERS, LEVEL, adaptive, fixed
from explorer.figures.theme import thousands
from explorer.plan import Plan, columns
from explorer.profiles import Profile
from explorer.ui.pages import link

SEEN = "looks-seen"
"""In the session: by the digest of some labels, the results that were shown of them."""

FORMULAS = rf"""After k looks at n labels: $\sqrt{{\ln(2 N / \delta) / 2 n}}$ with $N = 1 + m + \dots + m^{{k - 1}}$,
all that can be asked along every path when a look shows one of m = {ANSWERS} values; and
$\sqrt{{\ln(2 k / \delta) / 2 n}}$ for k looks fixed beforehand. With chance {1 - LEVEL:.0%} no share is off by more. A
picture counts once."""


def panel(results: Sequence[tuple[Recording, Plan | Profile]]) -> None:
    """Count the results on show, and say what the count means where the switch is on.

    Args:
        results: what is on show: of each recording, what was read. Those that read no labels are left out; of several
            labels, those that were looked at most are told.
    """
    counts = [found for recording, plan in results if (found := _counted(recording, plan))]
    if not counts:
        return
    wanted = st.toggle(
        "Count my looks", st.session_state.get("looks-wanted", False), key="looks", bind="query-params",
        help="How many different results about these labels this session has shown, and what is chance after so many.",
    )  # fmt: skip
    st.session_state["looks-wanted"] = wanted  # the switch of the next page opens as this one is left
    if wanted:
        labels, n = max(counts, key=lambda one: len(_seen(one[0])))
        st.caption(meaning(len(_seen(labels)), n), help=FORMULAS)
        link("labs", "Lesson: what held-out labels say after many questions", lesson="fool_yourself")


def meaning(looks: int, n: int) -> str:
    """What so many looks at n labels mean, in Markdown."""
    times = "look" if looks == 1 else "looks"
    return (
        f"**{looks} {times}** at these {thousands(n)} labels. A share read from them, such as an accuracy, may be off "
        f"by chance by **{_off(adaptive(n, looks))}** if each look followed from the ones before, by "
        f"**{_off(fixed(n, looks))}** if all were fixed beforehand."
    )


def _off(bound: float) -> str:
    return f"{bound:.2g}" if bound < 0.5 else "anything"


def _counted(recording: Recording, plan: Plan | Profile) -> tuple[str, int] | None:
    """The digest and the number of the labels that a result reads, after adding it to what was seen of them."""
    named = plan.target in ("y", "factors", *recording.factors) and plan.target not in recording.layers
    read = columns(recording, plan.target) if named else {}
    if not read:
        return None
    labels = digest(*read.values())
    _seen(labels).add(digest(str(recording.path), asdict(plan)))
    return labels, len(recording)


def _seen(labels: str) -> set[str]:
    return st.session_state.setdefault(SEEN, {}).setdefault(labels, set())
