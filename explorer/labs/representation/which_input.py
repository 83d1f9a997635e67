"""Which inputs the answer of a probe hangs on: pixels, or a hint beside them."""

from typing import Annotated, Any

from plotly.graph_objects import Figure

from explorer.engines.known.digits import HintedDigits
from explorer.engines.repeats import repeated
from explorer.measures.functional.functional_fisher import FunctionalFisher
from explorer.results.pictures import Curves, Grid, Line, Mark, Panels
from explorer.score import Score
from explorer.settings import Range

TITLE = "Which inputs does an answer hang on?"
PAPERS = (52, 58)
QUICK = False
AGREEMENTS, PLACES = (0.0, 0.4, 0.7, 0.9, 1.0), "12345678"


def lab(
    agreement: Annotated[float, Range(0.0, 1.0, 0.05)] = 0.9,
    spread: Annotated[float, Range(0.05, 1.0, 0.05)] = 0.15,
    together: bool = False,
) -> Figure:
    """Parts of the functional Fisher information of a probe of digits that sees the pixels and a hint.

    Do: set `agreement` to 0 and raise it to 1.

    See: the share of the hint rises from about 2 % to over half, though the pixels stay as good as they were.

    Ten columns beside the 64 pixels name a digit, and in `agreement` of the images it is surely the right one. A linear
    softmax learns the digit from all 74 columns. Its functional Fisher information,
    $\\frac12 E \\langle \\Sigma \\nabla f, \\nabla f \\rangle / f$ with $f$ the probability of the image's own digit
    under noise, falls into a part for every column, and parts of a group add up: so one sees which group the answer
    hangs on, without changing the images.

    This is the gauge of the two papers. One of them also trains with it, rewarding a network for using all groups: that
    is not shown. The parts are of this probe, not of the digits: another probe may hang on other pixels. Where the
    probe is sure of everything, all parts are small, and only their shares say something.

    >>> none, all = told(lab(agreement=0)), told(lab(agreement=1))
    >>> 0.01 < none["share of the hint"] < 0.03 and all["share of the hint"] > 0.5
    True
    >>> none["functional entropy"] < none["bound"]
    True

    Args:
        agreement: share of the images whose hint is given to be right; the others draw one of all ten digits: at 0
            a hint is right in 10 % of the images, at 0.9 in 91 %.
        spread: variance of the noise as a share of that of a column.
        together: noise with the covariance of the columns, which then move together and share the credit.

    References: gat2022; gat2020.
    """

    def scored(share: float, seed: int = 0) -> Score:
        return measure(*HintedDigits(share, 900).sample(seed), seed=seed)

    def of_hint(score: Score) -> float:
        return sum(score.details["per_unit"][64:]) / score.value

    measure, rows = FunctionalFisher(spread=spread, covariance=together, pairs=1), range(0, 64, 8)
    here, shares = scored(agreement), repeated(lambda share, seed: of_hint(scored(share, seed)), AGREEMENTS, 2)
    hinted = HintedDigits(agreement)
    parts = [100 * part / here.value for part in here.details["per_unit"]]
    axes: Any = {"rows": PLACES, "columns": PLACES, "row_title": "row", "column_title": "column", "value_title": "%"}
    lines = [Line("hint", shares.mean, shares.low, shares.high)]
    return Panels(
        title=f"A hint, right in {hinted.right:.0%} of the images, is {of_hint(here):.0%} of what the answer hangs on",
        note=f"{here.n} digits, a linear softmax of 74 columns; the hint tells {hinted.nats:.2f} nats "
        "of the digit; range of 2 draws",
        told={"share of the hint": of_hint(here), "bound": here.value}
        | {"functional entropy": here.details["functional_entropy"]},
        parts=[
            Grid(title="Parts of the pixels, %", values=[parts[i : i + 8] for i in rows], diverging=together, **axes),
            Curves(
                title="Share of the hint",
                x=AGREEMENTS,
                lines=lines,
                marks=[Mark(agreement, "here")],
                x_title="agreement",
                y_title="share of the information",
            ),
        ],
    ).plot()
