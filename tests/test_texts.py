"""Pairs of words, trees, masks and vectors against sources whose every PMI is known."""

import itertools
import math

import numpy as np
import pytest
from scipy.special import logsumexp

from explorer.engines.texts.chains import WordChain, learning
from explorer.engines.texts.corpus import documents, sentences_of, words_of
from explorer.engines.texts.masks import best_mask, relevances
from explorer.engines.texts.pairs import Pairs, count, of_documents
from explorer.engines.texts.parsed import agreement_with_grammar, parses
from explorer.engines.texts.swivel import factorised
from explorer.engines.texts.trees import agreement, contextual_pmi, spanning_tree, tree_of
from explorer.engines.texts.typed import typed
from explorer.errors import InputError, SampleError, SettingError, UnknownNameError


def random_pairs(size: int, seed: int = 0) -> Pairs:
    """A symmetric table without empty cells."""
    table = np.random.default_rng(seed).integers(1, 40, (size, size)).astype(float)
    return Pairs(tuple(f"w{i}" for i in range(size)), table + table.T)


def test_words_are_runs_of_letters():
    assert words_of("The cross-entropy of X isn't a KL.") == ("the", "cross", "entropy", "of", "isn't", "a", "kl")
    assert sentences_of("One here. Two: three\nfour 0.5 five") == (
        ("one", "here"),
        ("two",),
        ("three",),
        ("four", "five"),
    )
    assert len(documents()) == 3034 and sum(map(len, documents())) == 26235


def test_counts_of_a_small_text():
    pairs = count([("a", "b", "a", "c")], window=2)
    found = {(x, y): pairs.table[i, j] for i, x in enumerate(pairs.words) for j, y in enumerate(pairs.words)}
    # a-b twice and b-a... at distance 1: ab, ba, ac; at distance 2: aa, bc
    assert found[("a", "b")] == found[("b", "a")] == 2 and found[("a", "c")] == 1
    assert found[("a", "a")] == 2 and found[("b", "c")] == 1 and found[("b", "b")] == 0
    assert pairs.total == 2 * 5
    assert count([("a", "b"), ("c", "d")], window=5).total == 4  # not across sentences


def test_a_rare_word_keeps_its_place():
    pairs = count([("a", "x", "b", "a", "b")], window=1, least=2)
    assert pairs.words == ("a", "b") and pairs.total == 4  # b a, a b; never a b across x


def test_counts_refuse_what_they_cannot_hold():
    with pytest.raises(SampleError, match="no pair"):
        count([("a",), ("b",)])
    with pytest.raises(SampleError, match="4001 different words"):
        count([tuple(f"w{i}" for i in range(4001))])
    with pytest.raises(SettingError, match="window=0"):
        count([("a", "b")], window=0)
    with pytest.raises(UnknownNameError, match="no word 'c'"):
        count([("a", "b")]).places(["c"])


def test_the_mean_of_the_pmi_is_the_information():
    pairs = random_pairs(7)
    joint = pairs.table / pairs.table.sum()
    h = [-(p[p > 0] * np.log(p[p > 0])).sum() for p in (joint.sum(0), joint.ravel())]
    assert pairs.information() == pytest.approx(2 * h[0] - h[1], abs=1e-12)
    assert pairs.information() == pytest.approx((joint * pairs.pmi()).sum(), abs=1e-12)


def test_shrinkage_draws_to_independence():
    pairs = count([("a", "b", "c")], window=1)
    plain, shrunk = pairs.pmi(), pairs.pmi(1.0)
    assert plain[np.ix_(pairs.places("a"), pairs.places("c"))] == -np.inf
    assert np.isfinite(shrunk).all() and (np.abs(shrunk) < np.abs(plain))[pairs.table > 0].all()
    assert np.abs(pairs.pmi(1e9)).max() < 1e-8
    with pytest.raises(SettingError, match="shrink=-1"):
        pairs.pmi(-1)


