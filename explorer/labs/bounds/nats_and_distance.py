"""Information and the Wasserstein distance of the same pairs, as details are added that move nothing far."""

from typing import Annotated, Any

from plotly.graph_objects import Figure

from explorer.engines.known.displacements import CoarseAndFine, best_contrast
from explorer.engines.repeats import repeated
from explorer.measures import WassersteinDependency
from explorer.results.pictures import Curves, Line, Mark, Panels
from explorer.settings import Range

TITLE = "What is left to measure when information is too large to be counted?"
PAPERS = (2,)
DETAILS, SEEDS, N = (1, 2, 4, 8, 12), 3, 300


def lab(
    details: Annotated[int, Range(1, 12, 1)] = 12,
    step: Annotated[float, Range(0.01, 0.3, 0.01)] = 0.02,
    batch: Annotated[int, Range(4, 256, 4)] = 16,
) -> Figure:
    """Pairs $X = Y$ of a coarse bit and fine details, by their information and by how far they must be moved.

    Do: set `details` to 1 and raise it to 12 while a `step` is 0.02; then make the details large with `step` = 0.3.

    See: the information rises from 0.69 to 3.18 nats, and the best critic of a batch of 16 falls short of it; the
    distance stays at one half, until the details are large.

    A contrastive bound counts how many of a batch a pair is told from, and cannot exceed $\\ln n$: every further detail
    needs a larger batch. The Wasserstein distance between the pairs and shuffled ones asks how far mass must move. It
    does not run out as information grows, and counts a detail by its size: that is what the paper hopes for, as
    representations trained on bounds keep a few easy features and drop the rest.

    The price: the distance has the unit of X, and another choice of unit or metric is another answer. Details of
    small size are nearly invisible to it, although they may be all that matters. Shown are exact values and the two
    ways to read it from 300 pairs: matching lies above on average, a critic of slope 1 below. The paper trains a
    penalised contrastive critic on images, which is not shown.

    >>> few, many = told(lab(details=1)), told(lab())
    >>> round(few["nats"], 2), round(many["nats"], 2), many["contrast"] < many["nats"] - 0.5
    (0.69, 3.18, True)
    >>> few["distance"], abs(many["distance"] - 0.5) < 0.05, told(lab(step=0.3))["distance"] > 1
    (0.5, True, True)
    >>> many["critic"] - 0.05 < many["distance"] < many["matched"] + 0.05
    True

    Args:
        details: values of the fine part, where the title reads the curves.
        step: distance of neighbouring details; the coarse bit moves by 1.
        batch: pairs of which the contrastive bound tells one.

    References: ozair2019; oord2018; peyre2019.
    """
    places = sorted({*DETAILS, details})
    pairs, matching = [CoarseAndFine(one, step) for one in places], WassersteinDependency(method="assignment")
    contrast = repeated(lambda one, seed: best_contrast(one.sample(batch, seed)), pairs, SEEDS)
    matched = repeated(lambda one, seed: matching(*[one.sample(N, seed)] * 2).value, pairs, SEEDS)
    here, at = CoarseAndFine(details, step), places.index(details)
    critic = WassersteinDependency()(*[here.sample(N)] * 2)
    told = {"nats": here.nats, "contrast": contrast.mean[at], "distance": here.distance}
    told |= {"matched": matched.mean[at], "critic": critic.value}
    nats = [Line("exact", [one.nats for one in pairs], style="dash")]
    nats += [Line("best contrast", contrast.mean, contrast.low, contrast.high)]
    far = [Line("exact", [one.distance for one in pairs], style="dash")]
    far += [Line("matching", matched.mean, matched.low, matched.high)]
    low, high = critic.interval or (critic.value, critic.value)
    far += [Line("critic", [critic.value], [low], [high], style="points", x=[details])]
    shape: dict[str, Any] = {"x": places, "x_title": "details", "marks": [Mark(details, f"{details}")]}
    first: dict[str, Any] = {"title": "information", "y_title": "I(X;Y), nats", "y_range": (0.0, 3.5)}
    second: dict[str, Any] = {
        "title": "distance from independence",
        "y_title": "W₁, in the unit of X",
        "y_range": (0.0, 1.5),
    }
    return Panels(
        title=f"A bit and {details} detail{'s' * (details > 1)} hold {here.nats:.2f} nats, of which a batch of {batch} "
        f"shows {told['contrast']:.2f}; the distance from independence is {here.distance:.2f}",
        note=f"X = Y: a bit of size 1, details {step:g} apart · distances from {N} pairs · bands: {SEEDS} samples",
        told=told,
        parts=[Curves(lines=nats, **first, **shape), Curves(lines=far, **second, **shape)],
    ).plot()
