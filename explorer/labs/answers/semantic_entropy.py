"""How unsure programs are, judged by what they compute."""

from typing import Annotated

from plotly.graph_objects import Figure

from explorer.engines.answers.semantic import studied
from explorer.results.pictures import Bars, Curves, Line, Mark, Panels
from explorer.settings import Range

TITLE = "Can a program tell that it does not know the answer?"
PAPERS = (29,)
QUICK = True

BOUNDS = [i / 20 for i in range(47)]


def lab(
    abstain: Annotated[float, Range(0.0, 2.3, 0.05)] = 1.0,
    inputs: Annotated[int, Range(1, 8, 1)] = 8,
    answers: Annotated[int, Range(2, 10, 1)] = 10,
) -> Figure:
    r"""Entropy over what ten programs for each question compute, beside how many of them are wrong.

    Do: set `abstain` to 2.3 and lower it to 0.5. Then lower `inputs` to 4.

    See: without the unsure questions the share of wrong answers falls from almost half to a twentieth. With four
    inputs, programs that differ look alike, and "round, halves up" and "leap year" look sure.

    All programs are spelled differently, so entropy over their texts is always $\ln 10$ and knows nothing. Run on the
    same inputs, those that compute the same are one answer, and $-\sum_c p(c) \ln p(c)$ over these groups follows how
    often programs are wrong: no right answer is needed. Wrong programs are wrong in many ways.

    Not always: nine of ten programs for "round, halves up" share one mistake, and agree. Agreement is not truth. The
    programs were written by hand for this lab, right ones and usual mistakes, and none by a model; the paper tests a
    language model on a benchmark and tells programs apart by symbolic execution. With few answers the entropy is too
    small by about $(C-1)/2m$.

    >>> whole, careful = told(lab(abstain=2.3)), told(lab(abstain=0.5))
    >>> whole["wrong among answered"] > 0.45 and careful["wrong among answered"] < 0.1
    True
    >>> whole["correlation"] > 0.6 > told(lab(inputs=4))["correlation"]
    True

    Args:
        abstain: questions with more entropy than this, in nats, are not answered.
        inputs: on which the programs are run to tell them apart.
        answers: programs taken for each question.

    References: sharma2025; kuhn2023.
    """
    found = studied(inputs, answers)
    kept, wrong = found.abstaining(abstain)
    pairs = [found.abstaining(bound) for bound in BOUNDS]
    order = found.entropy.argsort(kind="stable")
    names = [f"{found.asked[i]}: {found.wrong[i]:.0%} wrong" for i in order]
    bars = Bars(title="Twelve questions", names=names, values=found.entropy[order], value_title="entropy (nats)")
    curves = Curves(
        title="When unsure questions are left open",
        x=BOUNDS,
        lines=[Line("answered", [one for one, _ in pairs]), Line("wrong of those", [one for _, one in pairs])],
        marks=[Mark(abstain, "now")],
        x_title="largest entropy answered (nats)",
        y_title="share",
        y_range=(0.0, 1.05),
    )
    said = f"{wrong:.0%} of the answers are wrong" if kept else "nothing is wrong"
    return Panels(
        title=f"{kept:.0%} of the questions are answered, {said}; all: {found.wrong.mean():.0%} wrong",
        note=f"12 questions, {answers} programs each on {inputs} inputs; rank correlation {found.correlation():.2f}",
        told={
            "answered": kept,
            "wrong among answered": wrong if kept else 0.0,
            "wrong of all": found.wrong.mean(),
            "correlation": found.correlation(),
        },
        parts=[bars, curves],
    ).plot()
