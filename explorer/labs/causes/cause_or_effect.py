"""Two columns, and which one is the cause."""

from typing import Annotated

from plotly.graph_objects import Figure

from explorer.engines.causes.residuals import directions, pair
from explorer.results.pictures import Cloud, Panels
from explorer.settings import Range

TITLE = "Can two columns tell which is the cause?"
PAPERS = (63,)
QUICK = True

LEVEL = 0.05  # a smaller p-value is taken for dependence


def lab(
    bend: Annotated[float, Range(0.0, 1.0, 0.05)] = 0.5,
    spread: Annotated[float, Range(0.0, 1.0, 0.05)] = 0.5,
    samples: Annotated[int, Range(100, 500, 50)] = 300,
    seed: Annotated[int, Range(0, 99)] = 0,
) -> Figure:
    r"""What is left of each column once the other has said its mean and its spread.

    Do: set `bend` and `spread` to 0, then raise either.

    See: with both at 0 the two clouds look alike and nothing tells cause from effect. With either raised, only what is
    left in the true direction is a shapeless cloud; in the other its shape depends on the column below.

    Mutual information is symmetric: it cannot point. Noise can. If the effect is $Y = f(X) + g(X) N$ with $N$
    independent of the cause, then fitting a mean and a spread in that direction returns $N$, which knows nothing of
    $X$. Backwards there is, but for rare exceptions, no such mean and spread. HSIC, a kernel's measure of dependence,
    reads what is left against the column, and the p-value says how often independent columns read as much. A fitted
    residual is tamer than an independent one, so p-values near 1 are usual in the true direction.

    The exception is drawn by the two settings at 0: a straight line with normal cause and even normal noise is the same
    both ways. The fit is a normal distribution whose two natural parameters are splines, as in the paper, whose other
    estimators are networks. No third column may be behind both: that these labs do not ask.

    >>> seen = told(lab())
    >>> seen["backward p"] < 0.001 < 0.05 < seen["forward p"]
    True
    >>> seen["forward ln density"] > seen["backward ln density"] + 0.1
    True
    >>> none = told(lab(bend=0.0, spread=0.0))
    >>> min(none["forward p"], none["backward p"]) > 0.5
    True

    Args:
        bend: how far the mean of the effect is from a straight line.
        spread: how much the cause scales the noise.
        samples: pairs of cause and effect.
        seed: of the samples.

    References: immer2023; gretton2005; gretton2007.
    """
    found = directions(*pair(samples, bend, spread, seed))
    ways = {"forward": ("X → Y", found.forward), "backward": ("Y → X", found.backward)}
    fits = [f"{way[0]} causes {way[-1]}" for way, fit in ways.values() if fit.dependence.p_value >= LEVEL]
    clouds = [
        Cloud(
            title=f"{way}: HSIC {1000 * fit.dependence.value:.2f} / 1000, p = {fit.dependence.p_value:.2g}",
            points=fit.points,
            sizes=[5] * samples,
            x_title=f"{way[0]} (deviations)",
            y_title=f"what is left of {way[-1]} (deviations)",
        )
        for way, fit in ways.values()
    ]
    return Panels(
        title=f"What is left is independent of the cause only if {fits[0]}"
        if len(fits) == 1
        else f"{'Both directions fit' if fits else 'Neither direction fits'}: these columns do not tell the cause",
        note=f"X is the cause; {samples} samples, seed {seed}; mean ln density of the effect "
        f"{found.forward.likelihood:.2f} nats forwards, {found.backward.likelihood:.2f} backwards",
        told={f"{name} p": fit.dependence.p_value for name, (_, fit) in ways.items()}
        | {f"{name} HSIC": fit.dependence.value for name, (_, fit) in ways.items()}
        | {f"{name} ln density": fit.likelihood for name, (_, fit) in ways.items()},
        parts=clouds,
    ).plot()
