"""Information among many variables: closed forms, identities, gates, a certified optimum, and what is refused."""

import json
import math
from functools import partial
from pathlib import Path

import numpy as np
import pandas
import pytest
import torch

import explorer
from explorer.engines.finite.gates import gate
from explorer.engines.finite.tables import total_correlation as exact_total
from explorer.errors import InputError, SampleError, SettingError
from explorer.estimators import (
    DualTotalCorrelation,
    Gaussian,
    OInformation,
    PartialInformation,
    SOmegaI,
    TotalCorrelation,
)
from explorer.estimators.many.base import parsed
from explorer.numerics.broja import broja, information, least_table
from explorer.numerics.several import NormalEntropies
from explorer.numerics.totals import gradients, totals
from explorer.numerics.totals import information as of_sets
from explorer.numerics.unpaired import synergy_bounds

REFERENCE = json.loads((Path(__file__).parents[1] / "reference" / "partial_information.json").read_text())
BIT = math.log(2)
rng = np.random.default_rng(0)


def redundant(rho: float, count: int = 3) -> np.ndarray:
    """Equal correlations."""
    return np.full((count, count), rho) + (1 - rho) * np.eye(count)


def synergistic(rho: float) -> np.ndarray:
    """The first and third are independent and both tell of the second."""
    matrix = np.eye(3)
    matrix[0, 1] = matrix[1, 0] = 2**-0.5
    matrix[1, 2] = matrix[2, 1] = rho * 2**-0.5
    return matrix


def samples(matrix: np.ndarray, n: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).multivariate_normal(np.zeros(len(matrix)), matrix, n)


def log_det(matrix: np.ndarray, variables: tuple[int, ...]) -> float:
    return float(np.linalg.slogdet(matrix[np.ix_(variables, variables)])[1]) / 2 if variables else 0.0


CLOSED = [
    (redundant(0.3), 0.1217, 0.1019, 0.0198),
    (redundant(0.6), 0.5221, 0.3747, 0.1474),
    (redundant(0.8), 1.1317, 0.7309, 0.4008),
    (synergistic(0.3), 0.3937, 0.4179, -0.0241),
    (synergistic(0.6), 0.5697, 0.6936, -0.1239),
    (synergistic(0.8), 0.8574, 1.1754, -0.3180),
]


@pytest.mark.parametrize(("matrix", "total", "dual", "omega"), CLOSED)
def test_closed_forms_of_three_normal_variables(matrix, total, dual, omega) -> None:
    found = totals(partial(log_det, matrix), 3)
    assert (found.total, found.dual, found.o_information) == pytest.approx((total, dual, omega), abs=6e-5)
    whole = partial(of_sets, partial(log_det, matrix))
    assert gradients(whole, 3) == pytest.approx([found.o_information] * 3, abs=1e-12)  # two alone have none


@pytest.mark.parametrize(("matrix", "total", "dual", "omega"), CLOSED)
def test_gaussian_has_no_bias(matrix, total, dual, omega) -> None:
    """A mean over 200 draws of 30 samples; four standard errors."""
    read = [OInformation(method="gaussian", gradients=False)(samples(matrix, 30, seed)).details for seed in range(200)]
    for name, truth in (("TC", total), ("DTC", dual), ("Omega", omega)):
        values = np.array([one[name] for one in read])
        assert abs(values.mean() - truth) < 4 * values.std() / 200**0.5
    plain = [partial(log_det, np.cov(samples(matrix, 30, seed).T)) for seed in range(200)]
    assert np.mean([totals(h, 3).total for h in plain]) - total > 0.04  # what is taken off


def test_identities_hold_to_the_last_digits() -> None:
    x = samples(redundant(0.4, 5), 400) @ rng.normal(size=(5, 5))
    for method in ("gaussian", "copula", "neighbors", "table"):
        values = np.digitize(x, [-1, 1]) if method == "table" else x
        entry = OInformation(method=method)
        found = entry(values).details
        tensor = entry.checked(values).x.values
        h, _ = entry.entropies(tensor, [[i] for i in range(5)], method)
        each = [of_sets(h, (i,), tuple(j for j in range(5) if j != i)) for i in range(5)]
        assert found["S"] == pytest.approx(math.fsum(each), abs=1e-11)
        for i in range(5) if method in ("gaussian", "table") else ():
            rest = entry(np.delete(values, i, 1)).details["Omega"]
            assert found["gradients"][i] == pytest.approx(found["Omega"] - rest, abs=1e-10)


