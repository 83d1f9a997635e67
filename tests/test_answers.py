"""Unsure answers against partitions, tables and outputs of which the truth is known."""

import itertools
import math

import numpy as np
import pytest
import torch
from scipy.stats import dirichlet, spearmanr

from explorer.engines.answers.conformal import list_bound, pursued, threshold
from explorer.engines.answers.digits import CLASSES, classifier, halves
from explorer.engines.answers.evidence import concentrations, divergence_from_flat, evidential_loss, faded, network
from explorer.engines.answers.programs import QUESTIONS
from explorer.engines.answers.questions import Guesser, chosen, fitted, puzzle, quiz, subset_information
from explorer.engines.answers.semantic import meaning, semantic_entropy, studied
from explorer.engines.answers.shift import KINDS, shifted, taught_on, under_shift
from explorer.engines.answers.within import fit, outputs, per_class
from explorer.engines.finite.tables import binary_entropy
from explorer.errors import SettingError
from explorer.measures.outputs.output_information import OutputInformation


def test_entropy_of_a_known_partition():
    assert semantic_entropy(["a"] * 4 + ["b"] * 4) == pytest.approx(math.log(2))
    assert semantic_entropy(["a", "b", "c"]) == pytest.approx(math.log(3))
    assert semantic_entropy(["a"] * 7) == 0
    assert semantic_entropy(["a", "b", "b", "c"]) == pytest.approx(1.5 * math.log(2))
    with pytest.raises(SettingError, match="empty"):
        semantic_entropy([])


def test_semantic_entropy_is_too_small_by_the_first_order_bias():
    rng, m, shares = np.random.default_rng(0), 200, np.array([0.5, 0.2, 0.2, 0.1])
    truth = -(shares * np.log(shares)).sum()
    read = [semantic_entropy(rng.choice(4, m, p=shares).tolist()) for _ in range(2000)]
    assert np.mean(read) - truth == pytest.approx(-3 / (2 * m), abs=4 * np.std(read) / 2000**0.5)


def test_programs_mean_what_they_compute():
    inputs = ((2,), (0,))
    assert meaning(lambda x: x * x, inputs) == meaning(lambda x: x**2, inputs)
    assert meaning(lambda x: x * x, inputs) != meaning(lambda x: 2 * x + 1, inputs)
    assert meaning(lambda x: 1 / x, inputs) == ("0.5", "ZeroDivisionError")
    assert meaning(lambda x: True, inputs) == meaning(lambda x: 1, inputs)  # equal numbers are one answer


def test_questions_have_ten_programs_and_a_right_one():
    assert len(QUESTIONS) == 12 and len({question.asked for question in QUESTIONS}) == 12
    for question in QUESTIONS:
        assert len(question.programs) == 10 and len(question.inputs) == 8
        right = meaning(question.right, question.inputs)
        assert right in [meaning(one, question.inputs) for one in question.programs], question.asked


def test_entropy_follows_errors_and_abstaining_lowers_them():
    found = studied()
    assert found.correlation() == pytest.approx(spearmanr(found.entropy, found.wrong).statistic)
    assert found.correlation() > 0.6 and (found.entropy <= math.log(10) + 1e-12).all()
    everything, careful = found.abstaining(math.log(10)), found.abstaining(0.5)
    assert everything == (1.0, pytest.approx(found.wrong.mean())) and careful[1] < 0.1
    assert math.isnan(found.abstaining(-1.0)[1])
    agreed = found.asked.index("round, halves up")
    assert found.wrong[agreed] == 0.9 and found.entropy[agreed] < np.median(found.entropy)  # sure and wrong


def test_fewer_inputs_take_programs_for_one():
    groups = np.array([studied(inputs).groups for inputs in range(1, 9)])
    assert (np.diff(groups, axis=0) >= 0).all() and groups[0].sum() < groups[-1].sum()
    assert (studied(4).wrong == studied(8).wrong).all()  # truth is judged on all inputs
    for inputs, answers in ((0, 10), (9, 10), (8, 1), (8, 11)):
        with pytest.raises(SettingError, match="must lie in"):
            studied(inputs, answers)


