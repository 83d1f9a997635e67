"""Whether two shuffled tables belong together: what one test can tell at every correlation and width."""

from typing import Annotated

from plotly.graph_objects import Figure

from explorer.engines.divergence.databases import Databases, simulated
from explorer.results.pictures import Curves, Grid, Line, Panels
from explorer.settings import Range

TITLE = "Can one see that two shuffled tables belong together?"
PAPERS = (119,)
RHOS, WIDTHS, ROWS, TRIALS = (0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 0.9), (1, 4, 16, 64, 256), (1, 2, 4, 8, 16, 32), 100


def lab(
    rho: Annotated[float, Range(0.0, 0.9, 0.05)] = 0.3,
    columns: Annotated[int, Range(1, 64, 1)] = 16,
) -> Figure:
    """How often a test ranks a related pair of tables above an unrelated one, when the order of the rows is lost.

    Do: set `columns` to 1 and raise it to 64, then lower `rho`.

    See: the test by sums gets surer with the columns, and stays where it is however many rows there are; only
    $\\rho^2 d$ counts.

    A row and its partner share $-\\frac d2\\ln(1-\\rho^2)$ nats; with the rows in order, more of them would settle any
    doubt. Shuffled, the simplest test sums all products of all rows, which is the product of the two column sums: its
    law does not depend on $n$ at all, so the map on the left is exact and holds for every $n$. The paper proves that
    while $\\rho^2 d$ goes to 0 no test does better than guessing, whatever $n$.

    The second test looks for the best matching of rows and adds up its products. With one column chance offers ever
    better matchings, and it loses as rows are added; with 64 it wins. The dotted line bounds every test, from the mean
    square of the likelihood ratio over all orders; where it is 1 it says nothing. The exact threshold
    $\\rho^\\star(d)$ of the paper for strong detection is not drawn.

    >>> seen, wide = told(lab()), told(lab(columns=64))
    >>> abs(seen["nats"] - 0.754) < 0.001, 0.7 < seen["area"] < 0.85 < wide["area"]
    (True, True)
    >>> abs(seen["simulated"] - seen["area"]) < 0.12
    True
    >>> told(lab(rho=0.0))["area"], told(lab(rho=0.05, columns=4))["area"] < 0.55
    (0.5, True)
    >>> narrow = told(lab(rho=0.9, columns=1))
    >>> narrow["matching"] < narrow["area"] - 0.1, wide["matching"] > wide["area"]
    (True, True)

    Args:
        rho: correlation of each column of a row with that of its partner.
        columns: d of both tables.

    References: elimelech2023; delong1988.
    """
    here = Databases(rho, columns)
    trials = [simulated(here, n, TRIALS, seed=n) for n in ROWS]
    lines = [Line("sums, exact", [here.sum_test] * len(ROWS), style="dash")]
    for name, which in (("sums", 0), ("best matching", 1)):
        low, high = zip(*(one[which].interval for one in trials), strict=True)
        lines.append(Line(name, [one[which].area for one in trials], low, high, "points"))
    lines.append(Line("no test above", [here.ceiling(n) for n in ROWS], style="dot"))
    left = Grid(
        title="sums: share of pairs ranked right",
        values=[[Databases(one, d).sum_test for d in WIDTHS] for one in RHOS],
        rows=[f"{one:g}" for one in RHOS], columns=[str(d) for d in WIDTHS], row_title="correlation ρ",
        column_title="columns d", value_title="share ranked right",
    )  # fmt: skip
    right = Curves(
        title=f"ρ = {rho:g}, d = {columns}", x=ROWS, lines=lines, log_x=True, x_title="rows n",
        y_title="share ranked right", y_range=(0.4, 1.02),
    )  # fmt: skip
    return Panels(
        title=f"At ρ = {rho:g} and {columns} column{'s' * (columns > 1)} the sums rank {here.sum_test:.0%} of related "
        f"pairs above unrelated ones, however many rows; a row knows {here.row_information:.2f} nats of its partner",
        note=f"left: exact, for every number of rows · right: {TRIALS} related and {TRIALS} unrelated pairs of tables "
        "each, intervals of two standard errors",
        told={"area": here.sum_test, "nats": here.row_information, "simulated": trials[-1][0].area,
              "matching": trials[-1][1].area, "ceiling": here.ceiling(ROWS[-1])},
        parts=[left, right],
    ).plot()  # fmt: skip
