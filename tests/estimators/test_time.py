"""Transfer entropy and directed information against pairs whose rates are known exactly."""

import itertools
import math
from functools import partial

import numpy as np
import pytest
import torch

import explorer
from explorer.critics.plan import Plan, split
from explorer.distributions import BivariateNormal, Parabola, UniformNoise
from explorer.engines.sequences.channels import TokenChannel
from explorer.engines.sequences.driven import DrivenNormals, after
from explorer.errors import SampleError
from explorer.estimators import TREET, DirectedInformation, Gaussian, TransferEntropy
from explorer.estimators.time.directed_information import code_length
from explorer.reliability.null import permutation_null

LAWS_OF_PAIRS = ("data processing", "additivity")
"""Those that no sequence obeys."""
CARD = DrivenNormals(own_x=0.0, own_y=0.5, x_to_y=1.0, y_to_x=0.0)


@pytest.mark.parametrize(("method", "near"), [("gaussian", 0.02), ("neighbors", 0.025)])
def test_transfer_entropy_of_a_linear_pair(method: str, near: float) -> None:
    """Deviations over samples of 2000 steps are 0.014 and 0.018, over the root of 5."""
    entry = TransferEntropy(method=method)
    pairs = [CARD.sample(2000, seed) for seed in range(5)]
    assert np.mean([float(entry(x, y)) for x, y in pairs]) == pytest.approx(0.3466, abs=near)
    assert np.mean([float(entry(y, x)) for x, y in pairs]) == pytest.approx(0.0, abs=0.012)


@pytest.mark.parametrize("past", [1, 2, 4])
def test_regression_with_any_past(past: int) -> None:
    """Against the exact value with the same windows, and against least squares itself."""
    pair, entry = DrivenNormals(0.6, 0.5, 0.4, -0.3), TransferEntropy(method="gaussian", past_x=past, past_y=past)
    samples = [pair.sample(4000, seed) for seed in range(5)]
    assert np.mean([float(entry(x, y)) for x, y in samples]) == pytest.approx(pair.transfer(past, past), abs=0.01)
    x, y = samples[0]
    back = [np.stack([v[past - j - 1 : -j - 1] for j in range(past)], 1) for v in (x, y)]
    columns = [np.hstack([np.ones((len(y) - past, 1)), *some]) for some in ([back[1]], back)]
    left = [np.linalg.lstsq(some, y[past:], rcond=None)[1][0] for some in columns]
    # less the bias that is taken off, 1 / 2n for each regressor: 4 / 8000 at most
    assert float(entry(x, y)) == pytest.approx(math.log(left[0] / left[1]) / 2 - past / 8000, abs=2e-6)


@pytest.mark.parametrize("delay", [0, 1, 3])
def test_neighbours_see_what_is_not_linear_at_its_delay_alone(delay: int) -> None:
    """y is a parabola of an earlier x on top of its own past; 8000 steps bring the bias of neighbours below 0.05."""
    truth = Parabola()
    x, y = after(truth, 8000, delay=delay, memory=0.5)
    assert float(TransferEntropy(delay=delay)(x, y)) == pytest.approx(truth.nats, abs=0.06)
    assert abs(float(TransferEntropy(delay=delay + 1)(x, y))) < 0.03
    assert float(TransferEntropy(method="gaussian", delay=delay)(x, y)) < 0.1


def test_any_distribution_gives_its_information_to_a_sequence() -> None:
    """Normal and with edges, where neighbours fall short by less with more steps."""
    normal = BivariateNormal(rho=0.8)
    assert float(TransferEntropy()(*after(normal, 8000, memory=0.3))) == pytest.approx(normal.nats, abs=0.025)
    edges = UniformNoise(epsilon=1.0)
    few, many = (float(TransferEntropy()(*after(edges, n, memory=0.3))) for n in (1000, 16_000))
    assert few < many < edges.nats and many == pytest.approx(edges.nats, abs=0.035)


def test_a_common_driver_reads_as_drive_until_it_is_known() -> None:
    """z leads x by one step and y by two; with z known nothing is left for x to tell."""
    rng = np.random.default_rng(0)
    z, noise = rng.normal(size=4002), rng.normal(size=(2, 4000))
    x, y, z = z[1:-1] + 0.5 * noise[0], z[:-2] + 0.5 * noise[1], z[2:]
    entry = TransferEntropy(method="gaussian", past_x=2)
    rho = 1 / 1.25  # corr(x_t-1, y_t), both z of one step and noise of variance 1/4
    assert float(entry(x, y)) == pytest.approx(-math.log(1 - rho**2) / 2, abs=0.03)
    found = entry(x, y, z=z)
    assert found.quantity == "TE(X→Y|Z)" and abs(found.nats) < 0.003