def test_shrunk_pmi_is_the_posterior_mean_of_the_ratio():
    # ratio ~ Gamma(k, k), count ~ Poisson(e ratio): posterior mean by quadrature
    from scipy.integrate import quad
    from scipy.stats import gamma, poisson

    k, e, c = 2.0, 0.7, 3
    weight = lambda r: gamma.pdf(r, k, scale=1 / k) * poisson.pmf(c, e * r)  # noqa: E731
    mean = quad(lambda r: r * weight(r), 0, 60)[0] / quad(weight, 0, 60)[0]
    assert math.log((c + k) / (e + k)) == pytest.approx(math.log(mean), abs=1e-6)


@pytest.mark.parametrize("window", [1, 3])
def test_counts_of_a_chain_go_to_its_exact_table(window):
    chain = WordChain(12, 0.6)
    exact = chain.exact(window)
    assert exact.table.sum() == pytest.approx(1, abs=1e-12)
    assert np.allclose(exact.shares, chain.shares, atol=1e-12)  # stationary
    errors = []
    for n in (2000, 200_000):
        pairs = count(chain.text(n, seed=1), window)
        order = exact.places(pairs.words)
        errors.append(np.abs(pairs.table / pairs.total - exact.table[np.ix_(order, order)]).max())
    assert errors[1] < 0.2 * errors[0] and errors[1] < 0.002  # 1 / sqrt(100) of it, and 2 standard errors of 0.15


def test_information_of_a_chain_in_closed_form():
    # strength 0 is independent; a cycle of two words at strength s: p(same) of the pair is (1 - s) / 2 by symmetry
    assert WordChain(20, 0.0).exact().information() == pytest.approx(0, abs=1e-12)
    chain = WordChain(2, 0.4)
    assert np.allclose(chain.steps.sum(1), 1)
    joint = chain.shares[:, None] * chain.steps
    mean = (joint + joint.T) / 2
    truth = (mean * np.log(mean / np.outer(chain.shares, chain.shares))).sum()
    assert chain.exact().information() == pytest.approx(truth, abs=1e-12)


def test_counting_reads_too_much_by_the_predicted_bias():
    found = learning(WordChain(20, 0.0), (2000, 8000), shrink=1.0, seeds=40)
    assert found.exact == pytest.approx(0, abs=1e-12)
    assert np.allclose(found.expected, [20 * 19 / 8000, 20 * 19 / 32000])
    mean, error = found.own.mean(0), found.own.std(0) / 40**0.5
    # second order: cells with few expected counts read a little less than the expansion to first order
    assert (np.abs(mean / found.expected - 1) < 0.15).all() and (error < 0.05 * mean).all()


def test_counted_pmi_tells_less_of_new_text_than_of_its_own():
    found = learning(WordChain(30, 0.5), (300, 3000, 30_000), shrink=1.0)
    own, fresh = found.own.mean(0), found.fresh.mean(0)
    assert (fresh < found.exact).all() and (found.exact < own).all()
    assert (np.diff(own) < 0).all() and (np.diff(fresh) > 0).all()
    assert own[-1] - fresh[-1] < 0.1 * (own[0] - fresh[0])
    with pytest.raises(SettingError, match="shrink=0"):
        learning(WordChain(), (100,), 0.0)


def test_chains_refuse_impossible_settings():
    for size, strength in ((1, 0.5), (5, 1.0), (5, -0.1)):
        with pytest.raises(SettingError, match="at least 2"):
            WordChain(size, strength)


@pytest.mark.parametrize("seed", range(5))
def test_the_tree_is_the_heaviest_of_all_trees(seed):
    weights = np.random.default_rng(seed).normal(size=(5, 5))
    weights += weights.T
    pairs = list(itertools.combinations(range(5), 2))
    trees = [links for links in itertools.combinations(pairs, 4) if _connected(links)]
    assert len(trees) == 5**3  # Cayley
    best = max(sum(weights[link] for link in links) for links in trees)
    assert sum(weights[link] for link in spanning_tree(weights)) == pytest.approx(best, abs=1e-12)


def _connected(links) -> bool:
    groups = {i: {i} for i in range(5)}
    for a, b in links:
        joined = groups[a] | groups[b]
        for one in joined:
            groups[one] = joined
    return len(groups[0]) == 5


