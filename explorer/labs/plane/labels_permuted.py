"""What the plane reads of labels that no layer can know."""

from typing import Annotated, Literal

from plotly.graph_objects import Figure

from explorer.engines.plane.rulers import by_depth
from explorer.results.pictures import Bars
from explorer.settings import Range

TITLE = "What does a plane read when the labels are permuted?"
PAPERS = ()
QUICK = True


def lab(
    labels: Literal["true", "permuted"] = "true",
    network: Literal["tanh", "relu"] = "tanh",
    ruler: Literal["bins on [-1, 1]", "bins of 0.07", "adaptive bins", "KDE upper", "KDE lower"] = "bins on [-1, 1]",
    epoch: Annotated[int, Range(0, 8000)] = 8000,
) -> Figure:
    """I(T;Y) of every layer of a trained network, with its labels or with the same labels dealt out at random.

    Do: change `labels` from true to permuted.

    See: of tanh 3, 0.08 bits are left, and of softmax 2 nothing, as it should be. tanh 10 and tanh 7 do not move: they
    read 1.00 bits of labels that were drawn after the training. tanh 5 still reads 0.91 and tanh 4 0.64.

    In a wide layer every input sits in a cell of its own. A table with one input a row predicts any labels at all, so
    $I(T;Y) = H(Y)$ whatever Y is. The number is right for these 4096 inputs, and says nothing of what was learnt.

    This is the null that a plane should be read against: the Plane page draws it under every mark. What is above it is
    about the labels; where there is nothing above it, fewer cells, noise or more inputs are needed.

    Each permuted value is the mean of five permutations; values are read from finished results, seed 0.

    >>> true, permuted = told(lab()), told(lab("permuted"))
    >>> round(true["tanh 10"], 2), round(permuted["tanh 10"], 2)
    (1.0, 1.0)
    >>> round(true["tanh 3"], 2), round(permuted["tanh 3"], 2)
    (0.99, 0.08)
    >>> [round(permuted[name], 2) for name in ("tanh 7", "tanh 5", "tanh 4", "softmax 2")]
    [1.0, 0.91, 0.64, 0.0]

    Args:
        labels: those of the task, or the same ones in a random order.
        network: by the activation of its hidden layers.
        ruler: how the layer is measured.
        epoch: the last recorded one up to this is shown.

    References: shwartz2017; saxe2018.
    """
    layers = by_depth(network, ruler, epoch)
    permuted = labels == "permuted"
    said = "With permuted labels, of which there is nothing to know" if permuted else "Of the label"
    read = {name: one.null[-1] if permuted else one.end for name, one in layers.items()}
    widest, narrowest = next(iter(read)), list(read)[-1]
    ends = f"{widest} reads {read[widest]:.2f} bits and {narrowest} {read[narrowest]:.2f}"
    return Bars(
        title=f"{said}, {ends}",
        note=f"{ruler} · 12-bit {network} network at epoch {next(iter(layers.values())).steps[-1]} · n = 4096 · seed 0",
        told=read,
        names=list(read),
        values=list(read.values()),
        truth=[0] * len(read) if permuted else None,
        value_title="I(T;Y), bits, of H(Y) = 1.00",
    ).plot()
