"""Finite tables: closed forms, theorems that hold for every table, channels in a row, gates, climbs."""

import subprocess
import sys
from functools import partial
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from explorer.engines.finite.channels import binary_symmetric, chain, channel, erasure, joint, one_sided, typewriter
from explorer.engines.finite.climbing import climb
from explorer.engines.finite.divergences import (
    dependence,
    kullback_leibler,
    renyi_divergence,
    total_variation,
)
from explorer.engines.finite.gates import gate, told
from explorer.engines.finite.tables import (
    binary_entropy,
    co_information,
    conditional_information,
    entropy,
    margin,
    mutual_information,
    mutual_informations,
    probabilities,
    total_correlation,
)
from explorer.errors import InputError, UnknownNameError

LN2 = np.log(2)
RULERS = {
    "kullback_leibler": kullback_leibler,
    "total_variation": total_variation,
    **{f"renyi {order}": partial(renyi_divergence, order=order) for order in (0.3, 0.8, 1.0, 1.5, 3.0)},
}


def h(p: float) -> float:
    """Entropy of a coin, in nats."""
    return float(-sum(x * np.log(x) for x in (p, 1 - p) if x > 0))


def renyi_entropy(p, order: float) -> float:
    """In nats."""
    p = np.asarray(p)[np.asarray(p) > 0]
    return float(-(p * np.log(p)).sum() if order == 1 else np.log((p**order).sum()) / (1 - order))


@st.composite
def tables(draw, *shape: int):
    """A joint table of that shape, some cells of it 0."""
    raw = draw(st.lists(st.integers(0, 9), min_size=int(np.prod(shape)), max_size=int(np.prod(shape))))
    masses = np.array(raw, float).reshape(shape)
    masses.flat[draw(st.integers(0, masses.size - 1))] += 1
    return masses / masses.sum()


@st.composite
def channels(draw, sent: int, got: int):
    return np.stack([draw(tables(got)) for _ in range(sent)])


def test_entropies_of_known_distributions():
    assert entropy(np.full(8, 1 / 8)) == pytest.approx(3 * LN2, abs=1e-15)
    assert entropy([0.0, 1.0]) == 0
    p = [0.5, 0.25, 0.25]
    assert entropy(p) == pytest.approx(1.5 * LN2, abs=1e-15)
    coins = [[0.0, 0.5], [1.0, 0.9]]
    assert binary_entropy(coins) == pytest.approx(np.array([[0, LN2], [0, h(0.9)]]), abs=1e-15)
    with pytest.raises(InputError, match=r"outside \[0, 1\]"):
        binary_entropy([0.5, 1.1])


def test_information_of_many_tables_is_that_of_each():
    raw = np.random.default_rng(0).integers(0, 3, (2, 5, 3, 4)) + np.eye(3, 4)
    p = raw / raw.sum((-1, -2), keepdims=True)
    each = [[(t[t > 0] * np.log((t / np.outer(t.sum(1), t.sum(0)))[t > 0])).sum() for t in row] for row in p]
    assert mutual_informations(p) == pytest.approx(np.array(each), abs=1e-12)
    assert mutual_information(p[1, 2]) == mutual_informations(p)[1, 2]
    assert mutual_information(np.outer([0.2, 0.8], [0.5, 0.5])) == 0
    assert mutual_information(np.eye(4) / 4) == pytest.approx(2 * LN2)


@given(tables(2, 3, 2))
def test_information_identities_of_three_variables(p):
    xy, z = margin(p, 0, 1), margin(p, 2)
    assert co_information(p) == pytest.approx(mutual_information(xy) - conditional_information(p), abs=1e-12)
    assert co_information(p.transpose(2, 0, 1)) == pytest.approx(co_information(p), abs=1e-12)
    assert mutual_information(p.reshape(-1, 2)) == pytest.approx(
        mutual_information(margin(p, 1, 2)) + conditional_information(p.transpose(0, 2, 1)), abs=1e-12
    )
    assert min(conditional_information(p), total_correlation(p), mutual_information(xy)) >= -1e-12
    assert entropy(p) <= entropy(xy) + entropy(z) + 1e-12


@given(tables(3, 4))
def test_co_information_of_two_variables_is_mutual_information(p):
    assert co_information(p) == pytest.approx(mutual_information(p), abs=1e-12)
    assert mutual_information(p) <= min(entropy(margin(p, 0)), entropy(margin(p, 1))) + 1e-12


