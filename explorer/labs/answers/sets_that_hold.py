"""What is left to know, by a model's word and by sets that hold the truth."""

from typing import Annotated

from plotly.graph_objects import Figure

from explorer.engines.answers.conformal import pursued
from explorer.results.pictures import Curves, Line, Mark, Panels
from explorer.settings import Range

TITLE = "How much is left to know, when the model is too sure?"
PAPERS = (27,)
QUICK = False


def lab(
    sureness: Annotated[float, Range(0.3, 4.0, 0.1)] = 2.5,
    miss: Annotated[float, Range(0.02, 0.3, 0.01)] = 0.1,
    questions: Annotated[int, Range(0, 12, 1)] = 6,
) -> Figure:
    r"""Entropy left after some questions: the true one, the model's own, and a bound from sets that hold the truth.

    Do: set `sureness` to 0.3 and move it over 1 to 4.

    See: at 1 the model says what is true, above 1 far too little, below 1 too much. The bound hardly moves and never
    falls below the truth.

    The digits are drawn from naive Bayes, so their exact posterior is known. The model that asks has it to the power
    `sureness`. Its sets hold every class above a threshold, which 1000 digits set so that new sets miss the truth in at
    most `miss` of the cases, whatever the model's error: conformal prediction. Fano's inequality for lists turns their
    sizes into a bound,
    $H(Y \mid x) \le h(m) + m\,E[\ln (K - |C|) \mid \text{missed}] + (1 - m)\,E[\ln |C| \mid \text{held}]$,
    with $m$ the chance that a set misses.

    The paper chooses the next question by such sets, asked of language models; here they only judge, and questions are
    chosen by the model's own entropy (`next_question`). The bound is not tight, and a small `miss` makes it loose
    early and tight late.

    >>> sure = told(lab())
    >>> sure["model"] < 0.4 * sure["true"] < 0.4 * sure["bound"]
    True
    >>> exact = told(lab(sureness=1.0))
    >>> abs(exact["model"] - exact["true"]) < 1e-9 and exact["held"] > 0.88
    True
    >>> shy = told(lab(sureness=0.3))
    >>> shy["model"] > shy["bound"] > shy["true"]
    True

    Args:
        sureness: power of the exact posterior that the model believes; 1 is exact.
        miss: share of the sets that may miss the truth.
        questions: pixels asked for.

    References: chan2025; cover2006, section 2.10.
    """
    found = pursued(sureness, miss)
    steps, marks = range(len(found.true)), [Mark(questions, "now")]
    true, model, bound = (values[questions] for values in (found.true, found.believed, found.bound))
    nats = Curves(
        title="Left to know",
        x=steps,
        lines=[Line("true", found.true, style="dash"), Line("model", found.believed), Line("bound", found.bound)],
        marks=marks,
        x_title="questions asked",
        y_title="nats",
    )
    sets = Curves(
        title=f"Classes in a set; {found.held[questions]:.0%} of the sets hold the truth",
        x=steps,
        lines=[Line("classes", found.size)],
        marks=marks,
        x_title="questions asked",
        y_title="classes in a set",
        y_range=(0.0, 10.5),
    )
    return Panels(
        title=f"{true:.2f} nats are left; the model says {model:.2f}, its sets at most {bound:.2f}",
        note=f"1000 digits set the threshold, 1000 others are read; sets may miss {miss:.0%}",
        told={
            "true": true,
            "model": model,
            "bound": bound,
            "held": found.held[questions],
            "size": found.size[questions],
        },
        parts=[nats, sets],
    ).plot()
