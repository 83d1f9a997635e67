"""The entropy-and-reconstruction bound: exact channels of directions, clusters, what it says of itself."""

import math

import numpy as np
import pytest

from explorer.engines.known.spheres import DirectionChannel, scattered
from explorer.errors import SampleError
from explorer.estimators import EntropyReconstruction
from explorer.numerics import sphere

CHANNELS = [(3, 10.0, 0.0), (3, 50.0, 20.0), (3, 2.0, 0.0), (8, 10.0, 5.0), (16, 30.0, 0.0)]


def mean_of(channel, n=2000, **settings):
    found = [EntropyReconstruction(**settings)(*channel.sample(n, seed)) for seed in range(3)]
    return {name: np.mean([one.details[name] for one in found]) for name in ("entropy", "reconstruction", "kappa")} | {
        "nats": np.mean([one.nats for one in found])
    }


@pytest.mark.parametrize(("dim", "precision", "crowding"), CHANNELS)
def test_both_terms_of_a_channel_whose_terms_are_known(dim, precision, crowding):
    channel = DirectionChannel(dim, precision, crowding)
    found = mean_of(channel)
    assert found["entropy"] == pytest.approx(channel.entropy, abs=0.06)
    assert found["reconstruction"] == pytest.approx(-channel.noise, abs=0.06)
    assert found["kappa"] == pytest.approx(precision, rel=0.05)
    assert found["nats"] == pytest.approx(channel.nats, abs=0.08)


@pytest.mark.parametrize("kappa", [1.0, 5.0, 10.0, 40.0])
@pytest.mark.parametrize(("precision", "crowding"), [(2.0, 0.0), (10.0, 0.0), (10.0, 4.0), (60.0, 0.0)])
def test_with_the_true_entropy_it_is_a_lower_bound_at_every_kappa(precision, crowding, kappa):
    channel = DirectionChannel(3, precision, crowding)
    found = [EntropyReconstruction(kappa=kappa)(*channel.sample(4000, seed)) for seed in range(3)]
    reconstruction = float(sphere.log_constant(3, kappa) + kappa * sphere.mean_cosine(3, precision))
    bound = channel.entropy + np.mean([one.details["reconstruction"] for one in found])
    error = kappa / math.sqrt(precision * 12000)
    assert bound < channel.nats + 3 * error
    assert bound == pytest.approx(channel.entropy + reconstruction, abs=3 * error)
    exact = channel.entropy + reconstruction
    assert exact == pytest.approx(channel.nats, abs=1e-9) if kappa == precision else exact < channel.nats - 0.01


@pytest.mark.parametrize("d", [3, 10, 64, 256])
def test_the_entropy_of_uniform_directions_is_the_log_of_the_area(d):
    x = np.random.default_rng(0).normal(size=(1000, d))
    y = np.random.default_rng(1).normal(size=(1000, d))
    found = EntropyReconstruction()(x, y)
    assert found.details["entropy"] == pytest.approx(sphere.log_area(d), abs=0.02)
    assert abs(found.nats) < 0.02


def test_the_entropy_of_crowded_directions_is_that_of_the_distribution_and_from_above():
    mean = np.tile(np.eye(4)[0], (3000, 1))
    for kappa in (5.0, 100.0):
        y = scattered(mean, kappa, np.random.default_rng(2))
        found = EntropyReconstruction()(np.roll(y, 1, 0), y).details["entropy"]
        assert sphere.entropy(4, kappa) - 0.02 < found < sphere.entropy(4, kappa) + 0.1


def test_the_leave_one_out_average_is_that_of_two_loops():
    x, y = DirectionChannel(5, 8.0).sample(30)
    found = EntropyReconstruction(kappa=10.0)(x, y)
    log_c = float(sphere.log_constant(5, 10.0))
    logs = [
        math.log(np.mean([math.exp(log_c + 10 * float(y[i] @ y[j])) for j in range(30) if j != i])) for i in range(30)
    ]
    assert found.details["entropy"] == pytest.approx(-np.mean(logs), abs=1e-12)
    assert found.details["reconstruction"] == pytest.approx(log_c + 10 * np.mean((x * y).sum(1)), abs=1e-12)
    far = EntropyReconstruction(kappa=1e4)(x, y)
    assert math.isfinite(far.nats) and far.details["entropy"] > 1000


