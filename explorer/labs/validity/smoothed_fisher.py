"""What Fisher information promises, and what few samples keep."""

from typing import Annotated, Literal

from plotly.graph_objects import Figure

from explorer.engines.validity.location import errors
from explorer.results.pictures import Curves, Line, Mark
from explorer.settings import Range

TITLE = "When does Fisher information promise too much?"
PAPERS = (88,)
QUICK = False

SMOOTHINGS = (0.003, 0.01, 0.03, 0.1, 0.2, 0.4, 0.8)
SETS = 100


def lab(
    samples: Annotated[int, Range(5, 100, 5)] = 20,
    density: Literal["needle", "laplace", "normal"] = "needle",
) -> Figure:
    r"""The error of the likeliest place of a known density, and what smoothed Fisher information says of it.

    Do: raise `samples` from 20 to 100.

    See: with 20 samples the error is hundreds of times the limit of Cramér and Rao, and with little smoothing it stays
    far above the limit of the smoothed density. With 100 the needle is found and the error falls.

    A density is known but for its place. Its Fisher information $I$ says that no unbiased estimate has a mean square
    error below $1 / n I$, and that the likeliest place gets there once $n$ is large. How large is the catch. "needle"
    is a normal density of which a tenth lies within a needle a hundredth as wide: nearly all its information sits
    there, and few samples do not show where the needle is. Smooth density and samples with normal noise of deviation
    $r$, and the Fisher information of what remains, $I_r$, counts only structure wider than $r$. Where marks and dashes
    meet, $1 / I_r$ says what the samples can truly do.

    Smoothing does not lower the error here: it makes the promise honest. The paper proves such limits with an explicit
    $r$ that falls as $n$ grows, also in many dimensions, for one Newton step from a rough estimate; here the likeliest
    place itself is sought, in one dimension.

    >>> few, many = told(lab(samples=20)), told(lab(samples=100))
    >>> few["error without smoothing"] > 100 * few["limit without smoothing"]
    True
    >>> many["error without smoothing"] < few["error without smoothing"] / 10
    True
    >>> few["error at r = 0.4"] < 1.5 * few["limit at r = 0.4"]
    True

    Args:
        samples: of the density, in each of a hundred sets.
        density: a normal density with a needle in it, a Laplace density, or a normal one.

    References: gupta2023; gupta2022.
    """
    plain, found = errors(density, samples, (0.0,), SETS), errors(density, samples, SMOOTHINGS, SETS)
    error, limit = plain.scaled[0], plain.limit[0]
    return Curves(
        title=f"{samples} samples: the squared error is {error / limit:.3g} times what Fisher information promises",
        note=f"{density}; error of the likeliest place over {SETS} sets, ± 2 standard errors of its logarithm",
        told={
            "error without smoothing": error,
            "limit without smoothing": limit,
            "error at r = 0.4": found.scaled[5],
            "limit at r = 0.4": found.limit[5],
        },
        x=found.smoothing,
        lines=[
            Line("error", found.scaled, *found.interval, "points"),
            Line("1 / smoothed information", found.limit, style="dash"),
        ],
        marks=[Mark(limit, "1 / I", "y"), Mark(error, "error without smoothing", "y")],
        x_title="smoothing r (deviations of the density)",
        y_title="n × mean square error",
        log_x=True,
        log_y=True,
    ).plot()
