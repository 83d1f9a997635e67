"""Nodes of a graph and the features met on walks from them."""

from typing import Annotated, Literal

from plotly.graph_objects import Figure

from explorer.engines.texts.walks import karate_club
from explorer.results.pictures import Curves, Grid, Line, Mark, Panels
from explorer.settings import Range

TITLE = "How far away does the company of a node still tell of it?"
PAPERS = (115,)
QUICK = True

SCALES = (1, 2, 3, 4, 5, 6, 7, 8)
SHOWN = (0, 1, 2, 8, 16, 24, 32, 33)


def lab(feature: Literal["side", "friends"] = "side", steps: Annotated[int, Range(1, 8, 1)] = 1) -> Figure:
    r"""Information of a member of a club on the feature met so many steps away, on a walk from friend to friend.

    Do: raise `steps` from 1 to 8. Then choose "friends".

    See: the next friend tells 0.40 nats of the side a member took when the club broke, a friend eight steps away 0.04.
    How many friends somebody has is told by a step or two, and is forgotten sooner.

    A walk on a graph is a sentence, and the features it meets are words. The pointwise mutual information of a node and
    a feature $r$ steps away is $\ln p_r(v, f) / (p(v)\,p(f))$ with $p_r(v, f) = \pi_v (P^r F)_{vf}$, exactly. Each step
    more can only lose: data processing. How fast is up to the second eigenvalue of the walk.

    The paper learns vectors from sampled walks, for each number of steps by itself (MUSAE) or for all pooled (AE). Its
    vectors factorise these tables up to a constant. Pooled, the number of steps is forgotten, and the dotted line lies
    below the mean of the others; the tasks of the paper are not shown.

    >>> near, far = told(lab()), told(lab(steps=8))
    >>> abs(near["information"] - 0.40) < 0.01 and abs(far["information"] - 0.04) < 0.01
    True
    >>> near["pooled"] < near["mean of the scales"]
    True
    >>> told(lab("friends", steps=4))["information"] < 0.1 * told(lab("friends"))["information"]
    True

    Args:
        feature: the side that a member took when the club broke, or how many friends it has.
        steps: from friend to friend.

    References: rozemberczki2021; zachary1977; church1990.
    """
    club = karate_club(feature)
    told = [club.information(scale) for scale in SCALES]
    pooled = [club.information(*SCALES[:last]) for last in SCALES]
    away = "1 step" if steps == 1 else f"{steps} steps"
    curve = Curves(
        title="All members",
        x=SCALES,
        lines=[Line("alone", told), Line("pooled", pooled, style="dot")],
        marks=[Mark(steps, "now")],
        x_title="steps of the walk",
        y_title="I(member; feature) (nats)",
    )
    grid = Grid(
        title=f"PMI after {away}, eight members",
        values=club.pmi(steps)[list(SHOWN)],
        rows=[f"member {one + 1}" for one in SHOWN],
        columns=club.names,
        row_title="",
        column_title=feature,
        value_title="PMI (nats)",
        diverging=True,
    )
    mean = sum(told) / len(told)
    return Panels(
        title=f"{away} away, company tells {told[steps - 1]:.2f} of {club.entropy:.2f} nats",
        note=f"Zachary's karate club, 34 members, exact; second eigenvalue {club.slowest:.2f}",
        told={"information": told[steps - 1], "pooled": pooled[-1], "mean of the scales": mean},
        parts=[curve, grid],
    ).plot()
