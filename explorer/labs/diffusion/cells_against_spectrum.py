"""One layer of which cells and spectrum tell opposite things."""

from typing import Literal

from plotly.graph_objects import Figure

from explorer.engines.plane.rulers import measured
from explorer.results.pictures import Curves, Line, Panels

TITLE = "Can entropy fall and rise in the same layer at the same time?"
PAPERS = (18,)
QUICK = True


def lab(
    width: Literal["sigma 10", "median"] = "sigma 10",
    network: Literal["tanh", "relu"] = "tanh",
    units: Literal[3, 4, 5, 7, 10] = 3,
) -> Figure:
    """The entropy of a layer in cells, left, and of the spectrum of a diffusion, right, of the same activations.

    Do: change `width` from sigma 10 to median.

    See: cells lose 6.2 bits after their peak. The spectral entropy at sigma 10 grows tenfold meanwhile; with the
    median width it falls too, to 1.1 bits.

    Cells of 0.07 ask in how many places the 4096 inputs sit. When tanh saturates, they share a few corners: fewer
    places.

    The diffusion asks how many groups it cannot walk between. At sigma 10 everything is near, and what it reads is
    how far the activations reach: as they saturate, further. The median width grows with them, and then 1.1 bits says
    what the cells do not: two groups, one for each label.

    Neither is wrong, and neither is the information that the layer has about its input. Before two entropies are said
    to agree or not, ask each what it counts. Values are read from finished results, seed 0.

    >>> fixed, median = told(lab()), told(lab("median"))
    >>> fixed["cells lost"] > 6 and fixed["spectrum gained"] > 0.15
    True
    >>> median["spectrum gained"] < -0.9 and abs(median["spectrum, end"] - 1.1) < 0.1
    True

    Args:
        width: of the diffusion's kernel.
        network: by the activation of its hidden layers.
        units: of the layer.

    References: liao2024; saxe2018.
    """
    cells, spectrum = measured(network, units, "bins of 0.07"), measured(network, units, f"DSE {width}")
    gains = cells.end - cells.start, spectrum.end - spectrum.start
    parts = [
        Curves(
            title=name, x=one.trained.steps, lines=[Line(name, one.trained.bits)], log_x=True,
            x_title="epoch, from 1 on", y_title="bits",
        )
        for name, one in (("cells of 0.07", cells), (f"spectrum, {width}", spectrum))
    ]  # fmt: skip
    told = {
        "cells lost": cells.lost,
        "cells gained": gains[0],
        "spectrum gained": gains[1],
        "spectrum, end": spectrum.end,
    }
    title = f"From start to end the cells go by {gains[0]:+.2f} bits and the spectral entropy by {gains[1]:+.2f}"
    note = f"the layer of {units} units of the 12-bit {network} network · 55 epochs · n = 4096, all inputs"
    return Panels(title=title, note=note, told=told, parts=parts).plot()
