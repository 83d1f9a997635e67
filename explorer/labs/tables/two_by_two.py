"""The smallest joint table: two coins."""

from typing import Annotated

from plotly.graph_objects import Figure

from explorer.engines.finite.coins import PLACES, copied_coin
from explorer.results.pictures import Curves, Grid, Line, Mark, Panels
from explorer.settings import Range

TITLE = "How much does one coin tell about another?"
PAPERS = ()
QUICK = True


def lab(
    agreement: Annotated[float, Range(0.0, 1.0, 0.01)] = 0.5, heads: Annotated[float, Range(0.05, 0.95, 0.05)] = 0.5
) -> Figure:
    r"""The joint table of two coins, and the information that they share at every agreement.

    Do: raise `agreement` from 0.5 to 1, then take it down to 0.

    See: with fair coins nothing is shared at 0.5 and a whole bit at 1, but only 0.53 bit at 0.9; and fair coins that
    never agree share a whole bit, too.

    Information is what one coin takes away of the doubt about the other, $I(X; Y) = H(Y) - H(Y \mid X)$. It does not
    ask whether they agree but whether one could be told from the other: always different is as good as always alike.

    It is not agreement. With `heads` at 0.95 the first coin holds only 0.29 bit, so the two can share no more than
    that, however well one copies the other.

    The numbers are exact. From a hundred tosses one would have to estimate the table first, and independent coins
    would then seem to share a little.

    >>> seen = {a: told(lab(agreement=a))["shared"] for a in (0.0, 0.5, 0.68, 0.9, 1.0)}
    >>> [round(value, 2) for value in seen.values()]
    [1.0, 0.0, 0.1, 0.53, 1.0]
    >>> rare = told(lab(agreement=1.0, heads=0.95))
    >>> round(rare["shared"], 2) == round(rare["first"], 2) == 0.29
    True

    Args:
        agreement: probability that the second coin shows what the first shows.
        heads: probability that the first coin shows heads.

    References: cover2006, section 2.4.
    """
    seen = copied_coin(heads, agreement)
    table = Grid(
        title="How often each pair falls", values=seen.table, rows=["heads", "tails"], columns=["heads", "tails"],
        row_title="coin 1", column_title="coin 2", value_title="probability", digits=3,
    )  # fmt: skip
    curve = Curves(
        title="Information at every agreement", x=PLACES, x_title="probability that they agree",
        y_title="shared information, bits", y_range=(-0.05, 1.1),
        lines=[Line("exact", seen.curve, style="dash"), Line("here", [seen.shared], style="points", x=[agreement])],
        marks=[Mark(seen.first, f"all that coin 1 holds: {seen.first:.2f}", "y")],
    )  # fmt: skip
    shared = f"{seen.shared:.2f}" if seen.shared >= 0.01 else f"{round(seen.shared, 6) + 0.0:.1g}"
    return Panels(
        title=f"Coins that agree {100 * agreement:.0f} % of the time share {shared} bit of {seen.second:.2f}",
        note=f"exact, no samples; coin 1 shows heads with probability {heads:g}",
        told={"shared": seen.shared, "first": seen.first, "second": seen.second}, parts=[table, curve],
    ).plot()  # fmt: skip