def test_the_tree_of_a_chain_is_the_chain():
    """Chow and Liu: the mutual informations of a Markov chain join neighbours."""
    step = np.array([[0.8, 0.2], [0.3, 0.7]])
    start = np.array([0.5, 0.5])
    joints = {}
    for i, j in itertools.combinations(range(5), 2):
        p = start @ np.linalg.matrix_power(step, i)
        joints[i, j] = p[:, None] * np.linalg.matrix_power(step, j - i)
    weights = np.zeros((5, 5))
    for (i, j), joint in joints.items():
        outer = np.outer(joint.sum(1), joint.sum(0))
        weights[i, j] = weights[j, i] = (joint * np.log(joint / outer)).sum()
    assert set(spanning_tree(weights)) == {(0, 1), (1, 2), (2, 3), (3, 4)}


def test_a_tree_needs_finite_weights():
    with pytest.raises(SampleError, match="finite"):
        spanning_tree(np.array([[0.0, -np.inf], [-np.inf, 0.0]]))


def test_contextual_pmi_is_that_of_naive_bayes_by_enumeration():
    pairs = random_pairs(6, seed=3)
    shares, pmi = pairs.shares, pairs.pmi()
    places = [0, 3, 4, 3]

    def log_p(word, context):
        scores = np.log(shares) + sum((pmi[:, c] for c in context), np.zeros(6))
        return scores[word] - logsumexp(scores)

    truth = np.zeros((4, 4))
    for i, j in itertools.permutations(range(4), 2):
        others = [places[k] for k in range(4) if k not in (i, j)]
        truth[i, j] = log_p(places[i], [*others, places[j]]) - log_p(places[i], others)
    assert np.allclose(contextual_pmi(places, pmi[places], shares), (truth + truth.T) / 2, atol=1e-12)


def test_contextual_pmi_of_two_words_is_their_pmi():
    pairs = random_pairs(6, seed=4)
    found = contextual_pmi([1, 4], pairs.pmi()[[1, 4]], pairs.shares)
    assert found[0, 1] == pytest.approx(pairs.pmi()[1, 4], abs=1e-12)


def test_contextual_pmi_discounts_what_the_context_has_told():
    """Three words of one topic: once two are known, the third tells less of either than it did alone."""
    table = np.array([[20.0, 20, 20, 1], [20, 20, 20, 1], [20, 20, 20, 1], [1, 1, 1, 600]])
    pairs = Pairs(("red", "green", "blue", "other"), table)
    alone, known = pairs.pmi()[0, 1], contextual_pmi([0, 1, 2], pairs.pmi()[:3], pairs.shares)[0, 1]
    assert 0 < known < 0.2 * alone


def test_sentences_are_read_with_what_the_text_lacks():
    read = typed("The mutual information of zebras!", of_documents())
    assert read.words == ("the", "mutual", "information", "of") and read.unknown == ("zebras",)
    assert "zebras" in read.remark and read.weights.shape == (4, 4)
    tree = tree_of(read)
    assert tree.strongest == "mutual - information" and len(tree.links) == 3
    assert tree.strengths[0] == tree.strengths.max() and tree.layout.shape == (4, 2)
    assert tree.layout[:, 1].min() == 0 and tree.layout[:, 1].max() >= 1, "links from the centre, counted from 0"
    for sentence, rule in (("zebras gallop", "has 0 of"), ("", "has 0 of"), ("the " * 19, "19 words")):
        with pytest.raises(InputError, match=rule):
            typed(sentence, of_documents())
    with pytest.raises(InputError, match="shrink=0"):
        typed("the mean", of_documents(), 0.0)


def test_the_parsed_sentences_are_trees_of_the_documents():
    known = set(documents())
    for parse in parses():
        assert parse.words in known
        weights = np.zeros((len(parse.words),) * 2)
        for link in parse.links:
            weights[link] = weights[link[::-1]] = 1
        assert set(spanning_tree(weights)) == set(parse.links), parse.words
    assert len(parses()) == 32


