"""A layer with noise on it: by draws against quadrature and closed forms, between the bounds, by neighbours."""

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.special import logsumexp

import explorer
from explorer.engines.plane.noisy import by_neighbours, over_training, told
from explorer.errors import SampleError, SettingError
from explorer.estimators import KDEBounds

rng = np.random.default_rng(0)


def quadrature(t: np.ndarray, deviation: float) -> float:
    """I(identity; T + noise) = h(mixture) - h(noise) of points on a line."""

    def surprise(z: float) -> float:
        log_density = logsumexp(-((z - t) ** 2) / (2 * deviation**2)) - np.log(len(t) * deviation * np.sqrt(2 * np.pi))
        return float(-np.exp(log_density) * log_density)

    mixture = quad(surprise, t.min() - 12 * deviation, t.max() + 12 * deviation, limit=500, points=np.sort(t))[0]
    return mixture - np.log(2 * np.pi * np.e * deviation**2) / 2


@pytest.mark.parametrize("deviation", [0.05, 0.4, 2.0])
def test_draws_have_the_mean_of_the_truth_and_say_how_far_they_scatter(deviation: float) -> None:
    t = rng.normal(size=12)
    truth = quadrature(t, deviation)
    found = [told(t, deviation, seed=seed) for seed in range(300)]
    values = np.array([one.value for one in found])
    errors = np.array([one.standard_error for one in found])
    assert abs(values.mean() - truth) < 4 * values.std() / 300**0.5
    assert found[0].lower < truth < found[0].upper
    assert 0.5 < np.sqrt((errors**2).mean()) / values.std() < 2


def test_a_subset_of_inputs_estimates_the_whole_mixture() -> None:
    t = rng.normal(size=(600, 3))
    whole = np.mean([told(t, 0.3, draws=600, seed=seed).value for seed in range(20)])
    parts = np.array([told(t, 0.3, draws=50, seed=seed).value for seed in range(60)])
    assert abs(parts.mean() - whole) < 4 * parts.std() / 60**0.5


@pytest.mark.parametrize("deviation", [1e-4, 0.1, 1.0, 30.0])
def test_its_bounds_are_those_of_kde_bounds(deviation: float) -> None:
    t = np.tanh(rng.normal(size=(300, 4)))
    found, kinds = told(t, deviation, draws=300), {"x_kind": "discrete", "y_kind": "continuous"}
    for name in ("lower", "upper"):
        known = KDEBounds(variance=deviation**2, bound=name)(np.arange(300), t, **kinds).nats
        assert getattr(found, name) == pytest.approx(known, abs=1e-7)  # kernels.STEADY: distances by a product
    reach = 3 * found.standard_error + 1e-7
    assert found.lower - reach <= found.value <= found.upper + reach


def test_little_noise_leaves_all_inputs_apart_and_much_none() -> None:
    t = rng.normal(size=(200, 5))
    assert told(t, 1e-6).value == pytest.approx(np.log(200), abs=1e-9)
    assert told(t, 1e6).value == pytest.approx(0, abs=1e-4)
    pairs = np.repeat(t[:100], 2, axis=0)
    assert told(pairs, 1e-6).value == pytest.approx(np.log(100), abs=1e-9)


def test_only_the_ratio_to_the_noise_counts() -> None:
    t = rng.normal(size=(200, 3))
    assert told(50 * t + 7, 5.0).value == pytest.approx(told(t, 0.1).value, abs=1e-9)
    assert by_neighbours(50 * t + 7, 5.0) == pytest.approx(by_neighbours(t, 0.1), abs=1e-9)


@pytest.mark.parametrize(("columns", "deviation"), [(1, 0.5), (2, 1.0), (3, 0.7)])
def test_many_normal_activations_read_the_capacity_of_the_noise(columns: int, deviation: float) -> None:
    """I(T; T + noise) = d/2 ln(1 + 1/sigma^2) for normal T, far below ln n."""
    t = rng.normal(size=(4000, columns))
    truth = columns / 2 * np.log(1 + deviation**-2)
    found = told(t, deviation, draws=4000)
    assert found.value == pytest.approx(truth, abs=4 * found.standard_error + 0.02)
    assert by_neighbours(t, deviation) == pytest.approx(truth, abs=0.1)


def test_neighbours_can_read_more_than_there_is() -> None:
    """What the docstring warns of: 10 units and 500 inputs fill no volume."""
    t = rng.normal(size=(500, 10))
    assert told(t, 0.03).value <= np.log(500) < by_neighbours(t, 0.03)


def test_it_is_in_bits_over_training() -> None:
    recording = explorer.open("twelve_bit")
    found = over_training(recording, "tanh_3", 0.03, (0, 8000), draws=64)
    one = told(recording.activations(8000, "tanh_3"), 0.03, draws=64).to("bits")
    assert found["value"][1] == one.value and found["low"][1] == one.value - 2 * one.standard_error
    assert one.value * np.log(2) == pytest.approx(told(recording.activations(8000, "tanh_3"), 0.03, draws=64).value)


def test_bad_input_is_named() -> None:
    t = rng.normal(size=(20, 2))
    for deviation in (0, -1.0, float("nan")):
        with pytest.raises(SettingError, match=r"deviation=.* must be above 0"):
            told(t, deviation)
    with pytest.raises(SettingError, match="draws=0 must be above 0"):
        told(t, 0.1, draws=0)
    with pytest.raises(SampleError, match="t "):
        told([[1.0, float("nan")]], 0.1)
    with pytest.raises(SampleError, match="more than k=5"):
        by_neighbours(t[:5], 0.1)
