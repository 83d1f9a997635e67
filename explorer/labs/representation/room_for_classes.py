"""Coding rates of classes that fill subspaces at an angle."""

from typing import Annotated

from plotly.graph_objects import Figure

from explorer.engines.known.subspaces import Subspaces
from explorer.engines.repeats import repeated
from explorer.measures.rate.coding_rate_reduction import CodingRateReduction
from explorer.results.pictures import Curves, Line, Mark
from explorer.settings import Range

TITLE = "When do classes leave each other room?"
PAPERS = (55,)
QUICK = False
ANGLES = (*range(0, 90, 10), 90)


def lab(
    angle: Annotated[int, Range(0, 90, 5)] = 45,
    classes: Annotated[int, Range(2, 8, 1)] = 4,
    samples: Annotated[int, Range(10, 300, 10)] = 60,
    epsilon_squared: Annotated[float, Range(0.05, 5.0, 0.05)] = 0.5,
) -> Figure:
    """The reduction of the coding rate while the subspaces of the classes are turned away from each other.

    Do: set `angle` to 0 and raise it to 90, then lower `samples` to 10.

    See: the reduction rises from 0 to 6.8 nats, its most, where the subspaces are orthogonal; with 10 samples a class
    shuffled labels read a third of that.

    Every class is spread evenly over the directions of a subspace of 3 dimensions among 36. The coding rate $R$ is what
    a sample costs at a squared error of `epsilon_squared`, were the cloud normal; the reduction
    $\\Delta R = R - \\sum_k \\frac{n_k}{n} R_k$ is what is saved by coding each class by itself. Maximal coding rate
    reduction asks a network to make it large: classes of their own, each as wide as it can be.

    The dashed curve is exact for samples without end. A class seen through few samples looks narrow, so that readings
    near 0 degrees lie above it and shuffled labels, dotted, do not read 0. Subspaces drawn at random come near to
    orthogonal ones among 36 dimensions. What the paper trains with this objective, and how it compares, is not shown.

    >>> start, end = told(lab(angle=0)), told(lab(angle=90))
    >>> abs(start["exact"]) < 1e-9 and abs(end["exact"] - 6.85) < 0.01 and end["exact"] == end["most"]
    True
    >>> start["exact"] < told(lab(angle=45))["exact"] < end["at random"] < end["exact"]
    True
    >>> few = told(lab(angle=90, samples=10))
    >>> few["shuffled"] > few["most"] / 3 and end["shuffled"] < 0.06 * end["most"]
    True

    Args:
        angle: between the axes of a class and what all classes share, in degrees; 90 is orthogonal.
        classes: how many, all equally frequent.
        samples: of each class.
        epsilon_squared: squared error at which a sample, of length 1, is coded.

    References: yu2020; ma2007.
    """

    def read(degrees: float | None, seed: int, shuffled: bool = False) -> float:
        return measure(*Subspaces(classes, 3, 36, degrees).sample(samples, seed, shuffled)).value

    measure = CodingRateReduction(epsilon_squared=epsilon_squared)
    found = repeated(read, ANGLES, 5)
    chance = repeated(lambda degrees, seed: read(degrees, seed, True), ANGLES, 5)
    exact = [Subspaces(classes, 3, 36, degrees).reduction(epsilon_squared) for degrees in ANGLES]
    here, at_random = (repeated(read, [one], 5).mean[0] for one in (angle, None))
    value = Subspaces(classes, 3, 36, angle).reduction(epsilon_squared)
    told = {"exact": value, "reading": here, "shuffled": chance.mean[-1], "most": exact[-1], "at random": at_random}
    return Curves(
        title=f"At {angle}° the classes save {value:.2f} of at most {exact[-1]:.2f} nats; shuffled labels read "
        f"{chance.mean[-1]:.2f}",
        note=f"{classes} classes of {samples} samples in 3 of 36 dimensions; mean and range of 5 draws",
        told=told,
        x=ANGLES,
        lines=[
            Line("reading", found.mean, found.low, found.high),
            Line("exact", exact, style="dash"),
            Line("labels shuffled", chance.mean, chance.low, chance.high, style="dot"),
        ],
        x_title="angle from what the classes share, degrees",
        y_title="coding rate reduction, nats",
        marks=[Mark(angle, f"{angle}°"), Mark(at_random, "subspaces at random", "y")],
    ).plot()
