"""Two margins, and the joint tables that have them."""

from typing import Annotated

from plotly.graph_objects import Figure

from explorer.engines.finite.coupling import GREEDY_GAP, coupled, falling
from explorer.engines.finite.tables import bits
from explorer.results.pictures import Grid, Panels
from explorer.settings import Range

TITLE = "How dependent can two variables be if only their margins are known?"
PAPERS = (60,)
QUICK = True


def lab(
    ratio_x: Annotated[float, Range(0.2, 1.0, 0.05)] = 0.6,
    ratio_y: Annotated[float, Range(0.2, 1.0, 0.05)] = 0.8,
    levels: Annotated[int, Range(2, 8)] = 5,
) -> Figure:
    r"""Two tables with the same margins: independent variables, and variables coupled as tightly as a greedy rule can.

    Do: set both ratios to the same number, then take one of them to 1.

    See: with equal margins the coupled table is a diagonal and X tells all of Y; with unequal ones mass must be split,
    and something of Y stays open.

    Margins do not say how dependent two variables are: $I(X; Y)$ can be anything from 0 to $H(X) + H(Y) - H$, with
    $H$ the least joint entropy of any table that has them. Finding that table is hard (NP-hard); the greedy rule pairs
    the largest mass left of X with the largest left of Y and ends at most 0.53 bit from the best. No coupling passes
    the bound in the note, which comes from the order of the sorted margins alone.

    This is the decoder's half of the paper; its other half, a limit on the entropy of the message, is the lab
    `limited_rate`. The paper's games, in which an agent's moves carry a message, are not shown.

    >>> same = told(lab(ratio_x=0.5, ratio_y=0.5))
    >>> abs(same["shared"] - same["entropy"]) < 1e-9
    True
    >>> seen = told(lab(ratio_x=0.5, ratio_y=1.0))
    >>> 0 < seen["shared"] < seen["entropy"] and seen["shared"] <= seen["most"] <= seen["shared"] + 1.0
    True

    Args:
        ratio_x: from each level of X to the next its probability falls by this factor; 1 is uniform.
        ratio_y: the same of Y.
        levels: of X and of Y.

    References: kocaoglu2017; compton2023; ebrahimi2024.
    """
    seen = coupled(falling(levels, ratio_x), falling(levels, ratio_y))
    shared, most, entropy, gap = bits([seen.shared, seen.most, seen.entropy_y, GREEDY_GAP])
    xs, ys = ([f"{axis}{i}" for i in range(1, levels + 1)] for axis in "xy")
    tables = [
        Grid(title=name, values=table, rows=xs, columns=ys, row_title="X", column_title="Y", value_title="probability")
        for name, table in (("Independent: they share 0 bit", seen.independent), ("Coupled greedily", seen.greedy))
    ]
    return Panels(
        title=f"With the same margins X and Y share 0 bit or {shared:.2f} of the {entropy:.2f} that Y holds",
        note=f"exact; no coupling shares more than {most:.2f} bit, and greedy is at most {gap:.2f} bit from the best",
        told={"shared": shared, "most": most, "entropy": entropy}, parts=tables,
    ).plot()  # fmt: skip