def test_two_variables_share_their_mutual_information() -> None:
    x = samples(redundant(0.7, 2), 300)
    expected = Gaussian()(x[:, 0], x[:, 1]).nats
    for entry in (TotalCorrelation(method="gaussian"), DualTotalCorrelation(method="gaussian")):
        assert entry(x).nats == pytest.approx(expected, abs=1e-12)
    near = TotalCorrelation(method="neighbors", k=4)(x).nats
    assert near == pytest.approx(explorer.estimate(x[:, 0], x[:, 1], estimator="ksg", k=4, margins="standard").nats)


def test_complements_are_the_determinants_themselves() -> None:
    x = torch.as_tensor(samples(redundant(0.5, 6), 200))
    h = NormalEntropies(x, [[0, 1], [2], [3, 4], [5]])
    matrix = np.corrcoef(x.numpy().T)
    for variables, columns in (((0,), (0, 1)), ((0, 1, 2), (0, 1, 2, 3, 4)), ((1, 2, 3), (2, 3, 4, 5))):
        plain = h.correlation.log_det(list(columns))  # type: ignore[arg-type]
        assert 2 * log_det(matrix, columns) == pytest.approx(float(plain), abs=1e-10)
        own = h(variables) + {2: 0, 5: 0, 4: 0}[len(columns)]
        from explorer.numerics.covariance import log_det_bias

        assert own == pytest.approx(log_det(matrix, columns) - log_det_bias(len(columns), 200) / 2, abs=1e-10)


@pytest.mark.parametrize("maker", [lambda: redundant(0.6), lambda: synergistic(0.6)])
def test_neighbours_approach_the_truth(maker) -> None:
    """The mean of 5 draws of 1000; the deviation of one is 0.02 to 0.03."""
    matrix = maker()
    truth = totals(partial(log_det, matrix), 3)
    read = [OInformation(method="neighbors", gradients=False)(samples(matrix, 1000, s)).details for s in range(5)]
    mean = {name: np.mean([one[name] for one in read]) for name in ("TC", "DTC", "Omega")}
    assert mean["TC"] == pytest.approx(truth.total, abs=0.03)
    assert mean["DTC"] == pytest.approx(truth.dual, abs=0.05)
    assert mean["Omega"] == pytest.approx(truth.o_information, abs=0.04)


def test_neighbours_see_what_correlations_cannot() -> None:
    """The sign of a product: every two of three are independent."""
    x = np.random.default_rng(0).normal(size=(1500, 3))
    x[:, 2] = np.abs(x[:, 2]) * np.sign(x[:, 0] * x[:, 1])
    assert abs(OInformation(method="gaussian")(x).nats) < 0.01
    assert OInformation(method="neighbors")(x).nats < -0.3  # ln 2 = 0.693 with endless samples


def test_gates_are_exact() -> None:
    bits = np.array([[a, b] for a in (0, 1) for b in (0, 1)] * 25)
    a, b = bits.T
    xor = OInformation()(np.c_[a, b, a ^ b])
    assert xor.details["method"] == "table" and xor.nats == pytest.approx(-BIT, abs=1e-12)
    copies = OInformation()(np.c_[a, a, a, a])
    assert (copies.details["TC"], copies.details["DTC"]) == pytest.approx((3 * BIT, BIT), abs=1e-12)
    assert copies.details["gradients"] == pytest.approx([BIT] * 4, abs=1e-12)
    both = OInformation()(np.c_[a, b, a & b]).details
    assert both["TC"] == pytest.approx(exact_total(gate("and", 0.0, 0.5)), abs=1e-12)
    parts = OInformation(groups="0,1,2+3")(np.c_[a, b, a ^ b, a ^ b])
    assert parts.nats == pytest.approx(-BIT, abs=1e-12)


