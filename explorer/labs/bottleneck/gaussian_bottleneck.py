"""The information bottleneck of normal variables."""

from typing import Annotated

from plotly.graph_objects import Figure

from explorer.engines.finite.curves import gaussian_traced
from explorer.results.pictures import Bars, Curves, Line, Mark, Panels
from explorer.settings import Range

TITLE = "Which directions does a bottleneck let through, and in which order?"
PAPERS = ()
QUICK = True


def lab(
    beta: Annotated[float, Range(1.0, 50.0, 0.1, log=True)] = 2.0,
    first: Annotated[float, Range(0.0, 0.99, 0.01)] = 0.9,
    second: Annotated[float, Range(0.0, 0.99, 0.01)] = 0.6,
    third: Annotated[float, Range(0.0, 0.99, 0.01)] = 0.3,
) -> Figure:
    r"""The bottleneck curve of three pairs of correlated normal variables, and what each direction keeps at one beta.

    Do: set `beta` to 1 and raise it to 15.

    See: one direction is kept from 1.23, a second from 2.78 and the third from 11.11; before its time a direction is
    not kept a little but not at all.

    For normal X and Y the best code is linear: $T = AX$ plus noise, along the canonical directions of X and Y.
    Direction $i$, with canonical correlation $\rho_i$, opens at $\beta_i = 1 / \rho_i^2$ and then has
    $I(X_i; T_i) = \frac12 \ln \frac{(\beta - 1)\, \rho_i^2}{1 - \rho_i^2}$ nats. The curve is smooth across the
    openings: there one direction more begins to share in what is kept.

    Everything here is a closed form. Samples enter only through the covariance, which must be estimated; and what is
    not normal can have better codes that are not linear.

    >>> [told(lab(beta=beta))["directions"] for beta in (1.2, 2.0, 5.0, 12.0)]
    [0.0, 1.0, 2.0, 3.0]
    >>> seen = told(lab(beta=50.0))
    >>> 0.9 * seen["most"] < seen["told"] < seen["most"]
    True

    Args:
        beta: what a bit about Y is worth in bits about X.
        first: canonical correlation of the first direction.
        second: of the second.
        third: of the third.

    References: chechik2005.
    """
    seen = gaussian_traced([first, second, third], beta)
    count = sum(kept > 0 for kept in seen.code[0])
    bars = Bars(
        title="Kept of X by each direction", names=[f"correlation {rho:g}" for rho in (first, second, third)],
        values=seen.code[0], value_title="I(X; T), bits",
    )  # fmt: skip
    plane = Curves(
        title="All best codes", x=seen.compression, x_title="kept of X: I(X; T), bits",
        y_title="told of Y: I(T; Y), bits", regions=[("no code", [(0, 0), (seen.most, seen.most), (0, seen.most)])],
        lines=[
            Line("best codes", seen.relevance), Line("here", [seen.told], style="points", x=[seen.kept]),
            *(
                Line(f"{one.count} kept from {one.beta:.1f}", [one.relevance], style="points", x=[one.compression])
                for one in seen.openings
            ),
        ],
        marks=[Mark(seen.most, f"all that X tells: {seen.most:.2f}", "y")],
    )  # fmt: skip
    return Panels(
        title=f"Directions kept at beta = {beta:g}: {count} of 3, telling {seen.told:.2f} of {seen.most:.2f} bit",
        note="exact, a closed form; beta from 1 to 60 along the curve", parts=[bars, plane], widths=(0.4, 0.6),
        told={"told": seen.told, "kept": seen.kept, "most": seen.most, "directions": count},
    ).plot()  # fmt: skip
