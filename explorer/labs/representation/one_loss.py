"""Embeddings, clusters and contrastive codes of the same digits, by one loss with two choices."""

from typing import Annotated, Literal

from plotly.graph_objects import Figure

from explorer.engines.known.digits import some_digits
from explorer.engines.neighbourhoods.methods import learning
from explorer.results.pictures import Bars, Cloud, Panels
from explorer.settings import Range

TITLE = "What changes when only the meaning of neighbour changes?"
PAPERS = (44,)
QUICK = False
DIGITS = (3, 8, 9)


def lab(
    supervision: Literal["gaussian", "nearest", "same_label"] = "gaussian",
    learned: Literal["student", "gaussian", "cosine", "clusters"] = "student",
    neighbours: Annotated[int, Range(3, 20, 1)] = 8,
    blur: Annotated[float, Range(0.0, 0.9, 0.1)] = 0.0,
) -> Figure:
    """Ninety digits, placed so that their neighbours by one rule are their neighbours by another.

    Do: keep `learned` and change `supervision` to "same_label"; then keep that and go through `learned`.

    See: one loss, the mean of $KL(p_i \\Vert q_i)$, makes a map, a ring or a corner for each cluster. With labels as
    neighbours it falls to almost 0 and all that told two images of a digit apart is gone.

    $p_{j|i}$ says who is a neighbour of image $i$ in the data: by a normal around it, by rank, or by having the same
    digit. $q_{j|i}$ says it of the places learned: by a normal, by Student's distribution, by the cosine, or by sharing
    one of three clusters. The loss $\\frac1n \\sum_i KL(p_i \\Vert q_i)$ is the same for all twelve pairs; the paper
    finds more than twenty published methods among such pairs. Three have their published name in the title; the others
    need none to be losses.

    The loss cannot be compared between pairs: clusters start with a sample being its own neighbour, and no map of two
    dimensions has everyone's neighbours. t-SNE as published takes all pairs as one distribution; here each row is one.
    `blur` spreads a part of $p$ over all images, as the paper does against pairs that are no neighbours by mistake.

    >>> seen = told(lab())
    >>> seen["end"] < 0.4 * seen["start"] and seen["same digit in q"] > 0.75
    True
    >>> told(lab(supervision="same_label", learned="gaussian"))["end"] < 0.01
    True
    >>> told(lab(supervision="same_label", learned="clusters"))["end"] < 0.05  # ln 30/29 = 0.034 is the least
    True

    Args:
        supervision: who is a neighbour in the data.
        learned: who is a neighbour in what is learned.
        neighbours: how many there are in the data, about; "same_label" does not use it.
        blur: share of each row of p that is spread over all images.

    References: alshammari2025; maaten2008; hinton2002; khosla2020.
    """
    x, y = some_digits(DIGITS, 30)
    found = learning(x, y, supervision, learned, neighbours, blur, steps=150)
    axes = ("first corner to the right", "second up") if learned == "clusters" else ("first place", "second place")
    names = [f"digit {one}" for one in DIGITS]
    places = Cloud(
        title="",
        points=found.flat,
        kinds=[DIGITS.index(one) for one in y],
        names=names,
        x_title=axes[0],
        y_title=axes[1],
    )
    by_digit = [float(found.fit.divergences[y == one].mean()) for one in DIGITS]
    each = Bars(title="Divergence that is left, by digit", names=names, values=by_digit, value_title="nats a sample")
    known = f" ({found.name})" if found.name else ""
    return Panels(
        title=f"{supervision} beside {learned}{known}: the loss falls from {found.start:.2f} to {found.end:.2f} nats",
        note=f"{len(y)} digits, 150 steps; {found.same[0]:.0%} of p and {found.same[1]:.0%} of q lie on the same digit",
        told={
            "start": found.start, "end": found.end,
            "same digit in p": found.same[0], "same digit in q": found.same[1],
        },
        parts=[places, each],
        widths=(0.65, 0.35),
    ).plot()  # fmt: skip
