"""Codes, clouds and functions whose scores are known: by brute force, by quadrature, as measures read them."""

import itertools
import math

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import norm

from explorer.engines.known import codes
from explorer.engines.known.bits import DependentBits
from explorer.engines.known.digits import HintedDigits, some_digits
from explorer.engines.known.functions import SmoothFunction
from explorer.engines.known.levels import NoisyLevels
from explorer.engines.known.planted import PlantedCode
from explorer.engines.known.posteriors import CorrelatedPosteriors
from explorer.engines.known.shapes import PairedShapes
from explorer.engines.known.subspaces import Subspaces
from explorer.errors import SampleError, SettingError
from explorer.measures.disentanglement.dmig import DMIG
from explorer.measures.disentanglement.kl_decomposition import KLDecomposition
from explorer.measures.disentanglement.mig import MIG
from explorer.measures.disentanglement.mig_sup import MIGSup
from explorer.measures.disentanglement.modularity import Modularity
from explorer.measures.functional.base import functional_information
from explorer.measures.rate.coding_rate_reduction import CodingRateReduction
from explorer.measures.similarity.shape_distance import ShapeDistance


def entropy(p):
    p = np.asarray(p, float).ravel()
    return -(p[p > 0] * np.log(p[p > 0])).sum()


def test_a_grid_has_every_combination_once_and_levels_of_equal_size():
    code = codes.grid(3, 4, 2)
    assert code.z.shape == (512, 3) and len(np.unique(code.z, axis=0)) == 512
    assert list(code.factors) == ["a", "b", "c"]
    for column, level in zip(code.z.T, code.factors.values(), strict=True):
        assert np.bincount(level).tolist() == [128] * 4
        assert column.mean() == pytest.approx(0, abs=1e-12)
        assert all(column[level == one].max() < column[level == one + 1].min() for one in range(3))
    with pytest.raises(SettingError, match="no grid"):
        codes.grid(4, 10, 10)


def matrix(code, bins=20):
    return np.array(MIG(bins=bins)(code.z, code.factors).details["matrix"])


def test_a_grid_tells_each_factor_completely_and_no_other():
    assert matrix(codes.grid(2, 5, 8)) == pytest.approx(math.log(5) * np.eye(2), abs=1e-12)


def test_a_turn_keeps_distances_and_at_45_degrees_tells_both_factors_alike():
    code = codes.grid(2, 5, 8)
    half = codes.turned(code, 45)
    rows = np.random.default_rng(0).integers(0, len(code.z), (2, 100))
    steps = [np.linalg.norm(one.z[rows[0]] - one.z[rows[1]], axis=1) for one in (code, half)]
    assert steps[0] == pytest.approx(steps[1])
    assert codes.turned(half, -45).z == pytest.approx(code.z)
    found = matrix(half)
    # the mirror of the grid in its diagonal is a code of the same values; ties at edges of cells round by 0.01 nats
    assert np.ptp(found) < 0.01 and found.mean() > 0.3


def test_what_is_done_to_a_code_of_three_factors_in_scores():
    base = codes.grid(3, 4, 2)
    made = {name: change(base) for name, change in codes.CHANGES.items()}
    read = {
        name: [float(measure(bins=16)(one.z, one.factors)) for measure in (MIG, MIGSup, Modularity)]
        for name, one in made.items()
    }
    assert read["each alone"] == pytest.approx([1, 1, 1])
    assert read["each twice"] == pytest.approx([0, 1, 1])
    # two latents: the first tells two factors completely, the second one alone
    assert read["two in one latent"] == pytest.approx([1, 0.5, (1 / 2 + 1) / 2])
    # MIG-sup and modularity look at the two latents that are there
    assert read["one left out"] == pytest.approx([2 / 3, 1, 1])
    # one value of 512 is alone in its cell: h(1/512) of ln 4 nats, each factor, and the same of every other
    assert read["one value far away"][0] == pytest.approx(0, abs=1e-12)
    assert read["two turned by 45°"][0] == pytest.approx(1 / 3, abs=0.01)
    assert read["two turned by 20°"][0] < 0.8


