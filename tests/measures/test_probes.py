"""Probes against scikit-learn, planted information and shuffled labels."""

import numpy as np
import pytest
import torch
from scipy.integrate import quad
from scipy.stats import multivariate_normal, norm
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score, mutual_info_score
from sklearn.preprocessing import StandardScaler

from explorer.device import seeded
from explorer.distributions import LabelledClusters
from explorer.errors import SampleError, SettingError
from explorer.measures import ClusteredInformation, OnlineCode, ProbeDimensions, ProbeF1, ProbeInformation
from explorer.measures.probes._probe import Probe, folds_of, held_out, some_of
from explorer.measures.probes._subsets import NormalProbe
from explorer.numerics.softmax import _loss, fitted

CPU = torch.device("cpu")


def clusters(n: int, seed: int = 0, **settings) -> tuple[np.ndarray, np.ndarray, float]:
    """Samples, labels and the true information."""
    truth = LabelledClusters(**settings)
    z, y = truth.draw(n, np.random.default_rng(seed))
    return z, y[:, 0], truth.nats


def rules(score) -> set[str]:
    return {doubt.rule for doubt in score.warnings}


@pytest.mark.parametrize("strength", [0.1, 1.0, 30.0])
def test_a_linear_fit_is_that_of_scikit_learn(strength):
    z, y, _ = clusters(200, classes=4, dim=3, separation=1.5)
    ours = fitted(torch.tensor(z), torch.tensor(y), 4, strength)
    theirs = LogisticRegression(C=1 / strength, tol=1e-10, max_iter=10_000).fit(z, y)
    # both stop on flat slopes, theirs 1e-10 and ours 1e-7 of the mean loss: their probabilities agree to about 1e-5
    assert np.abs(ours.log_probabilities(torch.tensor(z)).exp().numpy() - theirs.predict_proba(z)).max() < 2e-5
    assert ours.converged


def test_slopes_of_a_hidden_layer_are_those_of_automatic_differentiation():
    rng = np.random.default_rng(0)
    z, truth = torch.tensor(rng.normal(size=(9, 4))), torch.eye(3).double()[torch.arange(9) % 3]
    parts = [torch.tensor(rng.normal(size=shape)).requires_grad_() for shape in ((4, 5), (5,), (5, 3), (3,))]
    value, slopes = _loss(parts, z, truth)
    for ours, theirs in zip(slopes, torch.autograd.grad(value, parts), strict=True):
        assert torch.allclose(ours, theirs, atol=1e-12)


def test_a_class_that_has_not_come_up_keeps_a_probability_when_offsets_are_penalised():
    z, y = torch.zeros(20, 2).double(), torch.arange(20) % 2
    log_p = fitted(z, y, 3, free=False).log_probabilities(z)
    assert 0.01 < float(log_p[0, 2].exp()) < 0.2


def test_folds_have_equal_shares_of_every_class():
    y = torch.tensor([0] * 37 + [1] * 12 + [2] * 3)
    part = folds_of(y, 5)
    for k, size in enumerate((37, 12, 3)):
        inside = torch.bincount(part[y == k], minlength=5)
        assert inside.max() - inside.min() <= 1 and inside.sum() == size
    some = some_of(y, 0.25)
    assert [int(some[y == k].sum()) for k in range(3)] == [pytest.approx(s / 4, abs=1) for s in (37, 12, 3)]


def test_held_out_is_what_scikit_learn_gives_on_the_same_folds():
    z, y, _ = clusters(300, dim=4)
    z = z * [1, 5, 0.1, 3] + 2
    with seeded(0, CPU):
        found = held_out(torch.tensor(z), torch.tensor(y), 4, Probe(1.0))
    part, theirs = found.part.numpy(), np.empty((300, 3))
    for fold in range(4):
        scale = StandardScaler().fit(z[part != fold])
        probe = LogisticRegression(C=1.0, tol=1e-10, max_iter=10_000).fit(
            scale.transform(z[part != fold]), y[part != fold]
        )
        theirs[part == fold] = probe.predict_log_proba(scale.transform(z[part == fold]))
    shares = np.bincount(y) / 300
    gain = np.mean(theirs[np.arange(300), y] - np.log(shares[y]))
    score = ProbeInformation(folds=4)(z, y)
    assert score.value == pytest.approx(gain, abs=1e-5)  # the optima agree to about 1e-5
    assert ProbeF1(folds=4)(z, y).value == pytest.approx(f1_score(y, theirs.argmax(1), average="weighted"))
    assert ProbeF1(folds=4, average="macro")(z, y).value == pytest.approx(
        f1_score(y, theirs.argmax(1), average="macro")
    )


