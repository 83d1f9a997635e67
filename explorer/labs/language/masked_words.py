"""Which words to hide when a model learns to guess them."""

from typing import Annotated

from plotly.graph_objects import Figure

from explorer.engines.texts.masks import best_mask
from explorer.engines.texts.pairs import of_documents
from explorer.engines.texts.typed import typed
from explorer.results.pictures import Bars, Grid, Panels
from explorer.settings import Length, Range

TITLE = "Which words are worth hiding?"
PAPERS = (46,)
QUICK = False


def lab(
    sentence: Annotated[str, Length(200)] = "the mutual information of two independent variables is zero",
    share: Annotated[float, Range(0.1, 0.5, 0.05)] = 0.25,
    draws: Annotated[int, Range(1, 100, 1)] = 30,
) -> Figure:
    r"""The pointwise mutual information between the words of a sentence, and the words whose hiding leaves most hints.

    Do: lower `draws` from 30 to 1, then type a sentence of your own.

    See: the best words to hide stand in set phrases, of which the words left tell. Keeping the best of 30 random sets
    comes close; one random set hides words of which nothing tells.

    A masked language model learns from the words it has to guess. If what is left tells nothing of a hidden word there
    is little to learn from it. The paper scores a set $M$ of hidden words by
    $\sum_{m \in M} \sum_{u \notin M} \ln p(m,u) / (p(m)\,p(u))$ and keeps the best of several sets drawn at random.

    Here all sets are scored, so that best, worst and mean are exact; the counts are of this program's documents. That
    models trained so know more facts is the paper's finding and is not shown.

    >>> seen = told(lab())
    >>> seen["one random set"] < seen["best of the draws"] < seen["best set"]
    True
    >>> one = told(lab(draws=1))
    >>> abs(one["best of the draws"] - one["one random set"]) < 1e-9
    True

    Args:
        sentence: at least two words that the text has, at most 18, in up to 200 characters.
        share: of the words that is hidden, rounded to whole words, at least one.
        draws: sets drawn at random, of which the best is kept.

    References: sadeq2022; church1990.
    """
    read = typed(sentence, of_documents(5))
    mask = best_mask(read.weights, share, draws)
    hidden = ", ".join(f"'{read.words[i]}'" for i in mask.places)
    names = [f"{i} {word}" for i, word in enumerate(read.words, 1)]
    off = [[None if i == j else value for j, value in enumerate(row)] for i, row in enumerate(read.weights.tolist())]
    grid = Grid(
        title="PMI of every two words",
        values=off,
        rows=[f"{name} ({'hidden' if i in mask.places else 'left'})" for i, name in enumerate(names)],
        columns=names,
        row_title="",
        column_title="",
        value_title="PMI (nats)",
        digits=1,
        diverging=True,
    )
    sets = ("best set", f"best of {draws} drawn", "one drawn", "worst set")
    values = (mask.relevance, mask.drawn, mask.chance, mask.lowest)
    bars = Bars(
        title="What is left tells of what is hidden (drawn: on average)",
        names=sets,
        values=values,
        value_title="relevance (nats)",
    )
    return Panels(
        title=f"Hiding {hidden} leaves {mask.relevance:.1f} nats of hints; a random set leaves {mask.chance:.1f}",
        note=f"{len(mask.places)} of {len(read.words)} words hidden; pairs up to 5 words apart{read.remark}",
        told=dict(zip(("best set", "best of the draws", "one random set", "worst set"), values, strict=True)),
        parts=[grid, bars],
    ).plot()
