"""The trail of the bundled 12-bit tanh network on the plane, up to an epoch."""

from typing import Annotated

from plotly.graph_objects import Figure

from explorer.catalogue import figures
from explorer.engines.plane.finished import curve
from explorer.engines.plane.rulers import trail
from explorer.figures.theme import ground
from explorer.labs.base import telling
from explorer.settings import Range

TITLE = "What does a tanh network forget while it learns?"
PAPERS = ()
QUICK = True


def lab(until: Annotated[int, Range(1, 8000, log=True)] = 8000) -> Figure:
    """The information plane of a small tanh network, every layer from its first epoch to the one chosen.

    Do: set `until` to 250, then to 1000, then to 8000.

    See: until epoch 216 the narrow layers move right and up: they come to tell more of the input and of the
    label. Then the layer of 3 units goes on climbing, but to the left: of 9.6 bits it keeps 2.9.

    The first stretch has been called fitting and the second compression. Each number is the entropy of the 4096
    inputs' activations after they were cut into 30 cells a unit: a network without noise keeps its inputs apart, and
    only the cells make them coincide. So read it as: the 4096 inputs come to share few cells, as tanh saturates.

    Wide layers stay in the upper right corner. There every input has a cell of its own and the plane tells nothing:
    the dotted stalk below each mark reaches down to what permuted labels read, and for wide layers it has no length.

    Values are read from finished results that are bundled with the run (seed 0, 55 epochs).

    >>> early, late = told(lab(until=250)), told(lab())
    >>> early["now"] - early["start"] > 0.8  # fitting: more of the input
    True
    >>> round(late["peak"], 1), late["at"], round(late["now"], 1)  # compression: less of it
    (9.6, 216.0, 2.9)
    >>> round(late["of the label"], 2)
    0.99

    Args:
        until: last epoch that is drawn.

    References: shwartz2017; saxe2018.
    """
    layer = curve("twelve_bit", "binning", "tanh_3").until(until)
    label = curve("twelve_bit", "binning", "tanh_3", "ty").until(until)
    shown = trail("tanh", "bins on [-1, 1]", until)
    figure = figures["information_plane"](shown, theme=ground(), slider=False, follow="tanh_3")
    numbers = {"start": layer.start, "peak": layer.peak, "at": layer.at, "now": layer.end}
    return telling(figure, **numbers, **{"of the label": label.end})
