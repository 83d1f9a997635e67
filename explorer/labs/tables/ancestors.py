"""Sequences that change letter by letter since a common ancestor."""

from typing import Annotated

from plotly.graph_objects import Figure

from explorer.engines.finite.phylogeny import descent
from explorer.results.pictures import Curves, Line, Mark
from explorer.settings import Range

TITLE = "How long do relatives still tell of each other?"
PAPERS = (108,)
QUICK = True


def lab(
    time: Annotated[float, Range(0.0, 3.0, 0.05)] = 0.5,
    sites: Annotated[int, Range(1, 50)] = 10,
    candidates: Annotated[int, Range(2, 1024)] = 64,
) -> Figure:
    r"""What a sequence tells of its ancestor, and two sisters of each other, as substitutions gather.

    Do: set `time` to 0 and raise it to 1; then raise `candidates` to 1024.

    See: sisters lose what they share much faster than each loses its ancestor, for two branches lie between them. The
    dotted ceiling cuts off the left of both curves.

    A letter that is replaced at an even rate stays itself with probability
    $\frac14 + \frac34 e^{-4 t / 3}$ after $t$ substitutions. Each branch is a noisy channel: information can only be
    lost on it, and the sisters' information is that of one branch of twice the length.

    Learning that pulls relatives together and pushes others apart maximises a bound on this information (InfoNCE)
    that cannot pass the logarithm of the number of sequences it chooses among. Close relatives share far more than it
    can show. The paper proposes such learning on real families of sequences; nothing is learned here.

    >>> seen = told(lab(time=0.5))
    >>> seen["sisters"] < 0.5 * seen["ancestor"] and seen["ceiling"] == 6.0
    True
    >>> round(told(lab(time=0.0))["ancestor"], 9)
    20.0
    >>> abs(told(lab(time=1.0))["ancestor"] - seen["sisters"]) < 1e-9
    True

    Args:
        time: substitutions a site between the ancestor and each descendant.
        sites: length of the sequences.
        candidates: sequences among which a contrastive bound must find the relative.

    References: jukes1969; lu2020evolution.
    """
    seen = descent(time, sites, candidates)
    return Curves(
        title=f"After {time:g} substitutions a site {seen.ancestor_here:.1f} of {2 * sites} bit tell of the ancestor, "
        f"{seen.sisters_here:.1f} of a sister",
        note=f"exact; {sites} independent sites of four letters; the bound chooses among {candidates} sequences",
        told={"ancestor": seen.ancestor_here, "sisters": seen.sisters_here, "ceiling": seen.ceiling},
        x=seen.times, x_title="substitutions a site since the ancestor", y_title="shared information, bits",
        lines=[
            Line("with the ancestor", seen.ancestor), Line("with a sister", seen.sisters),
            Line("most InfoNCE can show", [seen.ceiling] * len(seen.times), style="dot"),
        ],
        marks=[Mark(time, f"{time:g}")],
    ).plot()  # fmt: skip
