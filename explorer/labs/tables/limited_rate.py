"""A message that may not have more than a given entropy."""

from typing import Annotated

from plotly.graph_objects import Figure

from explorer.engines.finite.codes import rates_of_falling
from explorer.results.pictures import Curves, Line, Mark
from explorer.settings import Range

TITLE = "What does a limit on the entropy of a message cost?"
PAPERS = (60,)
QUICK = True


def lab(
    rate: Annotated[float, Range(0.0, 3.0, 0.05)] = 1.0,
    ratio: Annotated[float, Range(0.3, 1.0, 0.05)] = 0.6,
    levels: Annotated[int, Range(2, 6)] = 4,
) -> Figure:
    r"""How much of a source a code without chance can hold when the entropy of its message is limited.

    Do: set `rate` to 0 and raise it to 2 bits; then set `ratio` to 1, so that all levels are equally likely.

    See: information does not follow the rate but climbs in steps, for a code can only merge whole levels. The more
    even the source, the fewer and higher the steps.

    A code $T = f(X)$ says $I(X; T) = H(T)$. There are finitely many ways to merge levels, so there are finitely
    many entropies (all are tried, 203 for 6 levels). The greedy code merges the two smallest levels if that is enough,
    else the two largest and looks again; it stays above the dotted line, $h(p_2)$ below the rate, where
    $p_2$ is the second largest probability.

    Codes with some chance in them can lie between the steps, up to the rate itself; the paper describes them near each
    step and they are not drawn here. At the receiver, who must show a variable with other margins (here uniform), less
    arrives: the lowest curve.

    >>> seen = [told(lab(rate=rate)) for rate in (0.0, 0.5, 1.0, 2.0, 3.0)]
    >>> all(one["greedy"] <= one["best"] + 1e-9 and one["received"] <= one["greedy"] + 1e-9 for one in seen)
    True
    >>> abs(seen[0]["best"]) < 1e-9 and abs(seen[-1]["best"] - seen[-1]["entropy"]) < 1e-9
    True
    >>> told(lab(rate=0.9, ratio=1.0, levels=4))["best"] < 0.82 < told(lab(rate=1.0, ratio=1.0, levels=4))["best"]
    True

    Args:
        rate: the most entropy that the message may have, in bits.
        ratio: from each level of the source to the next its probability falls by this factor; 1 is uniform.
        levels: of the source.

    References: ebrahimi2024.
    """
    seen, here, entropy = rates_of_falling(levels, ratio, rate)
    return Curves(
        title=f"With {rate:g} bit of entropy the best code says {here.best[0]:.2f} of {entropy:.2f} bit",
        note=f"exact; {levels} levels, each {ratio:g} times as likely as the one before; codes without chance",
        told={"best": here.best[0], "greedy": here.greedy[0], "received": here.received[0], "entropy": entropy},
        x=seen.rates, x_title="entropy that the message may have, bits", y_title="information, bits",
        lines=[
            Line("the limit", seen.limit, style="dash"), Line("best code", seen.best), Line("greedy code", seen.greedy),
            Line("guarantee", seen.guaranteed, style="dot"), Line("received", seen.received),
        ],
        marks=[Mark(rate, f"rate {rate:g}")],
    ).plot()  # fmt: skip
