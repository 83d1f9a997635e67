"""Couplings against the exact optimum of small tables, codes against all codes, words against their truth."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from explorer.engines.finite.codes import all_codes, code_entropies, code_table, greedy_code, received, through_rates
from explorer.engines.finite.coupling import GREEDY_GAP, coupled, falling, floor, greedy_coupling
from explorer.engines.finite.semantic import WORDS, forecast, meanings, semantic_information, trust
from explorer.engines.finite.tables import entropy, margin, mutual_information
from explorer.errors import InputError

LN2 = np.log(2)


@st.composite
def masses(draw, low: int = 2, high: int = 6):
    raw = np.array(draw(st.lists(st.integers(0, 20), min_size=low, max_size=high)), float)
    raw[0] += 1
    return raw / raw.sum()


def least_entropy(p, q) -> float:
    """The least H(X, Y) of all tables with these margins: entropy is concave, so a vertex of the polytope has it.

    A vertex has at most len(p) + len(q) - 1 cells with mass, and the margins then fix them.
    """
    rows, columns, best = len(p), len(q), np.inf
    margins = np.zeros((rows + columns, rows * columns))
    for cell in range(rows * columns):
        margins[cell // columns, cell] = margins[rows + cell % columns, cell] = 1
    for cells in combinations(range(rows * columns), rows + columns - 1):
        found, _, rank, _ = np.linalg.lstsq(margins[:, cells], np.r_[p, q], rcond=None)
        exact = rank == rows + columns - 1 and np.allclose(margins[:, cells] @ found, np.r_[p, q], atol=1e-9)
        if exact and (found >= -1e-9).all():
            some = found[found > 1e-12]
            best = min(best, float(-(some * np.log(some)).sum()))
    return best


@given(masses(), masses())
def test_greedy_couplings_have_their_margins_and_keep_their_bounds(p, q):
    table = greedy_coupling(p, q)
    assert np.abs(margin(table, 0) - p).max() < 1e-12 and np.abs(margin(table, 1) - q).max() < 1e-12
    found = entropy(table)
    assert max(entropy(p), entropy(q)) - 1e-12 <= entropy(floor(p, q)) <= found + 1e-12
    assert found <= entropy(p) + entropy(q) + 1e-12
    assert found <= entropy(floor(p, q)) + LN2 + 1e-12  # one bit above the floor
    assert (table > 0).sum() <= len(p) + len(q) - 1


@settings(max_examples=25, deadline=None)
@given(masses(3, 3), masses(3, 3))
def test_greedy_is_near_the_least_entropy_of_small_tables(p, q):
    best, found = least_entropy(p, q), entropy(greedy_coupling(p, q))
    assert entropy(floor(p, q)) - 1e-9 <= best <= found + 1e-9
    assert found <= best + GREEDY_GAP


def test_couplings_known_by_hand():
    assert entropy(greedy_coupling([0.5, 0.5], np.full(4, 0.25))) == pytest.approx(2 * LN2)
    p = falling(5, 0.6)
    assert entropy(greedy_coupling(p, p[::-1])) == pytest.approx(entropy(p))  # one is the other in another order
    assert greedy_coupling([1.0], p) == pytest.approx(p[None])
    # 0.4 + 0.6 with thirds: 1/3 of 0.6 and of 0.4 first, then what is left
    expected = [[0, 1 / 3, 0.4 - 1 / 3], [1 / 3, 0, 0.6 - 1 / 3]]
    assert np.sort(greedy_coupling([0.4, 0.6], np.full(3, 1 / 3)).ravel()) == pytest.approx(np.sort(np.ravel(expected)))


def test_no_coupling_of_small_tables_shares_more_than_is_said():
    p, q = np.array([0.5, 0.3, 0.2]), np.array([0.6, 0.3, 0.1])
    found = coupled(p, q)
    best = entropy(p) + entropy(q) - least_entropy(p, q)
    assert found.shared <= best + 1e-12 <= found.most + 2e-12
    assert mutual_information(found.independent) == pytest.approx(0, abs=1e-12)


@given(masses(), masses())
def test_the_floor_is_majorized_by_both(p, q):
    z = floor(p, q)
    assert abs(z.sum() - 1) < 1e-12 and (np.diff(z) <= 1e-12).all()
    for one in (p, q):
        padded = np.pad(np.sort(one)[::-1], (0, len(z) - len(one)))
        assert (np.cumsum(z) <= np.cumsum(padded) + 1e-12).all()


def test_all_codes_are_counted_by_bell_numbers():
    assert [len(all_codes(n)) for n in range(1, 9)] == [1, 2, 5, 15, 52, 203, 877, 4140]
    assert len({tuple(code) for code in all_codes(6)}) == 203
    with pytest.raises(InputError, match="levels=9"):
        all_codes(9)


def test_codes_of_three_levels_are_a_staircase():
    found = code_entropies([0.7, 0.2, 0.1]) / LN2
    assert found == pytest.approx([0, 0.46900, 0.72193, 0.88129, 1.15678], abs=1e-5)
    rates = through_rates([0.7, 0.2, 0.1], [0.7, 0.2, 0.1], np.array([0.3, 0.5, 0.8, 1.0, 2.0]) * LN2)
    assert rates.best / LN2 == pytest.approx([0, 0.46900, 0.72193, 0.88129, 1.15678], abs=1e-5)
    assert rates.received[-1] / LN2 == pytest.approx(1.15678, abs=1e-5)


@settings(deadline=None)
@given(masses(2, 6), st.floats(0, 2.5))
def test_greedy_codes_keep_the_rate_and_their_guarantee(p, rate):
    code = greedy_code(p, rate)
    sent = entropy(margin(code_table(p, code), 1))
    assert through_rates(p, p, [rate]).guaranteed[0] - 1e-9 <= sent <= rate + 1e-9
    known = code_entropies(p)
    assert sent <= known[known <= rate + 1e-9][-1] + 1e-9
    assert mutual_information(code_table(p, code)) == pytest.approx(sent, abs=1e-12)  # T is a function of X


@settings(deadline=None)
@given(masses(2, 5), masses(2, 5), st.floats(0, 2))
def test_no_more_is_received_than_was_sent(p, q, rate):
    code = greedy_code(p, rate)
    assert received(p, q, code) <= min(rate, entropy(q)) + 1e-9


def test_a_negative_rate_is_refused():
    with pytest.raises(InputError, match="rate=-1"):
        greedy_code([0.5, 0.5], -1)


@settings(deadline=None)
@given(st.lists(st.integers(0, 9), min_size=9, max_size=9), st.lists(st.floats(0.01, 1), min_size=9, max_size=9))
def test_semantic_information_is_shannon_less_the_divergence_of_beliefs(raw, truth):
    p = (np.reshape(raw, (3, 3)) + np.eye(3)) / (sum(raw) + 3)
    truth = np.reshape(truth, (3, 3))
    found = semantic_information(p, truth)
    believed = margin(p, 0)[:, None] * truth / (margin(p, 0) @ truth)  # P(event) T(word | event) / T(word)
    follows = p / margin(p, 1)
    lost = np.where(p > 0, p * np.log(np.where(p > 0, follows, 1) / believed), 0).sum()
    assert found.semantic == pytest.approx(found.shannon - lost, abs=1e-12)
    assert found.semantic <= found.shannon + 1e-12


def test_words_that_mean_what_they_are_used_for_tell_all():
    p = forecast(0.7)
    used = p / margin(p, 0)[:, None]
    found = semantic_information(p, used / used.max(0))
    assert found.semantic == pytest.approx(found.shannon, abs=1e-12)


def test_forecasts_at_their_limits():
    perfect = semantic_information(forecast(1.0), meanings(0.0, 0.0))
    assert perfect.semantic == pytest.approx(perfect.shannon) == entropy(margin(forecast(1.0), 1))
    assert semantic_information(forecast(0.9), meanings(0.0, 0.0)).semantic == -np.inf
    assert trust(0.6, 1.0, 1.0).here == pytest.approx(0, abs=1e-12)
    seen = trust(0.6, 0.0, 0.001)
    assert seen.gains[0] == pytest.approx(seen.here) and seen.here < 0 < seen.best < seen.shannon
    assert seen.shannon == pytest.approx(mutual_information(forecast(0.6)) / LN2)
    assert 0.001 < seen.best_doubt < 1
    assert meanings(0.0, 0.0).sum(1) == pytest.approx(1) and meanings(0.0, 0.0).shape[1] == len(WORDS)


def test_wrong_meanings_are_refused():
    p = forecast(0.5)
    with pytest.raises(InputError, match="truth has shape"):
        semantic_information(p, np.ones((2, 3)))
    with pytest.raises(InputError, match="true of no event"):
        semantic_information(p, np.zeros(p.shape))
