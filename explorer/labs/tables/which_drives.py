"""Two streams of bits, each of which may copy the other."""

from typing import Annotated

from plotly.graph_objects import Figure

from explorer.engines.finite.streams import directed_information, driven_streams
from explorer.results.pictures import Bars
from explorer.settings import Range

TITLE = "Which of two streams drives the other?"
PAPERS = (79,)
QUICK = True


def lab(
    drive: Annotated[float, Range(0.0, 1.0, 0.05)] = 0.9,
    feedback: Annotated[float, Range(0.0, 1.0, 0.05)] = 0.3,
    steps: Annotated[int, Range(1, 6)] = 5,
) -> Figure:
    r"""Mutual information of two streams, and its two parts: what goes from X to Y and what from Y to X.

    Do: take `feedback` down to 0, then raise it to 1 while `drive` goes down to 0.

    See: without feedback all information goes forward; without drive all of it goes backward. The two parts always add
    up to the mutual information, which by itself has no direction.

    Directed information from X to Y asks at each step what the past and present of X tell of $Y_t$ beyond the past
    of Y: $\sum_t I(X^t; Y_t \mid Y^{t-1})$. Backward it is $\sum_t I(Y^{t-1}; X_t \mid X^{t-1})$, and the sum of both
    is $I(X^T; Y^T)$, a conservation law.

    It is prediction, not cause: a third stream that drives both would look like drive. The paper puts directed
    information between the tokens of a prompt and of an answer at the centre of a theory of language models; here are
    two streams short enough for the whole table to be held.

    >>> one_way, back = told(lab(feedback=0.0)), told(lab(drive=0.0, feedback=1.0))
    >>> abs(one_way["backward"]) < 1e-9 and abs(one_way["forward"] - one_way["mutual"]) < 1e-9
    True
    >>> round(back["forward"], 9), round(back["backward"], 9)
    (0.0, 4.0)
    >>> both = told(lab())
    >>> abs(both["forward"] + both["backward"] - both["mutual"]) < 1e-9
    True

    Args:
        drive: probability that Y copies the X of its step; else it is a fair coin.
        feedback: probability that X copies the Y of the step before; else it is a fair coin.
        steps: length of the streams.

    References: massey1990; massey2005; bai2025.
    """
    seen = directed_information(driven_streams(steps, drive, feedback))
    ends = {"forward": seen.forward, "backward": seen.backward, "mutual": seen.mutual}
    most = "X drives Y more" if seen.forward > seen.backward + 0.005 else "Y drives X more"
    if abs(seen.forward - seen.backward) <= 0.005:
        most = "Neither drives more"
    return Bars(
        title=f"{most}: {seen.forward:.2f} of {seen.mutual:.2f} bit go forward, {seen.backward:.2f} back",
        note=f"exact table of {2 * steps} bits; drive {drive:g}, feedback {feedback:g}", told=ends,
        names=["from X to Y", "from Y to X", "mutual information"], values=list(ends.values()),
        value_title="information, bits",
    ).plot()  # fmt: skip
