"""The gap between training and test, and what information says of it."""

from typing import Annotated

from plotly.graph_objects import Figure

from explorer.engines.validity.supersample import bounds
from explorer.results.pictures import Curves, Line
from explorer.settings import Range

TITLE = "Can information tell how much a learner overfits?"
PAPERS = (21,)
QUICK = True

HARDNESS = (0.0, 0.25, 0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 6.0, 8.0)


def lab(
    samples: Annotated[int, Range(1, 4)] = 3,
    cells: Annotated[int, Range(1, 2)] = 2,
    noise: Annotated[float, Range(0.0, 0.5, 0.05)] = 0.3,
) -> Figure:
    r"""How much worse a learner of a small table is on new samples, and three bounds on that, all exact.

    Do: lower `samples` from 3 to 1, then raise it to 4.

    See: the gap falls as samples are added, and so do the bounds, in the same order at every place. The tightest, from
    the difference of two losses, is about 1.5 times the gap.

    Take twice the samples that are needed, in pairs, and let a fair coin $U$ say which of each pair is trained on. A
    learner that knows its samples treats them better: the loss then tells how the coin fell. How much it tells bounds
    the gap, $|\text{gap}| \le \sqrt{2 I(\Delta L; U)}$ for losses between 0 and 1. The difference $\Delta L$ of a
    pair's losses is enough, and the supersample need not be known. Older bounds ask what both losses tell given the
    supersample, or what all that was learned tells, and are never below.

    The learner fills a table of one or two cells, with weights $e^{-\beta \cdot \text{errors}}$; to the right it fits
    harder. Every supersample, coin and table is counted, which is why the problem is so small: the bounds hold for any
    learner, the factor of 1.5 does not. With one sample learned by heart the gap is exactly
    $I(\Delta L; U) / \ln 2$, as it is for every learner that never errs on what it has seen.

    >>> one, three = told(lab(samples=1)), told(lab(samples=3))
    >>> one["gap"] > three["gap"] > 0.2
    True
    >>> three["gap"] < three["loss difference"] < three["both losses"] < three["all that was learned"]
    True
    >>> 1.4 < three["loss difference"] / three["gap"] < 1.7
    True
    >>> abs(one["gap"] - one["I over ln 2"]) < 0.01
    True

    Args:
        samples: that are trained on.
        cells: of the table to be learned.
        noise: chance that a label is wrong.

    References: wang2023supersample; steinke2020; hellstrom2022.
    """
    found = [bounds(samples, cells, noise, beta) for beta in HARDNESS]
    last = found[-1]
    return Curves(
        title=f"A gap of {last.gap:.2f} is known to be below {last.from_difference:.2f} from the losses alone, below "
        f"{last.from_hypothesis:.2f} from all that was learned",
        note=f"{samples} training samples, {cells} cells, labels wrong with chance {noise:.2f}; exact",
        told={
            "gap": last.gap,
            "loss difference": last.from_difference,
            "both losses": last.from_pair,
            "all that was learned": last.from_hypothesis,
            "I over ln 2": last.interpolating,
        },
        x=HARDNESS,
        lines=[
            Line("gap", [one.gap for one in found], style="dash"),
            Line("loss difference", [one.from_difference for one in found]),
            Line("both losses", [one.from_pair for one in found]),
            Line("all that was learned", [one.from_hypothesis for one in found]),
        ],
        x_title="β: how hard the learner fits",
        y_title="test loss − training loss (share of errors)",
    ).plot()
