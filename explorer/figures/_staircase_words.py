"""What a staircase of bounds shows, in sentences that follow from its numbers."""

from collections.abc import Sequence

import numpy as np

from explorer.figures.theme import narrow, thousands
from explorer.result import LEAST, NATS_PER
from explorer.results.bounds import BoundReadings

FEW = 4
"""Bounds that a title names one by one at most."""
DRAWS = 6
"""Readings of each step below which a title says how many there are."""


def finding(shown: BoundReadings) -> str:
    """The title: which bounds stay near the truth all the way, and which are on its wrong side."""
    about = shown.about
    if about.get("cells", 0) < about.get("total", 0):
        return f"{thousands(about['cells'])} of {thousands(about['total'])} {_pieces(shown)} so far"
    if not len(shown):
        return "No value: every estimator refuses these samples"
    near = [
        name for i, name in enumerate(shown.names) if known(shown, i).any() and shown.near[i][known(shown, i)].all()
    ]
    top = f"{shown.truth[-1]:.3g} {shown.unit}"
    parts = [f"{_named(near)} {_verb(near, 'stays', 'stay')} near the truth up to {top}" if near else
             f"{'No' if not _draws(shown) else 'no'} bound stays near the truth up to {top}"]  # fmt: skip
    for side, word in (("lower", "above"), ("upper", "below")):
        wrong = [name for i, name in enumerate(shown.names) if shown.claims[i] == side and shown.breaks[i].any()]
        called = f"though called {_verb(wrong, f'{_a(side)} bound', f'{side} bounds')}"
        parts += [f"at some step {_most(shown, wrong)} {word} it, {called}"] if wrong else []
    return f"{_draws(shown)}{'; '.join(parts)}"


def subtitle(shown: BoundReadings) -> str:
    """What was read, and what the marks mean."""
    about, least = shown.about, LEAST / NATS_PER[shown.unit]
    if about.get("critic") == "trained":
        times = f"{about['repeats']} sample{'' if about['repeats'] == 1 else 's'}"
        made = f"trained critics, n = {thousands(about['n'])}, {times} a step"
    else:
        made = f"best critic, batches of {about.get('batch')}, {about.get('repeats')} a step"
    drawn = "dashed: truth, line and band: mean ± deviation, marks: median"
    what = f"{about.get('dim')} + {about.get('dim')} normal columns · {made} · {drawn}"
    near = f"near: root mean square error of at most {least:.2g} {shown.unit} or 15 %"
    marks = f"dotted: no reading above it · ▲▼ most readings on the wrong side of the truth · {near}"
    return f"{what}{' · ' if narrow() else '<br>'}{marks}"


def alternative(shown: BoundReadings) -> str:
    """The staircase in words, for those who do not see it."""
    if not len(shown):
        return f"Empty staircase: {finding(shown)}."
    ends = [f"{name}, {verdict(shown, i)}, {_ends(shown, i)}" for i, name in enumerate(shown.names)]
    return f"Bounds against the true information, in {shown.unit}. {finding(shown)}. {'; '.join(ends)}."


def verdict(shown: BoundReadings, i: int) -> str:
    """One bound in a few words, as under its name: what it is called, and where it fails at that."""
    if shown.names[i] in shown.errors:
        return "no value"
    here, side = known(shown, i), shown.claims[i]
    if not here.any():
        return "…"
    if shown.breaks[i].any():
        word = {"lower": "▲ above", "upper": "▼ below"}[side]
        return f"called {side} {word} from {shown.truth[np.argmax(shown.breaks[i])]:.3g}"
    near = shown.near[i]
    called = f"{side} bound" if side != "none" else "no bound"
    if near[here].all():
        return f"{called} · near"
    if not near[here][0]:
        return f"{called} · far"
    return f"{called} · near to {shown.truth[here][np.argmin(near[here]) - 1]:.3g}"


def known(shown: BoundReadings, i: int) -> np.ndarray:
    """The steps at which a bound has a reading."""
    return shown.count[i] > 0


def _ends(shown: BoundReadings, i: int) -> str:
    here = np.flatnonzero(known(shown, i))
    if not len(here):
        return "has no value"
    first, last = here[0], here[-1]
    mean, truth = shown.mean[i], shown.truth
    return f"from {mean[first]:.2f} at {truth[first]:.2f} to {mean[last]:.2f} at {truth[last]:.2f}"


def _draws(shown: BoundReadings) -> str:
    """How the title begins where chance decides it."""
    most = int(shown.count.max())
    return "" if most >= DRAWS else f"In {'one draw' if most == 1 else f'{most} draws'} of each step: "


def _most(shown: BoundReadings, names: Sequence[str]) -> str:
    """What of these bounds is on the wrong side."""
    if int(shown.count.max()) > 1:
        return f"most readings of {_named(names)} are"
    return f"{_verb(names, 'the reading', 'the readings')} of {_named(names)} {_verb(names, 'is', 'are')}"


def _pieces(shown: BoundReadings) -> str:
    return "estimates" if shown.about.get("critic") == "trained" else "steps"


def _named(names: Sequence[str]) -> str:
    if len(names) > FEW:
        return f"{len(names)} bounds"
    *head, last = names
    return f"{', '.join(head)} and {last}" if head else last


def _verb(names: Sequence[str], one: str, many: str) -> str:
    return one if len(names) == 1 else many


def _a(word: str) -> str:
    return f"an {word}" if word[0] in "aeiou" else f"a {word}"
