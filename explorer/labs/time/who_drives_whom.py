"""Two coupled series and a dial for the direction of their drive."""

from typing import Annotated, Literal

from plotly.graph_objects import Figure

from explorer.engines.sequences.driving import both_ways, dial, middle
from explorer.results.pictures import Bars, Curves, Line, Mark, Panels
from explorer.settings import Range

TITLE = "Who drives whom?"
PAPERS = (54,)

WAYS = ("X to Y", "Y to X")


def lab(
    direction: Annotated[float, Range(-1.0, 1.0, 0.25)] = 0.5,
    n: Annotated[int, Range(100, 3000, 100)] = 1000,
    past: Annotated[int, Range(1, 4, 1)] = 2,
    method: Literal["gaussian", "neighbors"] = "gaussian",
) -> Figure:
    r"""Transfer entropy of two series in both directions, while the drive is turned from one to the other.

    Do: set `direction` to 1 and turn it over 0 to -1. Then set it to 0.5 and take `n` down to 100.

    See: at the ends one direction reads 0.11 nats a step and the other nothing above chance; in the middle both read
    0.03. With 100 steps the weak direction goes under, while the strong one still stands out.

    Each series keeps half of its last value, takes a part of the other's last value, and adds noise of its own.
    $TE_{X \to Y} = I(X_{t-1}, \dots; Y_t \mid Y_{t-1}, \dots)$ is what the past of X tells of the next Y beyond the
    past of Y. The dashed lines are exact: these series are normal, and two residual variances tell all. The tick on a
    bar is the most that is read with the source turned round in time, which keeps the past of each series and undoes
    their places beside each other.

    It is prediction, and no cause: a third series that drives both, the one sooner than the other, would read the
    same. The paper learns the same quantity with attention, as the difference of two bounds; here it is read by
    regression or from nearest neighbours, which need no training.

    >>> ends = told(lab(direction=1.0)), told(lab(direction=-1.0))
    >>> all(abs(one["most"] - 0.11) < 0.03 and abs(one["least"]) < 0.004 for one in ends)
    True
    >>> middle = told(lab(direction=0.0))
    >>> abs(middle["X to Y"] - 0.03) < 0.015 and abs(middle["Y to X"] - 0.03) < 0.015
    True
    >>> few = told(lab(n=100))
    >>> few["X to Y"] > few["chance, X to Y"] and few["Y to X"] < few["chance, Y to X"]
    True

    Args:
        direction: 1 where X drives Y alone, -1 where Y drives X alone.
        n: steps.
        past: steps of each past that are asked or known.
        method: regression, or nearest neighbours, which see what is not linear and vary more.

    References: luxembourg2025; schreiber2000; barnett2009.
    """
    turned, now = dial(n, method, past), both_ways(direction, n, method, past)
    lines = [Line(f"{way}, exact", one, style="dash") for way, one in zip(WAYS, turned.exact, strict=True)]
    bands = [middle(turned.read[:, i]) for i in range(2)]
    seen = [way for way, one in zip(WAYS, now, strict=True) if one.p_value <= 0.05]
    told = {way: one.read for way, one in zip(WAYS, now, strict=True)}
    told |= {f"chance, {way}": one.chance[1] for way, one in zip(WAYS, now, strict=True)}
    told |= {"most": max(one.read for one in now), "least": min(one.read for one in now)}
    amounts = ", ".join(f"{way} {round(one.read, 3) + 0:.3f}" for way, one in zip(WAYS, now, strict=True))
    finding = f"{amounts} nats a step; above chance: {' and '.join(seen) or 'neither'}"
    curves = Curves(
        title="Over the direction of drive",
        x=turned.directions,
        lines=[*(Line(way, *band) for way, band in zip(WAYS, bands, strict=True)), *lines],
        marks=[Mark(direction, "now")],
        x_title="direction: Y drives X (-1) to X drives Y (1)",
        y_title="transfer entropy (nats a step)",
    )
    bars = Bars(title=f"At direction {direction:g}", names=WAYS, values=[one.read for one in now],
                null=[one.chance[1] for one in now], truth=[one.exact for one in now],
                value_title="nats a step")  # fmt: skip
    note = f"{n} steps, past {past}, {method}; bands hold 80 % of 4 samples; tick: most of the source turned in time"
    return Panels(title=finding, note=note, told=told, parts=[curves, bars]).plot()
