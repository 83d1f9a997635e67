"""Functional entropy and the functional Fisher information that bounds it, for functions of one number."""

from typing import Annotated, Literal

from plotly.graph_objects import Figure

from explorer.engines.known.functions import SmoothFunction
from explorer.results.pictures import Curves, Line, Mark
from explorer.settings import Range

TITLE = "When is functional Fisher information the functional entropy?"
PAPERS = (52, 58)
QUICK = True
SPREADS = tuple(step / 20 for step in range(1, 41))


def lab(
    function: Literal["exponential", "logistic", "square"] = "logistic",
    slope: Annotated[float, Range(0.0, 8.0, 0.25)] = 2.0,
    at: Annotated[float, Range(-2.0, 2.0, 0.25)] = 0.0,
    noise: Annotated[float, Range(0.05, 2.0, 0.05)] = 0.5,
) -> Figure:
    """Both sides of the logarithmic Sobolev inequality while noise around a point grows.

    Do: choose "exponential", then "logistic", and raise `slope` to 8.

    See: for an exponential the two curves are one. For a probability the bound is near where noise is small, and far
    above where the function is a step.

    The functional entropy of a positive $f$ under noise $z \\sim N(a, s^2)$ is
    $Ent(f) = E f \\ln f - E f \\ln E f$: 0 where noise leaves $f$ as it is. It is at most half the functional Fisher
    information, $\\frac{s^2}{2} E \\frac{f'(z)^2}{f(z)}$, which needs no logarithm of a mean and falls into one part
    for each input. That is why the papers work with it: one to say which inputs an answer hangs on, one to make a
    network use all of them.

    Both are computed by quadrature, without samples. They carry the unit of $f$: twice the function has twice of both.
    The bound says little of the entropy where their ratio, in the title, is large.

    >>> tight = told(lab(function="exponential"))
    >>> abs(tight["bound"] / tight["entropy"] - 1) < 1e-9
    True
    >>> step = told(lab(slope=8, noise=2))
    >>> step["bound"] > 3 * step["entropy"] and told(lab(slope=0))["bound"] == 0
    True

    Args:
        function: exp(slope z), 1 / (1 + exp(-slope z)), or 1 + (slope z)^2.
        slope: how steep the function is.
        at: the point around which there is noise.
        noise: standard deviation at which the title compares the two.

    References: gat2022; gat2020; gross1975.
    """
    f = SmoothFunction(function, slope, at)
    entropy, bound = f.entropy(noise), f.bound(noise)
    times = f"{bound / entropy:.2f} times the entropy" if entropy > 1e-12 else "0, as the entropy"
    return Curves(
        title=f"Under noise of {noise:g} the bound is {times}",
        note=f"{function}, slope {slope:g}, around {at:g}; exact to 1e-7",
        told={"entropy": entropy, "bound": bound},
        x=SPREADS,
        lines=[
            Line("half the Fisher information", [f.bound(one) for one in SPREADS], style="dash"),
            Line("functional entropy", [f.entropy(one) for one in SPREADS]),
        ],
        marks=[Mark(noise, f"noise {noise:g}")],
        x_title="standard deviation of the noise",
        y_title="nats times the unit of f",
        log_y=function == "exponential" and slope > 0,
    ).plot()
