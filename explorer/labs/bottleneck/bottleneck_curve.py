"""The information bottleneck of small tables."""

from typing import Annotated, Literal

from plotly.graph_objects import Figure

from explorer.engines.finite.curves import traced
from explorer.results.pictures import Curves, Grid, Line, Mark, Panels
from explorer.settings import Range

TITLE = "What is worth keeping of X if only Y matters?"
PAPERS = ()
QUICK = True


def lab(
    beta: Annotated[float, Range(1.05, 20.0, 0.05, log=True)] = 2.0,
    table: Literal["coins", "tree", "ring", "alarm"] = "tree",
    noise: Annotated[float, Range(0.0, 0.7, 0.05)] = 0.2,
) -> Figure:
    r"""The best codes T of X for knowing Y: what each keeps of X, what it tells of Y, and which levels it merges.

    Do: set `beta` to 1.05 and raise it slowly to 7, with the table "tree".

    See: nothing is kept below 1.56; then the code tells the two halves of the tree apart, from about 2.2 its quarters,
    and from about 3 its leaves.

    A code is a rule $P(t \mid x)$, and $\beta$ is what a bit about Y is worth in bits about X: the best code has the
    least $I(X; T) - \beta\, I(T; Y)$. No code lies above the true curve, and none in the shaded corner: T knows Y only
    through X. What is kept does not come evenly: T has the same values for a while, then takes on more; these places
    are called phase transitions.

    The first change has a closed form: keeping nothing stops being stable at $\beta = 1 / \rho^2$, where $\rho$ is
    the maximal correlation of X and Y. That looks at small changes only: the "alarm" leaves nothing a little earlier,
    by a jump.

    The codes are found by iteration and annealing; each can be made, so the true curve cannot lie below. Trained
    networks are not of this kind: nothing forces their layers onto the curve.

    >>> kept = [told(lab(beta=beta))["values"] for beta in (1.5, 2.0, 2.6, 6.0)]
    >>> kept
    [1.0, 2.0, 4.0, 8.0]
    >>> coins = told(lab(table="coins", noise=0.2, beta=1.5))
    >>> round(coins["critical"], 2), coins["told"]
    (1.56, 0.0)
    >>> 0.05 < told(lab(table="coins", noise=0.2, beta=1.7))["told"] < told(lab(table="coins", noise=0.2))["most"]
    True
    >>> early = told(lab(table="alarm", noise=0.5, beta=2.1))
    >>> early["told"] > 0.001 and early["critical"] > 2.11
    True

    Args:
        beta: what a bit about Y is worth in bits about X.
        table: the joint table: two coins, leaves of a tree, places on a ring, or a rare event and its alarm.
        noise: how far Y is from being X.

    References: tishby1999; rose1998; witsenhausen1975; wu2019.
    """
    seen = traced(table, noise, beta)
    ts, xs = ([f"{axis}{i + 1}" for i in range(count)] for axis, count in zip("tx", seen.code.shape, strict=True))
    code = Grid(
        title="The code here: P(t | x)", values=seen.code, rows=ts, columns=xs, row_title="value of T",
        column_title="X", value_title="P(t | x)", digits=1,
    )  # fmt: skip
    plane = Curves(
        title="All best codes", x=seen.compression, x_title="kept of X: I(X; T), bits",
        y_title="told of Y: I(T; Y), bits", regions=[("no code", [(0, 0), (seen.most, seen.most), (0, seen.most)])],
        lines=[
            Line("best codes", seen.relevance), Line("here", [seen.told], style="points", x=[seen.kept]),
            *(
                Line(f"{one.count} values from {one.beta:.1f}", [one.relevance], style="points", x=[one.compression])
                for one in seen.openings[:3]
            ),
        ],
        marks=[Mark(seen.most, f"all that X tells: {seen.most:.2f}", "y")],
    )  # fmt: skip
    finding = f"{seen.told:.2f} of {seen.most:.2f} bit with {len(ts)} values" if seen.told else "nothing at all"
    critical = f"keeping nothing is stable up to beta = {seen.critical:.2f}"
    return Panels(
        title=f"At beta = {beta:g} the best code tells {finding}", widths=(0.42, 0.58), parts=[code, plane],
        note=f"exact table {table}, noise {noise:g}; {critical}{'' if seen.converged else '; some codes not finished'}",
        told={"told": seen.told, "kept": seen.kept, "most": seen.most, "critical": seen.critical, "values": len(ts)},
    ).plot()  # fmt: skip
