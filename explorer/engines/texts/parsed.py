"""Sentences of the documents whose grammar was read by hand."""

from dataclasses import dataclass
from functools import cache

import numpy as np

from explorer.engines.texts.corpus import documents, words_of
from explorer.engines.texts.pairs import Pairs, count
from explorer.engines.texts.trees import Links, agreement, contextual_pmi, spanning_tree

PARSED = """
unequal classes compress by their shares alone | 2 3 0 6 6 3 3
with few samples it is biased down | 3 3 6 6 6 0 6
in many dimensions it is too low | 3 3 7 7 7 7 0
the information can come out negative | 2 4 4 0 4 4
a heat map shows a measure of every layer at every recorded step | 3 3 4 0 6 4 9 9 6 13 13 13 4
the readout is fitted to these samples | 2 4 4 0 7 7 4
a polygon counts in the picture in which it was drawn | 2 3 0 6 6 3 8 11 11 11 6
in sample both kinds obey the triangle inequality | 2 5 4 5 0 8 8 5
it reads pairs only and no factors | 2 0 2 3 7 7 3
small values among many units can still add up | 2 8 5 5 2 8 8 0 8
none takes the range of each | 2 0 4 2 6 4
units or samples without any activity have no sparsity | 7 3 1 6 6 1 0 9 7
a layer compared with itself at an earlier step | 2 0 2 5 3 9 9 9 5
the first step has no previous one and stays empty | 3 3 4 0 7 7 4 9 4 9
in sample the distance is biased down | 2 6 4 6 6 0 6
both densities are taken at the same samples so that their chance cancels | 2 4 4 0 8 8 8 4 13 9 12 13 4
the parts are a share of the value for each unit | 2 5 5 5 0 8 8 5 11 11 5
none takes for each variable the median distance between its samples that differ | 2 0 5 5 2 8 8 2 11 11 8 13 11
misses dependence that no elliptical distribution has | 0 1 7 6 6 7 2
the paper fits by adam with early stopping on a validation set | 2 3 0 5 3 8 8 3 12 12 12 8
columns are standardised inside the probe | 3 3 0 6 6 3
a plane that was stopped goes on where it was | 2 6 5 5 2 0 6 10 10 6
it sees second moments around the origin alone | 2 0 4 2 7 7 4 2
which latents tell more of the factors than chance does | 2 3 0 3 7 7 3 10 10 4
independent samples can give a small negative value | 2 4 4 0 8 8 8 4
the offsets are penalised as the weights are | 2 4 4 0 8 7 8 4
under the cloud stands how far the picture can be trusted | 3 3 4 0 6 11 8 11 11 11 4
what to say when many samples are alone with their values | 3 3 0 8 6 8 8 3 11 11 8
it is no entropy in the units of the data | 4 4 4 0 7 7 4 10 10 7
clusters see distances so a column of large variance rules | 2 0 2 10 6 10 9 9 6 2
how often the stillest latent tells which factor was held | 2 6 5 5 6 0 8 10 10 6
mean information of two latents on each other | 2 0 5 5 2 7 2 7
"""
"""A sentence, and for each of its words the place of the word that it depends on, 0 for the root: content words
govern, as in Universal Dependencies."""


@dataclass(frozen=True)
class Parse:
    """A sentence and its grammar.

    Attributes:
        words: of the sentence.
        links: pairs of places that depend on each other, m - 1 of them.
    """

    words: tuple[str, ...]
    links: Links


@cache
def parses() -> tuple[Parse, ...]:
    """All sentences that were parsed."""
    return tuple(_parse(*line.split(" | ")) for line in PARSED.strip().splitlines())


@cache
def others(window: int, least: int = 3) -> Pairs:
    """Pairs of the documents without the sentences that were parsed."""
    held_out = {parse.words for parse in parses()}
    return count([one for one in documents() if one not in held_out], window, least)


@dataclass(frozen=True)
class Agreement:
    """How much of the grammar trees find: shares of its links, pooled over the sentences.

    Attributes:
        found: by the trees of largest information.
        neighbours: by joining every word with the next.
        chance: by a tree drawn evenly from all: 2 / m of the links of m words, on average.
        low, high: the middle 95 % of `found` over sentences drawn anew.
        difference: `found` - `neighbours`, with the same of it.
        links: of all sentences.
    """

    found: float
    neighbours: float
    chance: float
    low: float
    high: float
    difference: tuple[float, float, float]
    links: int


def agreement_with_grammar(window: int = 5, shrink: float = 1.0, context: bool = False) -> Agreement:
    """Trees of largest information over the parsed sentences against their grammar.

    The counts are of the other sentences of the documents; a word that those lack has no information on any.

    Args:
        window: in which pairs are counted, see `pairs.count`.
        shrink: above 0, see `Pairs.pmi`.
        context: take `contextual_pmi`.

    References: hoover2021.
    """
    pairs = others(window)
    trees = [spanning_tree(_weights(parse.words, pairs, shrink, context)) for parse in parses()]
    sizes = np.array([len(parse.links) for parse in parses()])
    found = sizes * [agreement(tree, parse.links) for tree, parse in zip(trees, parses(), strict=True)]
    beside = sizes * [
        agreement(tuple((i, i + 1) for i in range(m)), parse.links) for m, parse in zip(sizes, parses(), strict=True)
    ]
    chance = float((sizes * 2 / (sizes + 1)).sum() / sizes.sum())
    drawn = np.random.default_rng(0).integers(len(sizes), size=(2000, len(sizes)))
    low, high = _middle(found[drawn].sum(1) / sizes[drawn].sum(1))
    more = _middle((found - beside)[drawn].sum(1) / sizes[drawn].sum(1))
    ours, theirs = (float(one.sum() / sizes.sum()) for one in (found, beside))
    return Agreement(ours, theirs, chance, low, high, (ours - theirs, *more), int(sizes.sum()))


def _middle(values: np.ndarray) -> tuple[float, float]:
    low, high = np.quantile(values, (0.025, 0.975))
    return float(low), float(high)


def _weights(words: tuple[str, ...], pairs: Pairs, shrink: float, context: bool) -> np.ndarray:
    """Information between the words of a sentence, 0 for words without counts, (m, m)."""
    known = [i for i, word in enumerate(words) if word in pairs.words]
    places = pairs.places(words[i] for i in known)
    weights = np.zeros((len(words), len(words)))
    pmi = pairs.pmi(shrink, places)
    told = contextual_pmi(places, pmi, pairs.shares) if context else pmi[:, places]
    weights[np.ix_(known, known)] = told
    return weights


def _parse(sentence: str, heads: str) -> Parse:
    pairs = [(i, int(head) - 1) for i, head in enumerate(heads.split()) if head != "0"]
    return Parse(words_of(sentence), tuple((min(pair), max(pair)) for pair in pairs))
