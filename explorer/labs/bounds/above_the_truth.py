"""Upper bounds on information with the true density, and with a variance that is not allowed to be small."""

from typing import Annotated

from plotly.graph_objects import Figure

from explorer.critics import bounds
from explorer.engines.known.best_critic import batches, read
from explorer.engines.known.gaussians import club_of_capped_variance, information
from explorer.results.pictures import Curves, Line, Mark
from explorer.settings import Range

TITLE = "How far above the truth does an upper bound lie?"
PAPERS = (1, 8)
RHOS, REPEATS = (0.1, 0.3, 0.5, 0.7, 0.8, 0.9, 0.95, 0.98, 0.999), 200


def lab(
    rho: Annotated[float, Range(0.1, 0.999, 0.001)] = 0.9,
    least_variance: Annotated[float, Range(0.01, 0.5, 0.01)] = 0.37,
    batch: Annotated[int, Range(4, 256, 4)] = 64,
) -> Figure:
    r"""CLUB and the leave-one-out bound of a pair of normal columns, against what they share.

    Do: set `rho` to 0.3 and raise it to 0.999, then lower `least_variance` to 0.01.

    See: CLUB leaves the truth behind: 4.3 nats for 0.8 at 0.9. With a variance that may not fall below 0.37, as in
    published code, it stays lower, and at 0.999 it is below the truth: no upper bound at all.

    To press information out of a code one presses an upper bound. CLUB, $E_p[\ln p(y|x)] - E_{pp}[\ln p(y|x)]$, means
    over pairs and over shuffled pairs, is $\rho^2/(1-\rho^2)$ here and never below $I$; the leave-one-out bound
    compares a pair with the rest of the batch and stays close while $I$ is well below $\ln K$. Both need $p(y|x)$:
    with a model of it they are bounds only where the model is good.

    A loose bound still has the right zero, so pressing it to 0 presses the information to 0: that is how both papers
    use it on voices. IFUB, the second paper's bound, has no public formula and is not drawn.

    >>> loose, low = told(lab()), told(lab(rho=0.3))
    >>> round(loose["truth"], 2), round(loose["club"], 2), round(low["truth"], 3), round(low["club"], 3)
    (0.83, 4.26, 0.047, 0.099)
    >>> tight = told(lab(rho=0.999))
    >>> loose["capped"] < loose["club"] and tight["capped"] < tight["truth"] < tight["club"]
    True

    Args:
        rho: correlation of the pair, where the title reads the curves.
        least_variance: of y given x that the model held back can have; the variance of y is 1.
        batch: K, pairs of a batch of the leave-one-out bound.

    References: cheng2020; poole2019; li2024; liang2024eadvc.
    """
    places = sorted({*RHOS, rho})
    truth = [information(one) for one in places]
    club = [one**2 / (1 - one**2) for one in places]
    capped = [club_of_capped_variance(one, least_variance) for one in places]
    left = [read(bounds.leave_one_out, batches(one, 1, batch, REPEATS)[0])[0] for one in truth]
    at = places.index(rho)
    told = {"truth": truth[at], "club": club[at], "capped": capped[at], "left_out": left[at]}
    lines = [Line("truth", truth, style="dash"), Line("CLUB", club), Line("leave one out", left)]
    return Curves(
        title=f"At ρ = {rho:g} the pair shares {truth[at]:.2f} nats; CLUB says {club[at]:.2f}, leave one out "
        f"{left[at]:.2f}, and CLUB with its variance held at {least_variance:g} or above {capped[at]:.2f}",
        note=f"one normal pair, true density · leave one out: mean of {REPEATS} batches of {batch}",
        told=told,
        x=places,
        lines=[*lines, Line("CLUB, variance held", capped, style="dot")],
        x_title="correlation ρ",
        y_title="nats",
        log_y=True,
        marks=[Mark(rho, f"{rho:g}")],
    ).plot()