def test_scores_of_dependent_bits_by_the_table_of_all_sixteen_cells():
    for agreement, noise in itertools.product((0.3, 0.6, 0.95), (0.0, 0.1, 0.4)):
        bits, p = DependentBits(agreement, noise), np.zeros((2, 2, 2, 2))
        for a, b, za, zb in itertools.product(range(2), repeat=4):
            alike = agreement if a == b else 1 - agreement
            p[a, b, za, zb] = alike / 2 * math.prod(1 - noise if x == z else noise for x, z in ((a, za), (b, zb)))
        own = entropy(p.sum((1, 2, 3))) + entropy(p.sum((0, 1, 3))) - entropy(p.sum((1, 3)))
        other = entropy(p.sum((1, 2, 3))) + entropy(p.sum((0, 1, 2))) - entropy(p.sum((1, 2)))
        left = entropy(p.sum((2, 3))) - entropy(p.sum((0, 2, 3)))
        assert bits.gap == pytest.approx(own - other, abs=1e-12)
        assert bits.mig == pytest.approx((own - other) / math.log(2), abs=1e-12)
        assert bits.dmig == pytest.approx((own - other) / left, abs=1e-12)
        assert bits.nats == pytest.approx(math.log(2) - left, abs=1e-12)


def test_a_perfect_code_of_dependent_bits_is_perfect_for_dmig_alone():
    bits = DependentBits(0.9)
    assert bits.dmig == 1 and bits.mig == pytest.approx(1 - bits.nats / math.log(2))
    code = DependentBits(0.8, 0.1).sample(20_000)
    expected = DependentBits(0.8, 0.1)
    # a plug-in information of 20 000 bits is off by about sqrt(p (1 - p) / n) |logit| = 0.004
    assert float(MIG()(code.z, code.factors)) == pytest.approx(expected.mig, abs=0.015)
    assert float(DMIG()(code.z, code.factors)) == pytest.approx(expected.dmig, abs=0.02)
    with pytest.raises(SettingError, match="agreement"):
        DependentBits(1.0)


def covariance(one: Subspaces) -> tuple[np.ndarray, np.ndarray]:
    """Of all classes and of the first, from the axes."""
    axes = one._axes(np.random.default_rng(3))
    parts = axes.transpose(0, 2, 1) @ axes / one.dimensions
    return parts.mean(0), parts[0]


@pytest.mark.parametrize("angle", [0.0, 25.0, 70.0, 90.0])
def test_the_rate_of_subspaces_is_that_of_their_covariance(angle):
    one, epsilon_squared = Subspaces(4, 3, 32, angle), 0.5
    whole, own = (np.linalg.slogdet(np.eye(32) + 32 / epsilon_squared * cov)[1] / 2 for cov in covariance(one))
    assert one.rate(epsilon_squared) == pytest.approx(whole, abs=1e-10)
    assert one.rate_of_classes(epsilon_squared) == pytest.approx(own, abs=1e-10)
    assert one.reduction(epsilon_squared) == pytest.approx(whole - own, abs=1e-10)


def test_the_reduction_is_0_in_one_subspace_and_most_for_orthogonal_ones():
    values = [Subspaces(angle=angle).reduction(0.5) for angle in np.linspace(0, 90, 19)]
    assert values[0] == pytest.approx(0, abs=1e-12) and (np.diff(values) > 0).all()
    # published code reads 6.378 of 60 samples a class in R^32, which miss the rate of samples without end by 0.04
    assert Subspaces(4, 3, 32).reduction(0.5) == pytest.approx(6.416, abs=1e-3)


def test_samples_of_subspaces_come_to_the_closed_form_as_they_grow():
    one = Subspaces(3, 2, 20, 60.0)
    misses = []
    for each in (50, 200, 800):
        read = [float(CodingRateReduction()(*one.sample(each, seed))) for seed in range(8)]
        misses.append(abs(np.mean(read) - one.reduction(0.5)))
    assert misses[0] > misses[1] > misses[2] and misses[2] < 0.02
    z, y = one.sample(50)
    assert np.linalg.norm(z, axis=1) == pytest.approx(1) and np.bincount(y).tolist() == [50] * 3
    assert np.linalg.matrix_rank(z[y == 0]) == 2
    with pytest.raises(SettingError, match="ambient"):
        Subspaces(6, 6, 36)
    with pytest.raises(SettingError, match="no closed form"):
        Subspaces(angle=None).rate(0.5)


