"""Directed information and its conservation law, short codes, sequences with an ancestor."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from explorer.engines.finite.channels import substitution
from explorer.engines.finite.infomax import by_length, confused_classes, infomax_code, random_code, word_information
from explorer.engines.finite.phylogeny import descent
from explorer.engines.finite.streams import directed_information, driven_streams
from explorer.engines.finite.tables import mutual_information
from explorer.errors import InputError

LN2 = np.log(2)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 3))
def test_directed_information_is_conserved(seed, steps):
    p = np.random.default_rng(seed).dirichlet(np.full(4**steps, 0.3)).reshape((2,) * (2 * steps))
    seen = directed_information(p)
    assert seen.forward + seen.backward == pytest.approx(seen.mutual, abs=1e-10)
    assert min(seen.forward, seen.backward) > -1e-10
    whole = p.transpose(*range(0, 2 * steps, 2), *range(1, 2 * steps, 2)).reshape(2**steps, 2**steps)
    assert seen.mutual == pytest.approx(mutual_information(whole) / LN2, abs=1e-10)


@pytest.mark.parametrize("drive", [0.0, 0.4, 1.0])
def test_without_feedback_all_goes_forward(drive):
    seen = directed_information(driven_streams(4, drive, 0.0))
    wrong = (1 - drive) / 2
    told = 1 - (-sum(q * np.log2(q) for q in (wrong, 1 - wrong) if q > 0))
    assert seen.forward == pytest.approx(4 * told) == seen.mutual
    assert seen.backward == pytest.approx(0, abs=1e-12)


def test_streams_copy_as_they_say():
    p = driven_streams(2, 0.8, 0.5)
    assert p.sum() == pytest.approx(1)
    assert p.sum((2, 3)) == pytest.approx(np.array([[0.9, 0.1], [0.1, 0.9]]) / 2)  # Y_1 is X_1 with 0.8 + 0.2 / 2
    assert p.sum((0, 3)) == pytest.approx(np.array([[0.75, 0.25], [0.25, 0.75]]) / 2)  # X_2 is Y_1 with 0.5 + 0.5 / 2
    with pytest.raises(InputError, match="steps=7"):
        driven_streams(7, 0.5, 0.5)
    with pytest.raises(InputError, match="3 axes"):
        directed_information(np.full((2, 2, 2), 1 / 8))


@pytest.mark.parametrize("symbols, classes, length", [(2, 8, 3), (2, 16, 4), (4, 16, 2), (3, 9, 2), (2, 8, 2)])
def test_learned_words_are_as_short_as_can_be(symbols, classes, length):
    p = confused_classes(classes, 0.0)
    code = infomax_code(p, symbols, length)
    assert word_information(p, code) == pytest.approx(min(length * np.log(symbols), np.log(classes)))
    assert code.min() >= 0 and code.max() < symbols


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 1000), st.integers(2, 3), st.integers(1, 3))
def test_words_obey_both_bounds_and_no_single_symbol_is_better(seed, symbols, length):
    rng = np.random.default_rng(seed)
    p = rng.dirichlet(np.full(7 * 3, 0.4)).reshape(7, 3)
    code = infomax_code(p, symbols, length)
    told = word_information(p, code)
    assert told <= min(length * np.log(symbols), mutual_information(p)) + 1e-9
    changed = code.copy()
    item, place = rng.integers(7), rng.integers(length)
    changed[item, place] = rng.integers(symbols)
    assert word_information(p, changed) <= told + 1e-9


def test_word_information_is_that_of_the_merged_table():
    p = np.random.default_rng(0).dirichlet(np.ones(12)).reshape(4, 3)
    code = np.array([[0, 1], [0, 1], [1, 0], [1, 1]])
    merged = np.stack([p[0] + p[1], p[2], p[3]])
    assert word_information(p, code) == pytest.approx(mutual_information(merged), abs=1e-12)


def test_random_words_collide_as_often_as_balls_in_boxes():
    # n items in m boxes fill m (1 - (1 - 1/m)^n) of them on average; 400 codes, 4 standard errors
    filled = [len(np.unique(random_code(16, 2, 4, seed), axis=0)) for seed in range(400)]
    assert abs(np.mean(filled) - 16 * (1 - (15 / 16) ** 16)) < 4 * np.std(filled) / 20


def test_lengths_are_bounded():
    seen = by_length(12, 3, 0.2)
    assert (seen.learned <= seen.ceiling + 1e-9).all() and (seen.high <= seen.ceiling + 1e-9).all()
    assert (seen.low <= seen.drawn).all() and (seen.drawn <= seen.high).all()
    assert (np.diff(seen.learned) >= -1e-9).all()
    with pytest.raises(InputError, match="symbols=1"):
        infomax_code(confused_classes(4, 0.0), 1, 2)


def test_branches_add_up_and_letters_fade():
    assert substitution(0.3) @ substitution(0.5) == pytest.approx(substitution(0.8))
    assert substitution(0.0) == pytest.approx(np.eye(4)) and substitution(50.0) == pytest.approx(np.full((4, 4), 0.25))
    seen = descent(0.4, 10, 64)
    assert seen.ancestor[0] == pytest.approx(20) and seen.ceiling == 6
    assert descent(0.8, 10, 64).ancestor_here == pytest.approx(seen.sisters_here)
    stay = 0.25 + 0.75 * np.exp(-4 * 0.4 / 3)
    told = 2 + stay * np.log2(stay) + (1 - stay) * np.log2((1 - stay) / 3)
    assert seen.ancestor_here == pytest.approx(10 * told)
