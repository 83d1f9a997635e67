"""A gate taken apart: redundancy, what each input tells alone, and synergy."""

from typing import Annotated, Literal

from plotly.graph_objects import Figure

from explorer.engines.finite.gates import gate
from explorer.engines.finite.tables import bits
from explorer.numerics.broja import broja
from explorer.results.pictures import Bars
from explorer.settings import Range

TITLE = "How much do two inputs tell of an output twice, alone, and only together?"
PAPERS = ()
QUICK = False


def lab(
    kind: Literal["and", "xor", "or", "first"] = "and",
    alike: Annotated[float, Range(0.0, 1.0, 0.05)] = 0.5,
    flip: Annotated[float, Range(0.0, 0.5, 0.05)] = 0.0,
) -> Figure:
    r"""The four parts of what two bits tell of the output of a gate, which add up to $I(X_1, X_2; Y)$.

    Do: take "xor", then "first", and move `alike` to 1 for each.

    See: "and" holds 0.31 bit twice and half a bit only together. "xor" is all synergy until the inputs become alike,
    and "first" tells by its first input alone until then, and by both once they are equal.

    What both tell is the redundancy R, what one tells alone its unique part U, and what they tell only together the
    synergy S. The unique part of an input is the least that any table with the same pairs (input, output) would leave
    to it when the other is known, a definition called BROJA after its authors; redundancy and synergy follow, since
    $I(X_i; Y) = R + U_i$. The least is found to a certified billionth of a nat.

    Other definitions of redundancy give other numbers: the smaller of the two informations, for instance, calls
    a whole bit of two independent copied bits redundant, $Y = (X_1, X_2)$, where BROJA finds none.

    >>> both_on, parity = told(lab()), told(lab(kind="xor"))
    >>> [round(both_on[name], 3) for name in ("redundancy", "unique_1", "unique_2", "synergy")]
    [0.311, 0.0, 0.0, 0.5]
    >>> round(parity["synergy"], 6), round(told(lab(kind="first"))["unique_1"], 6)
    (1.0, 1.0)
    >>> round(told(lab(kind="first", alike=1.0))["redundancy"], 6)
    1.0

    Args:
        kind: what the output is of the two inputs; "first" is the first of them.
        alike: probability that the inputs are equal; 0.5 for independent ones.
        flip: probability that the output is turned over.

    References: bertschinger2014; williams2010.
    """
    found = broja(gate(kind, flip, alike))
    parts = [float(one) + 0.0 for one in bits(found.atoms).round(6)]
    names = ["both tell it", "the first alone", "the second alone", "only together"]
    most = max(range(4), key=parts.__getitem__)
    how = ["twice over", "by the first alone", "by the second alone", "only together"][most]
    share = "all of it" if max(parts) > 0.995 * sum(parts) else "the largest part of it"
    largest = f"{sum(parts):.2f} bit, {share} {how}" if sum(parts) > 0.005 else "nothing"
    return Bars(
        title=f"The inputs tell {largest}",
        note=f"exact; gate {kind}, inputs alike with probability {alike:g}, output flipped with probability {flip:g}",
        told=dict(zip(("redundancy", "unique_1", "unique_2", "synergy"), parts, strict=True)),
        names=names, values=parts, value_title="part of the information about the output, bits",
    ).plot()  # fmt: skip