def test_a_planted_bit_tells_what_quadrature_says():
    def density(z):
        return norm.pdf(z, -1.0) / 2 + norm.pdf(z, 1.0) / 2

    mixed = quad(lambda z: -density(z) * math.log(density(z)), -12, 12)[0]
    one = mixed - math.log(2 * math.pi * math.e) / 2
    code = PlantedCode(units=6, bits=3, gap=2.0)
    assert [code.nats(k) for k in (1, 2, 3, 5)] == pytest.approx([one, 2 * one, 3 * one, 3 * one], abs=1e-7)
    assert code.nats() == PlantedCode(units=6, bits=3, gap=2.0, spread=True).nats()
    with pytest.raises(SettingError, match="turn"):
        PlantedCode(spread=True).nats(2)


def test_the_bits_of_a_planted_code_stand_in_as_many_units():
    code = PlantedCode(units=8, bits=2, gap=4.0)
    z, y = code.sample(4000, seed=1)
    ones = [y >> bit & 1 == 1 for bit in range(2)]
    gaps = np.array([z[one].mean(0) - z[~one].mean(0) for one in ones])
    assert (np.abs(gaps) > 3.8).sum() == 2 and np.sort(np.abs(gaps).ravel())[-3] < 0.2
    turned = PlantedCode(units=8, bits=2, gap=4.0, spread=True).sample(4000, seed=1)[0]
    assert np.linalg.norm(turned, axis=1) == pytest.approx(np.linalg.norm(z, axis=1))


def test_paired_shapes_have_the_angle_that_they_say():
    pair = PairedShapes(6, 0.8, 0.2)
    x, y = pair.sample(200_000)
    found = np.linalg.svd(x.T @ y / len(x), compute_uv=False)
    assert found == pytest.approx(pair.singular, abs=0.01) and y.var(0) == pytest.approx(np.ones(6), abs=0.02)
    assert float(ShapeDistance()(x, y)) == pytest.approx(pair.angle, abs=0.01)
    assert PairedShapes(4, 1.0, 1.0).angle == 0 and PairedShapes(4, 0.0).angle == pytest.approx(math.pi / 2)
    with pytest.raises(SettingError, match="columns"):
        PairedShapes(4, 1.2)


def test_the_entropy_of_an_exponential_is_its_bound():
    for slope, spread, at in ((0.9, 0.7, 0.0), (2.0, 0.5, -0.3)):
        f, q = SmoothFunction("exponential", slope, at), slope**2 * spread**2
        closed = q / 2 * math.exp(slope * at + q / 2)
        assert f.entropy(spread) == pytest.approx(closed, rel=1e-10) == f.bound(spread)
    assert SmoothFunction("exponential", 0.9).entropy(0.7) == pytest.approx(0.2420, abs=1e-4)


def test_functions_of_one_number_by_adaptive_quadrature():
    given = {"square": (lambda z: 1 + (1.5 * z) ** 2), "logistic": (lambda z: 1 / (1 + math.exp(-1.5 * z)))}
    for kind, f in given.items():
        one, spread = SmoothFunction(kind, 1.5, 0.4), 1.3

        def mean(g, spread=spread):
            return quad(lambda e: g(0.4 + spread * e) * norm.pdf(e), -12, 12, epsabs=1e-12)[0]

        def slope(z, f=f):
            return (f(z + 1e-5) - f(z - 1e-5)) / 2e-5

        entropy_of = mean(lambda z, f=f: f(z) * math.log(f(z))) - mean(f) * math.log(mean(f))
        assert one.entropy(spread) == pytest.approx(entropy_of, abs=1e-7)
        assert one.bound(spread) == pytest.approx(
            spread**2 / 2 * mean(lambda z, f=f, g=slope: g(z) ** 2 / f(z)), abs=1e-7
        )
    steep = SmoothFunction("logistic", 8.0)

    def squared_slope_over_value(z):
        return 64 * math.exp(-16 * z) / (1 + math.exp(-8 * z)) ** 3 if z > -40 else 0.0

    sharp = quad(lambda e: norm.pdf(e) * squared_slope_over_value(2 * e), -9, 9, points=[-0.5, 0, 0.5], limit=400)[0]
    assert steep.bound(2.0) == pytest.approx(2 * sharp, abs=1e-9)