def test_the_null_keeps_the_past_of_each_series() -> None:
    """Two slow series that know nothing of each other: as many p-values below 0.1 as there should be, 40 tries.

    Permuted steps would break the memory of the source, so that what two slow series read by chance would count.
    """
    pair, entry = DrivenNormals(0.95, 0.95, 0.0, 0.0), TransferEntropy(method="gaussian", past_x=2, delay=0)
    found = []
    for seed in range(40):
        samples = entry.checked(*pair.sample(300, seed))
        found.append(permutation_null(entry, samples, float(entry.on(samples)), seed).p_value)
    assert np.mean(np.array(found) <= 0.1) <= 0.1 + 2 * math.sqrt(0.09 / 40)
    assert np.mean(np.array(found) <= 0.5) == pytest.approx(0.5, abs=0.2)


def test_drive_stands_out_and_the_result_says_how_it_was_read() -> None:
    x, y = CARD.sample(500)
    there, back = (explorer.estimate(*pair, estimator="transfer_entropy", laws=True) for pair in ((x, y), (y, x)))
    assert there.quantity == "TE(X→Y)" and there.null is not None and there.null.p_value < 0.05
    assert there.null.how == "x turned round in time" and "turned round" in str(back.warnings)
    assert back.null is not None and back.null.p_value > 0.05
    assert there.interval is not None and there.interval[0] < 0.3466 < there.interval[1]
    assert there.details["steps"] == 499
    said = {doubt.rule: doubt for doubt in there.warnings}
    assert "steps" in said and "independence" in said
    assert all("not tried: noise on a sequence" in said[law].text and said[law].note for law in LAWS_OF_PAIRS)


def test_intervals_hold_the_truth_of_slow_series() -> None:
    """Stretches of time as parts: 30 intervals at 90 % hold at least 23 times (binomial, 2 %)."""
    pair = DrivenNormals(0.8, 0.8, 0.1, 0.0)
    ask = partial(explorer.estimate, estimator="transfer_entropy", method="gaussian", null=False)
    ends = [ask(*pair.sample(800, seed)).interval for seed in range(30)]
    assert sum(low < pair.transfer() < high for low, high in ends if low is not None) >= 23


def test_sequences_that_do_not_fit_are_refused_in_one_sentence() -> None:
    with pytest.raises(SampleError, match="x has 3 samples and y has 2; they must be paired row by row"):
        TransferEntropy()([1.0, 2.0, 3.0], [1.0, 2.0])
    with pytest.raises(SampleError, match="at least 12 steps for past_x=1, past_y=1 and delay=10; got 8"):
        TransferEntropy(delay=10)(np.arange(8.0), np.arange(8.0) ** 2)
    with pytest.raises(SampleError, match="distinct samples"):
        TransferEntropy()(np.tile([0.0, 1.0], 100), np.tile([0.0, 1.0, 1.0, 0.0], 50))


@pytest.mark.parametrize("method", ["plug_in", "miller_madow", "context_tree"])
@pytest.mark.parametrize("channel", [TokenChannel(2, 0.8, 0.0), TokenChannel(2, 0.8, 0.5), TokenChannel(3, 0.7, 0.3)])
def test_directed_information_of_a_channel(method: str, channel: TokenChannel) -> None:
    """Both rates; the deviation over streams of 5000 steps is about 0.008, and the plug-in bias 0.001 to 0.004."""
    there, back = (DirectedInformation(method=method, delay=delay) for delay in (0, 1))
    streams = [channel.sample(5000, seed) for seed in range(4)]
    assert np.mean([float(there(x, y)) for x, y in streams]) == pytest.approx(channel.forward, abs=0.015)
    assert np.mean([float(back(y, x)) for x, y in streams]) == pytest.approx(channel.backward, abs=0.015)


def test_a_delay_needs_a_past_that_reaches_over_it() -> None:
    channel = TokenChannel(2, 0.8, 0.5, delay=2)
    x, y = channel.sample(5000)
    assert float(DirectedInformation(past_y=3, delay=2)(x, y)) == pytest.approx(channel.forward, abs=0.02)
    assert abs(float(DirectedInformation(past_y=3, delay=0)(x, y))) < 0.005
    assert float(DirectedInformation(past_x=3, past_y=3)(x, y)) == pytest.approx(channel.forward, abs=0.03)


def test_transfer_entropy_of_tokens_is_their_directed_information_one_step_late() -> None:
    x, y = TokenChannel(2, 0.8, 0.0, delay=1).sample(5000)
    assert float(DirectedInformation(delay=1)(x, y)) == pytest.approx(TokenChannel(2, 0.8).forward, abs=0.02)
    assert abs(float(DirectedInformation(delay=0)(x, y))) < 0.002


def test_streams_of_words_give_the_same_as_their_codes() -> None:
    x, y = TokenChannel(3, 0.8).sample(400)
    words = np.array(["ash", "oak", "beech"])
    found = [float(DirectedInformation()(*pair)) for pair in ((x, y), (words[x], words[y]))]
    assert found[0] == pytest.approx(found[1], abs=1e-12)