def test_blocks_add() -> None:
    x = np.c_[samples(redundant(0.6), 20_000, 1), samples(synergistic(0.6), 20_000, 2)]
    assert OInformation()(x).nats == pytest.approx(0.1474 - 0.1239, abs=0.01)


def test_order_of_variables_and_samples_does_not_matter() -> None:
    x = samples(synergistic(0.6), 300)
    for method in ("gaussian", "neighbors"):
        entry = OInformation(method=method)
        expected = entry(x)
        assert entry(x[::-1]).nats == pytest.approx(expected.nats, abs=1e-10)
        assert entry(x[:, [2, 0, 1]]).details["gradients"][1] == pytest.approx(
            expected.details["gradients"][0], abs=1e-9
        )
        assert entry(x * [1e-3, 5, 40] + 2).nats == pytest.approx(expected.nats, abs=1e-9)


def test_estimate_has_an_interval_a_null_and_no_doubt_about_a_sign() -> None:
    x = samples(synergistic(0.8), 500)
    found = explorer.estimate(x, estimator="o_information")
    assert found.quantity == "Ω(X)" and found.interval is not None and found.interval[1] < 0
    assert (
        found.null is not None and found.null.p_value < 0.05 and found.null.how == "every variable permuted by itself"
    )
    assert found.verdict == "No rule fired." and found.null.high < -found.nats
    alone = explorer.estimate(rng.normal(size=(200, 3)), estimator="total_correlation", method="neighbors")
    assert alone.null is not None and alone.null.p_value > 0.05 and "permuted by itself" in alone.warnings[-1].text


def test_the_null_keeps_groups_together() -> None:
    x = np.arange(40.0).reshape(20, 2)
    shuffled = OInformation(groups="0+1", method="gaussian").permuted(torch.as_tensor(x), np.random.default_rng(0))
    assert (shuffled[:, 1] - shuffled[:, 0] == 1).all() and not torch.equal(shuffled, torch.as_tensor(x))
    apart = OInformation().permuted(torch.as_tensor(x), np.random.default_rng(0))
    assert not (apart[:, 1] - apart[:, 0] == 1).all() and torch.equal(apart.sort(0).values, torch.as_tensor(x))


@pytest.mark.parametrize(
    ("text", "groups"), [("", []), ("0-2,3,4+6", [[0, 1, 2], [3], [4, 6]]), (" 5 , 1-1", [[5], [1]])]
)
def test_groups_are_read(text, groups) -> None:
    assert parsed(text) == groups


@pytest.mark.parametrize("text", ["0,0", "a", "3-1", "-1", "0;1", "0,,1", "0-2,1"])
def test_groups_that_break_the_rule_are_refused(text) -> None:
    with pytest.raises(SettingError, match=r"groups=.* must"):
        OInformation(groups=text)


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"x": np.zeros((50, 1))}, "needs at least 3 variables; x has 1 variable"),
        ({"x": np.c_[rng.normal(size=(50, 2)), np.ones(50)]}, "column 2 of x never changes"),
        ({"x": rng.normal(size=(50, 3)), "y": np.arange(50)}, "takes x alone"),
        ({"x": rng.normal(size=(50, 3)) @ np.ones((3, 3))}, "determine others"),
        ({"x": rng.normal(size=(50, 3)), "groups": "0,1,7"}, "names column 7; x has columns 0 to 2"),
        ({"x": np.c_[rng.normal(size=(50, 2)), [np.nan] * 50]}, "NaN"),
        ({"x": rng.normal(size=(4, 3)), "method": "neighbors"}, "needs more than k=5 samples"),
        ({"x": np.repeat(rng.normal(size=(5, 3)), 10, 0), "method": "neighbors"}, "coincide"),
        (
            {"x": rng.normal(size=(50, 3)), "method": "table"},
            "counts labels and column 0 of x holds real numbers .* take 'auto'",
        ),
    ],
)
def test_what_cannot_be_used_is_refused(given, says) -> None:
    with pytest.raises(InputError, match=says):
        explorer.estimate(estimator="o_information", **given)