def test_gates_are_known():
    xor, both_on, copied = (told(gate(name, 0, 0.5)) for name in ("xor", "and", "first"))
    assert (xor.first, xor.second, xor.both, xor.co_information) == pytest.approx((0, 0, LN2, -LN2), abs=1e-12)
    assert both_on.first / LN2 == pytest.approx(0.311278, abs=1e-6)  # h(1/4) - 1/2 bit
    assert both_on.both == pytest.approx(h(0.25))
    assert (copied.first, copied.second, copied.both) == pytest.approx((LN2, 0, LN2), abs=1e-12)
    assert told(gate("first", 0, 1.0)).co_information == pytest.approx(LN2)  # two copies of one bit: all redundant
    assert told(gate("xor", 0.1, 0.5)).both == pytest.approx(LN2 - h(0.1))
    assert told(gate("or", 0, 0.5)).both == pytest.approx(h(0.25))
    with pytest.raises(UnknownNameError, match="'xor'"):
        gate("xorr", 0, 0.5)


@given(tables(4))
def test_a_copy_is_as_far_from_independence_as_the_entropy_that_belongs_to_a_ruler(p):
    assert dependence(np.diag(p)) == pytest.approx(entropy(p), abs=1e-12)
    assert dependence(np.diag(p), total_variation) == pytest.approx(1 - (p**2).sum(), abs=1e-12)
    for order in (0.5, 1.5, 2.0):
        found = dependence(np.diag(p), partial(renyi_divergence, order=order))
        assert found == pytest.approx(renyi_entropy(p, 2 - order), abs=1e-10)


@settings(max_examples=60)
@given(tables(3), tables(3), channels(3, 3))
@pytest.mark.parametrize("ruler", RULERS)
def test_no_channel_brings_two_distributions_further_apart(ruler, p, q, rows):
    before, after = RULERS[ruler](p, q), RULERS[ruler](p @ rows, q @ rows)
    assert after <= before + 1e-10 and after >= -1e-12


@settings(max_examples=60)
@given(tables(3, 3), channels(3, 4))
@pytest.mark.parametrize("ruler", RULERS)
def test_data_processing(ruler, p, rows):
    assert dependence(p @ rows, RULERS[ruler]) <= dependence(p, RULERS[ruler]) + 1e-10


def test_divergences_of_two_coins_by_hand():
    p, q = [0.5, 0.5], [0.25, 0.75]
    assert kullback_leibler(p, q) == pytest.approx(0.5 * np.log(4 / 3))
    assert renyi_divergence(p, q, 2.0) == pytest.approx(np.log(4 / 3))
    assert renyi_divergence(p, q, 0.5) == pytest.approx(-2 * np.log(np.sqrt(0.125) + np.sqrt(0.375)))
    assert total_variation(p, q) == 0.25
    assert kullback_leibler([0.5, 0.5], [1, 0]) == np.inf
    assert renyi_divergence([1, 0], [0, 1], 0.5) == np.inf
    assert renyi_divergence([0.5, 0.5], [1, 0], 0.5) == pytest.approx(LN2)


@pytest.mark.parametrize("noise", [0.0, 0.1, 0.3, 0.5])
def test_chains_with_closed_forms(noise):
    stages = np.arange(6)
    flips = (1 - (1 - 2 * noise) ** stages) / 2
    found = chain("binary symmetric", noise, 0.5, 5, 0.5)
    assert found.shannon == pytest.approx([LN2 - h(flip) for flip in flips], abs=1e-12)
    assert found.variation == pytest.approx(np.abs(0.5 - flips), abs=1e-12)
    assert found.entropy == pytest.approx(np.full(6, LN2), abs=1e-12)
    kept = (1 - noise) ** stages
    lost = chain("erasure", noise, 0.5, 5, 0.5)
    assert lost.shannon == pytest.approx(kept * LN2, abs=1e-12)
    assert lost.entropy == pytest.approx([h(k) + k * LN2 for k in kept], abs=1e-12)
    assert chain("typewriter", noise, 0.25, 1, 1.0).shannon[1] == pytest.approx(2 * LN2 - h(noise), abs=1e-12)
    one = chain("one-sided", noise, 0.4, 1, 1.0)
    assert one.shannon[1] == pytest.approx(h(0.6 * (1 - noise)) - 0.6 * h(noise), abs=1e-12)