@pytest.mark.parametrize("settings", [{"classes": 3, "separation": 2.0}, {"classes": 5, "dim": 4, "layout": "ring"}])
def test_round_normal_classes_give_a_linear_probe_their_true_information(settings):
    """Their posterior is a softmax of linear functions: the probe lacks nothing but samples."""
    z, y, truth = clusters(4000, **settings)
    score = ProbeInformation()(z, y)
    assert score.value == pytest.approx(truth, abs=0.03)  # two standard errors of 4000 log-ratios of spread 0.7
    assert score.interval[0] < truth < score.interval[1]
    assert score.details["fitted"] >= score.value
    assert "below chance" not in rules(score) and "overfitted" not in rules(score)


def test_the_information_is_the_mean_of_the_classes_and_stays_under_the_entropy():
    z, y, _ = clusters(600, separation=4.0)
    y = np.where(y == 2, 1, y)
    score = ProbeInformation()(z, y)
    shares = np.bincount(y) / len(y)
    assert score.value == pytest.approx(shares @ score.details["per_class"], abs=1e-12)
    assert 0.5 < score.value < score.details["label_entropy"] == pytest.approx(-(shares * np.log(shares)).sum())


def test_shuffled_labels_have_no_information_on_held_out_samples():
    z, y, _ = clusters(1000, dim=10, separation=3.0)
    y = np.random.default_rng(1).permutation(y)
    score = ProbeInformation()(z, y)
    # a probe of 20 free numbers loses about 20 / 2n on its own samples and as much on others: 0.01 here
    assert -0.05 < score.value < 0.01 and "below chance" in rules(score)
    assert score.details["fitted"] > 0
    assert 0.9 < OnlineCode()(z, y).value < 1.02


def test_exclusive_or_is_for_a_hidden_layer():
    rng = np.random.default_rng(0)
    z = rng.choice([-1.0, 1.0], size=(400, 2)) + 0.1 * rng.normal(size=(400, 2))
    y = (z[:, 0] * z[:, 1] > 0).astype(int)
    assert ProbeInformation()(z, y).value < 0.01
    assert ProbeInformation(classifier="mlp", hidden=8)(z, y).value > 0.6  # of ln 2 = 0.69


def test_more_columns_than_samples_are_called_overfitted():
    rng = np.random.default_rng(0)
    assert "overfitted" in rules(ProbeInformation()(rng.normal(size=(60, 200)), np.arange(60) % 3))


def test_a_class_of_one_sample_is_refused():
    z = np.random.default_rng(0).normal(size=(20, 2))
    for entry in (ProbeInformation(), ProbeF1()):
        with pytest.raises(SampleError, match="a class of 1 sample"):
            entry(z, [0] * 19 + [1])
    with pytest.raises(SampleError, match="each class needs 5"):
        ProbeDimensions()(z, [0] * 16 + [1] * 4)


def test_guessing_the_largest_class_has_its_closed_form():
    y = np.array([0] * 70 + [1] * 30)
    score = ProbeF1()(np.ones((100, 2)), y)  # nothing to tell classes by
    p = 0.7
    assert score.value == score.details["largest_class_alone"] == pytest.approx(2 * p**2 / (1 + p))
    assert score.details["accuracy"] == pytest.approx(p)


@pytest.mark.parametrize("separation", [1.0, 2.0])
def test_an_online_code_adds_up_and_stays_under_the_ideal_compression(separation):
    """No code is shorter than n H(Y|Z) in expectation, and the right model comes near with 1000 samples."""
    z, y, truth = clusters(1000, separation=separation)
    score = OnlineCode()(z, y)
    details, ideal = score.details, np.log(3) / (np.log(3) - truth)
    assert details["uniform_length"] == pytest.approx(1000 * np.log(3))
    assert details["code_length"] == pytest.approx(sum(details["per_block"]))
    assert score.value == pytest.approx(details["uniform_length"] / details["code_length"])
    assert details["ends"] == [1, 2, 4, 8, 16, 32, 62, 125, 250, 500, 1000]
    # measured on one draw: 0.99 and 0.94 of the ideal; the code length itself varies by 3 %
    assert 0.85 * ideal < score.value < 1.03 * ideal


