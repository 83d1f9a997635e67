"""The logarithm of each sample's own mean, or of the mean of all."""

from typing import Annotated, Any

from plotly.graph_objects import Figure

from explorer.critics import bounds
from explorer.engines.known.best_critic import batches, read
from explorer.results.pictures import Curves, Line, Mark, Panels
from explorer.settings import Range

TITLE = "Where does the logarithm go: inside the average, or around it?"
PAPERS = (9,)
BATCHES, DIM, REPEATS = (8, 16, 32, 64, 128, 256), 20, 60


def lab(
    nats: Annotated[float, Range(0.5, 10.0, 0.5)] = 5.0,
    batch: Annotated[int, Range(8, 256, 8)] = 32,
) -> Figure:
    r"""Two forms of contrast with the best critic, as batches grow: InfoNCE, and one mean over all other pairs.

    Do: set `nats` to 1 and raise it to 5, then `batch` to 256.

    See: at 1 nat the forms agree. At 5, InfoNCE is held at the logarithm of the batch; the other form reads too much in
    small batches, is near the truth from 64 on, and varies more.

    Both set a pair's score against others: $\ln$ of every sample's own mean, with its pair in it, or $\ln$ of one mean
    of all pairs but the own. The second is Donsker and Varadhan's bound, estimated from a batch, where it can exceed
    the truth: the logarithm of a mean of few pairs is too low. The paper calls it the low-bias form, as its features
    learn from batches that a bound of $\ln K$ would bind.

    What the paper shows is accuracy with few labels, which no bound implies: see the lab on one information and two
    probes.

    >>> one, five = told(lab(nats=1.0)), told(lab())
    >>> abs(one["inside"] - one["outside"]) < 0.15 and five["outside"] - five["inside"] > 1
    True
    >>> five["inside"] < 3.47 and five["outside_deviation"] > five["inside_deviation"]
    True

    Args:
        nats: that X and Y share, 20 normal columns each.
        batch: K, where the title reads the curves.

    References: lu2022; poole2019; donsker1983.
    """
    places = sorted({*BATCHES, batch})
    ratios = [batches(nats, DIM, one, REPEATS)[1] for one in places]
    inside, outside = ([read(of, one) for one in ratios] for of in (bounds.infonce, bounds.donsker_varadhan))
    at = places.index(batch)
    told = {"inside": inside[at][0], "outside": outside[at][0]}
    told |= {"inside_deviation": inside[at][1], "outside_deviation": outside[at][1]}
    named = {"inside": inside, "outside": outside}
    means = [
        Line(name, [m for m, _ in one], [m - s for m, s in one], [m + s for m, s in one]) for name, one in named.items()
    ]
    shape: dict[str, Any] = {"x": places, "log_x": True, "x_title": "batch K", "marks": [Mark(batch, f"{batch}")]}
    truth = Line("truth", [nats] * len(places), style="dash")
    spreads = [Line(name, [s for _, s in one]) for name, one in named.items()]
    return Panels(
        title=f"Of {nats:g} nat{'s' * (nats != 1)} a batch of {batch} shows {told['inside']:.2f} with the logarithm "
        f"inside the average and {told['outside']:.2f} with it outside",
        note=f"20 + 20 normal columns, best critic · bands: one deviation over {REPEATS} batches",
        told=told,
        parts=[
            Curves(title="what it reads", lines=[*means, truth], y_title="nats", **shape),
            Curves(title="how much it varies", lines=spreads, y_title="nats", **shape),
        ],
    ).plot()
