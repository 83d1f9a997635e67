"""Clusters of known number, counted by a diffusion and by cells."""

from typing import Annotated

from plotly.graph_objects import Figure

from explorer.catalogue import measures
from explorer.engines.known.clusters import clusters
from explorer.engines.repeats import repeated
from explorer.results.pictures import Curves, Line
from explorer.settings import Range

TITLE = "Can an entropy count clusters in fifty columns of noise?"
PAPERS = (18,)

COUNTS = (1, 2, 3, 4, 6, 8, 12, 16)
SAMPLES = 240


def lab(
    t: Annotated[float, Range(1.0, 16.0, log=True)] = 1.0,
    noise: Annotated[float, Range(0.0, 3.0, 0.1)] = 1.0,
    sigma: Annotated[float, Range(0.1, 100.0, log=True)] = 10.0,
) -> Figure:
    """Diffusion spectral entropy (DSE) and the entropy of cells for 1 to 16 clusters with noise in 50 more columns.

    Do: raise `t` from 1 to 4.

    See: at 1 the noise adds two to three bits. At 4 the curve lies on $\\log_2 k$, the entropy of k clusters that are
    points. The cells read $\\log_2 240$, one sample a cell, for any number of clusters.

    The walk steps to sample j with a probability that falls with its distance, $e^{-|z_i - z_j|^2 / 2 \\sigma^2}$.
    Each cluster that it cannot leave gives one eigenvalue of 1; noise inside a cluster gives many small ones. The
    entropy is that of $|\\lambda_i|^t$ divided by their sum, so powers above 1 damp what is small: t steps of the
    walk forget it.

    Set `noise` to 0 and the entropy is $\\log_2 k$ for any t. Set `noise` to 3 and no t saves it: the walk no longer
    gets from one sample to the next, and reads towards $\\log_2 n$. "Noise-resilient" means noise that sigma reaches
    across.

    These are clouds of which the answer is known; the paper studies curved sets and trained networks.

    >>> one, four, clean = told(lab()), told(lab(t=4.0)), told(lab(noise=0.0))
    >>> one["DSE of 16"] > 6 and abs(four["DSE of 16"] - 4) < 0.02
    True
    >>> told(lab(t=16.0, noise=3.0))["DSE of 16"] > 6  # noise that sigma does not reach across
    True
    >>> round(clean["DSE of 16"], 6), round(clean["DSE of 1"], 6)
    (4.0, 0.0)
    >>> abs(one["cells of 1"] - 7.9) < 0.05 and abs(one["cells of 16"] - 7.9) < 0.05  # log2 240 = 7.907
    True

    Args:
        t: power of the eigenvalues: steps of the walk.
        noise: deviation of the noise in each of 50 columns.
        sigma: width of the kernel; clusters are 100 apart.

    References: liao2024, section 4; coifman2006.
    """
    spectrum = measures["diffusion_spectral_entropy"](sigma=sigma, t=t)
    cells = measures["classic_shannon_entropy"]()
    dse = repeated(lambda k, seed: spectrum(clusters(k, SAMPLES, noise, seed=seed)).value, COUNTS, 3)
    cse = repeated(lambda k, seed: cells(clusters(k, SAMPLES, noise, seed=seed)).value, COUNTS, 3)
    exact = [spectrum(clusters(k, SAMPLES)).value for k in COUNTS]
    told = {f"DSE of {k}": mean for k, mean in zip(COUNTS, dse.mean, strict=True)}
    told |= {f"cells of {k}": mean for k, mean in zip(COUNTS, cse.mean, strict=True)}
    return Curves(
        title=f"Of 16 clusters, 4 bits, the diffusion reads {dse.mean[-1]:.2f} and cells read {cse.mean[-1]:.2f}",
        note=f"240 samples in 51 columns; sigma {sigma:g}, t {t:g}, two cells a column · mean and range of 3 draws",
        told=told,
        x=COUNTS,
        lines=[
            Line("DSE", dse.mean, dse.low, dse.high),
            Line("without noise", exact, style="dash"),
            Line("cells", cse.mean, cse.low, cse.high),
        ],
        x_title="clusters k",
        y_title="entropy, bits",
    ).plot()
