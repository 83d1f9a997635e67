"""Fixed cells against cells that follow the data, on activations that saturate and on others."""

from typing import Annotated, Any, Literal

from plotly.graph_objects import Figure

from explorer.engines.known.units import Unit
from explorer.engines.repeats import compared
from explorer.estimators import AdaptiveBinning, Binning
from explorer.results.pictures import Curves, Line, Mark, Panels
from explorer.settings import Range

TITLE = "Does a layer compress, or does its ruler?"
PAPERS = (5,)
GAINS, N, SEEDS = (0.25, 0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 6.0, 8.0), 2000, 5


def lab(
    activation: Literal["tanh", "softplus", "relu"] = "tanh",
    gain: Annotated[float, Range(0.25, 8.0, 0.25)] = 8.0,
    bins: Annotated[int, Range(5, 60, 5)] = 30,
    rho: Annotated[float, Range(0.0, 0.95, 0.05)] = 0.8,
) -> Figure:
    """What cells read of a unit $T = f(gA)$ as its gain $g$ grows: its entropy, and what it tells of a class.

    Do: set `gain` to 0.25 and raise it to 8, then change `activation` from tanh to softplus.

    See: in fixed cells on [-1, 1] the entropy of T falls by half; in cells of equal filling it stays where it was.

    No gain changes what T can tell: $f$ can be undone, or, for a rectifier, loses the same at every gain. Training
    raises gains, so fixed cells report compression where values crowd at the ends of tanh, or leave the cells at the
    top. Cells that follow the data are blind to that: they read the same for every rising map.

    Which one is right? Neither: $I(X;T)$ of a continuous deterministic unit is infinite, and a number of cells is a
    choice of what counts as equal. The paper's claim, that some networks compress without saturation, needs such
    adaptive cells; that units other than these compress in training is not shown here.

    >>> still, loud = told(lab(gain=1.0)), told(lab(gain=8.0))
    >>> still["fixed"] > 3.2 and loud["fixed"] < 1.7 and abs(still["adaptive"] - loud["adaptive"]) < 0.02
    True
    >>> soft = told(lab(activation="softplus", gain=8.0))
    >>> soft["fixed"] < 1.6 and 0.0 <= soft["adaptive_class"] - soft["truth"] < 0.02
    True

    Args:
        activation: of the unit.
        gain: by which the unit's input is multiplied; where the title reads the curves.
        bins: cells.
        rho: correlation of the unit's input with the number whose sign is the class.

    References: chelombiev2019; saxe2018; goldfeld2019.
    """
    gains = sorted({*GAINS, gain})
    rulers, units = (
        {"fixed": Binning(bins=bins), "adaptive": AdaptiveBinning(bins=bins)},
        [Unit(activation, one, rho) for one in gains],
    )
    entropy = compared(rulers, lambda ruler, unit, seed: ruler(unit.sample(N, seed)[0]).nats, units, SEEDS)
    about = compared(rulers, lambda ruler, unit, seed: ruler(*unit.sample(N, seed)).nats, units, SEEDS)
    at, truths = gains.index(gain), [unit.nats for unit in units]
    shape: dict[str, Any] = {"x": gains, "log_x": True, "x_title": "gain g", "marks": [Mark(gain, f"{gain:g}")]}
    told = {name: one.mean[at] for name, one in entropy.items()}
    told |= {f"{name}_class": one.mean[at] for name, one in about.items()} | {"truth": truths[at]}
    first, second = ([Line(name, r.mean, r.low, r.high) for name, r in kind.items()] for kind in (entropy, about))
    exact = Line("exact", truths, style="dash")
    return Panels(
        title=f"At gain {gain:g} a {activation} unit has {told['fixed']:.2f} nats in fixed cells and "
        f"{told['adaptive']:.2f} in adaptive ones; what it tells of the class is {truths[at]:.2f} at every gain",
        note=f"T = f(g A), A normal · {bins} cells, fixed ones on [−1, 1] · n = {N} · bands: lowest to highest of "
        f"{SEEDS} samples",
        told=told,
        parts=[
            Curves(title="entropy of T in cells: I(X;T) of the plane", lines=first, y_title="nats", **shape),
            Curves(
                title="what T tells of the class",
                lines=[*second, exact],
                y_title="I(T;Y), nats",
                y_range=(-0.02, 0.7),
                **shape,
            ),
        ],
    ).plot()
