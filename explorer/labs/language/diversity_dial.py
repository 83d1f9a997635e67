"""Replies chosen by likelihood or by information."""

from typing import Annotated

from plotly.graph_objects import Figure

from explorer.engines.texts.replies import answered, dial
from explorer.results.pictures import Bars, Curves, Line, Mark, Panels
from explorer.settings import Length, Range

TITLE = "Why does a likely reply say so little?"
PAPERS = (36,)
QUICK = True


def lab(
    message: Annotated[str, Length(200)] = "will it rain tomorrow",
    share: Annotated[float, Range(0.0, 2.0, 0.05)] = 0.0,
) -> Figure:
    r"""The best replies to a message as the chance of the reply by itself is taken off.

    Do: raise `share` from 0 to 1, then on to 2.

    See: at 0 thirty different messages get three replies, all bland. At 1 they get 25, most of them on the topic.
    Beyond, replies repeat again: now those that are rare whatever was asked.

    The score is $\ln p(T \mid S) - \lambda \ln p(T)$ of a reply $T$ to a message $S$. For $\lambda = 0$ it is the
    likelihood, and what suits every message wins. For $\lambda = 1$ it is pointwise mutual information: how much more
    likely the message has made the reply.

    The model is small enough to read: bigrams of the replies, and a table of which word of a message calls for which
    word of a reply, learnt from sixty messages written for this lab, half of whose replies are bland. It chooses among
    the 66 replies that it heard and writes none, so the broken sentences that the paper meets at a high $\lambda$ do
    not occur. "On the topic" is a reply heard in the topic of the message and in no other.

    >>> likely, informed, over = (told(lab(share=share)) for share in (0.0, 1.0, 2.0))
    >>> likely["different replies"], likely["bland"], informed["different replies"]
    (3.0, 1.0, 25.0)
    >>> informed["on topic"] > 0.7 and over["on topic"] < 0.6
    True

    Args:
        message: any words; those that were never heard are named and tell nothing.
        share: how much of the reply's own ln p is taken off: the lambda of the formula.

    References: li2016; brown1993.
    """
    found, best = dial(), answered(message, share)
    now = found.at(share)
    unknown = f"; never heard: {', '.join(best.unknown)}" if best.unknown else ""
    scores = Bars(title=f"To: {message}", names=best.replies, values=best.scores, value_title="score (nats)")
    shares = Curves(
        title="Thirty messages that were not heard before",
        x=found.shares,
        lines=[
            Line("different", found.different / found.messages),
            Line("bland", found.bland),
            Line("on the topic", found.on_topic),
        ],
        marks=[Mark(share, "now")],
        x_title="share of ln p(T) taken off",
        y_title="share of the replies",
        y_range=(0.0, 1.05),
    )
    return Panels(
        title=f"{found.messages} messages get {now['different']:.0f} replies, {now['on topic']:.0%} on the topic",
        note=f"best of 66 replies, each scored by ln p(T|S) - {share:.2f} ln p(T){unknown}",
        told={
            "different replies": now["different"],
            "bland": now["bland"],
            "on topic": now["on topic"],
            "likelihood": now["likelihood"],
        },
        parts=[scores, shares],
    ).plot()
