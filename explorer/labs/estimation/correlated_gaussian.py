"""Estimates of information against the exact curve of two correlated normal variables."""

from typing import Annotated

from plotly.graph_objects import Figure

from explorer.distributions import BivariateNormal
from explorer.engines.repeats import compared
from explorer.estimators import KSG, Binning, Gaussian
from explorer.results.pictures import Curves, Line, Mark
from explorer.settings import Range

TITLE = "How far is an estimate of information from the truth?"
PAPERS = ()
RHOS, SEEDS = (0.0, 0.15, 0.3, 0.45, 0.6, 0.75, 0.85, 0.9, 0.95), 5


def lab(
    rho: Annotated[float, Range(0.0, 0.95, 0.05)] = 0.75,
    n: Annotated[int, Range(100, 5000, 100)] = 500,
    bins: Annotated[int, Range(2, 40, 1)] = 20,
) -> Figure:
    """Three estimates of $I(X;Y)$ for two normal variables, over their correlation, beside the exact curve.

    Do: set `n` to 100 and raise it to 5000 while 20 by 20 cells are counted.

    See: the counted cells begin far above the curve, also where nothing depends on anything, and come down to it.

    The truth is $-\\frac12\\ln(1-\\rho^2)$: it hardly leaves 0 below $\\rho = 0.3$ and has no end near 1. Counting
    cells reads too much by about $(B-1)^2/2n$ nats with $B$ cells on each side, as chance fills the table unevenly;
    and too little where cells are wider than the dependence is narrow. The neighbours of KSG adapt their size to the
    samples. The Gaussian estimate knows the family and is hard to beat here, and only here.

    Bands reach from the lowest to the highest of five samples.

    >>> [round(told(lab(rho=0.0, n=n))["cells"], 2) for n in (200, 1000, 2000, 5000)]
    [0.6, 0.15, 0.07, 0.03]
    >>> nothing = told(lab(rho=0.0, n=200))
    >>> nothing["truth"], abs(nothing["ksg"]) < 0.05, abs(nothing["gaussian"]) < 0.05
    (0.0, True, True)
    >>> wide = told(lab(rho=0.95, n=5000, bins=5))
    >>> round(wide["cells"], 2), round(wide["truth"], 2), round(told(lab(rho=0.3))["truth"], 2)
    (0.57, 1.16, 0.05)
    >>> strong = told(lab(rho=0.9, n=2000))
    >>> abs(strong["truth"] - 0.83) < 0.001, abs(strong["ksg"] - 0.83) < 0.03, abs(strong["gaussian"] - 0.83) < 0.03
    (True, True, True)

    Args:
        rho: correlation of the two variables, where the title reads the curves.
        n: samples.
        bins: cells on each side, of equal width.

    References: cover2006, example 8.5.1; kraskov2004; paninski2003.
    """
    rhos = sorted({*RHOS, rho})
    ways = {"counted cells": Binning(bins=bins, low=None, high=None), "KSG, k = 5": KSG(), "Gaussian": Gaussian()}
    read = compared(ways, lambda way, one, seed: way(*BivariateNormal(one).sample(n, seed)).nats, rhos, SEEDS)
    truths = [BivariateNormal(one).nats for one in rhos]
    at, truth = rhos.index(rho), BivariateNormal(rho).nats
    cells, ksg, gaussian = (float(one.mean[at]) for one in read.values())
    picture = Curves(
        title=f"At ρ = {rho:g}, {n} samples in {bins} × {bins} cells read {cells:.2f} nats and KSG {ksg:.2f}; "
        f"the truth is {truth:.2f}",
        note=f"two standard normal variables · n = {n} · bands: lowest to highest of {SEEDS} samples",
        told={"truth": truth, "cells": cells, "ksg": ksg, "gaussian": gaussian, "n": n},
        x=rhos,
        lines=[Line("exact", truths, style="dash"), *(Line(name, r.mean, r.low, r.high) for name, r in read.items())],
        marks=[Mark(rho, f"ρ = {rho:g}")],
        x_title="correlation ρ",
        y_title="I(X;Y), nats",
    )
    return picture.plot()
