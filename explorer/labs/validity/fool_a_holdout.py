"""A holdout that is asked about one feature after the other."""

from typing import Annotated

from plotly.graph_objects import Figure

from explorer.engines.validity.holdout import draws
from explorer.engines.validity.looks import half_width, voted
from explorer.results.pictures import Curves, Line, Mark
from explorer.settings import Range

TITLE = "How well can pure noise do on held-out data?"
PAPERS = (82,)
QUICK = True


DRAWS = 4


def lab(
    looks: Annotated[int, Range(10, 1000, 10)] = 500,
    samples: Annotated[int, Range(100, 500, 50)] = 500,
    telling: Annotated[int, Range(0, 10)] = 0,
) -> Figure:
    r"""The accuracy that a reused holdout reports of coin flips, beside fresh samples and beside Thresholdout.

    Do: set `looks` to 10 and raise it to 1000.

    See: of labels that are coin flips the reused holdout reports 0.53, then more and more, up to 0.79. Fresh samples
    read 0.5 all along, and Thresholdout stays near them.

    One look asks the holdout how often one yes-or-no feature agrees with the label. A feature is kept where training
    set and holdout agree on its sign, and the kept ones vote. Nothing is trained on the holdout; it only answered
    questions. Still each answer moved the vote a little towards its chance, and after $k$ looks at $n$ samples it
    reports about $\Phi(\sqrt{k / \pi n})$, whatever the features. The usual 95 % interval does not help: it is made for
    a question that was fixed beforehand.

    Thresholdout answers from the training set as long as both sets agree within a threshold of $2 / \sqrt n$, and else
    from the holdout with a little noise, so that an answer seldom tells anything of the holdout itself. While a vote
    overfits by less than the threshold, it reports what training says: a bump at the left that is meant; and now and
    then its noise lets a training value through. The answers that it gave from the holdout leak a little. The paper
    that founded this treats another mechanism; Thresholdout is of its sequel, and its guarantees ask for far more
    samples than are drawn here.

    >>> few, many = told(lab(looks=10)), told(lab(looks=1000))
    >>> few["reused holdout"] < 0.55 and abs(many["reused holdout"] - 0.79) < 0.03
    True
    >>> abs(told(lab(looks=500))["reused holdout"] - 0.72) < 0.02
    True
    >>> abs(many["reused holdout"] - many["theory"]) < 0.03
    True
    >>> many["reused holdout"] - many["half of the usual interval"] > 0.7
    True
    >>> abs(many["fresh samples"] - 0.5) < 0.03 and abs(many["Thresholdout"] - 0.5) < 0.05
    True
    >>> told(lab(looks=50, telling=10))["fresh samples"] > 0.6
    True

    Args:
        looks: features that the holdout is asked about.
        samples: in the holdout, and as many in the training set and among the fresh ones.
        telling: features that do know the label a little; the rest are coin flips.

    References: dwork2015; dwork2015science; dwork2015generalization.
    """
    found = draws(samples, looks, telling, DRAWS)
    reused, fresh, guarded = found.reused.mean(0), found.fresh.mean(0), found.guarded.mean(0)
    width = half_width(reused[-1], samples)
    return Curves(
        title=f"{looks} looks: the reused holdout reports {reused[-1]:.2f}, fresh samples {fresh[-1]:.2f}, "
        f"Thresholdout {guarded[-1]:.2f}",
        note=f"{samples} samples a set; {telling} of {looks} features tell; mean and range of {DRAWS} draws; usual "
        f"95 % interval ± {width:.2f}; answers of Thresholdout from the holdout: {found.spent:.0f}",
        told={
            "reused holdout": reused[-1],
            "half of the usual interval": width,
            "fresh samples": fresh[-1],
            "Thresholdout": guarded[-1],
            "theory": voted(samples, looks),
        },
        x=found.looks,
        lines=[
            Line("reused holdout", reused, found.reused.min(0), found.reused.max(0)),
            Line("theory for noise", [voted(samples, k) for k in found.looks], style="dash"),
            Line("Thresholdout", guarded, found.guarded.min(0), found.guarded.max(0)),
            Line("fresh samples", fresh, found.fresh.min(0), found.fresh.max(0)),
        ],
        marks=[Mark(0.5, "coin flips", "y")],
        x_title="looks at the holdout",
        y_title="share of labels read right",
    ).plot()
