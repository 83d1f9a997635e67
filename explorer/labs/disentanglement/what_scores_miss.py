"""Codes of three factors with one thing done to each, and what seven scores make of them."""

from typing import Annotated, Literal

from plotly.graph_objects import Figure

from explorer.catalogue import measures
from explorer.engines.known.codes import CHANGES, grid
from explorer.results.pictures import Grid
from explorer.settings import Range

TITLE = "Which fault does which score not see?"
PAPERS = (57,)
QUICK = False
SCORES = ("mig", "mig_sup", "modularity", "sap", "irs", "factor_vae_score", "explicitness")
CUT = ("mig", "mig_sup", "modularity")


def lab(
    bins: Annotated[int, Range(4, 100, 4)] = 16,
    cells: Literal["equal_width", "equal_frequency"] = "equal_width",
) -> Figure:
    """Seven scores of eight codes of which it is known what is good and what is wrong.

    Do: read the table row by row; then choose cells of equal frequency, and set `bins` to 100.

    See: no column sees every fault. The gap, MIG, is 1 for a code with two factors in one latent and 0 for one with
    every latent twice; MIG-sup sees it the other way round. One value far away turns a gap of 1 into 0, with cells of
    equal width only.

    The factors have four levels each and stand on a full grid, so that nothing but the code moves a score. Scores over
    factors ask whether a factor is in one latent; scores over latents ask whether a latent holds one factor;
    explicitness asks whether all latents together tell the factor. A code can be good for one and bad for another, and
    each has a fault that it takes for good.

    The values are of these codes. Noise, few samples and factors that depend on each other move all of them, and the
    paper's own gap is computed with the noise of the code, not by cells.

    >>> seen = told(lab())
    >>> seen["mig, two in one latent"] > 0.999 and abs(seen["mig_sup, two in one latent"] - 0.5) < 1e-6
    True
    >>> seen["mig, each twice"] == 0 and seen["mig_sup, each twice"] > 0.999
    True
    >>> seen["mig, one value far away"] < 0.01 < 0.99 < told(lab(cells="equal_frequency"))["mig, one value far away"]
    True

    Args:
        bins: cells of a latent.
        cells: of equal width, or such that they hold equally many samples.

    References: chen2018; locatello2019; li2020; ridgeway2018; suter2019; kim2018; kumar2018.
    """
    given = {name: {"bins": bins, "strategy": cells} if name in CUT else {} for name in SCORES}
    scores = {name: measures[name](**settings) for name, settings in given.items()}
    codes = {name: change(grid(3, 4, 2)) for name, change in CHANGES.items()}
    values = [[measure(code.z, code.factors).value for measure in scores.values()] for code in codes.values()]
    told = {
        f"{score}, {code}": value
        for code, row in zip(codes, values, strict=True)
        for score, value in zip(scores, row, strict=True)
    }
    merged, twice = (told[f"mig, {code}"] for code in ("two in one latent", "each twice"))
    return Grid(
        title=f"Of MIG, two factors in one latent read {merged:.2f} and every latent twice reads {twice:.2f}",
        note=f"512 samples, three factors of 4 levels; {bins} cells of {cells.replace('_', ' ')}",
        told=told,
        values=values,
        rows=list(codes),
        columns=[name.replace("_", " ") for name in SCORES],
        row_title="code",
        column_title="score",
        value_title="score, 0 to 1",
    ).plot()
