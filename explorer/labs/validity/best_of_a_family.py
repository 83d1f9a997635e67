"""A fitted family, and the best that the family has."""

from typing import Annotated, Literal

from plotly.graph_objects import Figure

from explorer.engines.validity.fitted_normal import first_order, interval, needed, risks
from explorer.results.pictures import Curves, Line
from explorer.settings import Range

TITLE = "How many samples until a fit is as good as its family allows?"
PAPERS = (65,)
QUICK = True

SAMPLES = [5, 8, 12, 20, 35, 60, 100]
DRAWS = 1500


def lab(
    truth: Literal["normal", "laplace", "uniform"] = "laplace",
    target: Annotated[float, Range(0.005, 0.05, log=True)] = 0.02,
) -> Figure:
    r"""How far a fitted normal distribution is from the best normal one, while the truth need not be normal.

    Do: set `truth` to normal, then to laplace, then to uniform.

    See: by the leading term the same two parameters cost 1.75 times as many samples where the truth has heavy tails,
    and 0.7 times as many where it has none. With few samples the fit is worse than that term says.

    When the truth lies outside a family, the best that samples can do is its information projection, the member nearest
    in Kullback-Leibler divergence: here the normal distribution with the true mean and variance. The likeliest fit gets
    there at the rate $\operatorname{tr}(J^{-1} V) / 2 n$, with $J$ the Fisher information of the family and $V$ the
    covariance of its score under the truth. If the family holds the truth, both are one and it is the number of
    parameters over $2 n$, here $1 / n$; counting parameters is wrong by the kurtosis otherwise.

    How far the projection is from the truth is another matter, which no number of samples mends. The paper's expansion
    goes to the next order, for any exponential family, and sets its criterion by the error rate between two
    distributions; with few samples the leading term is too small, as the distance of the lines at the left says.

    >>> normal, heavy, flat = (told(lab(truth=one)) for one in ("normal", "laplace", "uniform"))
    >>> normal["samples needed"], heavy["samples needed"], flat["samples needed"]
    (50.0, 88.0, 35.0)
    >>> few = [told(lab(one, 0.05))["divergence there"] for one in ("normal", "laplace", "uniform")]
    >>> all(0.055 < one < 0.08 for one in few)
    True
    >>> abs(heavy["n × divergence at 100"] - 1.75) < 0.2 and abs(normal["n × divergence at 100"] - 1.0) < 0.1
    True

    Args:
        truth: of mean 0 and variance 1: a normal, a Laplace or a uniform distribution.
        target: divergence from the projection, in nats; the samples named are those whose leading term is as small.

    References: sheena2021.
    """
    count = needed(truth, target)
    found, there = risks(truth, SAMPLES, DRAWS), float(risks(truth, [count], DRAWS).mean())
    mean, (low, high) = found.mean(1), interval(found)
    return Curves(
        title=f"Truth {truth}: after {count} samples a normal fit is {there:.2g} nats from the best; "
        f"the leading term says {target:.2g}",
        note=f"mean of {DRAWS} fits, ± 2 standard errors; divergence of the fit from the best normal distribution",
        told={"samples needed": count, "divergence there": there, "n × divergence at 100": 100 * mean[-1]},
        x=SAMPLES,
        lines=[
            Line("measured", mean, low, high),
            Line("leading term", first_order(truth, SAMPLES), style="dash"),
            Line("parameters / 2n", first_order("normal", SAMPLES), style="dot"),
        ],
        x_title="samples",
        y_title="Kullback-Leibler divergence (nats)",
        log_x=True,
        log_y=True,
    ).plot()
