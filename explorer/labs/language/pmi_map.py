"""A map of words by the company they keep."""

from typing import Annotated

from plotly.graph_objects import Figure

from explorer.engines.texts.pairs import of_documents
from explorer.engines.texts.swivel import factorised
from explorer.results.pictures import Bars, Cloud, Panels
from explorer.settings import Length, Range

TITLE = "Which words keep the same company?"
PAPERS = (72,)
QUICK = False


def lab(
    word: Annotated[str, Length(40)] = "latent",
    dimensions: Annotated[int, Range(2, 20, 1)] = 10,
    window: Annotated[int, Range(1, 10, 1)] = 8,
    hinge: bool = True,
) -> Figure:
    """Words as vectors whose products are their pointwise mutual information, with those nearest to one word.

    Do: ask for "kernel", "labels" and "neighbours"; then turn `hinge` off.

    See: near "latent" lie "latents", "factor" and "factors": words of one topic, also where they never stand
    together. Without the hinge some of the nearest words are chance.

    Every word has a vector, fitted so that the product of two is how much more often than by chance the words stand
    together (`missing_pairs` shows the fit). Words with the same company get similar vectors. The map draws the two
    directions in which the vectors, scaled to one length, vary most; all others are lost in it, so read the nearest
    words from the bars and not from the map.

    The text has 26 000 words, and the 287 that occur fifteen times are taken: the neighbourhoods are rough, and a text
    of this size says nothing of the quality that the paper reports on billions of words.

    >>> seen = told(lab())
    >>> seen["largest cosine"] > 0.5 and seen["words"] == 287
    True
    >>> {"factor", "latents"} <= set(lab()._picture.parts[1].names[:4])
    True

    Args:
        word: one of the frequent words of the documents.
        dimensions: of the vectors.
        window: largest distance, in words, at which two words count as a pair.
        hinge: let pairs that never occur count against a large product.

    References: shazeer2016; church1990.
    """
    found = factorised(of_documents(window, 15), dimensions, hinge)
    nearest, cosines = found.nearest(word)
    shown = [one if one in (word, *nearest) else "" for one in found.words]
    kinds = [2 if one == word else 1 if one in nearest else 0 for one in found.words]
    plane = Cloud(
        title="",
        points=found.plane(),
        kinds=kinds,
        names=("other words", "its nearest words", word),
        texts=shown,
        sizes=[9 if kind else 4 for kind in kinds],
        x_title="first direction",
        y_title="second direction",
    )
    bars = Bars(title=f"Nearest to {word}", names=nearest, values=cosines, value_title="cosine of the vectors")
    settled = "" if found.converged else "; the fit stopped after 60 steps"
    return Panels(
        title=f"{word} keeps the company of {nearest[0]}, {nearest[1]} and {nearest[2]}",
        note=f"{len(found.words)} words of this program's documents, {dimensions} dimensions{settled}",
        told={"largest cosine": cosines[0], "words": len(found.words), "seen error": found.seen_error},
        parts=[plane, bars],
        widths=(3, 2),
    ).plot()
