"""Trees over the words of a sentence that join the words which tell most of each other."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.sparse.csgraph import breadth_first_order, minimum_spanning_tree
from scipy.special import logsumexp

from explorer.engines.texts.typed import Typed
from explorer.errors import SampleError

Links = tuple[tuple[int, int], ...]


@dataclass(frozen=True, eq=False)
class Tree:
    """The tree of a sentence.

    Attributes:
        words: of the sentence.
        weights: (m, m), information between the words in nats.
        links: the m - 1 pairs of places that the tree joins, the strongest first.
    """

    words: tuple[str, ...]
    weights: np.ndarray
    links: Links

    @property
    def neighbours(self) -> int:
        """Links between words that stand beside each other."""
        return sum(b - a == 1 for a, b in self.links)

    @property
    def strengths(self) -> np.ndarray:
        """Information of every link in nats, (m - 1,)."""
        return self.weights[tuple(np.transpose(self.links))]

    @property
    def strongest(self) -> str:
        """The two words of the strongest link."""
        a, b = self.links[0]
        return f"{self.words[a]} - {self.words[b]}"

    @property
    def layout(self) -> np.ndarray:
        """Places to draw the words at, (m, 2): along the sentence, and by the links from the tree's centre."""
        depths = [_depths(self.links, len(self.words), root) for root in range(len(self.words))]
        centred = min(depths, key=lambda one: (one.max(), one.sum()))
        return np.column_stack([np.arange(1, len(self.words) + 1), centred])


def tree_of(typed: Typed, context: bool = False) -> Tree:
    """The tree over the words of a typed sentence whose links have the largest sum of information.

    Args:
        context: the information that is left when the rest of the sentence is known, see `contextual_pmi`.

    References: chow1968; hoover2021.
    """
    weights = contextual_pmi(typed.places, typed.pmi, typed.shares) if context else typed.weights
    return Tree(typed.words, weights, spanning_tree(weights))


def spanning_tree(weights: np.ndarray) -> Links:
    """The m - 1 links of largest total weight that join all of m places, the heaviest first.

    For the mutual informations of variables this is the tree-shaped distribution nearest to theirs.

    Args:
        weights: (m, m), symmetric and finite.

    Raises:
        SampleError: for weights that are not finite.

    References: chow1968.
    """
    if not np.isfinite(weights).all():
        raise SampleError("weights must be finite; a pair that was never seen has information minus infinity")
    costs = np.triu(weights.max() - weights + 1.0, 1)  # above 0: SciPy takes 0 for no link
    found = minimum_spanning_tree(costs).tocoo()
    links = sorted(zip(found.row.tolist(), found.col.tolist(), strict=True), key=lambda link: (-weights[link], link))
    return tuple(links)


def contextual_pmi(places: Sequence[int] | np.ndarray, pmi: np.ndarray, shares: np.ndarray) -> np.ndarray:
    r"""What two words of a sentence tell of each other when the others are known, in nats, (m, m).

    .. math:: \ln p(w_i \mid c_{-i}) - \ln p(w_i \mid c_{-ij}), \qquad
              p(w \mid C) \propto p(w) \prod_{c \in C} \frac{p(w, c)}{p(w) p(c)}

    the mean of both directions. The model of a word given its context C is naive Bayes on the pairs: words that share
    their topic are told from fewer of them. For a sentence of two words it is their PMI.

    Args:
        places: of the sentence's words in the vocabulary, (m,).
        pmi: of the sentence's words with the whole vocabulary, (m, V), finite.
        shares: p(w), (V,).

    References: hoover2021.
    """
    total = np.log(shares) + pmi.sum(0)
    told = np.empty((len(pmi), len(pmi)))
    for i, word in enumerate(places):
        given = total - pmi[i]  # of the word at i, from all the others
        without = given - pmi  # row j: the word at j is hidden too
        told[i] = given[word] - logsumexp(given) - without[:, word] + logsumexp(without, axis=1)
    np.fill_diagonal(told, 0.0)
    return (told + told.T) / 2


def agreement(links: Links, others: Links) -> float:
    """The share of the second tree's links that the first has too, whichever way they point (UUAS)."""
    ours = {tuple(sorted(link)) for link in links}
    return sum(tuple(sorted(link)) in ours for link in others) / len(others)


def _depths(links: Links, size: int, root: int) -> np.ndarray:
    """Links between every place and the root."""
    matrix = np.zeros((size, size))
    matrix[tuple(np.transpose(links))] = 1
    order, before = breadth_first_order(matrix, root, directed=False)
    depths = np.zeros(size, int)
    for place in order[1:]:
        depths[place] = depths[before[place]] + 1
    return depths