def test_trees_find_less_grammar_than_neighbours_and_more_than_chance():
    for window in (1, 5, 8):
        for context in (False, True):
            found = agreement_with_grammar(window, context=context)
            assert found.chance < found.low < found.found < found.high < found.neighbours
    assert found.links == 257 and found.neighbours == pytest.approx(124 / 257)
    assert found.difference[1] < found.difference[0] < found.difference[2] < 0


def test_agreement_of_trees():
    assert agreement(((0, 1), (1, 2)), ((1, 0), (0, 2))) == 0.5
    # a tree drawn evenly holds any link with probability 2 / m
    pairs = list(itertools.combinations(range(5), 2))
    trees = [links for links in itertools.combinations(pairs, 4) if _connected(links)]
    assert sum((0, 1) in links for links in trees) / len(trees) == 2 / 5


def test_relevance_of_a_mask_by_hand():
    weights = np.array([[0.0, 1, 2], [1, 0, 4], [2, 4, 0]])
    sets, found = relevances(weights, 1)
    assert sets.ravel().tolist() == [0, 1, 2] and found.tolist() == [3, 5, 6]
    mask = best_mask(weights, 0.3, draws=2)
    assert mask.places == (2,) and mask.relevance == 6 and mask.lowest == 3
    assert mask.chance == pytest.approx(14 / 3)
    # best of two draws: 3 with 1/9, 5 with 3/9, 6 with 5/9
    assert mask.drawn == pytest.approx((3 + 15 + 30) / 9)
    with pytest.raises(InputError, match="size=3"):
        relevances(weights, 3)


def test_planted_topic_words_are_hidden_first():
    weights = np.full((6, 6), 0.1)
    weights[1, 3:] = weights[3:, 1] = 3.0  # word 1 tells of the last three
    assert best_mask(weights, 1 / 6).places == (1,)


def test_vectors_of_full_dimension_are_the_pmi():
    pairs = random_pairs(8, seed=1)
    found = factorised(pairs, dim=8, steps=500)
    assert found.seen.all() and np.allclose(found.products, pairs.pmi(), atol=1e-4) and found.seen_error < 1e-4
    assert found.converged and not len(found.excess)


def test_a_pmi_of_low_rank_is_found_in_as_many_dimensions():
    vectors = np.random.default_rng(5).normal(size=(30, 3)) * 0.6
    shares = np.full(30, 1 / 30)
    # a table with this PMI up to a rank-one correction by its own margins: ln of those is of rank 2 more
    table = 1e6 * np.outer(shares, shares) * np.exp(vectors @ vectors.T)
    found = factorised(Pairs(tuple(map(str, range(30))), table), dim=5, steps=500)
    assert found.seen_error < 0.01
    assert factorised(Pairs(found.words, table), dim=1, steps=500).seen_error > 0.2


def test_the_hinge_keeps_pairs_never_seen_apart():
    pairs = of_documents(4, 25)
    held, free = factorised(pairs, 10), factorised(pairs, 10, hinge=False)
    assert (held.excess > 0).mean() < 0.15 < 0.5 < (free.excess > 0).mean()
    assert held.seen_error > free.seen_error  # what it costs
    assert np.allclose(held.targets, np.log(np.maximum(pairs.table, 1) / pairs.expected))  # one count for none


def test_vectors_refuse_more_dimensions_than_words():
    with pytest.raises(SettingError, match="dim=9"):
        factorised(random_pairs(8), dim=9)
    with pytest.raises(UnknownNameError, match="zebra"):
        factorised(random_pairs(8), dim=2).nearest("zebra")


def test_nearest_words_are_those_of_the_same_company():
    """Words 0 and 1 keep one company, 2 and 3 another."""
    table = np.array([[1.0, 1, 40, 2], [1, 1, 40, 2], [40, 40, 1, 1], [2, 2, 1, 30]])
    found = factorised(Pairs(("a", "b", "c", "d"), table), dim=3)
    assert found.nearest("a", 1)[0] == ("b",)
    assert found.plane().shape == (4, 2) and np.allclose(np.diag(found.cosines()), 1)
