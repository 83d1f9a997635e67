"""Shape distance of two representations from few samples."""

from functools import partial
from typing import Annotated

from plotly.graph_objects import Figure

from explorer.engines.known.shapes import PairedShapes
from explorer.engines.repeats import repeated
from explorer.measures.similarity.shape_distance import ShapeDistance
from explorer.results.pictures import Curves, Line, Mark
from explorer.settings import Range

TITLE = "How many samples tell whether two layers differ by more than a turn?"
PAPERS = (109,)
QUICK = False
COUNTS = (30, 50, 80, 130, 200, 300)


def lab(
    columns: Annotated[int, Range(2, 30, 1)] = 12,
    likeness: Annotated[float, Range(0.0, 1.0, 0.05)] = 0.9,
    last: Annotated[float, Range(0.0, 1.0, 0.1)] = 0.1,
) -> Figure:
    """The angle between two representations after the best rotation: in sample, by moments, and the true one.

    Do: lower `likeness` to 0, so that the two have nothing in common, then raise `columns`.

    See: in sample two strangers look alike while samples are few, the more the wider they are: the rotation fits noise.
    The estimate from moments stands around the truth, and is less sure.

    Two layers of one shape differ by a rotation only. The shape distance rotates one onto the other and takes the angle
    that is left, $\\theta = \\arccos(\\lVert A^\\top B \\rVert_* / \\lVert A \\rVert_F \\lVert B \\rVert_F)$. The sum
    of singular values is too large in sample, so the angle too small. The paper estimates moments of the singular
    values without bias, from products over chains of different samples, and takes a polynomial of them.

    Here the truth is known: normal columns whose covariance has given singular values. The paper's bounds on how fast
    any estimate can be are not shown; nor are its recordings of neurons.

    >>> seen = told(lab(likeness=0))
    >>> abs(seen["truth"] - 1.571) < 0.001 and seen["in sample, 30"] < 1.15 < 1.4 < seen["moments, 30"]
    True
    >>> wide, narrow = told(lab(likeness=0, columns=24)), told(lab(likeness=0, columns=4))
    >>> wide["in sample, 30"] < narrow["in sample, 30"]
    True

    Args:
        columns: of each representation.
        likeness: the largest singular value of the covariance; 0 for two that have nothing in common.
        last: the smallest one, as a share of the largest.

    References: pospisil2024; williams2021.
    """
    pair = PairedShapes(columns, likeness, last)

    def angle(measure: ShapeDistance, n: int, seed: int) -> float:
        return measure(*pair.sample(n, seed), seed=seed).value

    ways = {"in sample": ShapeDistance(), "moments": ShapeDistance(estimator="moments")}
    lines, told = [], {"truth": pair.angle}
    for name, measure in ways.items():
        found = repeated(partial(angle, measure), COUNTS, 3)
        lines.append(Line(name, found.mean, found.low, found.high))
        told |= {f"{name}, {COUNTS[0]}": found.mean[0], f"{name}, {COUNTS[-1]}": found.mean[-1]}
    miss = [told[f"{name}, {COUNTS[0]}"] - pair.angle for name in ways]
    return Curves(
        title=f"Of {COUNTS[0]} samples the angle misses by {miss[0]:+.2f} radians in sample, {miss[1]:+.2f} by moments",
        note=f"two layers of {columns} columns; mean and range of 3 draws",
        told=told,
        x=COUNTS,
        lines=[*lines, Line("exact", [pair.angle] * len(COUNTS), style="dash")],
        x_title="samples",
        y_title="angle, radians",
        marks=[Mark(1.5708, "nothing in common", "y")],
    ).plot()