def small_guesser() -> Guesser:
    return Guesser(np.array([0.5, 0.3, 0.2]), np.array([[0.9, 0.2, 0.5], [0.3, 0.8, 0.5], [0.5, 0.6, 0.1]]))


def joint(guesser: Guesser) -> np.ndarray:
    """p(y, x_1, x_2, x_3) by multiplication."""
    table = np.zeros((3, 2, 2, 2))
    for y, x in itertools.product(range(3), itertools.product((0, 1), repeat=3)):
        chances = [c if one else 1 - c for c, one in zip(guesser.chances[y], x, strict=True)]
        table[(y, *x)] = guesser.prior[y] * np.prod(chances)
    return table


def test_what_a_feature_tells_now_is_exact_on_the_joint_table():
    guesser = small_guesser()
    table = joint(guesser)
    assert table.sum() == pytest.approx(1)
    x, asked = np.array([[1.0, 0.0, 1.0]]), np.array([[0.0, 1.0, 0.0]])
    log_p = guesser.log_posterior(x, asked)
    given = table[:, :, 0]  # x_2 = 0 was answered: (y, x_1, x_3)
    given = given / given.sum()
    assert np.allclose(np.exp(log_p)[0], given.sum((1, 2)), atol=1e-12)
    told = guesser.told(log_p)[0]
    for feature, axis in ((0, 2), (2, 1)):
        p = given.sum(axis)
        outer = np.outer(p.sum(1), p.sum(0))
        assert told[feature] == pytest.approx((p * np.log(p / outer)).sum(), abs=1e-12)


def test_chances_are_smoothed_counts():
    x, y = np.array([[1.0, 0], [1, 0], [0, 0]]), np.array([0, 0, 1])
    found = fitted(x, y)
    assert np.allclose(found.prior, [2 / 3, 1 / 3])
    assert np.allclose(found.chances, [[3 / 4, 1 / 4], [1 / 3, 1 / 3]])


def test_asking_what_tells_most_beats_one_order_on_digits():
    found = quiz("digits")
    assert found.right.shape == (3, 21) and found.features == 64 and found.samples == 899
    gap = found.right[0, 4:10] - found.right[1, 4:10]
    assert (gap > 2 * found.error[0, 4:10]).all() and (found.right[1, 3:] > found.right[2, 3:] + 0.1).all()
    assert (np.diff(found.left[0]) < 0).all() and found.left[0, 0] == pytest.approx(math.log(10), abs=0.01)
    assert len(quiz("wine").right[0]) == 14
    with pytest.raises(SettingError, match="data='iris'"):
        quiz("iris")


@pytest.mark.parametrize("together", [0.0, 0.3, 1.0])
def test_the_puzzle_is_what_it_says(together):
    table = puzzle(together)
    assert table.shape == (2,) * 6 and table.sum() == pytest.approx(1)
    for feature in range(1, 6):
        assert table.sum(tuple(a for a in range(6) if a != feature)) == pytest.approx([0.5, 0.5])
    assert subset_information(table, (1,)) == pytest.approx(0, abs=1e-12) == subset_information(table, (2,))
    # X follows A xor B: a binary symmetric channel whose error is mixed with a coin
    wrong = 0.02 * together + 0.5 * (1 - together)
    assert subset_information(table, (1, 2)) == pytest.approx(math.log(2) - binary_entropy(wrong), abs=1e-12)
    with pytest.raises(SettingError, match="together=2"):
        puzzle(2)


def test_choosing_in_turn_equals_the_best_sets_where_features_help_alone():
    table = joint(small_guesser())
    found = chosen(table)
    assert found.told == pytest.approx(found.most, abs=1e-12) and len(found.best[2]) == 2
    assert chosen(puzzle(0.0)).told == pytest.approx(chosen(puzzle(0.0)).most, abs=1e-12)


