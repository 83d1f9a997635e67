"""The tree of largest information over a sentence that is typed."""

from typing import Annotated

from plotly.graph_objects import Figure

from explorer.engines.texts.pairs import of_documents
from explorer.engines.texts.trees import tree_of
from explorer.engines.texts.typed import typed
from explorer.results.pictures import Cloud
from explorer.settings import Length, Range

TITLE = "Which words of a sentence tell most of each other?"
PAPERS = (33,)
QUICK = True


def lab(
    sentence: Annotated[str, Length(200)] = "the mutual information of two independent variables is zero",
    window: Annotated[int, Range(1, 10, 1)] = 5,
    shrink: Annotated[float, Range(0.1, 10.0, log=True)] = 1.0,
    context: bool = False,
) -> Figure:
    r"""The tree that joins the words of a sentence by the links of largest pointwise mutual information.

    Do: type a sentence of your own on samples, entropy or neighbours. Then lower `window` to 1.

    See: set phrases as "mutual information" are joined first. Most links do not join neighbours, until only
    neighbours are counted.

    The counts are of this program's own documents, 26 000 words: enough for its set phrases, far too few for English.
    A word that the text lacks is left out and named under the title. Of all trees over the words the one drawn has
    the largest sum of $\ln p(a,b)/(p(a)\,p(b))$: for the exact informations of variables it would be the tree-shaped
    distribution nearest to theirs.

    With `context` a link counts what its two words tell of each other when the others are known, from a naive Bayes
    model on the same counts. The paper asks large language models for it. Nothing here has been told any grammar;
    `trees_against_grammar` compares.

    >>> seen = told(lab())
    >>> seen["strongest link"] > 2.5 and seen["links"] == 8 and seen["unknown words"] == 0
    True
    >>> told(lab(sentence="the entropy of zebras"))["unknown words"]
    1.0
    >>> told(lab(sentence="too few samples", window=1))["links between neighbours"]
    2.0

    Args:
        sentence: at least two words that the text has, at most 18, in up to 200 characters.
        window: largest distance, in words, at which two words of the text count as a pair.
        shrink: counts added to what was seen and to what chance expects, so that a pair never seen stays finite.
        context: take what is left when the rest of the sentence is known.

    References: hoover2021; chow1968; church1990.
    """
    read = typed(sentence, of_documents(window), shrink)
    tree = tree_of(read, context)
    links, beside = len(tree.links), tree.neighbours
    figure = Cloud(
        title=f"{beside} of {links} links join neighbours; strongest: {tree.strongest}, {tree.strengths[0]:.1f} nats",
        note=f"counts of this program's documents, pairs up to {window} word{'s' * (window > 1)} apart{read.remark}",
        told={
            "links": links,
            "links between neighbours": beside,
            "strongest link": tree.strengths[0],
            "mean link": tree.strengths.mean(),
            "unknown words": len(read.unknown),
        },
        points=tree.layout,
        texts=tree.words,
        links=tree.links,
        x_title="place in the sentence",
        y_title="links from the centre",
    ).plot()
    return figure.update_yaxes(autorange="reversed", dtick=1)  # the centre at the top
