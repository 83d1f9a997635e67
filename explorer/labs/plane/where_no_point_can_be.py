"""The axes of the plane, tried out by encoders that search for a way past the bounds."""

from typing import Annotated, Literal

from plotly.graph_objects import Figure

from explorer.engines.finite.encoders import searched
from explorer.engines.finite.families import family
from explorer.results.pictures import Curves, Line
from explorer.settings import Range

TITLE = "Where on the information plane can no point lie?"
PAPERS = ()
QUICK = True


def lab(
    rounds: Annotated[int, Range(0, 60, 5)] = 0,
    table: Literal["tree", "ring", "coins", "alarm"] = "tree",
    noise: Annotated[float, Range(0.0, 1.0, 0.05)] = 0.2,
    states: Annotated[int, Range(2, 8, 1)] = 4,
) -> Figure:
    """Encoders T of X, one point each, and the parts of the plane that information itself rules out.

    Do: raise `rounds` from 0 to 60, so that every encoder searches for a way to tell much of Y and little of X.

    See: the points climb up and to the left until they lie along a curve, and none comes into the shade. With `noise`
    at 0, where Y is X, all of them lie on the diagonal.

    T is made from X and chance alone, so it cannot tell more of Y than it tells of X, nor more than X itself tells.
    That is data processing: $I(T;Y) \\le \\min\\{I(X;T),\\ I(X;Y)\\}$, and $I(X;T) \\le H(X)$. The curve that the
    points find is that of the information bottleneck.

    A network gives one point a layer. If an estimate of it lies in the shade, the estimate is wrong, not the network.

    The tables have at most eight values a side, so that everything here is summed and nothing is estimated. The
    search keeps random changes that help; that it stops short of a bound proves nothing, but that it never passes one
    is a theorem.

    >>> start, end = told(lab()), told(lab(rounds=60))
    >>> max(start["over the diagonal"], end["over the diagonal"]) <= 1e-9  # none crosses it
    True
    >>> max(end["over I(X;Y)"], end["beyond H(X)"]) <= 1e-9
    True
    >>> end["best"] > start["best"] + 0.3  # yet they get far
    True
    >>> round(3 + told(lab(rounds=60, states=8))["beyond H(X)"], 2)  # how far right they get
    2.89
    >>> abs(told(lab(noise=0.0))["over the diagonal"]) < 1e-9
    True
    >>> round(end["I(X;Y)"], 2), round(end["H(X)"], 2)
    (1.16, 3.0)

    Args:
        rounds: random changes that every encoder tries.
        table: of X and Y: leaves of a tree, places on a ring, two coins, a rare event and its alarm.
        noise: between X and Y.
        states: values that T can take.

    References: tishby1999, equation 15; cover2006, section 2.8.
    """
    found = searched(family(table, noise), states, 2.0, rounds, count=150).to("bits")
    right, top = found.frame
    told = found.excess | {"I(X;Y)": found.information, "H(X)": found.entropy_x, "best": found.ty.max()}
    return Curves(
        title=f"150 encoders, none in the shade: the best tells {found.ty.max():.2f} of the {found.information:.2f} "
        f"bits that X tells of Y",
        note=f"exact sums, H(Y) = {found.entropy_y:.2f} bits · encoders of {states} states · {rounds} rounds of search "
        "· seed 0",
        told=told,
        x=found.xt,
        lines=[Line("encoders", found.ty, style="points")],
        regions=found.regions,
        x_range=(0, right),
        y_range=(0, top),
        x_title="I(X;T), bits",
        y_title="I(T;Y), bits",
    ).plot()
