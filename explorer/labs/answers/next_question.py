"""Guessing a digit by asking for few pixels."""

from typing import Annotated, Literal

from plotly.graph_objects import Figure

from explorer.engines.answers.questions import WAYS, quiz
from explorer.results.pictures import Curves, Line, Mark, Panels
from explorer.settings import Range

TITLE = "What should be asked next?"
PAPERS = (13,)
QUICK = False


def lab(questions: Annotated[int, Range(1, 20, 1)] = 6, data: Literal["digits", "wine"] = "digits") -> Figure:
    r"""How well a class is guessed from few features, asked for by what tells most now, in one order, or in any order.

    Do: set `questions` to 1 and raise it to 20, then choose "wine".

    See: six pixels, each chosen after the answers before it, name 76 % of the digits; the same number in one good order
    69 %, at random 39 %. For the wines, where three measurements decide, one order is as good.

    The next question is the feature with the largest $I(Y; X_i \mid x_S)$ given the answers so far, $x_S$. Which it is
    differs from image to image, and that is the gain over one order for all. The panel on the right shows what is left
    to know, $H(Y \mid x_S)$.

    The paper learns this information with a network, for features of any kind. Here it is exact under a model, naive
    Bayes on pixels that are black or white: features are independent given the class. The model is wrong, as pixels
    hang together; its own entropy on the right is therefore too small. `questions_together` shows what choosing one by
    one cannot see.

    >>> seen = told(lab())
    >>> seen["chosen anew"] > seen["one order"] + 0.04
    True
    >>> seen["one order"] > seen["any order"] + 0.2
    True
    >>> wine = told(lab(data="wine"))
    >>> abs(wine["chosen anew"] - wine["one order"]) < 2 * wine["standard error"] * 2**0.5
    True

    Args:
        questions: how many features are asked for; the wines have 13.
        data: scikit-learn's digits, 64 pixels, or its wines, 13 measurements, each cut in two.

    References: gadgil2024; alpaydin1998.
    """
    found = quiz(data)
    now = min(questions, found.features)
    right, steps = found.right[:, now], range(found.right.shape[1])
    marks = [Mark(now, "now")]
    guessed = Curves(
        title="Guessed right",
        x=steps,
        lines=[
            Line(name, values, values - 2 * error, values + 2 * error)
            for name, values, error in zip(WAYS, found.right, found.error, strict=True)
        ],
        marks=marks,
        x_title="questions asked",
        y_title="share of the samples",
    )
    left = Curves(
        title="Left to know, by the model",
        x=steps,
        lines=[Line(name, values) for name, values in zip(WAYS, found.left, strict=True)],
        marks=marks,
        x_title="questions asked",
        y_title="H(Y | answers) (nats)",
    )
    return Panels(
        title=f"{now} question{'s' * (now > 1)}: {right[0]:.0%} right, chosen anew; "
        f"{right[1]:.0%} in one order, {right[2]:.0%} in any",
        note=f"{data}: {found.samples} held-out samples, {found.features} features; band: 2 standard errors",
        told={**dict(zip(WAYS, right, strict=True)), "standard error": found.error[:2, now].max()},
        parts=[guessed, left],
    ).plot()
