"""Choosing a line of thought by its chance, or by what it owes to the question."""

from typing import Annotated

from plotly.graph_objects import Figure

from explorer.engines.texts.paths import rightness
from explorer.results.pictures import Curves, Line, Mark
from explorer.settings import Range

TITLE = "Is the line of thought that fits only this question the right one?"
PAPERS = (77,)
QUICK = False


def lab(
    common: Annotated[float, Range(0.0, 0.95, 0.05)] = 0.9,
    made_up: Annotated[float, Range(0.0, 0.3, 0.02)] = 0.0,
    width: Annotated[int, Range(1, 10, 1)] = 3,
) -> Figure:
    r"""Questions answered right by one line of thought, as the chance of the line by itself is taken off its score.

    Do: raise `made_up` from 0 to 0.1.

    See: the likeliest line answers five of eight questions, the one of largest information all of them. As soon as
    some steps are made up for a question, the largest information picks these, and half of the answers are lost.

    A line of thought $S$ for a question $q$ has the score $\ln p(S \mid q) - \lambda \ln p(S)$. For $\lambda = 0$
    common phrases win, which suit every question and answer none. For $\lambda = 1$ it is pointwise mutual information,
    which rewards what only this question calls forth. A step that was made up is called forth by nothing else either.
    Letting all lines vote, each by its chance times its information, loses less: the made-up ones are rare.

    All chances are known here: three steps, eight questions, 5832 lines, scored one by one and by a beam that keeps the
    best few beginnings. The paper takes chances from language models, adds more samples where the next step is unsure,
    and votes; its benchmarks are not shown.

    >>> clean, made = told(lab()), told(lab(made_up=0.1))
    >>> clean["by chance"], clean["by information"], made["by information"]
    (0.625, 1.0, 0.5)
    >>> made["weighted vote"] > made["by information"]
    True

    Args:
        common: largest share of steps that suit every question; the first question has a quarter of it.
        made_up: share of the other steps that are made up, for every second question.
        width: beginnings that the beam keeps.

    References: li2025.
    """
    found = rightness(common, made_up, width)
    likely, informed = found.path[0], found.path[len(found.shares) * 2 // 3]
    level = 0 * found.shares
    return Curves(
        title=f"Right by chance: {likely:.0%}, by information: {informed:.0%}, by vote: {found.weighted_vote:.0%}",
        note=f"eight questions, exact; beam of {width}",
        told={
            "by chance": likely,
            "by information": informed,
            "beam by information": found.beam[len(found.shares) * 2 // 3],
            "vote by chance": found.likely_vote,
            "weighted vote": found.weighted_vote,
        },
        x=found.shares,
        lines=[
            Line("best of all lines", found.path),
            Line("beam", found.beam),
            Line("vote, by chance", level + found.likely_vote, style="dot"),
            Line("weighted vote", level + found.weighted_vote, style="dash"),
        ],
        marks=[Mark(0.0, "chance"), Mark(1.0, "information")],
        x_title="share of ln p(S) taken off",
        y_title="share of the questions right",
        y_range=(0.0, 1.08),
    ).plot()