def opposite(n: int, d: int = 3) -> np.ndarray:
    """Two correlations of opposite sign, in equal parts."""
    sign = np.where(np.random.default_rng(1).random(n) < 0.5, 1, -1)
    x = samples(redundant(0.8, d), n)
    x[:, 1::2] *= sign[:, None]
    return x


@pytest.mark.parametrize(
    ("x", "method"),
    [
        (samples(redundant(0.5, 5), 500), "copula"),
        (np.exp(samples(redundant(0.5, 5), 500)), "copula"),
        (np.tanh(2 * samples(synergistic(0.6), 500)), "copula"),
        (opposite(500), "neighbors"),
        (np.sign(rng.normal(size=(500, 1))) + rng.normal(size=(500, 4)) / 2, "neighbors"),
        (np.round(2 * opposite(500)) / 2, "copula"),
        (rng.integers(0, 3, (500, 3)), "table"),
    ],
    ids=["normal", "exp", "tanh", "opposite", "clusters", "repeated", "labels"],
)
def test_auto_takes_what_suits_and_says_so(x, method) -> None:
    """Bent normal columns by their ranks; dependence that is not normal by neighbours, where these take the values."""
    found = TotalCorrelation()(x)
    assert found.details["method"] == method and found.settings["method"] == "auto"
    notes = [one.text for one in found.warnings if one.rule == "method" and one.note]
    assert (len(notes) == 1 and notes[0].startswith(f"auto took '{method}'")) if method != "table" else not notes
    assert found.nats == TotalCorrelation(method=method)(x).nats


def test_what_does_not_suit_is_doubted_by_the_estimator() -> None:
    """TC of two opposite correlations is 0.773 nats by the density; normal variables of their covariance share 0.51."""
    doubts = {method: TotalCorrelation(method=method)(opposite(1000)).warnings for method in ("gaussian", "copula")}
    assert all([one.rule for one in found] == ["shape"] for found in doubts.values())
    assert (
        "'gaussian' reads TC 0.49" in doubts["gaussian"][0].text and "not jointly normal" in doubts["gaussian"][0].text
    )
    assert TotalCorrelation()(opposite(1000)).nats == pytest.approx(0.773, abs=0.06)
    for entry in (OInformation(method="gaussian"), DualTotalCorrelation(method="gaussian")):
        assert "shape" in {one.rule for one in entry(np.exp(2 * samples(redundant(0.6, 4), 1000))).warnings}
        assert "shape" not in {one.rule for one in entry(samples(redundant(0.6, 4), 1000)).warnings}


def test_values_that_repeat_are_doubted() -> None:
    """As those of saturated units, of which a density tells nothing."""
    x = np.maximum(samples(redundant(0.5), 400), 0)
    said = {one.rule: one.text for one in TotalCorrelation()(x).warnings}["repeated"]
    assert said.startswith("Up to ") and "of the values of columns 0, 1, 2 of x repeat: entropies" in said
    table = pandas.DataFrame(samples(redundant(0.5), 400), columns=list("abc"))
    said = {one.rule: one.text for one in TotalCorrelation()(table.assign(b=x[:, 1])).warnings}["repeated"]
    assert "% of the values of column 'b' of x repeat: entropies are those of a density" in said
    assert "repeated" not in {one.rule for one in TotalCorrelation()(samples(redundant(0.5), 400)).warnings}


def test_labels_among_numbers_are_said() -> None:
    x = np.c_[rng.normal(size=(60, 2)), rng.integers(0, 2, 60)]
    found = OInformation()(x)
    assert found.details["method"] == "copula" and "Column 2 of x holds few" in found.warnings[0].text


def test_columns_of_a_table_are_called_by_their_names() -> None:
    table = pandas.DataFrame(rng.normal(size=(50, 3)), columns=["height", "weight", "age"])
    with pytest.raises(SampleError, match="column 'unit' of x never changes"):
        OInformation()(table.assign(unit=1.5))
    with pytest.raises(SampleError, match="column 'height' of x holds real numbers"):
        OInformation(method="table")(table)
    with pytest.raises(SampleError, match=r"of NaN, the first in row 7 of column 'weight'; all"):
        OInformation()(table.assign(weight=table.weight.where(table.index != 7)))
    found = OInformation()(table.assign(tall=(table.age > 0).astype(int)))
    assert "Column 'tall' of x holds few whole numbers" in found.warnings[0].text
    with pytest.raises(SampleError, match="column 3 of x never changes"):
        OInformation()(pandas.DataFrame(table.assign(unit=1.5).to_numpy()))
    few = OInformation()(rng.normal(size=(8, 6)))
    assert [doubt.rule for doubt in few.warnings] == ["shrunk", "method"] and few.details["shrinkage"] > 0
    many = OInformation()(rng.integers(0, 9, (60, 5)))
    assert [doubt.rule for doubt in many.warnings] == ["undersampled"]


