"""Directed information over a channel with a delay, whose sender may hear what came out."""

from typing import Annotated

from plotly.graph_objects import Figure

from explorer.engines.sequences.channels import TokenChannel
from explorer.engines.sequences.driving import by_delay, middle
from explorer.results.pictures import Bars, Curves, Line, Mark, Panels
from explorer.settings import Range

TITLE = "How much goes through a channel when the sender hears the answer?"
PAPERS = (79,)


def lab(
    delay: Annotated[int, Range(0, 4, 1)] = 2,
    copies: Annotated[float, Range(0.0, 1.0, 0.05)] = 0.8,
    feedback: Annotated[float, Range(0.0, 1.0, 0.05)] = 0.0,
    n: Annotated[int, Range(200, 4000, 200)] = 2000,
) -> Figure:
    r"""Directed information between two streams of tokens, by the delay that is asked, and its two directions.

    Do: raise `feedback` from 0 to 0.9. Then move `delay`.

    See: only at the delay of the channel is anything read: 0.37 nats a step without feedback. With feedback less goes
    forward, 0.08, for most of what X says is what Y said before, and 0.21 come back. Both add up to the mutual
    information a step.

    $I(X^n \to Y^n) = \sum_t I(X^t; Y_t \mid Y^{t-1})$ counts what each token of Y learns from X and did not know from
    its own past. A memoryless channel without feedback gives $I(X; Y)$, and then nothing comes back. All truths are
    exact here: $Y_t$ repeats $X_{t-d}$ or is any token, and $X_t$ repeats $Y_{t-1}$ or is any token.

    The paper puts this quantity between the tokens of a prompt and of an answer, with a model's own probabilities.
    Here streams have two tokens and short memory, so that counts suffice; with a vocabulary they would not.

    >>> alone, heard = told(lab()), told(lab(feedback=0.9))
    >>> abs(alone["forward"] - 0.37) < 0.01 and abs(alone["back"]) < 0.002 and abs(alone["elsewhere"]) < 0.002
    True
    >>> abs(heard["forward"] - 0.08) < 0.01 and abs(heard["back"] - 0.21) < 0.01
    True
    >>> abs(heard["forward"] + heard["back"] - heard["mutual"]) < 0.02
    True

    Args:
        delay: steps that a token takes.
        copies: probability that a token arrives; else any token does.
        feedback: probability that the sender repeats what came out last.
        n: steps of a stream.

    References: massey1990; massey2005; bai2025; jiao2013.
    """
    channel = TokenChannel(2, copies, feedback, delay)
    seen = by_delay(channel, n)
    bands = [middle(one) for one in (seen.forward, seen.backward, seen.forward + seen.backward)]
    means, lows, highs = zip(*bands, strict=True)
    elsewhere = max(abs(one) for i, one in enumerate(seen.read.mean(0)) if i != delay)
    told = dict(zip(("forward", "back"), map(float, means), strict=False))
    told |= {"elsewhere": float(elsewhere), "mutual": channel.mutual}
    carried = " and ".join(f"{round(one, 2) + 0:.2f} nats a step {way}" for way, one in list(told.items())[:2])
    curves = Curves(
        title="One token of X at each delay",
        x=seen.delays,
        lines=[Line("read", *middle(seen.read)), Line("exact", seen.exact, style="dash")],
        marks=[Mark(delay, "the channel's delay")],
        x_title="delay that is asked (steps)",
        y_title="directed information (nats a step)",
    )
    bars = Bars(title="Both directions", names=("X to Y", "Y to X", "sum"), values=means, low=lows, high=highs,
                truth=(channel.forward, channel.backward, channel.mutual), value_title="nats a step")  # fmt: skip
    note = f"10 streams of {n} steps, two tokens, last {delay + 1} of Y known; bands hold 80 %; Miller-Madow correction"
    return Panels(title=f"The channel carries {carried}", note=note, told=told, parts=[curves, bars]).plot()
