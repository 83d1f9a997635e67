"""Engines of sequences: every known amount against another way to compute it."""

import math

import numpy as np
import pytest
from scipy.linalg import toeplitz

from explorer.distributions import BivariateNormal
from explorer.engines.finite.streams import directed_information, driven_streams
from explorer.engines.sequences.channels import TokenChannel
from explorer.engines.sequences.driven import DrivenNormals, after
from explorer.engines.sequences.driving import both_ways, by_delay, dial
from explorer.engines.sequences.scaling import LongSequence, doublings, exponent, log_det
from explorer.errors import SettingError


def slogdet(matrix: np.ndarray) -> float:
    return float(np.linalg.slogdet(matrix)[1])


@pytest.mark.parametrize(("own", "b"), [(0.5, 1.0), (0.0, 1.0), (-0.8, 0.3)])
def test_transfer_of_an_independent_source_is_a_closed_form(own: float, b: float) -> None:
    pair = DrivenNormals(own_x=0.0, own_y=own, x_to_y=b, y_to_x=0.0)
    for past in (1, 2, 5):
        assert pair.transfer(past, past) == pytest.approx(math.log(1 + b * b) / 2, abs=1e-12)
        assert pair.turned.transfer(past, past) == pytest.approx(0.0, abs=1e-12)
    assert DrivenNormals(0.0, 0.5, 1.0).transfer() == pytest.approx(0.3466, abs=5e-5)


def test_transfer_is_that_of_long_samples() -> None:
    """Residual variances of least squares on 200 000 steps; the standard error of the ratio's half log is 0.0015."""
    pair = DrivenNormals(0.6, 0.5, 0.4, -0.3)
    x, y = pair.sample(200_000)
    known = np.stack([y[1:-1], y[:-2]], 1)
    more = np.stack([y[1:-1], y[:-2], x[1:-1], x[:-2]], 1)
    left = [np.linalg.lstsq(z, y[2:], rcond=None)[1][0] for z in (known, more)]
    assert pair.transfer(2, 2) == pytest.approx(math.log(left[0] / left[1]) / 2, abs=0.005)


def test_what_the_own_past_knows_already_is_not_transferred() -> None:
    """The pair is a Markov chain of first order: the last step of X says all, and an earlier one less."""
    pair = DrivenNormals(0.6, 0.5, 0.4, -0.3)
    assert pair.transfer(1, 1) == pytest.approx(pair.transfer(5, 1), abs=1e-10)
    assert pair.transfer(1, 4) < pair.transfer(1, 1) - 0.01
    assert pair.transfer(1, 1, delay=2) < pair.transfer(1, 1) - 0.01


def test_a_pair_that_grows_is_refused() -> None:
    with pytest.raises(SettingError, match="grows"):
        DrivenNormals(own_x=1.0)


def test_a_sample_after_its_source_keeps_the_pairs() -> None:
    """Three steps late and with memory: the innovations of y are the distribution's own y."""
    x, y = after(BivariateNormal(rho=0.8), 20_000, delay=3, memory=0.6)
    innovations = y[1:] - 0.6 * y[:-1]
    fits = [np.corrcoef(x[1 : -lag or None, 0][:19_000], innovations[lag:, 0][:19_000])[0, 1] for lag in range(6)]
    assert fits[3] == pytest.approx(0.8, abs=0.01)
    assert np.abs(np.delete(fits, 3)).max() < 0.03  # four standard errors of 0.007
    with pytest.raises(SettingError, match="memory"):
        after(BivariateNormal(), 10, memory=1.0)


@pytest.mark.parametrize(("copies", "feedback"), [(0.9, 0.3), (0.5, 0.5), (0.7, 0.0), (0.0, 0.9)])
def test_rates_of_a_channel_are_the_increments_of_the_whole_table(copies: float, feedback: float) -> None:
    """The finite table adds one rate a step, once its first step, which follows nothing, is over."""
    short, long = (directed_information(driven_streams(steps, copies, feedback)) for steps in (4, 5))
    channel = TokenChannel(2, copies, feedback)
    bit = math.log(2)
    assert channel.forward == pytest.approx((long.forward - short.forward) * bit, abs=1e-9)
    assert channel.backward == pytest.approx((long.backward - short.backward) * bit, abs=1e-9)
    assert channel.mutual == pytest.approx((long.mutual - short.mutual) * bit, abs=1e-9)


