"""The expected information gain of an experiment, estimated at one cost."""

from typing import Annotated

from plotly.graph_objects import Figure

from explorer.engines.decisions.nested import Experiment, gains
from explorer.results.pictures import Curves, Line
from explorer.settings import Range

TITLE = "What will an experiment tell, and what does it cost to know that?"
PAPERS = (93,)
QUICK = True

INNER = (1, 2, 4, 8, 16, 32, 64, 128, 256)


def lab(
    strength: Annotated[float, Range(0.2, 4.0, 0.1)] = 2.0,
    cost: Annotated[int, Range(10_000, 100_000, log=True)] = 100_000,
) -> Figure:
    r"""Estimates of what a reading will tell of a parameter, each for the same number of likelihoods.

    Do: set `strength` to 0.2 and raise it to 4.

    See: few inner samples give too much, up to ten times the true value, with a narrow band around what is wrong. Many
    take the bias away and widen the band. The estimate without bias stays on the exact value, with a band of its own.

    The gain $I(\theta; y) = E[\ln p(y \mid \theta) - \ln E_{\theta'} p(y \mid \theta')]$ holds an expectation within a
    logarithm. Put a mean of $m$ samples there and the logarithm of a noisy mean is too low, so the gain comes out too
    high by about $1 / m$, whatever the number of readings. Adding a correction between $m$ and $2 m$ samples at a level
    $m$ drawn at random, divided by its chance, makes the expectation exact at a finite cost.

    The price is variance: where `strength` is large a few rare levels carry much of it, and the band shown is itself
    uncertain. The paper nests expectations to any depth and for any function; this is depth one, and one curve of many.
    No information is estimated there but by this example.

    >>> seen = told(lab())
    >>> seen["one inner sample"] > 4 * seen["exact"] > 3
    True
    >>> abs(seen["without bias"] - seen["exact"]) < 3 * seen["error without bias"] < 0.2
    True
    >>> weak = told(lab(strength=0.2))
    >>> abs(weak["without bias"] - weak["exact"]) < 0.01
    True

    Args:
        strength: of the reading, in deviations of its noise.
        cost: likelihoods that each estimate may use.

    References: syed2023.
    """
    experiment = Experiment(strength)
    found, exact = gains(experiment, INNER, cost), experiment.nats
    level, free, error = 0 * found.nested + 1, found.unbiased, found.unbiased_error
    return Curves(
        title=f"Of {exact:.2f} nats, one inner sample reads {found.nested[0]:.2f}, the estimate without bias "
        f"{free:.2f} ± {2 * error:.2f}",
        note=f"each estimate from {cost} likelihoods, drawn once; ± 2 standard errors",
        told={
            "exact": exact,
            "one inner sample": found.nested[0],
            "without bias": free,
            "error without bias": error,
        },
        x=INNER,
        lines=[
            Line("nested", found.nested, found.nested - 2 * found.error, found.nested + 2 * found.error),
            Line("without bias", level * free, level * (free - 2 * error), level * (free + 2 * error)),
            Line("exact", level * exact, style="dash"),
        ],
        x_title="inner samples of a nested estimate",
        y_title="expected information gain (nats)",
        log_x=True,
    ).plot()
