"""Evidence for images that lie between two digits."""

from typing import Annotated, Literal

from plotly.graph_objects import Figure

from explorer.engines.answers.evidence import faded
from explorer.labs.base import middle_half
from explorer.results.pictures import Curves, Panels
from explorer.settings import Range

TITLE = "What does a network say to half a three and half an eight?"
PAPERS = (66,)
QUICK = False


def lab(
    loss: Literal["evidential", "Fisher-weighted"] = "evidential",
    first: Annotated[int, Range(0, 9, 1)] = 3,
    second: Annotated[int, Range(0, 9, 1)] = 8,
) -> Figure:
    r"""Doubt of a network that gives evidence, on held-out images that fade from one digit to another.

    Do: change `loss` to "Fisher-weighted".

    See: doubt peaks half way. With the Fisher weights the network gives less evidence everywhere, and images between
    digits stand out more: it tells 93 % of pairs of a mixed and a plain image apart by doubt, against 89 %.

    The network answers with a Dirichlet distribution over class probabilities, $\alpha_k - 1$ being its evidence for
    digit $k$. Its doubt has two parts: $I(y; p)$, which more evidence would take away, and the rest of the entropy of
    its mean answer. The trigamma $\psi_1(\alpha_k)$, on the diagonal of the Fisher information of the Dirichlet, is
    large where there is little evidence. The paper multiplies the loss of each class by it and rewards a large
    $\ln |I(\alpha)|$, so that an ambiguous image with one label is not forced to that label.

    The toy shows the weights, the doubts and one comparison: a network of 32 hidden units, two losses; other seeds give
    87 to 89 % and 93 %. Bands hold the middle half of the pairs of images. The weight of the Fisher term was set once,
    at 0.05. Teaching with it takes two seconds the first time.

    >>> plain, weighted = told(lab()), told(lab("Fisher-weighted"))
    >>> plain["doubt, half way"] > plain["doubt, first"] and weighted["doubt, half way"] > weighted["doubt, first"]
    True
    >>> weighted["mixed images found"] > plain["mixed images found"] + 0.02
    True
    >>> weighted["evidence, half way"] < plain["evidence, half way"]
    True

    Args:
        loss: with which the network was taught.
        first: the digit at the left.
        second: the digit at the right; a digit fades to itself unchanged, so it must be another.

    References: deng2023; sensoy2018; malinin2018.
    """
    found = faded(first, second, loss == "Fisher-weighted")
    middle = len(found.shares) // 2
    doubt, evidence = found.information.mean(1), found.evidence.mean(1)
    x_title = f"share of the {second}"
    nats = Curves(
        title="Doubt: entropy, and the part that is information",
        x=found.shares,
        lines=[middle_half("entropy", found.entropy), middle_half("information", found.information)],
        x_title=x_title,
        y_title="nats",
    )
    named = zip((f"for {first}", f"for {second}", "for the others"), found.weights, strict=True)
    weights = Curves(
        title="Weight of each class",
        x=found.shares,
        lines=[middle_half(name, values) for name, values in named],
        x_title=x_title,
        y_title="trigamma of alpha",
    )
    return Panels(
        title=f"Half way, evidence is {evidence[middle]:.0f} against {evidence[0]:.0f} for a plain {first}; "
        f"doubt finds {found.found:.0%} of mixed images",
        note=f"{found.entropy.shape[1]} pairs of held-out images, middle half; {found.right:.1%} of plain images right",
        told={
            "doubt, first": doubt[0],
            "doubt, half way": doubt[middle],
            "evidence, first": evidence[0],
            "evidence, half way": evidence[middle],
            "mixed images found": found.found,
        },
        parts=[nats, weights],
    ).plot()
