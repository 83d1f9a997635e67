"""Noise on a layer makes what it tells of its input a number that means something."""

from typing import Annotated, Literal

from plotly.graph_objects import Figure

from explorer.bundle import open_bundled
from explorer.engines.plane.noisy import over_training
from explorer.engines.plane.rulers import RUNS
from explorer.results.pictures import Curves, Line, Mark
from explorer.settings import Range

TITLE = "How much noise must be on a layer before it forgets?"
PAPERS = (19,)


def lab(
    deviation: Annotated[float, Range(0.001, 3.0, log=True)] = 0.03,
    network: Literal["tanh", "relu"] = "tanh",
    units: Literal[3, 4, 5, 7, 10] = 3,
) -> Figure:
    """What a layer with normal noise on every unit tells of its input, at fourteen epochs of training.

    Do: set `deviation` to 0.001, then to 0.03, then to 1.

    See: at 0.001 the layer keeps nearly all of its 12 bits until tanh saturates. At 0.03 it climbs to 7.4 bits and
    falls to 2.7. At 1 there is no fall at all: what it tells rises from nothing to 0.8 bits.

    Without noise a layer that keeps its inputs apart tells all of them, and of continuous inputs infinitely much.
    With noise of deviation $\\sigma$ the quantity exists, $I(X; T + \\sigma Z) \\le H(X)$, and it depends on
    $\\sigma$: whether there is compression is a question about a network and a noise. State both.

    Here the noise is put on a network that was trained without. Paper 19 trains and runs its networks with the noise,
    and compresses wide layers before it estimates; that is the honest way, and not what is shown.

    The 4096 inputs are equally likely, so the noisy layer is a mixture that is known exactly: the value is a mean
    over 512 draws (band: two standard errors), and the dotted curves bound it from pairwise distances.

    >>> little, some, much = (told(lab(one)) for one in (0.001, 0.03, 1.0))
    >>> little["peak"] > 11.9 and some["lost"] > 3.5 and much["lost"] < 0.2
    True
    >>> all(one["lower"] - 0.3 < one["end"] < one["upper"] + 0.3 for one in (little, some, much))
    True

    Args:
        deviation: of the noise, in the units of the activations.
        network: by the activation of its hidden layers.
        units: of the layer.

    References: goldfeld2019, section 4; butakov2024; kolchinsky2017.
    """
    recording = open_bundled(RUNS[network])
    steps = recording.steps[2::4]
    found = over_training(recording, f"{network}_{units}", deviation, steps)
    end, peak = found["value"][-1], found["value"].max()
    told = {"end": end, "peak": peak, "lost": peak - end, "lower": found["lower"][-1], "upper": found["upper"][-1]}
    return Curves(
        title=f"With noise of {deviation:g} the {network} layer of {units} ends at {end:.1f} bits, {peak - end:.1f} "
        "below its peak",
        note="mean of 512 draws and two standard errors · n = 4096, all inputs · 14 of 55 epochs · seed 0",
        told=told,
        x=steps,
        lines=[
            Line("value", found["value"], found["low"], found["high"]),
            Line("upper bound", found["upper"], style="dot"),
            Line("lower bound", found["lower"], style="dot"),
        ],
        marks=[Mark(12, "H(X) = 12 bits", "y")],
        log_x=True,
        x_title="epoch",
        y_title="I(X;T + noise), bits",
    ).plot()
