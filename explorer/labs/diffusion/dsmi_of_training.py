"""What layers tell of true labels and of shuffled ones, while networks learn either."""

from typing import Literal

from plotly.graph_objects import Figure

from explorer.engines.plane.finished import curve
from explorer.results.pictures import Curves, Line, Mark

TITLE = "Does information about labels rise when they are learnt by heart?"
PAPERS = (18,)
QUICK = True

DSMI = "diffusion_spectral_mutual_information"


def lab(
    images: Literal["held out", "taught"] = "held out",
    layer: Literal["relu_64", "relu_32", "relu_16", "softmax_10"] = "relu_16",
    width: Literal["median", "sigma 1"] = "median",
) -> Figure:
    """Diffusion spectral mutual information (DSMI) of a layer with the labels, for two networks on handwritten
    digits.

    Do: change `images` from held out to taught.

    See: on images held out, DSMI with true labels rises from 0.8 to 1.5 bits, and with shuffled labels it stays at 0.
    On the images that were taught, it rises to 0.7 bits with shuffled labels too: they were learnt by heart.

    The paper finds that DSMI with the label rises when a network generalises and stagnates when it overfits. Here
    this is so for images that were not taught, and not for those that were: say which images a number was read on.

    The third curve is what the second network tells of the true digit, which it was never taught. It rises first, as
    edges and strokes are what any labels need, and then falls, as learning by heart takes digits apart.

    With `width` at sigma 1 the curve of true labels rises and falls to 0 while the network gets better: activations
    have outgrown the kernel, and no two images are near any more.

    Values are read from finished results (one seed; band: 95 % of the five subsamples that each value compares with).

    >>> new, seen = told(lab()), told(lab("taught"))
    >>> round(new["true labels, start"], 1), round(new["true labels"], 1)
    (0.8, 1.5)
    >>> abs(new["shuffled labels"]) < 0.1 and seen["shuffled labels"] > 0.6
    True
    >>> new["digit behind shuffled labels"] < 0.5 < new["digit behind shuffled labels, peak"]
    True
    >>> fixed = told(lab(width="sigma 1"))
    >>> fixed["true labels, peak"] > 1.6 and fixed["true labels"] < 0.01
    True

    Args:
        images: those that the networks were taught, or the other half.
        layer: of a 64-64-32-16-10 network.
        width: of the kernel: the median distance of the images in the layer, or 1.

    References: liao2024, section 5; zhang2017, section 2; alpaydin1998.
    """
    end = "_taught" if images == "taught" else ""
    settings = {"bandwidth": "median"} if width == "median" else {"sigma": 1.0}
    asked = {
        "true labels": ("digits_mlp", "y"),
        "shuffled labels": ("digits_mlp_shuffled", "y"),
        "digit behind shuffled labels": ("digits_mlp_shuffled", "digit"),
    }
    found = {name: curve(run + end, DSMI, layer, target=one, **settings) for name, (run, one) in asked.items()}
    true, shuffled = found["true labels"], found["shuffled labels"]
    told = {name: one.end for name, one in found.items()}
    told |= {f"{name}, start": one.start for name, one in found.items()}
    told |= {f"{name}, peak": one.peak for name, one in found.items()}
    drawn = {name: one.trained for name, one in found.items()}
    return Curves(
        title=f"On images {images}, DSMI ends at {true.end:.2f} bits of true labels, {shuffled.end:.2f} of shuffled",
        note=f"layer {layer}, {width} width · finished results of two networks, seed 0 · 16 epochs · n = 899 or 898",
        told=told,
        x=true.trained.steps,
        lines=[Line(name, one.bits, one.low, one.high) for name, one in drawn.items()],
        marks=[Mark(true.start, f"true labels before training: {true.start:.2f}", "y")],
        log_x=True,
        x_title="epoch, from 1 on",
        y_title="DSMI, bits",
    ).plot()
