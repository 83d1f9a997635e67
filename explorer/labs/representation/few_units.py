"""Information on a label in the units that tell most of it."""

from typing import Annotated, Literal

from plotly.graph_objects import Figure

from explorer.bundle import open_bundled
from explorer.engines.known.planted import PlantedCode
from explorer.engines.repeats import repeated
from explorer.measures.probes.probe_dimensions import ProbeDimensions
from explorer.results.pictures import Curves, Line, Mark, Panels
from explorer.settings import Range

TITLE = "Do a few units tell the label?"
PAPERS = (15,)
QUICK = False


def lab(
    gap: Annotated[float, Range(0.0, 6.0, 0.5)] = 3.0,
    samples: Annotated[int, Range(200, 2000, 100)] = 800,
    epoch: Literal[0, 10, 200] = 200,
    probe: Literal["normal", "poisson"] = "normal",
) -> Figure:
    """How much a probe finds in the best unit, the best two, and so on, where it is known and in a layer of a network.

    Do: set `gap` to 6 and lower it to 0, then raise it again and lower `samples` to 200.

    See: where two of ten units hold the label, two units tell all that is there; turned, the same code needs most of
    its units. At a gap of 0 nothing is found, and with few samples more units tell less.

    Intrinsic probing asks where in a layer a label is written. The label here is two bits, each in a unit of its own,
    `gap` standard deviations wide, among eight units of noise; its exact information is dashed. A turn of all ten units
    loses nothing and hides the place. A probe is fitted once, to all units, and answers for any subset: units join it
    by what they add, and the information is read on samples held out,
    $\\hat H(Y) + \\frac1n \\sum_i \\ln q(y_i \\mid z_{i,C})$, a lower bound in expectation.

    Right, the widest layer of a network that learned digits. The paper's own probe is "poisson", trained over random
    subsets; it takes about 2 seconds here. What the paper finds of grammar in language models is not shown.

    >>> seen = told(lab())
    >>> abs(seen["two units, planted"] - seen["exact"]) < 0.12 and seen["two units, turned"] < 0.7 * seen["exact"]
    True
    >>> abs(told(lab(gap=0))["two units, planted"]) < 0.05
    True

    Args:
        gap: between the two means of a unit that holds a bit, in its standard deviations.
        samples: of the planted code.
        epoch: how long the network was taught.
        probe: a normal distribution for each label, or the paper's, trained over random subsets.

    References: stanczak2023; torroba2020.
    """

    def curve(spread: bool) -> Line:
        drawn = [PlantedCode(10, 2, gap, spread).sample(samples, seed) for seed in range(seeds)]
        read = [measure(*one, seed=seed).details["information"] for seed, one in enumerate(drawn)]
        found = repeated(lambda units, seed: read[seed][units - 1], counts, seeds)
        return Line("turned" if spread else "planted", found.mean, found.low, found.high)

    measure, seeds, counts = ProbeDimensions(probe=probe), 4 if probe == "normal" else 2, list(range(1, 11))
    exact = [PlantedCode(10, 2, gap).nats(units) for units in counts]
    planted, turned, run = curve(False), curve(True), open_bundled("digits_mlp")
    layer = measure(run.activations(epoch, run.layers[0]), run.y).details["information"]
    told = {"exact": exact[-1], "two units, planted": planted.y[1], "two units, turned": turned.y[1]}
    x_title, y_title = "units, the best first", "information on the label, nats"
    known = [planted, turned, Line("exact", exact, style="dash")]
    return Panels(
        title=f"The best two of ten units read {planted.y[1]:.2f} nats of {exact[-1]:.2f}; turned, {turned.y[1]:.2f}",
        note=f"{samples} samples, mean and range of {seeds} draws; {probe} probe, read on a fifth held out",
        told=told | {"ten units, turned": turned.y[-1], "layer, ten units": layer[-1]},
        parts=[
            Curves(title="Two bits in ten units", x=counts, lines=known, x_title=x_title, y_title=y_title),
            Curves(
                title=f"{run.layers[0]} of digits, epoch {epoch}",
                x=counts[: len(layer)],
                lines=[Line("layer", layer)],
                marks=[Mark(2.302585, "ln 10, all of the digit", "y")],
                x_title=x_title,
                y_title=y_title,
            ),
        ],
    ).plot()