def test_what_is_learned_late_compresses_less():
    z, y, _ = clusters(1000, separation=6.0, dim=5)
    spread = np.hstack([z, np.random.default_rng(0).normal(size=(1000, 100))])
    assert OnlineCode()(spread, y).value < OnlineCode()(z, y).value / 2  # as separable, from more samples


def test_unequal_labels_compress_by_their_shares_alone():
    y = (np.random.default_rng(0).random(3000) < 0.1).astype(int)
    score = OnlineCode()(np.random.default_rng(1).normal(size=(3000, 2)), y)
    entropy = -np.mean(np.log(np.bincount(y) / 3000)[y])
    assert score.value == pytest.approx(np.log(2) / entropy, rel=0.05)  # the shares are soon learned
    assert score.details["compression_by_shares"] == pytest.approx(np.log(2) / entropy, rel=0.02)
    with pytest.raises(SampleError, match="y is constant"):
        OnlineCode()(np.ones((5, 1)), [1] * 5)


def test_clusters_that_are_the_classes_have_all_the_information():
    z, y, _ = clusters(600, separation=10.0)
    score = ClusteredInformation(clusters=3)(z, y)
    assert score.details["share_of_label_entropy"] == pytest.approx(1, abs=0.01)  # the correction adds 2 / 300
    assert score.details["clusters_hit"] == 3


def test_clustered_information_is_below_the_truth_and_near_it():
    """A line of three clusters cut in twelve loses little; the data processing inequality keeps it below."""
    z, y, truth = clusters(4000, dim=1, separation=2.0)
    found = ClusteredInformation(clusters=12)(z, y).value
    assert truth - 0.08 < found < truth + 0.03  # the standard error of 2000 log-ratios is 0.015


def test_many_clusters_pretend_to_tell_of_shuffled_labels_unless_corrected():
    rng = np.random.default_rng(0)
    z, y = rng.normal(size=(1000, 5)), rng.integers(0, 5, 1000)
    plain = [ClusteredInformation(clusters=k, correction="none")(z, y) for k in (5, 50, 200)]
    assert [round(score.value, 1) for score in plain] == sorted(round(score.value, 1) for score in plain)
    assert plain[2].value > 0.4 and "undersampled" in rules(plain[2])
    with pytest.raises(SettingError, match="clusters=600 must be at most the 500 different samples"):
        ClusteredInformation(clusters=600)(z, y)


def test_the_correction_leaves_little_where_pairs_have_five_samples():
    """20 clusters, 5 labels, 500 samples: the plug-in bias is 19 * 4 / 1000, and a tenth of it stays."""
    found = []
    for seed in range(8):
        rng = np.random.default_rng(seed)
        score = ClusteredInformation(clusters=20)(rng.normal(size=(1000, 5)), rng.integers(0, 5, 1000), seed=seed)
        found.append((score.details["plug_in"], score.value))
    plain, corrected = np.mean(found, axis=0)
    # standard error of the mean of 8: 0.004
    assert plain == pytest.approx(19 * 4 / 1000, abs=0.02) and abs(corrected) < 0.025


def test_the_plug_in_value_is_that_of_scikit_learn():
    z, y, _ = clusters(300)
    with seeded(0, CPU):
        counted = some_of(torch.tensor(y), 0.5)
        cells = ClusteredInformation(clusters=6)._clusters(torch.tensor(z), counted)
    score = ClusteredInformation(clusters=6, correction="none")(z, y)
    assert score.value == pytest.approx(mutual_info_score(cells, y[counted.numpy()]), abs=1e-12)


def planted(n: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray, float]:
    """Ten units of which 2 and 7 lie around four corners; the rest is noise."""
    ring, y, truth = clusters(n, seed, classes=4, separation=3.0, layout="ring")
    z = np.random.default_rng(seed + 1).normal(size=(n, 10))
    z[:, [2, 7]] = ring
    return z, y, truth


