"""Scores of codes with noise, and of codes alone, against closed forms, quadrature and published code."""

import json
import math
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from posterior_codes import draws, grid, models
from scipy.integrate import quad
from scipy.linalg import sqrtm
from scipy.special import logsumexp
from scipy.stats import norm

import explorer
from explorer.catalogue import measures
from explorer.errors import InputError, SampleError, SettingError
from explorer.numerics import posteriors
from explorer.numerics.posteriors import Posterior, kl_terms, log_marginals, log_marginals_within, log_mixture
from explorer.objectives._minibatch import log_weights
from explorer.result import to_json

PUBLISHED = json.loads((Path(__file__).parents[1] / "reference" / "posteriors.json").read_text())
NEEDED = ("mig_posterior", "kl_decomposition", "minibatch_total_correlation")


def measured(name, z, v=None, **given):
    return explorer.measure(z, v, measure=name, null=False, **given)


def pair(n=200, d=3, seed=0):
    """Means and variances of some posteriors."""
    rng = np.random.default_rng(seed)
    return rng.normal(size=(n, d)), np.exp(rng.normal(size=(n, d)) - 1)


def tensors(mean, variance):
    return Posterior(torch.as_tensor(mean), torch.as_tensor(variance))


def rules(score):
    return [one.rule for one in score.warnings]


def naive(z, mean, variance):
    """ln q(z) and ln q(z_j) with the whole array of densities."""
    each = norm.logpdf(z[:, None], mean, np.sqrt(variance))
    return logsumexp(each.sum(2), 1) - math.log(len(mean)), logsumexp(each, 1) - math.log(len(mean))


