"""A bridge of noise between two densities, and how fast its density changes on the way."""

from typing import Annotated

from plotly.graph_objects import Figure

from explorer.engines.known.noise_levels import EDGE, PLACES, TIMES, TwoBumps
from explorer.results.pictures import Curves, Grid, Line, Panels
from explorer.settings import Range

TITLE = "Why cross from one density to another over a bridge of noise?"
PAPERS = (20,)


def lab(
    gamma: Annotated[float, Range(0.0, 2.0, 0.1)] = 0.5,
    epsilon: Annotated[float, Range(0.0, 0.1, 0.005)] = 0.0,
) -> Figure:
    r"""The density on the way from a wide normal variable to two narrow bumps, and how fast it changes.

    Do: lower `gamma` to 0, then raise it to 2; then raise `epsilon`.

    See: noise widens the middle of the way. With `gamma` at 2 and without `epsilon` the change piles up at the right
    end, where the noise must vanish at once; an `epsilon` of 0.05 halves it or more.

    $\ln p_1(x) / p_0(x)$ is the sum of $\partial_t \ln p_t(x)$ over the way, so a network that knows how the density
    changes knows the ratio of the ends, also where samples of one end hardly ever lie. It learns badly where the
    change is violent. The variance of the noise is $\gamma t (1 - t) + ((1 - t)^2 + t^2) \varepsilon$: `gamma` makes
    the densities of the way overlap, and `epsilon` keeps noise at the ends, for which the price is a ratio of
    smoothed densities, not of the ends themselves.

    Everything here is exact, and in one dimension. That information of many nats is read in hundreds of columns, as in
    the paper, rests there on a network that is the normal family itself.

    >>> without, wide = told(lab(gamma=0.0)), told(lab(gamma=2.0))
    >>> wide["middle"] < without["middle"]
    True
    >>> wide["end"] > 2 * without["end"]
    True
    >>> told(lab(gamma=2.0, epsilon=0.05))["end"] < 0.5 * wide["end"]
    True

    Args:
        gamma: of the bridge; the variance in its middle is a quarter of it.
        epsilon: variance of the noise that both ends keep.

    References: chen2025.
    """
    bridge = TwoBumps(gamma, epsilon)
    effort = bridge.effort(EDGE)
    middle, end = float(effort[len(EDGE) // 2]), float(effort[-1])
    return Panels(
        title=f"γ = {gamma:g}, ε = {epsilon:g}: the squared rate at which ln p changes is {middle:.3g} in the "
        f"middle and {end:.3g} near the end",
        note="from a standard normal variable to bumps of deviation 0.15 at -2 and 2 · exact",
        told={"middle": middle, "end": end, "gamma": gamma, "epsilon": epsilon},
        parts=[
            Grid(
                title="density on the way",
                values=bridge.density(PLACES, TIMES).T[::-1],
                rows=[f"{x:.1f}" for x in PLACES[::-1]],
                columns=[f"{t:.1f}" for t in TIMES],
                row_title="x",
                column_title="time t",
                value_title="density",
            ),
            Curves(
                title="how fast it changes",
                x=EDGE,
                lines=[Line("E (∂ₜ ln pₜ)²", effort)],
                x_title="time t",
                y_title="mean squared rate",
                log_y=True,
            ),
        ],
    ).plot()