def test_the_bound_holds_and_noise_draws_it():
    import torch

    for kind, slope in itertools.product(("square", "logistic"), (0.5, 2.0, 8.0)):
        for spread in (0.1, 0.7, 2.0):
            one = SmoothFunction(kind, slope, 0.5)
            assert 0 <= one.entropy(spread) <= one.bound(spread)
    torch.manual_seed(0)
    found = functional_information(
        lambda z: 1 + z[:, 0] ** 2, torch.zeros(2000, 1, dtype=torch.float64), torch.tensor([0.49]), pairs=64
    )
    assert SmoothFunction("square", 1.0).bound(0.7) == pytest.approx(float(found.bound.mean()), rel=0.01)
    # of 128 draws at each point the entropy is too small by up to a 64th
    assert SmoothFunction("square", 1.0).entropy(0.7) == pytest.approx(float(found.entropy.mean()), rel=0.03)
    with pytest.raises(SettingError, match="slope"):
        SmoothFunction("square", 9.0)


def test_the_divergence_of_correlated_posteriors_has_the_terms_that_they_say():
    known = CorrelatedPosteriors(0.6, 0.5)
    means, variances = known.sample(4000)
    assert np.cov(means.T) == pytest.approx(np.array([[0.75, 0.6], [0.6, 0.75]]), abs=0.06)
    found = KLDecomposition(samples=4000)((means, variances)).details
    # 0.02 nats: the spread of the sample covariance over 4000 rows
    assert found["index_code_information"] == pytest.approx(known.index_code_information, abs=0.03)
    assert found["total_correlation"] == pytest.approx(known.total_correlation, abs=0.03)
    assert found["dimension_wise_kl"] == pytest.approx(0, abs=0.01)
    assert CorrelatedPosteriors(0.0, 1.0).index_code_information == 0
    with pytest.raises(SettingError, match="noise"):
        CorrelatedPosteriors(0.9, 0.5)


def test_hints_tell_what_they_say():
    assert HintedDigits(1.0).nats == pytest.approx(math.log(10)) and HintedDigits(0.0).nats == pytest.approx(
        0, abs=1e-12
    )
    z, y = HintedDigits(0.7).sample(seed=2)
    hint = z[:, 64:].argmax(1)
    assert z.shape == (1797, 74) and (z[:, 64:].sum(1) == 1).all() and z.min() == 0 and z.max() == 1
    table = np.histogram2d(hint, y, 10, [[-0.5, 9.5]] * 2)[0] / len(y)
    plug_in = entropy(table.sum(0)) + entropy(table.sum(1)) - entropy(table)
    assert plug_in - 81 / (2 * 1797) == pytest.approx(HintedDigits(0.7).nats, abs=0.06)
    x, kinds = some_digits((3, 8), 20)
    assert x.shape == (40, 64) and kinds.tolist() == [3] * 20 + [8] * 20
    with pytest.raises(SampleError, match="each"):
        some_digits((3,), 500)


def test_noisy_levels_tell_what_quadrature_says_and_large_samples_read_it():
    known = NoisyLevels(4, 2, 0.5)

    def density(z):
        return norm.pdf(z, np.arange(4), 0.5).mean()

    mixed = quad(lambda z: -density(z) * math.log(density(z)), -5, 8, limit=200)[0]
    assert known.nats == pytest.approx(mixed - math.log(2 * math.pi * math.e * 0.25) / 2, abs=1e-7)
    assert known.mig == pytest.approx(known.nats / math.log(4)) and NoisyLevels(4, 2, None).mig == 0
    code = known.sample(100_000)
    # 100 cells lose about 1e-3 nats of a density as smooth as this, and chance adds 100 * 3 / 2n = 1.5e-3
    assert float(MIG(bins=100)(code.z, code.factors)) == pytest.approx(known.mig, abs=0.01)
    alone = NoisyLevels(4, 2, None).sample(20_000)
    assert float(MIG()(alone.z, alone.factors)) == pytest.approx(0, abs=0.002)
    with pytest.raises(SettingError, match="noise"):
        NoisyLevels(4, 2, 0.01)