def test_choosing_in_turn_misses_what_is_told_together():
    found = chosen(puzzle(0.5))
    assert found.in_turn[0] == 3 and set(found.in_turn[-2:]) == {1, 2}
    assert found.told[4] == pytest.approx(found.told[1], abs=1e-9) and found.told[5] > 2 * found.told[4]
    assert (found.most >= found.told - 1e-12).all() and (np.diff(found.most) >= -1e-12).all()


def test_changed_images():
    half = halves()[1]
    for kind, (_, amounts, _unit) in KINDS.items():
        same = shifted(half, kind, amounts[0])
        if kind != "noisy":
            assert torch.allclose(same.images, half.images, atol=1e-12)
        assert same.digits is half.digits
    assert torch.allclose(shifted(half, "fainter", 0.5).images, half.images / 2)
    moved = shifted(half, "moved", 1.0).images.reshape(-1, 8, 8)
    assert torch.allclose(moved[:, :, 1:], half.images.reshape(-1, 8, 8)[:, :, :-1], atol=1e-12)
    with pytest.raises(SettingError, match="kind='wet'"):
        shifted(half, "wet", 1.0)


def test_teaching_on_without_weight_stays_at_the_optimum():
    start, again = classifier(), taught_on(halves()[1].images, 0.0).layers[0]
    assert torch.allclose(start[0], again[0], atol=2e-3)


def test_what_a_shift_does_to_accuracy_and_information():
    turned, noisy, few = under_shift("rotated", 1.0), under_shift("noisy", 1.0), under_shift("rotated", 1.0, 5)
    assert (np.diff(turned.right) < 0).all() and (np.diff(turned.told) < 0).all()
    assert turned.right_after[2] > turned.right[2] + 0.3 and (turned.told_after > turned.told).all()
    assert noisy.right[-1] < 0.45 and noisy.told[-1] > 0.9 * noisy.told[0]  # sure and wrong
    assert few.right_after[0] < few.right[0] - 0.1 and few.images == int((halves()[1].digits < 5).sum())
    assert turned.error(np.array([0.5])) == pytest.approx([0.5 / 899**0.5])
    with pytest.raises(SettingError, match="kind='wet'"):
        under_shift("wet", 1.0)


def test_information_per_class_and_what_asking_for_it_costs():
    plain, asked = outputs(0.0), outputs(1.0)
    found, y = per_class(plain), halves()[1].digits.numpy()
    score = OutputInformation(form="logits")(plain.numpy(), y)
    assert found.values == pytest.approx(score.details["per_class"], abs=1e-12)
    assert found.whole == pytest.approx(score.value, abs=1e-12) and (found.errors > 0).all()
    assert per_class(asked).whole > 2 * found.whole and fit(asked).cross_entropy > 2 * fit(plain).cross_entropy
    assert 0.95 < fit(plain).right < 0.98


def test_divergence_from_no_evidence_is_that_of_samples():
    alpha = torch.tensor([[1.3, 2.0, 5.0], [1.0, 1.0, 1.0]], dtype=torch.float64)
    found = divergence_from_flat(alpha)
    drawn = dirichlet.rvs(alpha[0].numpy(), size=200_000, random_state=0)
    ratios = dirichlet.logpdf(drawn.T, alpha[0].numpy()) - dirichlet.logpdf(drawn.T, np.ones(3))
    assert float(found[0]) == pytest.approx(ratios.mean(), abs=4 * ratios.std() / 200_000**0.5)
    assert float(found[1]) == pytest.approx(0, abs=1e-12)


def test_the_evidential_loss_is_the_expected_squared_error():
    alpha = torch.tensor([[1.3, 2.0, 5.0]], dtype=torch.float64)
    truth = torch.tensor([[0.0, 0.0, 1.0]], dtype=torch.float64)
    drawn = dirichlet.rvs(alpha[0].numpy(), size=400_000, random_state=1)
    errors = np.square(drawn - truth.numpy()).sum(1)
    pull = 0.05 * divergence_from_flat(torch.tensor([[1.3, 2.0, 1.0]], dtype=torch.float64))
    spread = float(evidential_loss(alpha, truth, fisher=False) - pull)
    assert spread == pytest.approx(errors.mean(), abs=4 * errors.std() / 400_000**0.5)


