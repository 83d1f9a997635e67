"""A ruler that reads more of the label after a layer than before it is wrong."""

from typing import Annotated, Literal

from plotly.graph_objects import Figure

from explorer.engines.plane.rulers import by_depth, rise
from explorer.results.pictures import Bars
from explorer.settings import Range

TITLE = "Can a deeper layer tell more of the label than the one before?"
PAPERS = (5,)
QUICK = True


def lab(
    ruler: Literal["bins on [-1, 1]", "bins of 0.07", "adaptive bins", "KDE upper", "KDE lower"] = "bins of 0.07",
    network: Literal["tanh", "relu"] = "relu",
    epoch: Annotated[int, Range(0, 8000)] = 8000,
) -> Figure:
    """I(T;Y) of every layer in the order of depth, with the largest step up, which the truth cannot take.

    Do: change `ruler` to "bins on [-1, 1]".

    See: the readings fall to 0.72 bits at 5 units and then rise to 0.94 at 3.

    Each layer is a function of the one before, so none can tell more of the label: data processing. An estimate can,
    and then it is the estimate that is wrong. ReLU activations leave [-1, 1], the cells at the ends swallow them, and
    a layer that fits into the cells again seems to know more than the layer it was computed from.

    This needs no truth to compare with, so it works on any network. Passing it proves nothing: in wide layers all of
    these rulers read $H(Y)$, whatever the labels are. Small steps up, of a few hundredths, come from any cells at
    all.

    Values are read from finished results, seed 0.

    >>> told(lab("bins on [-1, 1]"))["rise"] > 0.15
    True
    >>> told(lab("bins of 0.07"))["rise"] < 0.02
    True

    Args:
        ruler: how the layers are measured.
        network: by the activation of its hidden layers.
        epoch: the last recorded one up to this is shown.

    References: cover2006, section 2.8; saxe2018; chelombiev2019.
    """
    layers = by_depth(network, ruler, epoch)
    read = {name: one.end for name, one in layers.items()}
    before, after, more = rise(read)
    found = f"{after} reads {more:.2f} bits more than {before}, of which it is made" if more >= 0.005 else (
        "no layer reads more than the one before"
    )  # fmt: skip
    return Bars(
        title=f"By {ruler}, {found}",
        note=f"12-bit {network} network at epoch {next(iter(layers.values())).steps[-1]} · n = 4096 · seed 0",
        told=read | {"rise": more},
        names=list(read),
        values=list(read.values()),
        value_title="I(T;Y), bits, of H(Y) = 1.00",
    ).plot()
