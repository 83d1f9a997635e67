"""The family of bounds between NWJ and InfoNCE, with the best critic there is."""

from functools import partial
from typing import Annotated, Any

from plotly.graph_objects import Figure

from explorer.critics import bounds
from explorer.engines.known.best_critic import batches, read
from explorer.results.pictures import Curves, Line, Mark, Panels
from explorer.settings import Range

TITLE = "Would you rather have a bound that errs little, or one that errs to no side?"
PAPERS = (32,)
ALPHAS, DIM, REPEATS = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0), 20, 100


def lab(
    alpha: Annotated[float, Range(0.001, 1.0, log=True)] = 1.0,
    nats: Annotated[float, Range(1.0, 10.0, 0.5)] = 6.0,
    batch: Annotated[int, Range(8, 256, 8)] = 64,
) -> Figure:
    r"""What $I_\alpha$ reads of pairs that share `nats`, on average and how much it varies, from NWJ to InfoNCE.

    Do: lower `alpha` from 1 to 0.001.

    See: at 1 it reads 3.7 of 6 nats, nearly the same in every batch; at 0.001 close to 6 on average, and one batch
    differs from the next by several times as much.

    A critic scores how well x and y go together. This one is $\ln p(x,y)/p(x)p(y)$ itself, so nothing here is a fault
    of training. $\alpha = 1$ is the bound InfoNCE, which compares a pair with the batch and cannot exceed $\ln K$;
    $\alpha = 0$ is that of Nguyen, Wainwright and Jordan (NWJ), which has no ceiling and owes its mean to few pairs. In
    between the ceiling is about $\ln (K/\alpha)$. The paper distils one network into another with such a bound, and
    lets a search choose $\alpha$ among other things.

    There is no free lunch in the dial: no $\alpha$ is near the truth and calm when $K$ is below $e^I$.

    >>> nce, near = told(lab()), told(lab(alpha=0.001))
    >>> nce["mean"] < 4.16 and abs(nce["mean"] - 3.75) < 0.1 and abs(near["mean"] - 6) < 0.4
    True
    >>> near["deviation"] > 4 * nce["deviation"]
    True

    Args:
        alpha: where the title reads the curves.
        nats: that X and Y share, 20 normal columns each.
        batch: K, pairs compared with each other.

    References: poole2019; he2021.
    """
    ratio = batches(nats, DIM, batch, REPEATS)[1]
    places = sorted({*ALPHAS, alpha})
    found = [read(partial(bounds.i_alpha, alpha=one), ratio) for one in places]
    mean, spread = [one[0] for one in found], [one[1] for one in found]
    told = {"mean": mean[places.index(alpha)], "deviation": spread[places.index(alpha)]}
    band = Line("I_α", mean, [m - s for m, s in found], [m + s for m, s in found])
    ceiling = Line("ceiling", [bounds.ceiling(batch, one) for one in places], style="dot")
    shape: dict[str, Any] = {
        "x": places,
        "log_x": True,
        "x_title": "α: from NWJ to InfoNCE",
        "marks": [Mark(alpha, f"{alpha:g}")],
    }
    truth = Line("truth", [nats] * len(places), style="dash")
    return Panels(
        title=f"At α = {alpha:g} the best critic reads {told['mean']:.2f} ± {told['deviation']:.2f} of {nats:g} nats",
        note=f"20 + 20 normal columns · batches of {batch} · band: one deviation over {REPEATS} batches",
        told=told,
        parts=[
            Curves(title="what it reads", lines=[band, truth, ceiling], y_title="nats", **shape),
            Curves(title="how much it varies", lines=[Line("deviation", spread)], y_title="nats", **shape),
        ],
    ).plot()
