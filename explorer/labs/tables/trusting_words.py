"""A forecast in words, and a listener who takes them at their meaning."""

from typing import Annotated

from plotly.graph_objects import Figure

from explorer.engines.finite.semantic import trust
from explorer.results.pictures import Curves, Line, Mark
from explorer.settings import Range

TITLE = "How far should one believe a forecast?"
PAPERS = (39,)
QUICK = True


def lab(
    doubt: Annotated[float, Range(0.001, 1.0, 0.001)] = 0.01,
    skill: Annotated[float, Range(0.0, 1.0, 0.05)] = 0.7,
    softness: Annotated[float, Range(0.0, 3.0, 0.25)] = 0.0,
) -> Figure:
    r"""What a listener gains from "dry", "light rain" and "heavy rain" who grants each word some doubt.

    Do: set `doubt` to 0.001 and raise it to 1.

    See: a listener who hardly doubts loses by listening; the gain rises to just under the information that the
    words carry, and falls to nothing where no word is believed.

    A word has a meaning: how true it is of each amount of rain, $T(w \mid x)$. Who trusts it believes
    $P(x)\, T(w \mid x) / T(w)$, with $T(w) = \sum P(x)\, T(w \mid x)$, and gains $\ln T(w \mid x) / T(w)$
    when $x$ comes. The mean gain is semantic information. It is Shannon's $I(X; W)$ less the mean divergence of what
    truly follows each word from what is believed, so it never passes $I(X; W)$ and can be negative.

    Here the forecaster finds the fitting word with probability `skill` and otherwise says any word as often as it is
    said on average; each word keeps the truth `doubt` where it does not fit. With soft edges the words say less, and
    the peak is lower. The theory of the paper reaches further (learning, confirmation, value); this is its measure
    on one small table.

    >>> seen = told(lab(doubt=0.001))
    >>> seen["semantic"] < 0 < seen["shannon"]
    True
    >>> 0.9 * seen["shannon"] < seen["best"] < seen["shannon"] and abs(told(lab(doubt=1.0))["semantic"]) < 1e-9
    True
    >>> told(lab(doubt=0.001, skill=1.0))["semantic"] > 0.99 * told(lab(skill=1.0))["shannon"]
    True

    Args:
        doubt: truth that each word keeps where it does not fit.
        skill: probability that the forecaster finds the fitting word.
        softness: millimetres over which a word fades into the next.

    References: lu2025; lu2019.
    """
    seen = trust(skill, softness, doubt)
    lost = f"loses {-seen.here:.2f} bit, though the words carry {seen.shannon:.2f}"
    gained = f"gains {seen.here:.2f} of the {seen.shannon:.2f} bit that the words carry"
    return Curves(
        title=f"A doubt of {doubt:g} {lost if seen.here < 0 else gained}",
        note=f"exact; rain in whole millimetres, skill {skill:g}, softness {softness:g} mm",
        told={"semantic": seen.here, "shannon": seen.shannon, "best": seen.best, "best_doubt": seen.best_doubt},
        x=seen.doubts, x_title="doubt", y_title="information, bits", log_x=True,
        lines=[Line("what is gained", seen.gains), Line("here", [seen.here], style="points", x=[doubt])],
        marks=[Mark(seen.shannon, "what the words carry", "y"), Mark(seen.best_doubt, f"best: {seen.best_doubt:.3f}")],
    ).plot()  # fmt: skip
