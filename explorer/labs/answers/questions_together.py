"""Choosing features one by one against choosing them together."""

from typing import Annotated

from plotly.graph_objects import Figure

from explorer.engines.answers.questions import chosen, puzzle
from explorer.results.pictures import Curves, Line
from explorer.settings import Range

TITLE = "What do you miss when you ask one question at a time?"
PAPERS = (13,)
QUICK = True


def lab(together: Annotated[float, Range(0.0, 1.0, 0.05)] = 0.5) -> Figure:
    r"""Information that features tell of Y when they are chosen one at a time, beside the best set of each size.

    Do: set `together` to 0 and raise it to 1.

    See: at 0 one question tells all and nothing is missed. From about 0.1 on, two features tell nothing apart and much
    together, and choosing in turn finds them only when nothing else is left.

    Y follows "A differs from B" with chance `together`, and C otherwise; D and E are worse copies of C. Alone, A tells
    nothing of Y, and neither does B: $I(Y;A) = I(Y;B) = 0$, while $I(Y;A,B)$ is large. A choice by the largest
    $I(Y; X_i \mid X_S)$ has no reason to take either, until one of them has come in by chance.

    All sets are compared by exact enumeration of 64 cells. This is the known limit of the greedy rule that the paper
    and `next_question` use; where features help each other less strongly the rule is near the best.

    >>> alone, mixed = told(lab(together=0.0)), told(lab(together=0.5))
    >>> alone["missed with two"] < 1e-9 and alone["missed with three"] < 1e-9
    True
    >>> mixed["missed with three"] > 0.15 and abs(mixed["all five"] - 0.298) < 0.001
    True
    >>> told(lab(together=1.0))["missed with two"] > 0.59
    True

    Args:
        together: chance that Y follows A and B, and not C.

    References: gadgil2024; cover2006.
    """
    found = chosen(puzzle(together))
    missed = found.most - found.told
    size = int(missed.argmax())
    named, pair = (", ".join("ABCDE"[i - 1] for i in order) for order in (found.in_turn, found.best[2]))
    title = f"With {size} questions in turn {missed[size]:.2f} of {found.most[size]:.2f} nats are missed"
    return Curves(
        title=title if missed[size] > 0.005 else "In turn nothing is missed",
        note=f"exact; order in turn: {named}; the best two together: {pair}",
        told={
            "missed with two": missed[2],
            "missed with three": missed[3],
            "one question": found.told[1],
            "all five": found.told[5],
        },
        x=range(6),
        lines=[Line("best set", found.most, style="dash"), Line("in turn", found.told)],
        x_title="features asked for",
        y_title="I(Y; features) (nats)",
        y_range=(0.0, 0.7),
    ).plot()
