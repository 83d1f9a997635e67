"""The divergence of a code from its prior, in three parts, where each is known."""

from typing import Annotated, Any

from plotly.graph_objects import Figure

from explorer.engines.known.posteriors import CorrelatedPosteriors
from explorer.engines.repeats import repeated
from explorer.measures.disentanglement.kl_decomposition import KLDecomposition
from explorer.results.pictures import Bars, Curves, Line, Mark, Panels
from explorer.settings import Range

TITLE = "What is the divergence from the prior made of?"
PAPERS = (57,)
QUICK = False
SECOND = "total_correlation"
PARTS = {
    "information on the input": "index_code_information",
    "total correlation": SECOND,
    "each latent from its prior": "dimension_wise_kl",
}
COUNTS = (100, 200, 400, 800)


def lab(
    rho: Annotated[float, Range(0.0, 0.9, 0.05)] = 0.6,
    noise: Annotated[float, Range(0.05, 0.3, 0.01)] = 0.2,
    samples: Annotated[int, Range(100, 1500, 100)] = 500,
) -> Figure:
    """The three terms of the mean Kullback-Leibler divergence of two latents, as read and as they are.

    Do: set `rho` to 0 and raise it to 0.9; then set it back to 0.6 and lower `noise` to 0.05.

    See: total correlation rises from 0.06 to 0.84 nats, where 0 and 0.83 are true. At a noise of 0.05 and a correlation
    of 0.6 it reads 0.69, three times too much: 500 inputs can be told apart by $\\ln 500 = 6.2$ nats at most, and what
    the first term cannot hold goes into the second.

    The divergence that a variational autoencoder pays, $E\\, KL(q(z|x) \\Vert p(z))$, is a sum: what the code tells of
    the input, $I(z; x)$; total correlation, $KL(q(z) \\Vert \\prod_j q(z_j))$, how much the latents tell of each other;
    and how far each latent is from its prior. The paper's $\\beta$-TCVAE weighs only the second with $\\beta$, so that
    latents come apart without losing the input; a $\\beta$-VAE weighs all three.

    Here the mixture $q(z)$ is a normal with correlation `rho`, and all terms are known: total correlation is
    $-\\frac12 \\ln (1 - \\rho^2)$. No network is trained; what the weights do to one is on the Disentanglement page.

    >>> seen, free = told(lab(rho=0.9)), told(lab(rho=0))
    >>> abs(seen["total correlation, true"] - 0.830) < 0.001 and free["total correlation, true"] == 0
    True
    >>> free["total correlation"] < 0.06 < 0.83 < seen["total correlation"] < 0.85
    True
    >>> tight = told(lab(noise=0.05))
    >>> tight["total correlation"] > 3 * tight["total correlation, true"]
    True

    Args:
        rho: correlation of the latents over all inputs.
        noise: standard deviation of the posterior of one input; the prior has 1.
        samples: inputs.

    References: chen2018; hoffman2016; watanabe1960.
    """
    known, measure = CorrelatedPosteriors(rho, noise), KLDecomposition()
    runs = [measure(known.sample(samples, seed), seed=seed).details for seed in range(4)]
    found = repeated(lambda part, seed: runs[seed][part], list(PARTS.values()), 4)
    truth = [known.index_code_information, known.total_correlation, 0.0]
    many = repeated(lambda n, seed: measure(known.sample(n, seed), seed=seed).details[SECOND], COUNTS, 4)
    bars: Any = {"names": list(PARTS), "values": found.mean, "low": found.low, "high": found.high, "truth": truth}
    lines = [Line("reading", many.mean, many.low, many.high), Line("exact", truth[1:2] * len(COUNTS), style="dash")]
    here = [Mark(samples, "here")]
    return Panels(
        title=f"Total correlation reads {found.mean[1]:.2f} nats and is {truth[1]:.2f}",
        note=f"two latents, correlation {rho:g}, noise {noise:g}; mean and range of 4 draws",
        told={"total correlation": found.mean[1], "total correlation, true": truth[1]}
        | {"information": found.mean[0], "information, true": truth[0]},
        parts=[
            Bars(title=f"{samples} inputs", value_title="nats", **bars),
            Curves(title="Total correlation", x=COUNTS, lines=lines, x_title="inputs", y_title="nats", marks=here),
        ],
    ).plot()
