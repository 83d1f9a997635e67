"""What sigma does to a spectral entropy, and what happens to a fixed one when values grow."""

from typing import Annotated

from plotly.graph_objects import Figure

from explorer.catalogue import measures
from explorer.engines.known.digits import some_digits
from explorer.results.pictures import Curves, Line, Mark
from explorer.settings import Range

TITLE = "Does a spectral entropy know the size of its numbers?"
PAPERS = (18,)

SIGMAS = (0.05, 0.1, 0.2, 0.3, 0.5, 0.8, 1.2, 2, 3, 5, 8, 12, 20, 30, 50, 80, 120)


def lab(
    scale: Annotated[float, Range(1.0, 30.0, log=True)] = 1.0,
    t: Annotated[float, Range(1.0, 16.0, log=True)] = 1.0,
) -> Figure:
    """Diffusion spectral entropy of 300 handwritten digits against the width of the kernel, also with larger pixels.

    Do: raise `scale` from 1 to 15.

    See: the curve moves to the right and keeps its shape. At the usual sigma of 10 the same digits go from 0.5 bits
    to 8.1.

    $DSE(cX; c\\sigma) = DSE(X; \\sigma)$: only the ratio of distances to sigma counts. At the left end no two samples
    are near and it reads $\\log_2 n$; at the right all are one and it reads 0; there sigma speaks and not the data.

    In training, activations grow. With a fixed sigma the entropy rises with them, whether or not anything else
    changes. The median distance between the samples grows along (marked), and a width taken from it does not see
    growth at all. Neither is right for every question; say which one a number was read with.

    >>> one, large = told(lab()), told(lab(16.0))
    >>> one["at 10"] < 0.5 and large["at 10"] > 8
    True
    >>> abs(one["at the median"] - large["at the median"]) < 1e-6
    True
    >>> abs(one["narrowest"] - 8.229) < 0.01  # log2 300
    True

    Args:
        scale: factor of every pixel; they go from 0 to 1 without it.
        t: power of the eigenvalues.

    References: liao2024; alpaydin1998.
    """
    entry, pixels = measures["diffusion_spectral_entropy"], some_digits(range(10), 30)[0]
    usual, grown = ([entry(sigma=sigma, t=t)(one).value for sigma in SIGMAS] for one in (pixels, scale * pixels))
    median = entry(bandwidth="median", t=t)(scale * pixels)
    at = entry(t=t)(scale * pixels).value
    return Curves(
        title=f"Pixels {scale:g} times as large read {at:.2f} bits at sigma 10 and {median.value:.2f} at their median",
        note=f"the first 30 of each digit, 64 pixels · t {t:g} · log2 n = 8.23 bits",
        told={"at 10": at, "at the median": median.value, "narrowest": usual[0], "median": median.details["sigma"]},
        x=SIGMAS,
        lines=[Line("pixels 0 to 1", usual, style="dot"), Line(f"times {scale:g}", grown)],
        marks=[Mark(10, "sigma 10"), Mark(median.details["sigma"], "median distance")],
        log_x=True,
        x_title="sigma, in units of the pixels",
        y_title="DSE, bits",
    ).plot()
