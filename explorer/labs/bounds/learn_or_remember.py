"""A critic on samples that it learns from and on others."""

from typing import Annotated, Literal

from plotly.graph_objects import Figure

from explorer.distributions import MultivariateNormal
from explorer.engines.known.gaussians import correlation
from explorer.estimators import MINE
from explorer.results.pictures import Curves, Line
from explorer.settings import Range

TITLE = "Has the critic learnt, or does it remember?"
PAPERS = (3,)
DIM = 2


def lab(
    n: Annotated[int, Range(100, 3000, 100)] = 300,
    nats: Annotated[float, Range(0.0, 3.0, 0.25)] = 0.5,
    gradient: Literal["moving average", "batch"] = "moving average",
    seed: Annotated[int, Range(0, 9)] = 0,
) -> Figure:
    r"""MINE in training: the bound on samples that the critic learns from, and on samples held out.

    Do: raise `n` from 300 to 3000, then set `nats` to 0.

    See: of 300 samples the critic soon reads far more than the truth where it learnt, and less and less elsewhere; of
    3000 both curves stay together near the truth.

    A critic $f$ scores how well x and y go together. $E_p[f] - \ln E_{pp}[e^f]$, means over pairs and over shuffled
    pairs, is a lower bound for any critic that has not seen the samples. One that has can tell its pairs by heart:
    training's own curve has no ceiling and means nothing. The value here is that of the state which reads most on one
    half of what is held out, read on the other half.

    The paper corrects the gradient of the logarithm by a moving average; at these sizes it changes little.

    >>> few, many = told(lab()), told(lab(n=3000))
    >>> few["train"] > few["held"] + 0.3 and many["train"] - many["held"] < few["train"] - few["held"]
    True
    >>> abs(many["value"] - 0.5) < 0.12, abs(told(lab(nats=0.0))["value"]) < 0.1
    (True, True)

    Args:
        n: samples, of which six in ten are learnt from.
        nats: that X and Y share, 2 normal columns each.
        gradient: of the logarithm: by a moving average of batches, or by each batch alone.
        seed: of the samples and the weights.

    References: belghazi2018; donsker1983.
    """
    x, y = MultivariateNormal(dim=DIM, rho=correlation(nats, DIM)).sample(n, seed)
    entry = MINE(decay=0.5 if gradient == "moving average" else 1.0, hidden=64, batch=128, steps=300)
    found = entry(x, y, seed=seed)
    curves = found.details["curves"]
    told = {"value": found.nats, "train": curves["train"][-1], "held": curves["held"][-1]}
    lines = [Line("learnt from", curves["train"]), Line("held out", curves["held"])]
    return Curves(
        title=f"Held out, the critic reads {found.nats:.2f} of {nats:g} nats; at the end it reads {told['train']:.2f} "
        f"where it learnt and {told['held']:.2f} elsewhere",
        note=f"{n} samples of 2 + 2 normal columns · gradient by {gradient} · seed {seed}",
        told=told,
        x=curves["step"],
        lines=[*lines, Line("truth", [nats] * len(curves["step"]), style="dash")],
        x_title="updates",
        y_title="nats",
    ).plot()