def _sequential(now: list[int], pasts: list[tuple[int, ...]], tokens: int) -> float:
    """The mixture token by token, as its definition reads: every node once, deepest first."""
    contexts = {past[:depth] for past in pasts for depth in range(len(past) + 1)}

    def estimated(context: tuple[int, ...]) -> float:
        seen, total = [0] * tokens, 0.0
        for token, past in zip(now, pasts, strict=True):
            if past[: len(context)] == context:
                total += math.log((seen[token] + 0.5) / (sum(seen) + tokens / 2))
                seen[token] += 1
        return total

    def weighted(context: tuple[int, ...]) -> float:
        if len(context) == len(pasts[0]):
            return estimated(context)
        below = sum(weighted(one) for one in contexts if len(one) == len(context) + 1 and one[:-1] == context)
        return float(np.logaddexp(estimated(context), below)) - math.log(2)

    return -weighted(()) / len(now)


@pytest.mark.parametrize("tokens", [2, 3])
def test_the_context_tree_is_the_mixture_of_its_definition(tokens: int) -> None:
    rng = np.random.default_rng(0)
    now, pasts = rng.integers(tokens, size=60), rng.integers(tokens, size=(60, 3))
    found = code_length(torch.tensor(now), tuple(torch.tensor(one) for one in pasts.T))
    assert found == pytest.approx(_sequential(now.tolist(), [tuple(one) for one in pasts.tolist()], tokens), abs=1e-12)


def test_the_context_tree_gives_every_stream_a_probability_that_adds_to_one() -> None:
    """All 2^6 streams of six coins with one known context stream."""
    past = (torch.tensor([0, 1, 1, 0, 1, 0]), torch.tensor([1, 1, 0, 0, 1, 1]))
    streams = [torch.tensor(one) for one in itertools.product((0, 1), repeat=6)]
    varied = [one for one in streams if len(set(one.tolist())) == 2]  # a constant stream has one token alone
    total = sum(math.exp(-6 * code_length(one, past)) for one in varied)
    assert total == pytest.approx(1 - 2 * math.exp(-6 * _of_constant(past)), abs=1e-12)


def _of_constant(past: tuple[torch.Tensor, ...]) -> float:
    return _sequential([0] * 6, [tuple(one) for one in torch.stack(past, 1).tolist()], 2)


def test_a_long_past_costs_the_context_tree_little_and_the_counts_much() -> None:
    """Independent coins with five tokens of each past: 2^10 contexts for 2000 steps."""
    x, y = np.random.default_rng(0).integers(2, size=(2, 2000))
    counted = DirectedInformation(past_x=5, past_y=5)(x, y)
    assert counted.nats > 0.15 and any(doubt.rule == "undersampled" for doubt in counted.warnings)
    assert abs(float(DirectedInformation("context_tree", 5, 5)(x, y))) < 0.005


def test_gaussian_transfer_is_the_conditional_information_of_the_windows() -> None:
    x, y = CARD.sample(300)
    known = Gaussian()(x[:-1], y[1:], z=y[:-1])
    assert float(TransferEntropy(method="gaussian")(x, y)) == pytest.approx(known.nats, abs=1e-12)


def test_attention_reads_a_past_that_is_too_long_for_neighbours() -> None:
    """Three steps of each past; deviations over samples of 2000 steps are 0.02."""
    x, y = CARD.sample(2000)
    there = TREET()(x, y)
    assert there.nats == pytest.approx(0.3466, abs=0.06) and there.nats == TREET()(x, y).nats
    assert float(TransferEntropy(past_x=3, past_y=3)(x, y)) < 0.31 < there.nats
    assert abs(float(TREET()(y, x))) < 0.03
    assert there.details["beside X"] - there.details["alone"] == pytest.approx(there.nats)
    curves = there.details["curves"]
    assert len(curves["step"]) == len(curves["train"]) == len(curves["held"]) > 1
    with pytest.raises(SampleError, match="at least 40 are needed"):
        TREET()(x[:30], y[:30])


def test_attention_holds_out_stretches_of_time() -> None:
    """Twenty stretches of 2000 steps: what is held out and what is learnt from meet at few places."""
    learnt, halves = split(2000, Plan(stretches=20), seed=3)
    assert sorted([*learnt.tolist(), *halves[0].tolist(), *halves[1].tolist()]) == list(range(2000))
    held = torch.cat(halves).sort().values
    assert int((held.diff() > 1).sum()) < 10 and len(held) == 800


def test_independent_pairs_have_no_past_to_tell() -> None:
    x, y = BivariateNormal(rho=0.8).sample(2000)
    assert abs(float(TransferEntropy()(x, y))) < 0.03
    assert float(TransferEntropy(delay=0)(x, y)) == pytest.approx(BivariateNormal(rho=0.8).nats, abs=0.05)
