"""Four students of one teacher."""

from typing import Annotated

from plotly.graph_objects import Figure

from explorer.engines.validity.transfer import STUDENTS, Teacher, bands, learned
from explorer.results.pictures import Curves, Line, Mark
from explorer.settings import Range

TITLE = "How much faster does a student learn from chances than from labels?"
PAPERS = (76,)
QUICK = True

SAMPLES = [30, 100, 300, 1000, 3000, 10_000, 30_000]
DRAWS = 12


def lab(
    labels: Annotated[int, Range(2, 30)] = 12,
    inputs: Annotated[int, Range(2, 30)] = 16,
) -> Figure:
    r"""How far four students of a teacher are from it, as they see more samples.

    Do: set `labels` to 2 and raise it to 30.

    See: with two labels the chance of the one drawn tells all, and two students are one. With many, the student that is
    told all chances is ahead of the one that is told those of sampled labels, and both leave hard labels behind: with
    hard labels a tenth of the error needs a hundred times the samples.

    From labels alone the distance falls as $1 / \sqrt n$: a chance must be counted. Told the teacher's chance of each
    label that is drawn, a student only lacks labels it never saw, and the distance falls as $1 / n$. Told all
    chances, it only lacks inputs, whose number counts and no longer that of labels. Using the chance as a weight in
    the cross-entropy looks natural and is wrong: that student goes to the normalised square of the teacher and stays
    there.

    Distance is total variation, since hard labels put the Kullback-Leibler divergence at infinity until every label was
    seen; by Pinsker's inequality it is at most the root of half that divergence. Inputs and labels are each half as
    likely as the one before, so that something rare is always missing. The paper's rates are for the worst teacher; its
    student at the second level minimises a squared error of logits, which here comes to the same chances.

    >>> seen = told(lab())
    >>> seen["all chances"] < seen["chances of sampled labels"] < seen["hard labels"] / 10
    True
    >>> seen["weighted by the teacher"] > 0.2
    True
    >>> two = told(lab(labels=2))
    >>> two["all chances"] == two["chances of sampled labels"]
    True

    Args:
        labels: of the teacher.
        inputs: of the teacher.

    References: zhao2024.
    """
    found = learned(Teacher.halving(inputs, labels), SAMPLES, DRAWS)
    place = SAMPLES.index(10_000)
    told = {name: one[place].mean() for name, one in zip(STUDENTS, found, strict=True)}
    hard, _, some, every = (f"{value:.2g}" for value in told.values())
    return Curves(
        title=f"After 10 000 samples: off by {hard} from labels, {some} with their chances, {every} with all chances",
        note=f"{inputs} inputs and {labels} labels; mean and range of {DRAWS} draws; distances of 0 are left out",
        told=told,
        x=SAMPLES,
        lines=[Line(name, *band) for name, band in zip(STUDENTS, bands(found), strict=True)],
        marks=[Mark(10_000, "read here")],
        x_title="samples of the teacher",
        y_title="total variation from the teacher",
        log_x=True,
        log_y=True,
    ).plot()