def test_the_weights_of_the_loss_are_the_diagonal_of_the_fisher_information():
    """The diagonal is trigamma(alpha_k) - trigamma(alpha_0); the loss takes its first part."""
    alpha = torch.tensor([[1.3, 2.0, 5.0]], dtype=torch.float64)
    truth = torch.tensor([[0.0, 0.0, 1.0]], dtype=torch.float64)
    p, total = alpha / alpha.sum(), alpha.sum()
    spread = (truth - p).square() + p * (1 - p) / (total + 1)
    pull = 0.05 * divergence_from_flat(torch.tensor([[1.3, 2.0, 1.0]], dtype=torch.float64))
    # ln |I| = -4.026877 by numerical differentiation of the log density
    weighted = (torch.polygamma(1, alpha) * spread).sum() + 0.05 * 4.026877 + pull
    assert float(evidential_loss(alpha, truth, fisher=True)) == pytest.approx(float(weighted), abs=1e-6)


def test_doubt_peaks_between_two_digits_and_fisher_weights_find_more_of_it():
    plain, weighted = faded(3, 8, False), faded(3, 8, True)
    for one in (plain, weighted):
        doubt = one.information.mean(1)
        assert doubt[5] > max(doubt[0], doubt[-1]) and one.right > 0.95
        assert (one.information < one.entropy).all() and one.weights.shape == (3, 11, one.entropy.shape[1])
        first, second, _ = one.weights.mean(2)
        assert first[0] < first[-1] and second[0] > second[-1]
    assert weighted.found > plain.found + 0.02
    held = halves()[1].of(3)[: plain.evidence.shape[1]]
    evidence = concentrations(network(False), held).sum(1) - CLASSES
    assert np.allclose(plain.evidence[0], evidence.numpy())
    with pytest.raises(SettingError, match="must differ"):
        faded(3, 3, False)


def test_sets_hold_the_truth_as_often_as_asked():
    """Over many draws of both halves the mean coverage is at least 1 - miss, and hardly more."""
    rng, held = np.random.default_rng(0), []
    for _ in range(400):
        first, second = rng.random(99), rng.random(2000)
        held.append((second >= threshold(first, 0.1)).mean())
    assert np.mean(held) == pytest.approx(0.9, abs=4 * np.std(held) / 20)
    assert threshold(np.array([0.3, 0.2]), 0.1) == 0.0  # too few samples: all classes
    assert threshold(np.linspace(0.01, 0.99, 99), 0.1) == pytest.approx(0.1)


def test_the_bound_from_lists():
    """The truth is in a list of 2 of 4 with chance 0.8: Fano's bound is met when all are equally likely there."""
    held = np.array([True] * 80 + [False] * 20)
    p = np.array([0.4, 0.4, 0.1, 0.1])
    assert list_bound(np.full(100, 2), held, 4) == pytest.approx(-(p * np.log(p)).sum())
    assert list_bound(np.full(10, 1), np.full(10, True), 4) == pytest.approx(0, abs=1e-12)
    assert list_bound(np.full(10, 4), np.full(10, True), 4) == pytest.approx(math.log(4))


@pytest.mark.parametrize("sureness", [0.3, 1.0, 4.0])
def test_the_bound_stays_above_the_true_entropy_whatever_the_model_believes(sureness):
    found = pursued(sureness, 0.1)
    assert (found.bound > found.true - 0.02).all()  # 0.02: a standard error of the two means over 1000 samples
    assert (np.abs(found.held - 0.9) < 0.05).all() and (np.diff(found.true) < 0.01).all()
    order = {0.3: found.believed[1:] > found.true[1:], 4.0: found.believed[1:] < 0.8 * found.true[1:]}
    assert order.get(sureness, np.isclose(found.believed, found.true)).all()
    with pytest.raises(SettingError, match=r"miss=1\.0"):
        pursued(sureness, 1.0)
