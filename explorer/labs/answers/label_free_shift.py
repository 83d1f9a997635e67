"""A classifier on changed images, judged and taught on without a label."""

from typing import Annotated, Literal

from plotly.graph_objects import Figure

from explorer.engines.answers.shift import under_shift
from explorer.results.pictures import Curves, Line
from explorer.settings import Range

TITLE = "Can a classifier notice, without labels, that its world has changed?"
PAPERS = (67,)
QUICK = False


def lab(
    change: Literal["rotated", "noisy", "fainter", "moved"] = "rotated",
    weight: Annotated[float, Range(0.0, 2.0, 0.1)] = 1.0,
    digits: Literal["all ten", "0 to 4 only"] = "all ten",
) -> Figure:
    r"""Accuracy and prediction information of a classifier on changed images, also when taught on without labels.

    Do: choose "noisy", then "rotated" with the digits 0 to 4 only.

    See: rotated images lower accuracy and information together, and raising the information repairs much. Noisy images
    leave it sure and wrong: the information stays while accuracy halves. With half of the digits gone, teaching on does
    harm: it fills the classes that are not there.

    $H(\bar p) - \overline{H(p)}$ of the outputs, the mutual information of input and prediction, asks for outputs that
    are sure and use all classes; it needs no label. As a gauge it sees a change only where the classifier becomes
    unsure or forgets classes. As a goal it presumes that the classes are balanced.

    The paper adds it to a contrastive loss for reviews of other products. Here a linear softmax on scikit-learn's
    digits learnt 898 images; the others are changed, and with them, unlabelled, its weights are moved for 50 steps.
    Bands are two standard errors of the accuracy.

    >>> turned = told(lab())
    >>> turned["right, middle"] < 0.6 and turned["right after, middle"] > 0.85
    True
    >>> noisy = told(lab("noisy"))
    >>> noisy["information, last"] > 0.9 * noisy["information, first"] and noisy["right, last"] < 0.45
    True
    >>> few = told(lab(digits="0 to 4 only"))
    >>> few["right after, first"] < few["right, first"] - 0.1
    True

    Args:
        change: what is done to the images.
        weight: of the prediction information when the classifier is taught on; 0 leaves it as it was.
        digits: which of them come.

    References: li2021; krause2010; bridle1991.
    """
    found = under_shift(change, weight, 10 if digits == "all ten" else 5)
    numbers = {"right": found.right, "information": found.told, "right after": found.right_after}
    then = "taught on" if weight else "left as it was"
    middle = len(found.amounts) // 2 - 1
    ends = (("first", 0), ("middle", middle), ("last", -1))
    told = {f"{name}, {end}": values[i] for name, values in numbers.items() for end, i in ends}
    bands = [2 * found.error(one) for one in (found.right, found.right_after)]
    return Curves(
        title=f"{change.capitalize()} by {found.amounts[middle]:g}: {found.right[middle]:.0%} right, "
        f"{found.told[middle]:.0%} of the top information; {then}, {found.right_after[middle]:.0%} right",
        note=f"{found.images} images held out, {digits}; band: 2 standard errors",
        told=told,
        x=found.amounts,
        lines=[
            Line("right", found.right, found.right - bands[0], found.right + bands[0]),
            Line("information", found.told, style="dot"),
            Line(f"right, {then}", found.right_after, found.right_after - bands[1], found.right_after + bands[1]),
            Line(f"information, {then}", found.told_after, style="dash"),
        ],
        x_title=found.unit,
        y_title="share right; information / ln 10",
        y_range=(0.0, 1.05),
    ).plot()