GATES = {
    "xor": (0, 0, 0, 1),
    "and": (0.311278, 0, 0, 0.5),
    "first": (0, 1, 0, 0),
}


@pytest.mark.parametrize("name", GATES)
def test_gates_fall_into_their_atoms(name) -> None:
    found = broja(gate(name, 0.0, 0.5))
    assert np.array(found.atoms) / BIT == pytest.approx(GATES[name], abs=1e-6) and found.gap < 1e-7


def test_copies_and_equal_sources() -> None:
    both = np.zeros((2, 2, 4))
    both[[0, 0, 1, 1], [0, 1, 0, 1], [0, 1, 2, 3]] = 0.25
    assert np.array(broja(both).atoms) / BIT == pytest.approx((0, 1, 1, 0), abs=1e-9)
    same = np.zeros((2, 2, 2))
    same[0, 0, 0] = same[1, 1, 1] = 0.5
    assert np.array(broja(same).atoms) / BIT == pytest.approx((1, 0, 0, 0), abs=1e-9)


@pytest.mark.parametrize("case", range(len(REFERENCE)))
def test_atoms_are_those_of_a_general_convex_solver(case) -> None:
    """Clarabel's tolerance is 1e-10 and ours is certified to 1e-9 nats; both in bits."""
    found = broja(np.array(REFERENCE[case]["table"]))
    assert np.array(found.atoms) / BIT == pytest.approx(REFERENCE[case]["bits"], abs=1e-8)


def tables(count: int, shape=(2, 2, 2)):
    draw = np.random.default_rng(3)
    return (draw.dirichlet(np.full(math.prod(shape), draw.choice([0.2, 1.0]))).reshape(shape) for _ in range(count))


def test_the_optimum_keeps_the_margins_and_is_certified() -> None:
    for p in tables(20, (3, 4, 3)):
        found = broja(p)
        assert np.abs(found.table.sum(0) - p.sum(0)).max() < 1e-13
        assert np.abs(found.table.sum(1) - p.sum(1)).max() < 1e-12
        assert 0 <= found.gap < 1e-7 and min(found.atoms) > -1e-8
        assert math.fsum(found.atoms) == pytest.approx(information(p.reshape(-1, 3)), abs=1e-12)
        other = least_table(p.sum(1), p.sum(0))[0] * 0.5 + found.table * 0.5
        assert information(other.reshape(-1, 3)) >= information(found.table.reshape(-1, 3)) - found.gap - 1e-12


def test_swapping_the_sources_swaps_their_atoms() -> None:
    for p in tables(10):
        there, back = broja(p), broja(p.transpose(1, 0, 2))
        assert np.array(back.atoms)[[0, 2, 1, 3]] == pytest.approx(there.atoms, abs=2e-9)


def test_bounds_without_paired_labels_hold() -> None:
    for p in tables(120):
        bounds, synergy = synergy_bounds(p.sum(1), p.sum(0), p.sum(2)), broja(p).atoms[3]
        assert bounds.lower - 1e-8 <= synergy <= bounds.upper + 1e-8


def test_bounds_of_gates() -> None:
    def of(p):
        found = synergy_bounds(p.sum(1), p.sum(0), p.sum(2))
        return found.lower / BIT, found.upper / BIT

    assert of(gate("xor", 0.0, 0.5)) == pytest.approx((0, 1), abs=1e-8)
    assert of(gate("and", 0.0, 0.5)) == pytest.approx((0.311278, 0.5), abs=1e-6)
    assert of(gate("first", 0.0, 0.5)) == pytest.approx((0, 0), abs=1e-8)
    assert of(gate("xor", 0.0, 0.9))[0] == pytest.approx(0, abs=1e-8)