@pytest.mark.parametrize("columns", [4096, 7])
def test_the_mixture_is_exact_however_it_is_cut(columns, monkeypatch):
    monkeypatch.setattr(posteriors, "COLUMNS", columns)
    monkeypatch.setattr("explorer.device.CHUNK_BYTES", 40_000)
    mean, variance = pair(300)
    z = np.concatenate([draws(mean, variance), [[40.0, -3.0, 1e3]]])
    whole, each = log_mixture(torch.as_tensor(z), tensors(mean, variance))
    exact = naive(z, mean, variance)
    np.testing.assert_allclose(whole, exact[0], rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(each, exact[1], rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(log_marginals(torch.as_tensor(z), tensors(mean, variance)), each, rtol=1e-13, atol=1e-13)


def test_a_point_beyond_all_posteriors_is_minus_infinity_at_worst():
    whole, each = log_mixture(torch.full((1, 2), 1e150, dtype=torch.float64), tensors(*(1e-12 * np.ones((4, 2)),) * 2))
    assert whole.item() < -1e300 and (each < -1e300).all()


def test_the_mixture_within_a_level_is_that_of_its_rows():
    mean, variance, v = grid()
    z, codes = torch.as_tensor(draws(mean, variance)), torch.as_tensor(v[:, 1])
    found = log_marginals_within(z, codes, tensors(mean, variance), codes)
    for level in range(4):
        rows = v[:, 1] == level
        np.testing.assert_allclose(found[rows], naive(z.numpy()[rows], mean[rows], variance[rows])[1], atol=1e-12)


MEMORY = """
import resource, torch
from explorer.numerics.posteriors import Posterior, log_mixture
posterior = Posterior(torch.randn(10_000, 2).double(), torch.rand(10_000, 2).double() + 0.05)
z = posterior.drawn()
log_mixture(z[:10], posterior)
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
log_mixture(z, posterior)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="the unit of the peak is that of Linux")
def test_ten_thousand_samples_of_ten_thousand_posteriors_take_little_memory():
    out = subprocess.run([sys.executable, "-c", MEMORY], capture_output=True, text=True, check=True)
    assert int(out.stdout) < 32 * 1024  # kB; the array of densities would hold 1.6 GB


def test_entropies_equal_those_of_the_published_code():
    mean, variance, v = grid()
    z = torch.as_tensor(draws(mean, variance))
    whole, each = log_mixture(z, tensors(mean, variance))
    np.testing.assert_allclose(-each.mean(0), PUBLISHED["entropies"]["marginal"], rtol=1e-12)
    np.testing.assert_allclose(-whole.mean(), PUBLISHED["entropies"]["joint"][0], rtol=1e-12)
    for column, published in zip(torch.as_tensor(v).T, PUBLISHED["entropies"]["within"], strict=True):
        found = log_marginals_within(z, column, tensors(mean, variance), column)
        np.testing.assert_allclose(-found.mean(0), published, rtol=1e-12)


def test_the_terms_add_up_to_the_kl():
    mean, variance = pair(400, 5)
    found = kl_terms(tensors(mean, variance), generator=torch.Generator().manual_seed(0))
    closed = (mean**2 + variance - 1 - np.log(variance)).mean(0) / 2
    np.testing.assert_allclose(found.kl, closed, rtol=1e-12)
    total = found.index_code_information + found.total_correlation + float(found.dimension_wise.sum())
    assert total == pytest.approx(closed.sum(), abs=1e-10)
    assert abs(found.sampled - total) > 1e-3  # the sampled KL is another number; what it differs by was taken off


def test_some_rows_are_enough_for_the_terms():
    posterior = tensors(*pair(2000, 3))
    rows = torch.arange(2000)[::2]
    full, half = kl_terms(posterior), kl_terms(posterior, rows=rows)
    assert float(half.kl.sum()) == float(full.kl.sum())
    spread = float(torch.hypot(full.errors, half.errors)[1])
    assert abs(half.total_correlation - full.total_correlation) < 5 * spread


def test_the_errors_of_the_terms_are_those_of_repeated_draws():
    posterior = tensors(*pair(300, 3))
    found = [kl_terms(posterior, generator=torch.Generator().manual_seed(i)) for i in range(200)]
    read = np.array([[f.index_code_information, f.total_correlation, float(f.dimension_wise.sum())] for f in found])
    stated = np.mean([f.errors.numpy() for f in found], 0)
    assert (read.std(0) < 1.15 * stated).all()  # every row is drawn from once, which can only help
    assert (read.std(0) > 0.4 * stated).all()


def test_normal_codes_of_known_covariance_have_the_terms_of_the_closed_form():
    rng = np.random.default_rng(0)
    noise, whole = 0.3, np.array([[1.0, 0.6, 0.0], [0.6, 1.2, 0.3], [0.0, 0.3, 0.8]])
    mean = rng.multivariate_normal(np.zeros(3), whole - noise * np.eye(3), size=4000)
    score = measured("kl_decomposition", (mean, np.full_like(mean, noise)))
    spread, (_, log_det) = np.diag(whole), np.linalg.slogdet(whole)
    known = {
        "index_code_information": (log_det - 3 * math.log(noise)) / 2,
        "total_correlation": (np.log(spread).sum() - log_det) / 2,
        "dimension_wise_kl": (spread - 1 - np.log(spread)).sum() / 2,
    }
    for name, value in known.items():
        assert score.details[name] == pytest.approx(value, abs=0.03)  # 4000 rows stand for all
    assert score.details["active_units"] == 3 and "ln n" not in rules(score)


def test_rows_told_apart_have_the_information_ln_n():
    mean = 100.0 * np.arange(50)[:, None] * [1, -1]
    score = measured("kl_decomposition", (mean, np.ones_like(mean)))
    assert score.details["index_code_information"] == pytest.approx(math.log(50), abs=1e-10)
    assert "ln n" in rules(score)


def test_codes_equal_to_the_prior_have_no_kl():
    score = measured("kl_decomposition", (np.zeros((60, 4)), np.ones((60, 4))))
    assert score.value == 0 and score.details["active_units"] == 0
    for name in ("index_code_information", "total_correlation", "dimension_wise_kl"):
        assert score.details[name] == pytest.approx(0, abs=1e-12)


def information_of_two(share, distance, deviation):
    """I of a binary factor and a code that is normal around 0 or `distance`, by quadrature."""

    def density(t):
        return share * norm.pdf(t, distance, deviation) + (1 - share) * norm.pdf(t, 0, deviation)

    ends = -12 * deviation, distance + 12 * deviation
    entropy = quad(lambda t: -density(t) * math.log(density(t)) if density(t) > 0 else 0.0, *ends, limit=500)[0]
    return entropy - math.log(2 * math.pi * math.e * deviation**2) / 2


@pytest.mark.parametrize(("share", "distance", "deviation"), [(0.5, 1.0, 0.5), (0.2, 1.0, 1.0), (0.5, 1.0, 0.05)])
def test_two_levels_have_the_information_of_the_quadrature(share, distance, deviation):
    n = 5000
    v = (np.arange(n) < share * n).astype(int)
    other = (np.arange(n) % 2).astype(float)
    mean = np.stack([distance * v, other], 1)
    score = measured("mig_posterior", (mean, np.stack([np.full(n, deviation**2), np.full(n, 4.0)], 1)), v)
    known = information_of_two(share, distance, deviation)
    entropy = -share * math.log(share) - (1 - share) * math.log(1 - share)
    error = score.details["errors"][0] * entropy
    assert score.details["matrix"][0][0] == pytest.approx(known, abs=5 * error + 1e-9)
    assert score.details["matrix"][1][0] == pytest.approx(0, abs=1e-10)
    assert score.value == pytest.approx((known - 0) / entropy, abs=5 * error / entropy + 1e-9)


def test_a_perfect_code_is_1_and_one_turned_by_45_degrees_is_0():
    levels = np.stack(np.meshgrid(np.arange(6), np.arange(6)), -1).reshape(-1, 2).repeat(10, 0)
    small = np.full(levels.shape, 1e-4)
    assert measured("mig_posterior", (1.0 * levels, small), levels).value == pytest.approx(1, abs=1e-9)
    turned = levels @ np.array([[1, 1], [1, -1]]) / math.sqrt(2)
    score = measured("mig_posterior", (turned, small), levels)
    assert score.value < 0.02
    table = np.array(score.details["matrix"])
    counts = np.unique(levels.sum(1), return_counts=True)[1]
    of_sum = -(counts / 360 * np.log(counts / 360)).sum()
    np.testing.assert_allclose(table, of_sum - math.log(6), atol=1e-6)  # I(a + b; a) = H(a + b) - H(b), as for a - b


def test_informations_are_those_of_published_formula_at_other_samples():
    mean, variance, v = grid(copies=20)
    score = measured("mig_posterior", (mean, variance), v)
    z = draws(mean, variance, 5)
    marginal = -naive(z, mean, variance)[1].mean(0)
    for k, column in enumerate(v.T):
        within = np.zeros(z.shape[1])
        for level in np.unique(column):
            rows = column == level
            within -= rows.mean() * naive(z[rows], mean[rows], variance[rows])[1].mean(0)
        found = np.array(score.details["matrix"])[:, k]
        np.testing.assert_allclose(found, marginal - within, atol=0.05)
    assert score.details["best"] == [0, 1, 2]
    np.testing.assert_allclose(score.details["entropies"], np.log([3, 4, 5]), rtol=1e-12)


def test_informations_below_0_are_left_and_said():
    mean, variance, v = grid(noise=0.9, copies=1)
    score = measured("mig_posterior", (mean, variance), np.random.default_rng(3).permutation(v))
    assert np.min(score.details["matrix"]) < 0 and "below 0" in rules(score)


def test_narrow_posteriors_are_doubted():
    rng = np.random.default_rng(0)
    v, mean = rng.integers(0, 4, 400), rng.normal(size=(400, 2))
    score = measured("mig_posterior", (mean, np.full_like(mean, 1e-12)), v)
    assert "narrow posteriors" in rules(score)
    assert abs(score.value) < 0.01  # though neither latent tells anything: both name the row
    np.testing.assert_allclose(np.array(score.details["matrix"])[:, 0], score.details["entropies"][0], atol=0.02)
    assert "narrow posteriors" not in rules(measured("mig_posterior", grid(copies=10)[:2], grid(copies=10)[2]))


def test_a_real_factor_is_cut_and_few_samples_are_drawn_from_when_asked():
    mean, variance = pair(500, 3)
    score = measured("mig_posterior", (mean, variance), mean[:, 0] + 0.1, samples=100, bins=5)
    assert score.details["samples"] == 100 and "cut factors" in rules(score)
    assert score.details["best"] == [0] and score.details["entropies"][0] <= math.log(5)


def exact_table(mean, variance, v, edges):
    """Q(b, v) of one latent by SciPy's normal distribution; the outermost cells are open."""
    edges = np.concatenate([[-np.inf], edges[1:-1], [np.inf]])
    shares = np.diff(norm.cdf(edges, mean[:, None], np.sqrt(variance)[:, None]), axis=1)
    return np.stack([shares[v == level].sum(0) for level in np.unique(v)], 1) / len(v)


def entropy(table):
    table = table[table > 0]
    return -(table * np.log(table)).sum()


@pytest.mark.parametrize("bins", [10, 100])
def test_rmig_and_jemmig_are_their_formulas_on_exact_tables(bins):
    mean, variance, v = grid()
    given = {"bins": bins, "low": -4.0, "high": 4.0}
    gap, joint = (measured(name, (mean, variance), v, **given) for name in ("rmig", "jemmig"))
    scaled = measured("jemmig", (mean, variance), v, normalized=True, **given)
    for k in range(3):
        edges = np.linspace(-4, 4, bins + 1)
        tables = [exact_table(mean[:, j], variance[:, j], v[:, k], edges) for j in range(5)]
        both = np.array([entropy(t) for t in tables])
        own = np.array([entropy(t.sum(1)) + entropy(t.sum(0)) for t in tables]) - both
        first, second = np.argsort(-own)[:2]
        levels = entropy(tables[0].sum(0))
        assert gap.details["per_factor"][k] == pytest.approx((own[first] - own[second]) / levels, abs=1e-11)
        raw = both[first] - own[first] + own[second]
        assert joint.details["per_factor"][k] == pytest.approx(raw, abs=1e-11)
        assert scaled.details["per_factor"][k] == pytest.approx(1 - raw / (levels + math.log(bins)), abs=1e-11)
    nats = measured("rmig", (mean, variance), v, normalized=False, **given)
    assert nats.unit == "nats" and gap.unit == "" and joint.unit == "nats" and scaled.unit == ""
    np.testing.assert_allclose(nats.details["per_factor"], gap.details["per_factor"] * np.log([3, 4, 5]), rtol=1e-12)


def test_masses_at_the_middle_of_cells_as_published_come_close():
    mean, variance, v = grid()
    edges = np.linspace(-4, 4, 101)
    middle = (edges[1:] + edges[:-1]) / 2
    shares = norm.pdf(middle, mean[..., None], np.sqrt(variance)[..., None]) * np.diff(edges)
    shares /= shares.sum(2, keepdims=True)
    score = measured("rmig", (mean, variance), v, low=-4.0, high=4.0)
    for j in range(5):
        table = np.stack([shares[v[:, 0] == level, j].sum(0) for level in range(3)], 1) / len(v)
        information = entropy(table.sum(1)) + entropy(table.sum(0)) - entropy(table)
        assert score.details["matrix"][j][0] == pytest.approx(information, abs=2e-3)


@pytest.mark.parametrize("bins", [5, 20, 37])
def test_codes_without_noise_read_what_mig_reads(bins):
    mean, _, v = grid()
    plain = measured("mig", mean, v, bins=bins)
    for z in (mean, (mean, np.zeros_like(mean)), (mean, np.full_like(mean, 1e-30))):
        score = measured("rmig", z, v, bins=bins)
        assert score.value == pytest.approx(plain.value, abs=1e-9)
        np.testing.assert_allclose(score.details["matrix"], plain.details["matrix"], atol=1e-9)


def test_one_latent_that_is_the_factor_has_jemmig_0():
    v = np.arange(40) % 4
    z = np.stack([v, np.ones(40)], 1).astype(float)
    best = measured("jemmig", z, v, bins=4)
    assert best.value == pytest.approx(0, abs=1e-12) and best.details["dead"] == 1
    assert measured("jemmig", z, v, bins=4, normalized=True).value == pytest.approx(1, abs=1e-12)
    merged = measured("jemmig", np.stack([v + 4 * (np.arange(40) // 20), np.ones(40)], 1).astype(float), v, bins=8)
    assert merged.value == pytest.approx(math.log(2), abs=1e-12)  # one bit of another factor beside it
    twice = measured("jemmig", np.stack([v, v], 1).astype(float), v, bins=4)
    assert twice.value == pytest.approx(math.log(4), abs=1e-12)


def test_jemmig_is_evidence_where_it_is_low():
    mean, variance, v = grid(copies=10)
    for normalized in (False, True):
        score = explorer.measure((mean, variance), v, measure="jemmig", normalized=normalized, null=True)
        assert score.null.p_value == 0.05
        assert (score.value < score.null.mean) != normalized


def test_a_range_that_misses_codes_is_doubted():
    mean, variance, v = grid()
    assert "range" in rules(measured("rmig", (mean, variance), v, low=-0.5, high=0.5))
    assert "range" in rules(measured("rmig", (mean, variance), v, low=7.0))
    assert "range" not in rules(measured("rmig", (mean, variance), v, low=-5.0, high=5.0))
    with pytest.raises(SettingError, match="low=1 must lie below high=-1"):
        measured("rmig", mean, v, low=1.0, high=-1.0)


@pytest.mark.parametrize("name", ["rmig", "jemmig"])
def test_a_wide_posterior_that_stretches_the_range_is_doubted(name):
    """One of 480 with a deviation of 1000 puts all the others into a cell of 100."""
    _, _, v = grid(copies=8)
    mean, variance = v.astype(float), np.full(v.shape, 1e-4)
    plain = measured(name, (mean, variance), v)
    variance[7, 0] = 1e6
    wide = measured(name, (mean, variance), v)
    assert "outliers" in rules(wide) and "outliers" not in rules(plain)
    assert abs(plain.details["per_factor"][0] - wide.details["per_factor"][0]) > 0.2
    assert "outliers" in rules(measured(name, (mean, variance), v, low=-1.0))
    given = measured(name, (mean, variance), v, low=-1.0, high=6.0)
    assert "outliers" not in rules(given)
    again = measured(name, (mean, np.full(v.shape, 1e-4)), v, low=-1.0, high=6.0)
    assert given.details["per_factor"][0] == pytest.approx(again.details["per_factor"][0], abs=0.02)


def test_rows_that_are_not_drawn_from_are_said():
    mean, variance, v = grid(copies=2)
    for name, given in (("kl_decomposition", ()), ("mig_posterior", (v,))):
        some, all_rows = (measured(name, (mean, variance), *given, samples=samples) for samples in (50, 120))
        assert "of 50 of 120 rows" in next(one.text for one in some.warnings if one.rule == "rows drawn" and one.note)
        assert "rows drawn" not in rules(all_rows)


def test_few_draws_bias_the_terms_and_are_doubted():
    """The plain mean has no bias, and 50 000 draws tell it to 0.01; regressed on 4 samples it lies about 0.04 above."""
    rng = np.random.default_rng(0)
    posterior = tensors(rng.normal(size=(4, 2)), np.full((4, 2), 0.3))
    many = kl_terms(posterior, rows=torch.arange(4).repeat(50_000)).index_code_information
    read = [kl_terms(posterior, generator=torch.Generator().manual_seed(seed)) for seed in range(1500)]
    values = np.array([one.index_code_information for one in read])
    bias, error = values.mean() - many, values.std() / math.sqrt(1500)
    assert 5 * error < abs(bias) < 1 / 4
    assert np.mean([float(one.errors[0]) for one in read]) < 0.75 * values.std()
    doubted = [rules(measured("kl_decomposition", pair(n, 2))) for n in (4, 29, 30)]
    assert ["few draws" in one for one in doubted] == [True, True, False]
    assert "few draws" in rules(measured("kl_decomposition", pair(200, 2), samples=20))


def test_batches_that_are_all_rows_miss_by_ln_n_a_latent():
    mean, variance = pair(200, 4)
    score = measured("minibatch_total_correlation", (mean, variance), batch=200, weights="mws")
    assert score.details["excess"] == pytest.approx(3 * math.log(200), abs=1e-9)


def test_independent_latents_read_28_nats_by_weighted_batches():
    rng = np.random.default_rng(0)
    mean = 0.3 * rng.normal(size=(10_000, 4))
    z = mean, np.full_like(mean, 0.91)
    score = measured("minibatch_total_correlation", z, batch=1024, weights="mws")
    assert score.value == pytest.approx(3 * math.log(10_000), abs=0.1) and "bias" in rules(score)
    assert abs(score.details["full_data"]) < 0.01
    stratified = measured("minibatch_total_correlation", z, batch=1024)
    assert all(one.note for one in stratified.warnings) and abs(stratified.value) < 0.01
    assert stratified.value == np.mean(stratified.details["per_batch"])


def test_the_bias_of_weighted_batches_depends_on_the_code():
    """With M of n rows: (d - 1) ln n where posteriors overlap, (d - 1) ln M apart, d ln n - ln M apart in all only."""
    n, size, rng = 2000, 100, np.random.default_rng(0)

    def excess(d, variance):
        mean = rng.normal(size=(n, d))
        z = mean, np.full_like(mean, variance)
        return measured("minibatch_total_correlation", z, batch=size, weights="mws").details["excess"]

    assert excess(3, 100.0) == pytest.approx(2 * math.log(n), abs=0.05)
    assert excess(3, 1e-10) == pytest.approx(2 * math.log(size), abs=0.1)
    assert excess(12, 0.1) == pytest.approx(12 * math.log(n) - math.log(size), rel=0.02)


def test_stratified_weights_add_up_and_are_without_bias():
    like = torch.empty(5, 5, dtype=torch.float64)
    weights = log_weights(5, 12, "mss", like).exp()
    np.testing.assert_allclose(weights.sum(1), 1, rtol=1e-12)
    rng = np.random.default_rng(0)
    densities = rng.random(12)  # of one sample under every posterior; its own is the first
    found = []
    for _ in range(20_000):
        batch = [0, *(1 + rng.permutation(11)[:4])]
        found.append(float(weights[0].numpy() @ densities[batch]))
    assert np.mean(found) == pytest.approx(densities.mean(), abs=5 * np.std(found) / math.sqrt(20_000))


def test_values_below_0_are_left():
    mean = np.random.default_rng(0).normal(size=(400, 3))
    score = measured("minibatch_total_correlation", (mean, np.full_like(mean, 0.2)), batch=8, weights="mss")
    assert score.value < -0.1 and score.details["full_data"] > 0


@pytest.mark.parametrize("name", list(models()))
def test_covariance_scores_equal_the_published_code(name):
    total, distance = PUBLISHED["covariances"][name]
    z = models()[name]
    assert measured("gaussian_total_correlation", z).value == pytest.approx(total, rel=1e-9, abs=1e-12)
    assert measured("wasserstein_correlation", z, normalized=False).value == pytest.approx(distance, rel=1e-7)
    assert measured("wasserstein_correlation", z).value == pytest.approx(distance / np.trace(np.cov(z.T)), rel=1e-7)


def test_gaussian_total_correlation_of_two_is_that_of_their_correlation():
    rng = np.random.default_rng(0)
    z = rng.normal(size=(500, 2)) @ np.array([[1, 0.7], [0, 1]])
    r = np.corrcoef(z.T)[0, 1]
    score = measured("gaussian_total_correlation", np.column_stack([z, np.ones(500)]))
    assert score.value == pytest.approx(-math.log(1 - r**2) / 2, rel=1e-10)
    assert score.details["dead"] == 1 and score.details["matrix"][2] == [None] * 3
    assert "correlation alone" in rules(score) and "dead latents" in rules(score)


def test_what_chance_reads_of_independent_normal_latents_is_exact():
    rng = np.random.default_rng(0)
    scores = [measured("gaussian_total_correlation", rng.normal(size=(30, 5))) for _ in range(400)]
    read = np.array([one.value for one in scores])
    assert read.mean() == pytest.approx(scores[0].details["chance"], abs=4 * read.std() / 20)


def test_gaussian_scores_do_not_see_a_rotation_of_independent_latents():
    z = models(20_000)["first"]
    turned = z @ np.array([[1, 1, 0, 0], [1, -1, 0, 0], [0, 0, 1, 1], [0, 0, 1, -1]]) / math.sqrt(2)
    for name in ("gaussian_total_correlation", "wasserstein_correlation"):
        assert measured(name, turned).value < 1e-3


def test_latents_that_determine_each_other_are_refused_or_finite():
    z = models()["first"][:, [0, 1, 1]]
    with pytest.raises(SampleError, match="determine each other"):
        measured("gaussian_total_correlation", z)
    with pytest.raises(SampleError, match="4 samples of 4 latents"):
        measured("gaussian_total_correlation", models()["first"][:4])
    copies = np.repeat(models()["first"][:, :1], 3, 1)
    assert measured("wasserstein_correlation", copies).value == pytest.approx(2 - 2 / math.sqrt(3), abs=1e-9)


def test_wasserstein_is_the_formula_with_a_matrix_root():
    z = models()["turned"] * [1, 2, 3, 4]
    covariance = np.cov(z.T)
    root = np.diag(np.sqrt(np.diag(covariance)))
    known = 2 * np.trace(covariance) - 2 * np.trace(sqrtm(root @ covariance @ root).real)
    assert measured("wasserstein_correlation", z, normalized=False).value == pytest.approx(known, rel=1e-8)


@pytest.mark.parametrize("name", NEEDED)
def test_bad_posteriors_are_refused_in_one_sentence(name):
    mean, variance = pair(40, 3)
    v = np.arange(40) % 4 if name == "mig_posterior" else None
    hole, none, below = mean.copy(), variance.copy(), variance.copy()
    hole[7, 1], none[5, 2], below[5, 2] = np.nan, 0, -0.1
    for z, said in (
        ((hole, variance), "row 7"),
        ((mean, none), "the first in row 5 of latent 2"),
        ((mean, below), "none may be below 0"),
        ((mean, variance[:, :2]), r"shapes \(40, 3\) and \(40, 2\)"),
        ((mean[:30], variance), "shapes"),
        ((mean, variance, mean), "are two"),
        ((mean, [["a"] * 3] * 40), "text"),
    ):
        with pytest.raises(SampleError, match=said) as caught:
            measured(name, z, v)
        assert "\n" not in str(caught.value)
    with pytest.raises(InputError, match=f"{name} needs z="):
        measured(name, mean, v)


@pytest.mark.parametrize("name", NEEDED)
def test_more_latents_than_samples_are_taken(name):
    mean, variance = pair(12, 30)
    score = measured(name, (mean, variance), np.arange(12) % 3 if name == "mig_posterior" else None)
    assert math.isfinite(score.value)


@pytest.mark.parametrize("name", NEEDED)
def test_an_entry_with_noise_is_as_every_measure(name):
    mean, variance, v = grid(copies=1)
    data = (mean, variance), *((v,) if name == "mig_posterior" else ())
    card, entry = measures.card(name), measures[name]
    assert card.summary.endswith(".") and len(card.summary) < 140 and card.references
    assert all(setting.help for setting in card.settings) and entry.view and entry.misses
    before = torch.random.get_rng_state()
    first, other = (measured(name, *data, seed=seed) for seed in (5, 6))
    assert first.value == measured(name, *data, seed=5).value and torch.equal(before, torch.random.get_rng_state())
    assert first.value != other.value or first.details["sampled_kl"] != other.details["sampled_kl"]
    assert json.loads(to_json(first.to_dict()))["value"] == first.value and first.unit == entry.unit
    for setting in card.settings:
        for end in setting.choices or (setting.range.low, setting.range.high):
            assert math.isfinite(measured(name, *data, **{setting.name: setting.type(end)}).value)


@pytest.mark.parametrize("name", ["mig_posterior", "rmig", "jemmig"])
def test_factors_and_latents_that_cannot_be_scored_are_refused(name):
    mean, variance = pair(40, 3)
    v = np.arange(40) % 4
    for z, given, said in (
        ((mean[:, :1], variance[:, :1]), v, "1 latent; a gap needs two"),
        ((np.ones((40, 2)), np.ones((40, 2))), v, "never changes"),
        ((mean, variance), np.ones(40), "never change"),
        ((mean, variance), v[:39], "39"),
    ):
        with pytest.raises(SampleError, match=said):
            measured(name, z, given)
    half = measured(name, (mean * [1, 1, 0], np.where([True, True, False], variance, 1.0)), v)
    assert half.details["dead"] == 1 and half.details["matrix"][2] == [0.0] and "dead latents" in rules(half)


@pytest.mark.parametrize("name", [*NEEDED, "rmig", "jemmig"])
def test_intervals_nulls_and_seeds(name):
    mean, variance, v = grid(copies=2)
    given = (v,) if name in ("mig_posterior", "rmig", "jemmig") else ()
    score = explorer.measure((mean, variance), *given, measure=name, null=True, interval=True, seed=3)
    low, high = score.interval
    assert low < score.value < high and score.null is not None
    again = explorer.measure((torch.as_tensor(mean), torch.as_tensor(variance)), *given, measure=name, seed=3)
    assert again.value == score.value
