"""Word vectors fitted with and without the pairs that never occur."""

from typing import Annotated

from plotly.graph_objects import Figure

from explorer.engines.texts.pairs import of_documents
from explorer.engines.texts.swivel import factorised
from explorer.results.pictures import Curves, Line, Mark
from explorer.settings import Range

TITLE = "What do two words tell that never stand together?"
PAPERS = (72,)
QUICK = False


def lab(dimensions: Annotated[int, Range(2, 20, 1)] = 10, least: Annotated[int, Range(25, 60, 1)] = 30) -> Figure:
    r"""How far word vectors overrate pairs of words that never occurred, fitted with and without those pairs.

    Do: set `dimensions` to 2 and raise it to 20.

    See: vectors fitted to the seen pairs alone hold six to nine of ten unseen pairs for related. With the hinge it is
    one in six, then one in seventeen, and the price, a larger error on the seen pairs, falls as well.

    The vectors are fitted so that $u_a \cdot v_b$ is the pointwise mutual information of $a$ and $b$. Most pairs of a
    text never occur and have none. Left out of the fit they are free, and a free product is often large. The paper adds
    a soft hinge: a product costs $\ln(1 + e^{x})$ for the $x$ by which it exceeds what one single occurrence would have
    given. That a frequent pair is absent is then known, and that a rare one is absent hardly counts.

    The curves are distributions over the unseen pairs: right of 0 the vectors claim more than a single occurrence
    would. The text is small and its frequent words few, so the fit takes all pairs at once; the paper's point is that
    it can be done in blocks for millions of words. How good the vectors are for other tasks is not shown.

    >>> few, many = told(lab(dimensions=2)), told(lab(dimensions=20))
    >>> few["overrated without hinge"] > 0.85 and few["overrated with hinge"] < 0.2
    True
    >>> many["overrated without hinge"] > 0.55 and many["overrated with hinge"] < 0.08
    True
    >>> few["seen error with hinge"] > many["seen error with hinge"] > many["seen error without hinge"]
    True

    Args:
        dimensions: of the vectors.
        least: how often a word must occur to be taken.

    References: shazeer2016; church1990.
    """
    pairs = of_documents(4, least)
    held, free = (factorised(pairs, dimensions, hinge) for hinge in (True, False))
    above, freely = float((held.excess > 0).mean()), float((free.excess > 0).mean())
    ranks = [(i + 1) / len(held.excess) for i in range(len(held.excess))]
    settled = "" if held.converged and free.converged else "; fits stopped after 60 steps"
    return Curves(
        title=f"Without the hinge {freely:.0%} of the unseen pairs are overrated, with it {above:.0%}",
        note=f"{len(pairs.words)} words, {1 - pairs.table.astype(bool).mean():.0%} of the pairs unseen{settled}; "
        f"error on seen pairs {free.seen_error:.2f} and {held.seen_error:.2f} nats",
        told={
            "overrated with hinge": above,
            "overrated without hinge": freely,
            "seen error with hinge": held.seen_error,
            "seen error without hinge": free.seen_error,
        },
        x=held.excess[::20],
        lines=[Line("with the hinge", ranks[::20]), Line("without", ranks[::20], x=free.excess[::20])],
        marks=[Mark(0.0, "as one occurrence")],
        x_title="product of the vectors less the PMI of one occurrence (nats)",
        y_title="share of the unseen pairs below",
        x_range=(-6.0, 6.0),
    ).plot()
