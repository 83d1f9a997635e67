"""Which classes' answers still tell their inputs apart."""

from typing import Annotated

from plotly.graph_objects import Figure

from explorer.engines.answers.within import fit, outputs, per_class
from explorer.results.pictures import Curves, Line
from explorer.settings import Range

TITLE = "Does a teacher still see differences within a class?"
PAPERS = (7,)
QUICK = False


def lab(weight: Annotated[float, Range(0.0, 1.0, 0.1)] = 0.0) -> Figure:
    r"""Information between image and predicted digit within each class, on held-out digits.

    Do: raise `weight` from 0 to 1.

    See: eights and ones differ most in how they are answered, zeros least. Asking for more information within the
    classes doubles it, and the answers fit the labels worse: 0.35 nats in place of 0.17.

    $I(X; \hat Y \mid Y = y)$ is the mean divergence of the answers from their mean over the class,
    $E_x KL(P_x \Vert Q_y)$: 0 where all images of a class get one answer. Answers that differ within a class tell
    a student which eights look like threes, so the paper teaches the teacher with the likelihood plus `weight` times
    this information, and students of such teachers learn better.

    That last step is not shown, and on these few digits the held-out likelihood falls from the first tenth on; a larger
    information within classes is no merit of its own, errors raise it too.
    Each class has about 90 images; its mean answer is of these, so values are too small by about one in 90. The measure
    `output_information` gives the same numbers for any classifier.

    >>> plain, asked = told(lab()), told(lab(weight=1.0))
    >>> plain["class 8"] > 4 * plain["class 0"]
    True
    >>> asked["information"] > 2 * plain["information"] and asked["cross-entropy"] > 2 * plain["cross-entropy"]
    True

    Args:
        weight: of the information within classes beside the likelihood, as the classifier is taught.

    References: ye2024; yang2025.
    """
    log_p = outputs(weight)
    found, start, fitted = per_class(log_p), per_class(outputs(0.0)), fit(log_p)
    digits = range(10)
    return Curves(
        title=f"{found.whole:.2f} nats within classes, most for the {found.values.argmax()}; "
        f"-ln p of the label {fitted.cross_entropy:.2f} nats",
        note=f"linear softmax on 898 digits, 899 held out; {fitted.right:.1%} right; bars: 2 standard errors",
        told={
            "information": found.whole,
            "cross-entropy": fitted.cross_entropy,
            "right": fitted.right,
            "class 0": found.values[0],
            "class 8": found.values[8],
        },
        x=digits,
        lines=[
            Line(name, one.values, one.values - 2 * one.errors, one.values + 2 * one.errors, "points")
            for name, one in ((f"weight {weight:g}", found), ("likelihood alone", start))[: 2 if weight else 1]
        ],
        x_title="digit",
        y_title="information within the class (nats)",
    ).plot()
