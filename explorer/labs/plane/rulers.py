"""The same layers of a tanh and a ReLU network by eight rulers."""

from typing import Literal

from plotly.graph_objects import Figure

from explorer.engines.plane.rulers import RULERS, measured
from explorer.results.pictures import Curves, Grid, Line, Mark, Panels

TITLE = "Is it the network that compresses, or the ruler?"
PAPERS = (5, 18, 19)
QUICK = True


def lab(
    ruler: Literal[
        "bins on [-1, 1]", "bins of 0.07", "adaptive bins", "KDE upper", "KDE lower", "nearest neighbours",
        "DSE sigma 10", "DSE median",
    ] = "bins on [-1, 1]",
    units: Literal[3, 4, 5, 7, 10] = 3,
) -> Figure:  # fmt: skip
    """One layer of a tanh and of a ReLU network over training by the chosen ruler, and what each ruler says is lost.

    Do: with 3 units, go from "bins on [-1, 1]" to "bins of 0.07", then through the other rulers.

    See: bins on [-1, 1] find compression in both networks. Bins of the same width that do not stop at 1 find it with
    tanh alone. At sigma 10 the spectral entropy finds it in neither, and rises where the bins fall; with the median
    width it finds it in both.

    What is lost is the largest reading less the last. ReLU activations grow far beyond 1, and cells that end there
    put all of them together: that fall is of the ruler. The fall with tanh is the units' saturation, which most
    rulers see. Cells that follow the data (adaptive bins) find some in both networks; the paper that made them found
    that it varies with the initial weights, and these are one seed.

    The bounds and the nearest neighbours measure the layer with normal noise of deviation 0.032 on it. Neighbours
    read up to 33 bits for wide layers although $H(X)$ is 12 bits: then the ruler has failed, and says so.

    Spectral entropies are no information about the input; they stand here because the same question is asked of them.
    At sigma 10 they follow how far the activations reach, with the median width into how few groups they fall. All
    values are read from finished results bundled with the two networks.

    >>> lost = {ruler: told(lab(ruler)) for ruler in ("bins on [-1, 1]", "bins of 0.07", "DSE sigma 10", "DSE median")}
    >>> [round(lost["bins on [-1, 1]"][one], 1) for one in ("tanh lost", "relu lost")]
    [6.6, 3.1]
    >>> [round(lost["bins of 0.07"][one], 1) for one in ("tanh lost", "relu lost")]
    [6.2, 0.1]
    >>> [round(lost["DSE median"][one], 1) for one in ("tanh lost", "relu lost")]
    [1.6, 2.6]
    >>> lost["DSE sigma 10"]["tanh lost"], lost["DSE sigma 10"]["relu lost"] < 0.01
    (0.0, True)
    >>> told(lab("nearest neighbours", 10))["relu peak"] > 12  # more than there is
    True

    Args:
        ruler: how the layer is measured.
        units: of the layer.

    References: shwartz2017; saxe2018; chelombiev2019; kolchinsky2017; butakov2024; liao2024.
    """
    tanh, relu = (measured(network, units, ruler) for network in ("tanh", "relu"))
    lost = [[measured(network, units, one).lost for network in ("tanh", "relu")] for one in RULERS]
    curves = Curves(
        title=f"{units} units by {ruler}",
        x=tanh.trained.steps,
        lines=[Line("tanh", tanh.trained.bits), Line("ReLU", relu.trained.bits)],
        marks=[] if ruler.startswith("DSE") else [Mark(12, "H(X) = 12 bits", "y")],
        log_x=True,
        x_title="epoch, from 1 on",
        y_title="DSE, bits" if ruler.startswith("DSE") else "I(X;T), bits",
    )
    table = Grid(
        title="lost from peak to end, bits", values=lost, rows=list(RULERS), columns=["tanh", "ReLU"],
        row_title="ruler", column_title="network", value_title="bits lost",
    )  # fmt: skip
    told = {"tanh lost": tanh.lost, "relu lost": relu.lost, "tanh peak": tanh.peak, "relu peak": relu.peak}
    title = (
        f"By {ruler}, {units} units lose {tanh.lost:.2f} of {tanh.peak:.2f} bits with tanh and {relu.lost:.2f} of "
        f"{relu.peak:.2f} with ReLU"
    )
    note = "finished results of two 12-bit networks, seed 0 · 55 epochs · n = 4096, all inputs"
    return Panels(title=title, note=note, told=told, parts=[curves, table], widths=[0.6, 0.4]).plot()
