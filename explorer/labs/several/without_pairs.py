"""Bounds on synergy from tables of pairs alone."""

from typing import Annotated, Literal

from plotly.graph_objects import Figure

from explorer.engines.finite.gates import gate
from explorer.engines.finite.tables import bits
from explorer.numerics.broja import broja
from explorer.numerics.unpaired import synergy_bounds
from explorer.results.pictures import Bars
from explorer.settings import Range

TITLE = "Can synergy be told when no labelled sample has both inputs?"
PAPERS = (100,)
QUICK = False


def lab(
    kind: Literal["and", "xor", "or", "first"] = "and",
    alike: Annotated[float, Range(0.0, 1.0, 0.05)] = 0.5,
    flip: Annotated[float, Range(0.0, 0.5, 0.05)] = 0.0,
) -> Figure:
    r"""What the label with each input, and the inputs without the label, say of the synergy that is there.

    Do: take "xor" with independent inputs, then "and", and move `alike`.

    See: nothing can be said of "xor", whose synergy lies anywhere between 0 and 1 bit. Of "and" at least 0.31 of its
    0.5 bit follow, and no more than 0.5 are possible.

    Two modalities are often labelled apart: images with labels, texts with labels, and images beside texts with none.
    Redundancy and unique parts depend on the labelled tables alone. Synergy does not, but
    $S = R - I(X_1; X_2) + I(X_1; X_2 \mid Y)$, so that redundancy which the inputs do not share forces synergy; so does
    disagreement between what the two predict. From above, the label can hold no more than any coupling of it with
    the inputs.

    Tables are exact here. The source has these bounds for models of real modalities; its bound by disagreement has a
    constant of its own, and the one here follows from Pinsker's inequality.

    >>> both_on, parity = told(lab()), told(lab(kind="xor"))
    >>> round(both_on["lower"], 3), round(both_on["synergy"], 3), round(both_on["upper"], 3)
    (0.311, 0.5, 0.5)
    >>> round(parity["lower"], 3), round(parity["upper"], 3)
    (0.0, 1.0)

    Args:
        kind: what the label is of the two inputs; "first" is the first of them.
        alike: probability that the inputs are equal; 0.5 for independent ones.
        flip: probability that the label is turned over.

    References: liang2024; bertschinger2014.
    """
    table = gate(kind, flip, alike)
    found = synergy_bounds(table.sum(1), table.sum(0), table.sum(2))
    ends = (found.redundancy, found.unique_1, found.unique_2, found.lower, found.upper, broja(table).atoms[3])
    shared, first, second, low, high, true = (float(one) + 0.0 for one in bits(ends).round(6))
    what = "exactly" if high - low < 0.005 else "at least"
    rest = "" if high - low < 0.005 else f" and at most {high:.2f}"
    return Bars(
        title=f"Without one labelled pair: {what} {low:.2f}{rest} bit of synergy, and {true:.2f} it is",
        note=f"exact; gate {kind}, inputs alike with probability {alike:g}, label flipped with probability {flip:g}",
        told={"lower": low, "upper": high, "synergy": true, "redundancy": shared},
        names=["both tell it", "the first alone", "the second alone", "together, at least", "together, at most"],
        values=[shared, first, second, low, high], truth=[shared, first, second, true, true],
        value_title="part of the information about the label, bits",
    ).plot()  # fmt: skip
