"""A feature that means the same everywhere, and one that does not."""

from typing import Annotated

from plotly.graph_objects import Figure

from explorer.engines.causes.environments import Environments, risks
from explorer.results.pictures import Bars, Curves, Line, Mark, Panels
from explorer.settings import Range

TITLE = "Which feature will still hold in a new environment?"
PAPERS = (103,)
QUICK = True

FLIPS = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)
FIRST, NEW = 0.1, 0.9


def lab(
    second: Annotated[float, Range(0.05, 0.95, 0.05)] = 0.2,
    label_noise: Annotated[float, Range(0.05, 0.45, 0.05)] = 0.25,
    penalty: Annotated[float, Range(0.1, 1e6, log=True)] = 100.0,
) -> Figure:
    r"""What shape and colour tell of a label in two environments, and what predictors lose in a third.

    Do: set `penalty` to 0.1 and raise it to a million.

    See: the predictor of least risk lives on the colour and loses three times as much where colours are reversed. The
    penalised one moves from it to the line of the shape alone, which is level.

    The label follows the shape, wrongly with a chance that is the same everywhere. The colour follows the label: it is
    wrong for one in ten in the first environment and for `second` in the other. On average the colour is the better
    guide, so whoever minimises the risk of both together uses it. The gauge tells it apart: $I(Y; E \mid \Phi)$, what
    the environment still tells of the label once the feature is known, is 0 for the shape and not for the colour. It is
    small; a thousandth of a nat takes thousands of samples to see, and with `second` at 0.1 there is nothing to see at
    all: one environment never tells cause from company.

    The penalty is that of IRMv1: the squared slope of each environment's risk by a factor on the predictor. It follows
    the condition from afar. With `label_noise` at 0.05 and a million it stops at another predictor without slope, which
    uses the colour, a failure that is known. The world here is three bits, counted exactly, after the paper's coloured
    digits; with digits the shape must be learned too.

    >>> weak, strong = told(lab(penalty=0.1)), told(lab(penalty=1e6))
    >>> weak["I given shape"] < 1e-12 < 0.009 < weak["I given colour"] < 0.011
    True
    >>> weak["loss, penalised"] > 1.3 and abs(strong["loss, penalised"] - strong["loss, shape alone"]) < 0.01
    True
    >>> told(lab(second=0.1))["I given colour"] < 1e-12
    True
    >>> told(lab(label_noise=0.05, penalty=1e6))["loss, penalised"] > 0.5
    True

    Args:
        second: how often the colour is wrong in the second environment; in the first for one in ten.
        label_noise: how often the label is not that of the shape, everywhere.
        penalty: lambda of IRMv1.

    References: arjovsky2019; kamath2021.
    """
    world = Environments(label_noise, (FIRST, second))
    told = {f"I given {one}": world.information(one) for one in ("shape", "colour", "both")}
    found = risks(world, penalty, FLIPS)
    new = found.at(NEW)
    gauge = Bars(
        title="What the environment adds", names=["shape", "colour", "both"], values=list(told.values()),
        value_title="I(Y; E | feature) (nats)",
    )  # fmt: skip
    losses = Curves(
        title="What each predictor loses elsewhere",
        x=FLIPS,
        lines=[
            Line("least risk", found.least),
            Line("penalised", found.penalised),
            Line("shape alone", found.invariant, style="dash"),
        ],
        marks=[Mark(FIRST, "first"), Mark(second, "second")],
        x_title="colours that are wrong in a new environment (share)",
        y_title="log-loss (nats)",
    )
    return Panels(
        title=f"Where {NEW:.0%} of colours are wrong, least risk loses {new['least']:.2f} nats, the penalised "
        f"predictor {new['penalised']:.2f}, shape alone {new['invariant']:.2f}",
        note=f"colours wrong for {FIRST:.0%} and {second:.0%}, labels for {label_noise:.0%}; λ = {penalty:.3g}; exact",
        told=told | {f"loss, {name}": new[key] for name, key in
                     (("least risk", "least"), ("penalised", "penalised"), ("shape alone", "invariant"))},
        parts=[gauge, losses],
        widths=[0.35, 0.65],
    ).plot()  # fmt: skip
