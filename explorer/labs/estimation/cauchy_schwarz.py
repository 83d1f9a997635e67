"""Cauchy-Schwarz information beside Shannon's, on a pair for which both are known."""

from typing import Annotated, Literal

from plotly.graph_objects import Figure

from explorer.distributions import BivariateNormal
from explorer.engines.known.normal_pairs import bent, cauchy_schwarz
from explorer.engines.repeats import compared
from explorer.estimators import KSG, CauchySchwarz
from explorer.results.pictures import Curves, Line, Mark
from explorer.settings import Range

TITLE = "Is a dependence measured by kernels the same thing as information?"
PAPERS = (38,)
RHOS, N, SEEDS = (0.0, 0.2, 0.4, 0.6, 0.8, 0.9, 0.95), 400, 3


def lab(
    rho: Annotated[float, Range(0.0, 0.95, 0.05)] = 0.9,
    sigma: Annotated[float, Range(0.1, 2.0, 0.1)] = 0.5,
    scale: Literal["as it is", "cubed", "ranks"] = "as it is",
) -> Figure:
    """The Cauchy-Schwarz information of a normal pair over its correlation, and Shannon's, estimated and exact.

    Do: leave `rho` and change how X is written, with `scale`; then change `sigma`.

    See: Shannon's information stays what it was, the Cauchy-Schwarz information does not.

    Both are 0 for independent variables and grow with the correlation, so either can be made large or small in
    training. The Cauchy-Schwarz divergence $\\ln \\frac{\\int p^2 \\int q^2}{(\\int p q)^2}$ of joint and independent
    density needs only means of kernels, no network and no bound: that is what the paper builds its bottleneck on.
    For a normal pair it is $I + \\ln(1 - \\rho^2/4)$ before kernels blur it.

    But it has a unit of its own: its number depends on the kernel's width and on the scale of X, it does not obey data
    processing, and it must not be put on one axis with bits. The regression results of the paper are not shown here.

    >>> plain, cubed = told(lab()), told(lab(scale="cubed"))
    >>> abs(plain["cauchy_schwarz"] - plain["exact"]) < 0.05, plain["exact"] < 0.7 * plain["shannon"]
    (True, True)
    >>> abs(cubed["cauchy_schwarz"] - plain["cauchy_schwarz"]) > 0.1, cubed["shannon"] == plain["shannon"]
    (True, True)
    >>> told(lab(sigma=2.0))["cauchy_schwarz"] < 0.3 * plain["cauchy_schwarz"]
    True

    Args:
        rho: correlation of the normal pair, where the title reads the curves.
        sigma: deviation of the kernels, in deviations of the variables.
        scale: X as it is, its cube, or its share of smaller values, each scaled to deviation 1.

    References: yu2024; principe2010.
    """
    rhos = sorted({*RHOS, rho})
    pairs = [[BivariateNormal(one).sample(N, seed) for seed in range(SEEDS)] for one in rhos]
    found = compared(
        {"Cauchy-Schwarz": CauchySchwarz(sigma=sigma), "Shannon, KSG": KSG(margins="gauss")},
        lambda way, place, seed: way(bent(pairs[place][seed][0], scale), pairs[place][seed][1]).value,
        range(len(rhos)),
        SEEDS,
    )
    exact = [Line("Shannon, exact", [BivariateNormal(one).nats for one in rhos], style="dash")]
    if scale == "as it is":
        curve = [cauchy_schwarz(one, sigma) for one in rhos]
        exact.append(Line("Cauchy-Schwarz, exact", curve, style="dash"))
    own, shannon = float(found["Cauchy-Schwarz"].mean[rhos.index(rho)]), BivariateNormal(rho).nats
    return Curves(
        title=f"At ρ = {rho:g} the Cauchy-Schwarz information reads {own:.2f}; Shannon's is {shannon:.2f} nats, "
        "however X is written",
        note=f"kernels of deviation {sigma:g} · X: {scale} · n = {N} · bands: lowest to highest of {SEEDS} samples",
        told={"cauchy_schwarz": own, "shannon": shannon, "exact": cauchy_schwarz(rho, sigma)},
        x=rhos,
        lines=[*(Line(name, r.mean, r.low, r.high) for name, r in found.items()), *exact],
        marks=[Mark(rho, f"ρ = {rho:g}")],
        x_title="correlation ρ",
        y_title="dependence, each by its own ruler",
    ).plot()
