"""Few columns in place of many before neighbours are counted, on data whose information is known."""

from typing import Annotated

from plotly.graph_objects import Figure

from explorer.distributions import Embedded
from explorer.engines.repeats import repeated
from explorer.estimators import KSG, Compressed
from explorer.results.pictures import Curves, Line, Mark
from explorer.settings import Range

TITLE = "Can information be measured in many columns if one compresses first?"
PAPERS = (19,)
COMPONENTS, COLUMNS, SEEDS = (1, 2, 3, 4, 6, 8), 40, 3


def lab(
    latent: Annotated[int, Range(1, 6, 1)] = 2,
    rho: Annotated[float, Range(0.0, 0.95, 0.05)] = 0.8,
    n: Annotated[int, Range(200, 2000, 100)] = 600,
    components: Annotated[int, Range(1, 8, 1)] = 2,
) -> Figure:
    """The information of two sets of 40 columns, read after each is compressed to its first principal components.

    Do: set `components` to 1 and move it up to 8, then hide six numbers behind the columns with `latent`.

    See: the reading comes near the truth when there are as many components as hidden numbers, and falls off after; six
    numbers stay out of reach.

    Each set is a smooth picture of `latent` normal numbers, of which half of the columns are bent by tanh; the truth is
    $-\\frac{d}{2}\\ln(1-\\rho^2)$ with $d$ hidden numbers. A map of one side cannot add information, so compression
    bounds the truth from below: too few components throw it away. Too many keep it, but each one more puts
    neighbours farther away and the estimate falls again. Without compression the same estimator reads the dotted line.

    The bound is one of the limit: single estimates may lie above it. Here the directions of most variance are those
    that matter; nothing makes them so in a network, and the variance that is kept is no share of information. The
    paper adds noise to the layer first, as the information of a deterministic one is infinite.

    >>> one, two, eight = (told(lab(components=c))["reading"] for c in (1, 2, 8))
    >>> truth = told(lab())["truth"]
    >>> abs(truth - 1.0217) < 1e-4, one < 0.4 * truth, abs(two - truth) < 0.1, eight < two - 0.08
    (True, True, True, True)
    >>> deep = told(lab(latent=6, components=6))
    >>> deep["reading"] < 0.6 * deep["truth"]
    True

    Args:
        latent: normal numbers behind each set of columns.
        rho: correlation of the hidden numbers in pairs.
        n: samples.
        components: kept on each side, where the title reads the curve.

    References: butakov2024; kraskov2004.
    """
    source, tried = Embedded(latent=latent, columns=COLUMNS, rho=rho), sorted({*COMPONENTS, components})
    samples = [source.sample(n, seed) for seed in range(SEEDS)]
    read = repeated(lambda c, seed: Compressed(components=c)(*samples[seed]).nats, tried, SEEDS)
    whole = repeated(lambda way, seed: way(*samples[seed]).nats, [KSG(margins="standard")], SEEDS).mean[0]
    reading, truth = float(read.mean[tried.index(components)]), source.nats
    return Curves(
        title=f"{components} component{'s' * (components > 1)} of {COLUMNS} columns read {reading:.2f} of "
        f"{truth:.2f} nats; all columns read {whole:.2f}",
        note=f"{latent} hidden number{'s' * (latent > 1)} on each side · KSG, k = 5 · n = {n} · band: lowest to "
        f"highest of {SEEDS} samples",
        told={"reading": reading, "truth": truth, "whole": whole},
        x=tried,
        lines=[
            Line("compressed", read.mean, read.low, read.high),
            Line("exact", [truth] * len(tried), style="dash"),
            Line("all 40 columns", [whole] * len(tried), style="dot"),
        ],
        marks=[Mark(components, f"{components}")],
        x_title="components kept on each side",
        y_title="I(X;Y), nats",
    ).plot()
