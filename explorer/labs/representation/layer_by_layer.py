"""What every layer of a small network keeps of the pixels and tells of the digit."""

from typing import Annotated, Literal

from plotly.graph_objects import Figure

from explorer.bundle import open_bundled
from explorer.engines.repeats import repeated
from explorer.measures.probes.clustered_information import ClusteredInformation
from explorer.measures.similarity.pwcca import PWCCA
from explorer.results.pictures import Curves, Line, Panels
from explorer.settings import Range

TITLE = "Which layer follows the input, and which the label?"
PAPERS = (94,)
QUICK = False


def lab(
    epoch: Literal[0, 1, 2, 3, 5, 10, 22, 47, 100, 200] = 200,
    clusters: Annotated[int, Range(5, 100, 5)] = 20,
) -> Figure:
    """Two profiles over depth: likeness to the pixels by canonical correlation, and what clusters tell of the digit.

    Do: set `epoch` to 0 and raise it to 200.

    See: before training each layer tells less of the digit than the one before it, 34 % in the last. After it the last
    layer tells most of the digit, 94 %, and is the least like the pixels.

    A network of four layers learned one half of the handwritten digits; this is the other half. Left, each layer is
    set beside the pixels by projection weighted canonical correlation (PWCCA), read on samples that were held out: 1
    where a linear map of the pixels gives the layer. Right, the layer is cut into clusters by k-means, and
    $I(\\text{cluster}; \\text{digit})$ is taken as a share of $H(\\text{digit})$.

    The paper reads such profiles in wav2vec 2.0, where likeness to the input falls and comes back in the last layers
    before fine-tuning; four layers that learn labels are no such model, and show no return. More clusters lose less but
    need more samples; the first-order bias of counting is taken off.

    >>> before, after = told(lab(epoch=0)), told(lab(epoch=200))
    >>> before["last digit share"] < 0.4 < 0.7 < before["first digit share"]
    True
    >>> after["last digit share"] > 0.92 and after["last digit share"] > after["first digit share"]
    True
    >>> after["last likeness"] < 0.8 < 0.85 < after["first likeness"]
    True

    Args:
        epoch: how long the network was taught.
        clusters: number of clusters that a layer is cut into.

    References: pasad2021; morcos2018b.
    """
    run = open_bundled("digits_mlp")
    depth, x, y = list(range(1, len(run.layers) + 1)), run.x, run.y
    assert x is not None and y is not None, "this run has its images and digits"

    def like(layer: int, seed: int) -> float:
        return PWCCA(held_out=0.2, folds=1)(
            run.activations(epoch, run.layers[layer - 1]), x.reshape(len(x), -1), seed=seed
        ).value

    def share(layer: int, seed: int) -> float:
        found = ClusteredInformation(clusters=clusters)(run.activations(epoch, run.layers[layer - 1]), y, seed=seed)
        return found.details["share_of_label_entropy"]

    near, tells = repeated(like, depth, 4), repeated(share, depth, 4)
    axis = f"layer ({', '.join(f'{place}: {name}' for place, name in zip(depth, run.layers, strict=True))})"
    likeness = [Line("pixels", near.mean, near.low, near.high)]
    shares = [Line("digit", tells.mean, tells.low, tells.high)]
    told = {"first likeness": near.mean[0], "last likeness": near.mean[-1]}
    told |= {"first digit share": tells.mean[0], "last digit share": tells.mean[-1]}
    return Panels(
        title=f"After {epoch} epochs likeness to the pixels goes from {near.mean[0]:.2f} to {near.mean[-1]:.2f}, what "
        f"is told of the digit from {tells.mean[0]:.0%} to {tells.mean[-1]:.0%}",
        note=f"{len(y)} digits that were not taught; {clusters} clusters; mean and range of 4 splits",
        told=told,
        parts=[
            Curves(title="The input", x=depth, lines=likeness, x_title=axis, y_title="PWCCA, 0 to 1", y_range=(0, 1)),
            Curves(title="The label", x=depth, lines=shares, x_title="layer", y_title="share of H", y_range=(0, 1)),
        ],
    ).plot()
