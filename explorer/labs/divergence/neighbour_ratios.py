"""Divergence of two clouds from whose points are among the nearest neighbours."""

from typing import Annotated, Literal

from plotly.graph_objects import Figure

from explorer.engines.divergence.neighbours import distance_divergences
from explorer.engines.divergence.normals import Normals
from explorer.engines.divergence.ratios import ratio_divergences
from explorer.engines.repeats import Repeats
from explorer.results.pictures import Curves, Line, Mark
from explorer.settings import Range

TITLE = "Can counting whose points are near tell how far two clouds differ?"
PAPERS = (47,)
KS, N, SEEDS = (3, 5, 10, 20, 40, 80, 160), 800, 3


def lab(
    shift: Annotated[float, Range(0.0, 4.0, 0.5)] = 1.0,
    columns: Annotated[int, Range(1, 8, 1)] = 2,
    alpha: Literal["1 (Kullback-Leibler)", "0.5", "2"] = "1 (Kullback-Leibler)",
    k: Annotated[int, Range(3, 160, 1)] = 28,
) -> Figure:
    """The divergence between two normal clouds of 800 points each, read from k neighbours, beside the exact one.

    Do: set `shift` to 0 and move `k` from 3 to 160; then set `shift` to 2 and move it again.

    See: equal clouds read 0.3 nats from five neighbours and nearly nothing from 160; clouds two deviations apart never
    read much more than half of their 2 nats.

    Of the k points nearest to a point of Q in both clouds together, the share from P tells $p/q$ there; the mean of
    a function of that ratio over Q is a divergence. No density is estimated, and one search for neighbours serves all
    orders of Renyi's. With few neighbours the ratio scatters, and the mean of $t\\ln t$ of a scattered $t$ is too
    large; with many it is blurred; and no k reads more than about $\\ln k$: where the clouds hardly meet, nobody of P
    is near to be counted. The paper's remedy weighs several k so that the first errors cancel.

    Distances to neighbours in place of counts (Wang, Kulkarni and Verdu) read equal clouds as 0 for every k, as two
    errors cancel there, and go farther. The fast rates of the paper are those of smooth densities as n grows without
    end; at a fixed n a choice of k remains.

    >>> few, many = told(lab(shift=0.0, k=5)), told(lab(shift=0.0, k=160))
    >>> few["truth"], 0.2 < few["ratios"] < 0.4, abs(many["ratios"]) < 0.04, abs(few["distances"]) < 0.1
    (0.0, True, True, True)
    >>> apart = [told(lab(shift=2.0, k=k)) for k in (10, 40, 160)]
    >>> apart[0]["truth"], max(one["ratios"] for one in apart) < 1.3
    (2.0, True)

    Args:
        shift: distance of the two means, in deviations.
        columns: of the clouds; the means differ in the first.
        alpha: order of the divergence.
        k: neighbours, where the title reads the curves.

    References: noshad2017; wang2009; gil2013.
    """
    order, ks, pair = float(alpha.split()[0]), sorted({*KS, k}), Normals(columns, shift)
    clouds, truth = [pair.sample(N, N, seed) for seed in range(SEEDS)], pair.renyi(order)
    ratios = Repeats.of([ratio_divergences(*cloud, ks, order) for cloud in clouds])
    lines = [Line("ratios", ratios.mean, ratios.low, ratios.high), Line("exact", [truth] * len(ks), style="dash")]
    told = {"ratios": ratios.mean[ks.index(k)], "truth": truth}
    if order == 1:
        apart = Repeats.of([distance_divergences(*cloud, ks) for cloud in clouds])
        lines.append(Line("distances", apart.mean, apart.low, apart.high))
        told["distances"] = apart.mean[ks.index(k)]
    return Curves(
        title=f"With k = {k} the ratios read {told['ratios']:.2f} nats of divergence; the truth is {truth:.2f}",
        note=f"order {order:g} · {columns} column{'s' * (columns > 1)}, means {shift:g} deviations apart · n = {N} "
        f"points of each · bands: lowest to highest of {SEEDS} samples",
        told=told,
        x=ks,
        lines=lines,
        marks=[Mark(k, f"k = {k}")],
        log_x=True,
        x_title="neighbours k",
        y_title="divergence, nats",
    ).plot()