@pytest.mark.parametrize("seed", range(4))
def test_planted_units_are_found_first_with_all_the_information(seed):
    z, y, truth = planted(3000, seed)
    score = ProbeDimensions(units=5)(z, y, seed=seed)
    assert set(score.details["order"][:2]) == {2, 7}
    assert score.details["information"][1] == pytest.approx(truth, abs=0.08)  # read on 600 samples: error 0.03
    assert score.details["units_for_90_percent"] == 2
    assert score.value == score.details["information"][-1] == pytest.approx(truth, abs=0.1)


def test_every_unit_alone_is_read_too():
    z, y, _ = planted(3000)
    alone = np.array(ProbeDimensions()(z, y).details["per_unit"])

    # the corners of a square on its tip, seen along a diagonal: a quarter of the samples on either side, half between
    def mixture(t: float) -> float:
        return sum(w * norm.pdf(t, c) for w, c in ((0.25, -3 / 2**0.5), (0.5, 0), (0.25, 3 / 2**0.5)))

    truth = quad(lambda t: -mixture(t) * np.log(mixture(t)), -10, 10)[0] - np.log(2 * np.pi * np.e) / 2
    assert alone[[2, 7]] == pytest.approx(truth, abs=0.06)  # read on 600 samples: error 0.025
    assert np.abs(np.delete(alone, [2, 7])).max() < 0.03


@pytest.mark.parametrize("seed", range(2))
def test_the_learned_subsets_take_the_planted_units(seed):
    z, y, truth = planted(1500, seed)
    score = ProbeDimensions(probe="poisson", units=4)(z, y, seed=seed)
    assert set(score.details["order"][:2]) == {2, 7}
    assert score.details["information"][1] == pytest.approx(truth, abs=0.12)  # read on 300 samples: error 0.04
    taken = np.array(score.details["per_unit"])
    assert taken[[2, 7]].min() > 0.95 > np.delete(taken, [2, 7]).max()


@pytest.mark.parametrize("seed", range(3))
def test_shuffled_labels_have_no_units(seed):
    z, y, _ = planted(3000, seed)
    score = ProbeDimensions(units=5)(z, np.random.default_rng(seed).permutation(y))
    assert abs(score.value) < 0.05


def test_a_subset_of_the_probe_is_the_normal_posterior_of_its_units():
    z, y, _ = planted(200)
    fit = NormalProbe.of(torch.tensor(z), torch.tensor(y), 4, 10.0)
    chosen, others = [7, 1], [0, 4, 9]
    found = fit.gains(torch.tensor(z), torch.tensor(y), chosen, others)
    shares, overall = np.bincount(y) / 200, np.diag(z.var(0))
    for other, gain in zip(others, found.tolist(), strict=True):
        units = [*chosen, other]
        joint = np.empty((200, 4))
        for k in range(4):
            own = z[y == k]
            covariance = (len(own) * np.cov(own.T, bias=True) + 10 * overall) / (len(own) + 10)
            density = multivariate_normal(own.mean(0)[units], covariance[np.ix_(units, units)])
            joint[:, k] = np.log(shares[k]) + density.logpdf(z[:, units])
        log_p = joint - np.log(np.exp(joint).sum(1, keepdims=True))
        assert gain == pytest.approx(np.mean(log_p[np.arange(200), y] - np.log(shares[y])), abs=1e-10)


def test_a_class_without_spread_in_a_unit_is_no_trouble_and_a_constant_unit_is_never_chosen():
    z, y, _ = planted(300)
    z[y == 0, 3] = 0.0
    z[:, 5] = 4.2
    score = ProbeDimensions(units=50)(z, y)
    assert sorted(score.details["order"]) == [0, 1, 2, 3, 4, 6, 7, 8, 9]


def test_far_from_normal_classes_are_told_when_the_information_falls():
    rng = np.random.default_rng(0)
    z = rng.standard_cauchy(size=(400, 12))
    y = (z[:, 0] > 0).astype(int)
    assert "falling" in rules(ProbeDimensions(units=12, prior=0.1)(z, y))