def test_tables_that_do_not_share_their_margins_are_refused() -> None:
    p = gate("and", 0.0, 0.5)
    with pytest.raises(InputError, match="give X1 different probabilities"):
        synergy_bounds(p.sum(1), p.sum(0), np.diag([0.3, 0.7]))
    with pytest.raises(InputError, match="must be a table"):
        synergy_bounds(p, p.sum(0), p.sum(2))
    with pytest.raises(InputError, match="sum 1"):
        broja(np.ones((2, 2, 2)))


def test_partial_information_of_normal_variables() -> None:
    """Barrett's closed form: redundancy is the smaller information."""
    x = np.random.default_rng(0).normal(size=(20_000, 2))
    found = PartialInformation()(x, x @ [1.0, 0.5] + np.random.default_rng(1).normal(size=20_000)).details
    both, first, second = (math.log(2.25 / rest) / 2 for rest in (1, 1.25, 2))
    read = [found[name] for name in ("redundancy", "unique_1", "unique_2", "synergy")]
    assert read == pytest.approx((second, first - second, 0, both - first), abs=0.02)


def test_partial_information_takes_columns_or_a_second_source() -> None:
    a, b = rng.integers(0, 2, (2, 400))
    one, two = PartialInformation()(np.c_[a, b], a & b), PartialInformation()(a, a & b, z=b)
    assert one.nats == two.nats and one.quantity == "Syn(X₁,X₂;Y)" and one.details["measure"] == "broja"
    assert PartialInformation(atom="redundancy")(a, a & b, z=b).nats == one.details["redundancy"]
    real = PartialInformation()(rng.normal(size=(200, 2)), a[:200])
    assert real.details["estimator"] == "ross" and real.warnings[0].rule == "redundancy"
    with pytest.raises(InputError, match="give y, and x with two columns"):
        PartialInformation()(np.c_[a, b])
    with pytest.raises(SampleError, match="takes two sources"):
        PartialInformation()(np.c_[a, b, a], a)
    with pytest.raises(InputError, match="counts discrete values"):
        PartialInformation(measure="broja")(rng.normal(size=(50, 2)), a[:50])


def test_synergy_of_independent_labels_is_at_least_its_stated_bias() -> None:
    """I(X1, X2; Y) reads 3 / 2n, and synergy is that at most."""
    draws = np.random.default_rng(5).integers(0, 2, (200, 3, 100))
    read = [PartialInformation()(np.c_[a, b], y).nats for a, b, y in draws]
    assert 1 / 200 < np.mean(read) < 3 / 200


def test_scores_of_independent_variables_are_near_zero() -> None:
    found = SOmegaI(steps=100)(rng.normal(size=(400, 3)))
    assert abs(found.nats) < 0.1 and found.quantity == "Ω(X)" and found.details["curves"]["held"]


@pytest.mark.ends
@pytest.mark.parametrize(("matrix", "total", "dual", "omega"), [CLOSED[1], CLOSED[4]], ids=["redundant", "synergistic"])
def test_scores_find_the_closed_forms(matrix, total, dual, omega) -> None:
    """Three normal variables, n = 10 000: TC and DTC within 0.05 nats, and the sign of what is left between them."""
    found = SOmegaI(steps=1000, batch=1024)(samples(matrix, 10_000)).details
    assert (found["TC"], found["DTC"]) == pytest.approx((total, dual), abs=0.05)
    assert np.sign(found["Omega"]) == np.sign(omega)


def test_scores_are_read_in_two_forms() -> None:
    """One training: what one form reads is what the other tells of it."""
    x = samples(redundant(0.8), 400)
    one, other = (SOmegaI(steps=100, form=form)(x).details for form in ("difference", "distance"))
    for name in ("TC", "DTC"):
        assert one["other form"][f"{name} by distance"] == pytest.approx(other[name], abs=1e-9)
        assert other["other form"][f"{name} by difference"] == pytest.approx(one[name], abs=1e-9)
        assert one[name] != pytest.approx(other[name], abs=1e-3)
