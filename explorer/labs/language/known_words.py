"""Counts of words against a source whose information is known."""

from typing import Annotated

from plotly.graph_objects import Figure

from explorer.engines.texts.chains import WordChain, learning
from explorer.results.pictures import Curves, Line
from explorer.settings import Range

TITLE = "How much text does it take to know which words go together?"
PAPERS = ()
QUICK = False

LENGTHS = (100, 200, 500, 1000, 2000, 5000, 10_000, 20_000)


def lab(
    strength: Annotated[float, Range(0.0, 0.9, 0.05)] = 0.5,
    words: Annotated[int, Range(5, 60, 1)] = 30,
    shrink: Annotated[float, Range(0.1, 10.0, log=True)] = 1.0,
) -> Figure:
    r"""Information between neighbouring words, counted in texts of growing length, beside the exact value.

    Do: set `strength` to 0, so that words know nothing of each other.

    See: the exact value falls to 0, and the counts of 500 words still tell of about 0.4 nats.

    The source is a Markov chain, so $I(A;B)$ is known. Counts of the text that is read find too much: among $V$ words
    there are $V(V-1)/2$ pairs to be surprised by, and a text of $n$ words invents about $V(V-1)/4n$ nats. The same
    counts, asked about new text of the same source, say too little, and more text brings the two together.

    Pairs never seen would cost minus infinity, so the question to new text needs `shrink`: that many counts are added
    to what was seen and to what independence expects. A real text has not 30 words but thousands, and most of its pairs
    occur once: there the invented part is as large as the rest.

    >>> seen = told(lab())
    >>> seen["own text, shortest"] > seen["exact"] + 0.4 and seen["new text, shortest"] < seen["exact"] - 0.1
    True
    >>> seen["own text, longest"] - seen["new text, longest"] < 0.1
    True
    >>> nothing = told(lab(strength=0.0))
    >>> nothing["exact"] < 1e-9 and 0.3 < nothing["own text, 500 words"] < 0.5
    True

    Args:
        strength: how often a word is followed by its partner; else any word follows.
        words: of the vocabulary, frequent ones and rare ones by Zipf's law.
        shrink: counts added to both sides before the PMI is asked about new text.

    References: church1990; dumouchel1999; miller1955.
    """
    found = learning(WordChain(words, strength), LENGTHS, shrink)
    own, fresh = found.own.mean(0), found.fresh.mean(0)
    return Curves(
        title=f"{found.exact:.2f} nats are there; 100 words tell of {own[0]:.2f}, 20 000 of {own[-1]:.2f}",
        note=f"{words} words, neighbours in the text; mean and range over 8 texts",
        told={
            "exact": found.exact,
            "own text, shortest": own[0],
            "own text, 500 words": own[2],
            "own text, longest": own[-1],
            "new text, shortest": fresh[0],
            "new text, longest": fresh[-1],
        },
        x=found.lengths,
        lines=[
            Line("of the text counted", own, found.own.min(0), found.own.max(0)),
            Line("of new text", fresh, found.fresh.min(0), found.fresh.max(0)),
            Line("exact", 0 * own + found.exact, style="dash"),
            Line("exact and V(V-1)/4n", found.expected, style="dot"),
        ],
        x_title="length of the text (words)",
        y_title="mean PMI (nats)",
        log_x=True,
        y_range=(min(0.0, fresh.min()), 1.1 * own[0]),
    ).plot()
