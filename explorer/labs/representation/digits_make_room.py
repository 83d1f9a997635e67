"""Coding rate reduction of the layers of a network while it learns digits."""

from typing import Annotated, Literal

from plotly.graph_objects import Figure

from explorer.bundle import open_bundled
from explorer.measures.rate.coding_rate_reduction import CodingRateReduction
from explorer.results.pictures import Curves, Line
from explorer.settings import Range

TITLE = "Does learning labels make room for the classes?"
PAPERS = (55,)
QUICK = False


def lab(
    epsilon_squared: Annotated[float, Range(0.05, 5.0, 0.05)] = 0.5,
    rows: Literal["unit", "as_given"] = "unit",
    per_dimension: bool = True,
) -> Figure:
    """The coding rate reduction of four layers at every recorded step of a network that learns digits.

    Do: follow the lines from left to right; then turn `per_dimension` off.

    See: the deeper a layer the more room its classes gain, from nothing to 0.36 nats a column in the last. The first
    layer, which was wide before training, ends with less than it began with.

    The network was taught with cross-entropy, not with the coding rate: what is seen is what labels do by themselves.
    The reduction $\\Delta R = R - \\sum_k \\frac{n_k}{n} R_k$ grows where classes part, and where each of them stays
    wide. Cross-entropy asks for the first only: its aim, one corner of the softmax for each digit, would be 0.40 nats a
    column at the default error. The paper asks for both.

    Rates depend on the number of columns, so layers of different width are compared by column; that is fair only where
    columns are used alike. Images are those that were not taught. The paper's networks and corrupted labels are not
    shown.

    >>> seen = told(lab())
    >>> seen["softmax_10, start"] < 0.001 and 0.35 < seen["softmax_10, end"] < 0.397
    True
    >>> seen["relu_64, end"] < seen["relu_64, start"] and seen["relu_16, end"] > 10 * seen["relu_16, start"]
    True

    Args:
        epsilon_squared: squared error at which a sample is coded.
        rows: every row scaled to length 1, or as the layer gives it.
        per_dimension: divide the rates by the number of columns.

    References: yu2020; ma2007.
    """
    run = open_bundled("digits_mlp")
    measure = CodingRateReduction(epsilon_squared=epsilon_squared, rows=rows, per_dimension=per_dimension)
    found = {layer: [measure(run.activations(step, layer), run.y).value for step in run.steps] for layer in run.layers}
    first, last = found[run.layers[0]], found[run.layers[-1]]
    unit = "nats a column" if per_dimension else "nats"
    told = {
        f"{layer}, {end}": line[place] for layer, line in found.items() for end, place in (("start", 0), ("end", -1))
    }
    return Curves(
        title=f"{run.layers[0]} goes from {first[0]:.3f} to {first[-1]:.3f} {unit}, {run.layers[-1]} from "
        f"{last[0]:.3f} to {last[-1]:.3f}",
        note="899 digits that were not taught, one training; cross-entropy; epoch 0 is before training",
        told=told,
        x=[step + 1 for step in run.steps],
        lines=[Line(layer, line) for layer, line in found.items()],
        x_title="epoch + 1",
        y_title=f"coding rate reduction, {unit}",
        log_x=True,
    ).plot()
