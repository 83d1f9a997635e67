"""Representations that keep everything, and what probes find in them."""

from typing import Annotated, Literal

from plotly.graph_objects import Figure

from explorer.engines.answers.two_halves import two_halves
from explorer.engines.known.invertible import Couplings
from explorer.engines.known.probes import accuracies
from explorer.results.pictures import Curves, Line, Mark
from explorer.settings import Range

TITLE = "If no information is lost, is the representation as good?"
PAPERS = (6,)
DEPTHS, COLUMNS = (0, 1, 2, 3, 4, 6, 8), 8


def lab(
    depth: Annotated[int, Range(0, 8)] = 6,
    strength: Annotated[float, Range(0.0, 5.0, 0.25)] = 3.0,
    seed: Annotated[int, Range(0, 9)] = 0,
    data: Literal["digits", "wine"] = "digits",
) -> Figure:
    r"""Eight columns of real data through couplings that can be undone, and two probes of their classes.

    Do: set `depth` to 0 and raise it to 6 couplings.

    See: a linear probe falls from three digits in four to one in four, and a nearest neighbour falls with it, although
    every coupling can be undone.

    A coupling shifts one half of the columns by waves of the other half, so whoever has that half can shift it back. A
    probe is a simple reader that is taught the classes from the columns.

    A map that can be undone keeps $I(T;Y)$ and $I(X;T)$ exactly: representations at all depths tie for the most
    information there is. What a simple probe can use of it differs as much as it can. The paper makes the point with
    trained encoders: pushing a bound up does not by itself make features good, and the encoder and the looseness of
    the bound decide what is kept in reach.

    No probe reads the information itself: it says what one family of readers finds. Random couplings stand in for the
    paper's encoders, which were trained, also against a probe.

    >>> plain, mixed = told(lab(depth=0)), told(lab())
    >>> plain["linear"] > 0.7 and mixed["linear"] < plain["linear"] - 0.3
    True
    >>> mixed["undone"] < 1e-9
    True

    Args:
        depth: couplings, where the title reads the curves.
        strength: how far a coupling shifts.
        seed: of the couplings' directions.
        data: of which the first eight principal components are taken.

    References: tschannen2020; dinh2015; alpaydin1998.
    """
    places = sorted({*DEPTHS, depth})
    parts = two_halves(data)
    found = [accuracies(parts, Couplings(one, strength, seed), COLUMNS) for one in places]
    at = found[places.index(depth)]
    told = {"linear": at.linear, "neighbour": at.neighbour, "undone": at.undone}
    lines = [
        Line("linear probe", [one.linear for one in found]),
        Line("nearest neighbour", [one.neighbour for one in found]),
    ]
    return Curves(
        title=f"After {depth} couplings that can all be undone a linear probe sorts {100 * at.linear:.0f} % rightly, a "
        f"nearest neighbour {100 * at.neighbour:.0f} %",
        note=f"{data}: 8 principal components, one half taught, the other tested · undone to {at.undone:.0e}",
        told=told,
        x=places,
        lines=[*lines, Line("chance", [one.chance for one in found], style="dot")],
        x_title="couplings: I(T;Y) is the same at each",
        y_title="share of samples whose class is found",
        y_range=(0.0, 1.0),
        marks=[Mark(depth, f"{depth}")],
    ).plot()
