"""One cloud of clusters carried over to another, with a dial between cost and information."""

from typing import Annotated

from plotly.graph_objects import Figure

from explorer.engines.divergence.clusters import Clusters
from explorer.engines.divergence.informed import Kernels, informed
from explorer.engines.finite.tables import mutual_information
from explorer.results.pictures import Cloud, Curves, Line, Mark, Panels
from explorer.settings import Range

TITLE = "Can a transport keep together what belongs together?"
PAPERS = (90,)
WEIGHTS, EPSILON = (0.0, 0.2, 0.4, 0.6, 0.8, 1.2), 0.2


def lab(
    weight: Annotated[float, Range(0.0, 1.2, 0.1)] = 0.0,
    turn: Annotated[int, Range(0, 120, 10)] = 60,
    bandwidth: Annotated[float, Range(0.3, 1.0, 0.1)] = 0.6,
) -> Figure:
    """A coupling of two clouds of three clusters, with the mass that it sends, as the weight of information grows.

    Do: raise `weight` from 0 to 1.2.

    See: at first every cluster is split between its two neighbours; near 0.5 the coupling snaps to one cluster each,
    its information about clusters from 0.4 to 1.1 nats, at half as much cost again.

    Cheapest transport looks at distances alone and tears clusters apart where that is cheaper. The information of the
    coupling, $I_h(P)$, from kernels of width `bandwidth` on both sides, is large when points that are near each other
    go to points that are near each other; subtracting it from the cost holds clusters together. The most it can be is
    $\\ln 3$ here, three whole clusters. Some entropy is kept in the coupling, or no method of this kind could solve it.

    Which cluster goes where is not told by information: it is the same for all six matchings, and the cost decides, or
    chance where the turn makes two equally cheap. The objective has several low places. The paper's projection of new
    points and its results on images are not shown.

    >>> cheap, informed = told(lab()), told(lab(weight=1.2))
    >>> cheap["clusters"] < 0.45, informed["clusters"] > 1.09, 1.2 < informed["cost"] / cheap["cost"] < 1.6
    (True, True, True)

    Args:
        weight: cost that one nat of information is worth; the mean cost of all pairs is 1.
        turn: angle in degrees between the two clouds; 120 lays cluster on cluster.
        bandwidth: of the kernels, in deviations of each cloud.

    References: chuang2023; cuturi2013.
    """
    clouds, weights = Clusters.turned(turn), sorted({*WEIGHTS, weight})
    kernels = Kernels.of(clouds.x, clouds.y, bandwidth)
    found = [informed(clouds.cost, kernels, one, EPSILON) for one in weights]
    kept = [mutual_information(clouds.between(one.plan)) for one in found]
    at, costs = weights.index(weight), [one.cost for one in found]
    links = clouds.links(found[at].plan, 0.6)
    before = f"; at weight 0 it is {kept[0]:.2f} nats and a cost of {costs[0]:.2f}" if weight else ""
    unsure = "" if found[at].converged else " · the descent was cut off"
    left = Cloud(
        title="", points=clouds.points, kinds=clouds.kinds, links=links, names=("first", "second"),
        x_title="first coordinate", y_title="second coordinate",
    )  # fmt: skip
    right = Curves(
        title="what the weight does", x=weights, lines=[Line("about clusters, nats", kept), Line("cost", costs)],
        marks=[Mark(weight, f"{weight:g}")], x_title="weight of information", y_title="nats, and mean costs",
    )  # fmt: skip
    return Panels(
        title=f"At weight {weight:g} the coupling knows {kept[at]:.2f} of {clouds.most:.2f} nats about the clusters "
        f"and costs {costs[at]:.2f}{before}",
        note=f"clouds turned by {turn} degrees · entropy weighted {EPSILON} · lines: the pairs that hold 60 % of the "
        f"mass{unsure}",
        told={"clusters": kept[at], "cost": costs[at], "kernels": found[at].information},
        parts=[left, right],
    ).plot()