@pytest.mark.parametrize("name", ["binary symmetric", "erasure", "one-sided", "typewriter"])
@pytest.mark.parametrize("order", [0.3, 1.0, 1.7])
def test_along_a_chain_information_falls_whatever_the_ruler(name, order):
    found = chain(name, 0.15, 0.3, 8, order)
    for kept in (found.shannon, found.renyi, found.variation):
        assert (np.diff(kept) < 0).all()
    assert found.largest_rise < 0 and all(share[0] == 1 for share in found.shares)
    assert found.renyi[0] == pytest.approx(
        renyi_entropy([0.3, *[0.7 / 3] * 3] if name == "typewriter" else [0.3, 0.7], 2 - order)
    )


def test_entropy_of_a_stage_can_rise_or_fall():
    assert (np.diff(chain("binary symmetric", 0.1, 0.9, 8, 1.0).entropy) > 0).all()
    assert np.diff(chain("one-sided", 0.2, 0.1, 8, 1.0).entropy)[-1] < 0


@pytest.mark.parametrize("made", [binary_symmetric, erasure, one_sided, typewriter])
@pytest.mark.parametrize("noise", [0.0, 0.4, 1.0])
def test_rows_of_channels_are_distributions(made, noise):
    assert np.allclose(made(noise).sum(1), 1)


@pytest.mark.parametrize("variables", [2, 3, 4])
def test_climbs_in_pairs_reach_the_most_of_all(variables):
    for seed in range(21):
        found = climb("pairs", variables=variables, steps=300, seed=seed)
        assert (np.diff(found.pairs) > -1e-9).all()
        assert found.pairs[-1] == pytest.approx(LN2, abs=1e-3)
        assert found.whole[-1] == pytest.approx((variables - 1) * LN2, abs=1e-2)


def test_climbs_of_the_whole_end_on_two_cells_or_on_a_lower_peak_of_three():
    peak = 3 * h(1 / 3) - np.log(3)  # cells 001, 010, 100 with 1/3 each
    ends = []
    for seed in range(21):
        found = climb("whole", variables=3, steps=300, seed=seed)
        assert (np.diff(found.whole) > -1e-9).all()
        ends.append(found.whole[-1])
        assert min(abs(ends[-1] - 2 * LN2), abs(ends[-1] - peak)) < 1e-3
    assert min(ends) < 1.5 * LN2 < 2 * LN2 - 1e-3 < max(ends) <= 2 * LN2 + 1e-9


def test_the_slope_is_the_gradient_of_multi_information():
    from explorer.engines.finite.climbing import _slope

    rng = np.random.default_rng(0)
    p = rng.dirichlet(np.ones(8)).reshape(2, 2, 2)
    for group in [(0, 1, 2), *combinations(range(3), 2)]:
        direction = rng.normal(size=p.shape)
        direction -= direction.mean()  # stays a distribution
        ends = [total_correlation(margin(p + s * 1e-6 * direction, *group)) for s in (1, -1)]
        assert (_slope(p, group) * direction).sum() == pytest.approx((ends[0] - ends[1]) / 2e-6, rel=1e-5)


@pytest.mark.parametrize(
    "p, message",
    [
        ([0.5, 0.6], "sums to 1.1"),
        ([1.5, -0.5], "negative"),
        ([np.nan, 1], "NaN"),
        ([[1.0], [2.0, 3.0]], "rows of one length"),
        ([], "shape"),
    ],
)
def test_what_is_no_table_is_refused(p, message):
    with pytest.raises(InputError, match=message):
        probabilities(p)


def test_wrong_arguments_are_named():
    with pytest.raises(InputError, match="2 axes"):
        mutual_information([0.5, 0.5])
    with pytest.raises(InputError, match="one shape"):
        kullback_leibler([1.0], [0.5, 0.5])
    with pytest.raises(InputError, match="order=0"):
        renyi_divergence([1.0], [1.0], 0)
    with pytest.raises(InputError, match="rows of a channel"):
        channel([[0.5, 0.4]])
    with pytest.raises(InputError, match="the source has 3 levels and the channel takes 2"):
        joint([0.2, 0.3, 0.5], binary_symmetric(0.1))
    with pytest.raises(UnknownNameError, match="erasure"):
        chain("erase", 0.1, 0.5, 2, 1.0)
    with pytest.raises(InputError, match="levels=1"):
        climb(levels=1)


def test_finite_tables_need_numpy_alone():
    code = (
        "import sys, explorer.engines.finite.bottleneck, explorer.engines.finite.codes, explorer.engines.finite.gates;"
        "import explorer.engines.finite.semantic, explorer.engines.finite.gaussian_bottleneck;"
        "import explorer.engines.finite.climbing;"
        "print(sorted({m.split('.')[0] for m in sys.modules} & {'torch', 'scipy', 'plotly', 'pandas', 'sklearn'}))"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "[]"
