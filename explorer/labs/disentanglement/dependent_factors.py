"""The gap and its form that knows of dependent factors, for two bits that agree more or less often."""

from collections.abc import Sequence
from typing import Annotated

from plotly.graph_objects import Figure

from explorer.catalogue import measures
from explorer.engines.known.bits import DependentBits
from explorer.engines.repeats import Repeats, repeated
from explorer.results.pictures import Curves, Line, Mark
from explorer.settings import Range

TITLE = "Is a perfect code bad when its factors depend on each other?"
PAPERS = (59,)
QUICK = False
AGREEMENTS = (0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98)


def lab(
    agreement: Annotated[float, Range(0.5, 0.98, 0.02)] = 0.9,
    noise: Annotated[float, Range(0.0, 0.3, 0.01)] = 0.0,
    samples: Annotated[int, Range(400, 4000, 100)] = 1000,
) -> Figure:
    """Scores of a code that holds two bits exactly, while the bits come to agree.

    Do: set `agreement` to 0.5 and raise it to 0.98; then raise `noise` a little.

    See: the code is perfect throughout, but its MIG falls from 1 to 0.14, since what one latent tells of the other bit
    counts against it. DMIG stays at 1. With noise in the latents DMIG falls as well, and fastest where the bits nearly
    coincide.

    Two bits that agree tell of each other, and so does a latent that holds one of them. No code can then have a gap of
    $H(a)$: the best is $H(a \\mid b)$, and for a perfect code MIG is $1 - I(a; b) / H(a)$. DMIG divides by
    $H(a \\mid b)$ instead. In closed form, with $p$ the share of rows in which the bits differ and $h$ the entropy of a
    bit, a perfect code has MIG $h(p) / \\ln 2$ and DMIG 1; both are dashed.

    DMIG corrects the denominator alone. A gap of 0 stays 0, and where $H(a \\mid b)$ is small the ratio is made of
    little: look at both parts. The paper's setting, attributes of music, is not shown.

    >>> free, bound = told(lab(agreement=0.5)), told(lab(agreement=0.98))
    >>> free["MIG, exact"] == 1 and abs(bound["MIG, exact"] - 0.141) < 0.001 and bound["DMIG, exact"] == 1
    True
    >>> abs(bound["MIG"] - bound["MIG, exact"]) < 0.03 and abs(bound["DMIG"] - 1) < 1e-9
    True
    >>> noisy = told(lab(agreement=0.98, noise=0.05))
    >>> noisy["DMIG, exact"] < 0.6 < told(lab(agreement=0.7, noise=0.05))["DMIG, exact"]
    True

    Args:
        agreement: share of the rows in which the two bits are equal.
        noise: how often a latent shows the wrong bit.
        samples: rows of a draw.

    References: watcharasupat2021; chen2018.
    """
    codes = [DependentBits(share, noise) for share in AGREEMENTS]
    exact = {"MIG": [code.mig for code in codes], "DMIG": [code.dmig for code in codes]}
    here, lines = DependentBits(agreement, noise), []
    told = {"MIG, exact": here.mig, "DMIG, exact": here.dmig, "I(a; b)": here.nats}

    def readings(name: str, shares: Sequence[float]) -> Repeats:
        def read(share: float, seed: int) -> float:
            code = DependentBits(share, noise).sample(samples, seed)
            return measures[name](bins=2)(code.z, code.factors).value

        return repeated(read, shares, 4)

    for name in exact:
        found = readings(name.lower(), AGREEMENTS)
        lines += [Line(name, found.mean, found.low, found.high), Line(f"{name} exact", exact[name], style="dash")]
        told[name] = readings(name.lower(), [agreement]).mean[0]
    return Curves(
        title=f"Bits that agree in {agreement:.0%}: MIG {told['MIG']:.2f} and DMIG {told['DMIG']:.2f}"
        + (" of a perfect code" if not noise else f" of latents that are wrong in {noise:.0%}"),
        note=f"{samples} rows, mean and range of 4 draws; the bits share {here.nats:.2f} of 0.69 nats",
        told=told,
        x=AGREEMENTS,
        lines=lines,
        marks=[Mark(agreement, "here")],
        x_title="share of rows in which the bits agree",
        y_title="score",
    ).plot()