@pytest.mark.parametrize("delay", [0, 2])
def test_streams_are_those_of_the_channel(delay: int) -> None:
    """20 000 draws: a share has a standard error below 0.004."""
    channel = TokenChannel(4, 0.7, 0.4, delay)
    x, y = channel.sample(20_000)
    arrived = (y[delay:] == x[: len(x) - delay]).mean()
    assert arrived == pytest.approx(0.7 + 0.3 / 4, abs=0.015)
    assert (x[1:] == y[:-1]).mean() == pytest.approx(0.4 + 0.6 / 4, abs=0.015)
    assert np.bincount(y, minlength=4) / len(y) == pytest.approx(np.full(4, 0.25), abs=0.02)
    with pytest.raises(SettingError, match="tokens=1"):
        TokenChannel(1)


def test_determinants_are_those_of_the_whole_matrix() -> None:
    """The numbers of Gaussian processes with correlation (1 + k)^-a that are known to four digits."""
    known = {0.3: (0.644, 0.679, 0.715, 0.753, 0.792), 0.6: (0.350, 0.367, 0.383, 0.399, 0.414)}
    for a, values in known.items():
        for length, value in zip((8, 16, 32, 64, 128), values, strict=True):
            row = (1 + np.arange(2.0 * length)) ** -a
            assert log_det(row[:length]) - log_det(row) / 2 == pytest.approx(value, abs=6e-4)
            assert log_det(row) == pytest.approx(slogdet(toeplitz(row)), abs=1e-8)


@pytest.mark.parametrize("length", [1, 3, 8])
def test_halves_of_many_numbers_are_those_of_every_covariance(length: int) -> None:
    sequence, expected = LongSequence("many numbers", 1.3), 0.0
    for distance in range(1, 2 * length):
        row = np.zeros(2 * length)
        row[0], row[distance] = 1.0, sequence.correlation(np.array(distance))
        whole = toeplitz(row)
        expected += slogdet(whole[:length, :length]) - slogdet(whole) / 2
    assert sequence.halves(length) == pytest.approx(expected, abs=1e-10)


def test_sequences_that_agree_at_two_places_part_between_halves() -> None:
    many, one, fading = (LongSequence(kind, 1.5) for kind in ("many numbers", "one number", "fading"))
    distances = np.arange(1, 50)
    assert many.two_point(distances) == pytest.approx(one.two_point(distances), abs=1e-15)
    assert many.halves(1) == pytest.approx(one.halves(1), abs=1e-12)  # two halves of one place
    assert many.halves(256) > 18 * one.halves(256)
    assert fading.halves(1) == pytest.approx(fading.halves(200), abs=1e-10)  # a Markov chain
    assert fading.halves(1) == pytest.approx(float(fading.two_point(np.array(1))), abs=1e-12)


def test_growth_tends_to_two_less_the_decay() -> None:
    lengths = doublings(9)[-2:]
    for decay in (1.2, 1.5):
        sequence = LongSequence("many numbers", decay)
        late = exponent(lengths, np.array([sequence.halves(int(length)) for length in lengths]))
        early = exponent(lengths // 64, np.array([sequence.halves(int(length) // 64) for length in lengths]))
        assert abs(late - (2 - decay)) < 0.01 and abs(late - (2 - decay)) < abs(early - (2 - decay))
    assert exponent(np.array([1, 10, 100]), np.array([2.0, 20.0, 200.0])) == pytest.approx(1.0)
    with pytest.raises(SettingError, match="decay"):
        LongSequence(decay=2.0)


def test_a_dial_reads_what_is_exact() -> None:
    """Four samples of 1000 steps: the standard error of a mean is about 0.01 at the strong end."""
    turned = dial(1000)
    assert turned.read.mean(0) == pytest.approx(turned.exact, abs=0.03)
    assert turned.exact[0] == pytest.approx(turned.exact[1, ::-1], abs=1e-12)
    forward, backward = both_ways(1.0, 1000)
    assert forward.p_value <= 0.05 < backward.p_value and backward.exact == pytest.approx(0.0, abs=1e-12)


def test_only_the_delay_of_the_channel_is_heard() -> None:
    seen = by_delay(TokenChannel(2, 0.8, 0.5, 2), 2000)
    assert seen.read.mean(0) == pytest.approx(seen.exact, abs=0.015)  # three standard errors of 0.005
    assert seen.backward.mean() == pytest.approx(TokenChannel(2, 0.8, 0.5, 2).backward, abs=0.01)
