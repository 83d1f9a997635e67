"""How much of a gap comes from the number of bins and samples."""

from collections.abc import Sequence
from typing import Annotated, Literal

from plotly.graph_objects import Figure

from explorer.engines.known.levels import NoisyLevels
from explorer.engines.repeats import Repeats, repeated
from explorer.measures.disentanglement.mig import MIG
from explorer.results.pictures import Curves, Line, Mark
from explorer.settings import Range

TITLE = "How much of a score is the choice of bins?"
PAPERS = (57,)
QUICK = False
BINS = (2, 4, 7, 12, 20, 35, 60, 100, 180, 300)


def lab(
    noise: Annotated[float, Range(0.1, 1.0, 0.05)] = 0.4,
    samples: Annotated[int, Range(100, 5000, 100)] = 500,
    bins: Annotated[int, Range(2, 300, 1)] = 20,
    cells: Literal["equal_width", "equal_frequency"] = "equal_width",
) -> Figure:
    """The mutual information gap of one code over the number of cells that its latents are cut into.

    Do: set `bins` to 2 and raise it to 300; then raise `samples` to 5000.

    See: with 2 bins the gap reads less than half of what it is, with 12 to 20 it comes nearest, and with 300 it is less
    than half again. With more samples the right side comes up, and the left does not.

    Three factors of five levels are each in a latent with normal noise. What a latent tells of its factor is known, and
    of the others it tells nothing, so that the gap is known: dashed. Few bins throw away what the latent holds. Many
    bins find dependence by chance, about $(B - 1)(L - 1) / 2n$ nats for $B$ bins and $L$ levels, most where a latent
    tells nothing, since one that tells much is near the ceiling $\\ln L$ already: the gap closes. A code of noise
    alone, dotted, reads next to 0 all along, because chance is about the same for all its latents.

    Most libraries take 20 bins. A number without its bins and samples cannot be compared with another; the
    Disentanglement page draws such a curve for every cell.

    >>> few, usual, many = (told(lab(bins=bins)) for bins in (2, 20, 300))
    >>> max(few["reading"], many["reading"]) < few["exact"] / 2
    True
    >>> abs(usual["reading"] - usual["exact"]) < 0.06 and usual["noise alone"] < 0.02
    True
    >>> told(lab(bins=300, samples=5000))["reading"] > 0.9 * many["exact"]
    True

    Args:
        noise: standard deviation; levels are 1 apart.
        samples: rows of a draw.
        bins: cells at which the title reads the gap.
        cells: of equal width, or such that they hold equally many samples.

    References: chen2018; locatello2019; miller1955.
    """

    def readings(counts: Sequence[int], spread: float | None) -> Repeats:
        def read(count: int, seed: int) -> float:
            code = NoisyLevels(5, 3, spread).sample(samples, seed)
            return MIG(bins=count, strategy=cells)(code.z, code.factors).value

        return repeated(read, counts, 4)

    found, alone, exact = readings(BINS, noise), readings(BINS, None), NoisyLevels(5, 3, noise).mig
    here, chance = readings([bins], noise).mean[0], readings([bins], None).mean[0]
    return Curves(
        title=f"With {bins} bins the gap reads {here:.2f}; it is {exact:.2f}",
        note=f"three factors of 5 levels, noise {noise:g}, {samples} samples, cells of {cells.replace('_', ' ')}; "
        "mean and range of 4 draws",
        told={"reading": here, "exact": exact, "noise alone": chance},
        x=BINS,
        lines=[
            Line("reading", found.mean, found.low, found.high),
            Line("exact", [exact] * len(BINS), style="dash"),
            Line("noise alone", alone.mean, alone.low, alone.high, style="dot"),
        ],
        marks=[Mark(bins, f"{bins} bins")],
        x_title="bins of a latent",
        y_title="mutual information gap",
        log_x=True,
    ).plot()
