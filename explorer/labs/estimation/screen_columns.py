"""Every column of a table rated by itself, against what chance gives the best of them."""

from typing import Annotated, Literal

from plotly.graph_objects import Figure

from explorer.engines.columns.screening import screened, textbook
from explorer.results.pictures import Bars
from explorer.settings import Range

TITLE = "Which columns of a table tell something of the target?"
PAPERS = (12,)
SHOWN = 13


def lab(
    data: Literal["made", "wine", "digits"] = "made",
    bandwidth: Annotated[float, Range(0.5, 4.0, 0.5)] = 1.0,
) -> Figure:
    """The information of each column about the target, from kernel densities, and what chance gives each.

    Do: look at the made table, then take the wines, then the pixels of the digits, and raise `bandwidth` there.

    See: all six dependent columns pass, also the square and the wave, whose correlation with the target is near 0;
    of the pixels 36 pass at first and 3 at four times the bandwidth.

    A column passes when it reads more than every column did with the target in 19 random orders: of tables without any
    dependence, one in twenty has a column that passes, however many columns there are. Correlation sees lines alone;
    a density sees any shape, at the price of a bandwidth.

    The pixels are whole numbers, many of them nearly always 0, and have no smooth density: a digit that never inks a
    pixel gets a spike there and one that seldom does a blur, which the estimate takes for a difference. Chance reads as
    much, so the threshold tells. The paper screens brain images, with binning for yes-or-no targets; here a label's own
    density is smoothed as numbers are.

    >>> made = told(lab())
    >>> made["passed"], made["square"] > 4 * made["threshold"], made["wave"] > 2 * made["threshold"]
    (6.0, True, True)
    >>> wine, pixels = told(lab(data="wine")), told(lab(data="digits", bandwidth=4.0))
    >>> wine["passed"], told(lab(data="digits"))["passed"] > 30, pixels["passed"] < 6, pixels["threshold"] > 0.3
    (13.0, True, True, True)

    Args:
        data: six columns made from a normal target and six of noise; wines of three growers; pixels of digits.
        bandwidth: of the kernels, in multiples of Silverman's.

    References: yang2024; silverman1986; westfall1993.
    """
    table, target, names = textbook(data)
    found = screened(table, target, names, grid=64, bandwidth=bandwidth)
    shown, best = found.order[:SHOWN], found.names[found.order[0]]
    made = dict(zip(found.names, found.nats, strict=True)) if data == "made" else {}
    passed = f"{len(found.found)} of {len(names)} columns pass what chance gives the best, {found.threshold:.2f} nats"
    return Bars(
        title=f"{passed}; “{best}” reads most, {found.nats.max():.2f}",
        note=f"fft_kde, {bandwidth:g} × Silverman's bandwidth, 64 grid points · n = {len(table)} · "
        f"{len(shown)} of {len(names)} columns · tick: the most in {found.permutations} random orders of the target",
        told={"passed": len(found.found), "threshold": found.threshold, "most": found.nats.max(), **made},
        names=[f"{found.names[i]}{'' if found.nats[i] > found.threshold else ' (by chance?)'}" for i in shown],
        values=found.nats[shown],
        null=found.chance[shown],
        value_title="I(column; target), nats",
    ).plot()