def test_more_samples_come_nearer():
    channel = DirectionChannel(8, 40.0, 20.0)
    errors = [abs(mean_of(channel, n)["nats"] - channel.nats) for n in (100, 3000)]
    assert errors[1] < 0.5 * errors[0]


def test_it_exceeds_the_information_where_the_entropy_does_and_is_called_no_bound():
    channel = DirectionChannel(32, 50.0, 20.0)
    found = EntropyReconstruction()(*channel.sample(1000))
    assert found.nats > channel.nats + 0.5 and found.bound == "none"
    assert any(one.rule == "entropy estimated" for one in found.warnings)
    fixed = EntropyReconstruction(kappa=10.0)(*channel.sample(1000))
    assert any(one.rule == "entropy smoothed" for one in fixed.warnings)


def test_with_one_width_for_both_terms_independent_views_can_read_information():
    rng = np.random.default_rng(0)
    first, second = 1e-4 * rng.normal(size=(2, 1000))
    x, y = (np.column_stack([np.cos(one), np.sin(one)]) for one in (first, second + 0.3 * rng.choice([-1, 1], 1000)))
    assert EntropyReconstruction(kappa=3.0)(x, y).nats > 0.05


def clusters(agreement, k=5, n=4000):
    rng = np.random.default_rng(3)
    first = rng.integers(0, k, n)
    second = np.where(rng.random(n) < agreement, first, rng.integers(0, k, n))
    return first, second


def test_clusters_that_agree_read_the_log_of_their_number():
    first, _ = clusters(1.0)
    one_hot = np.eye(5)[first]
    found = EntropyReconstruction()(one_hot, one_hot)
    assert found.nats == pytest.approx(math.log(5), abs=0.002) and found.bound == "lower"
    assert EntropyReconstruction(kappa=30.0)(one_hot, one_hot).nats == pytest.approx(found.nats, abs=1e-9)


@pytest.mark.parametrize("agreement", [0.0, 0.4, 0.9])
def test_clusters_read_fano_s_inequality_and_never_more_than_the_table_holds(agreement):
    first, second = clusters(agreement)
    found = EntropyReconstruction()(np.eye(5)[first], np.eye(5)[second])
    same = np.mean(first == second)
    shares = np.bincount(second) / len(second)
    left = -same * math.log(same) - (1 - same) * math.log((1 - same) / 4) if same > 0.2 else math.log(5)
    assert found.nats == pytest.approx(-(shares @ np.log(shares)) - left, abs=1e-9)
    table = np.bincount(5 * first + second, minlength=25).reshape(5, 5) / len(first)
    apart = np.outer(table.sum(1), table.sum(0))
    assert found.nats < float((table * np.log(table / apart)).sum()) + 1e-12
    fixed = EntropyReconstruction(kappa=2.0)(np.eye(5)[first], np.eye(5)[second])
    assert fixed.nats <= found.nats + 1e-12


def test_what_cannot_be_compared_is_refused_in_one_sentence():
    x, y = DirectionChannel(4, 5.0).sample(50)
    for first, second, words in (
        (x, y[:, :3], "x has 4 and y 3 columns"),
        (x[:, :1], y[:, :1], "at least 2"),
        (0 * x, y, "x is constant"),
        (np.where(np.arange(50)[:, None] == 7, 0, x), y, "first in row 7"),
    ):
        with pytest.raises(SampleError, match=words):
            EntropyReconstruction()(first, second)


def test_doubts_name_repeats_columns_left_out_and_views_that_agree_too_well():
    x, y = DirectionChannel(4, 5.0).sample(60)
    rules = {one.rule for one in EntropyReconstruction()(np.repeat(x, 2, 0), np.repeat(y, 2, 0)).warnings}
    assert {"ties", "unit rows"} <= rules and "ceiling" not in rules
    assert {"ceiling"} <= {one.rule for one in EntropyReconstruction()(x, x).warnings}
    wider = np.column_stack([x, np.full(60, 3.0)])
    found = EntropyReconstruction()(wider, y)
    assert found.nats == EntropyReconstruction()(x, y).nats
    assert "1 column(s)" in next(one.text for one in found.warnings if one.rule == "left out")
