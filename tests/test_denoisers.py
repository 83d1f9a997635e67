"""Denoisers: the levels of noise, the exact denoiser of normal variables, what the comparisons read, and training."""

import math

import numpy as np
import pytest
import torch
from normal_denoiser import Normal
from scipy.integrate import quad

from explorer.denoisers.descent import descended
from explorer.denoisers.gaps import gaps
from explorer.denoisers.network import Denoiser
from explorer.denoisers.schedule import Schedule, variance_preserving
from explorer.denoisers.training import Plan, fitted
from explorer.errors import InputError, SampleError, SettingError
from explorer.estimators.diffusion.information_decomposition import decomposition
from explorer.estimators.diffusion.minde import comparisons
from explorer.estimators.many.s_omega_i import comparisons as totals
from explorer.watching import watched

RATE = (0.1, 20.0)


def noise_rate(t: float) -> float:
    """beta / r^2 of the diffusion whose rate grows evenly."""
    low, high = RATE
    return (low + (high - low) * t) / -math.expm1(-(low * t + (high - low) * t * t / 2))


def test_the_normaliser_is_the_integral_that_importance_sampling_needs() -> None:
    schedule = variance_preserving(*RATE, least=1e-3)
    parts = [quad(noise_rate, *ends)[0] for ends in ((1e-3, 1e-2), (1e-2, 0.1), (0.1, 1))]
    assert schedule.span == pytest.approx(sum(parts), rel=1e-8)
    assert schedule.span + 1e-3 * noise_rate(1e-3) == pytest.approx(20.2559, abs=1e-3)  # with a constant part below
    assert variance_preserving(0.5, 5.0).span != pytest.approx(schedule.span, abs=1)


def test_signal_and_noise_have_one_variance_and_the_log_ratio_falls_evenly() -> None:
    schedule, time = Schedule(-4.0, 6.0), torch.linspace(0, 1, 11, dtype=torch.float64)
    s, r = schedule.scales(time)
    assert torch.allclose(s**2 + r**2, torch.ones_like(s))
    assert torch.allclose((s**2 / r**2).log(), 6 - 10 * time)
    with pytest.raises(SettingError, match="low=2 must be less than high=1"):
        Schedule(2.0, 1.0)
    with pytest.raises(SettingError, match="beta_low=0"):
        variance_preserving(0.0, 1.0)


def pair(rho: float, d: int = 1) -> torch.Tensor:
    one = torch.eye(d, dtype=torch.float64)
    return torch.cat([torch.cat([one, rho * one], 1), torch.cat([rho * one, one], 1)])


def drawn(covariance: torch.Tensor, n: int, seed: int = 0) -> torch.Tensor:
    return torch.as_tensor(
        np.random.default_rng(seed).multivariate_normal(np.zeros(len(covariance)), covariance.numpy(), n)
    )


@pytest.mark.parametrize(("rho", "nats"), [(0.5, 0.1438), (0.9, 0.8304), (0.99, 1.9585)])
def test_exact_denoisers_read_the_information_of_a_normal_pair(rho: float, nats: float) -> None:
    """A factor 2, g for g^2 or a wrong scale of the noise would miss these by far."""
    assert nats == pytest.approx(-math.log(1 - rho**2) / 2, abs=1e-4)
    schedule = variance_preserving()
    predict, x = Normal(pair(rho), (1, 1), schedule), drawn(pair(rho), 40_000)
    asked = {"c": comparisons("c")["value"], "j": comparisons("j")["value"], **decomposition()}
    found = gaps(predict, x, (1, 1), asked, schedule, 32)
    for name in ("c", "j", "orthogonal", "standard"):
        assert found[name].nats == pytest.approx(nats, abs=5 * found[name].standard_error)
        assert found[name].standard_error < 0.01


@pytest.mark.parametrize("kind", ["c", "j"])
def test_the_difference_of_two_distances_to_a_normal_score_is_the_information(kind: str) -> None:
    schedule = variance_preserving()
    x = drawn(pair(0.9), 40_000)
    found = gaps(Normal(pair(0.9), (1, 1), schedule), x, (1, 1), comparisons(kind), schedule, 32)
    apart = found["given"].rows - found["alone"].rows
    assert float(apart.mean()) == pytest.approx(0.8304, abs=5 * float(apart.std()) / 200)


def test_less_noise_than_the_least_is_left_out() -> None:
    """1/2 the integral of s/(1+s) - s v/(1+s v) over ln s in [-5, 7] is 1.9333 of 1.9585 nats at correlation 0.99."""
    schedule = Schedule(-5.0, 7.0)
    found = gaps(Normal(pair(0.99), (1, 1), schedule), drawn(pair(0.99), 40_000), (1, 1), decomposition(), schedule)
    gap = found["orthogonal"]
    assert gap.nats == pytest.approx(1.9333, abs=5 * gap.standard_error) and gap.standard_error < 0.008
    v = 1 - 0.99**2
    exact = [(s / (1 + s) - s * v / (1 + s * v)) / 2 for s in gap.log_snr.exp().tolist()]
    assert gap.integrand.tolist() == pytest.approx(exact, abs=0.02)
    assert float(gap.integrand.mean()) * schedule.span == pytest.approx(gap.nats, rel=1e-9)


SYNERGY = torch.tensor([[1, 0.5**0.5, 0], [0.5**0.5, 1, 0.6 * 0.5**0.5], [0, 0.6 * 0.5**0.5, 1]], dtype=torch.float64)


@pytest.mark.parametrize(
    ("covariance", "tc", "dtc"),
    [
        (torch.full((3, 3), 0.6, dtype=torch.float64).fill_diagonal_(1), 0.5221, 0.3747),
        (torch.full((3, 3), 0.8, dtype=torch.float64).fill_diagonal_(1), 1.1317, 0.7309),
        (SYNERGY, 0.5697, 0.6936),
    ],
)
def test_exact_denoisers_read_total_correlations(covariance: torch.Tensor, tc: float, dtc: float) -> None:
    schedule = variance_preserving()
    predict, x = Normal(covariance, (1, 1, 1), schedule), drawn(covariance, 20_000)
    found = gaps(predict, x, (1, 1, 1), totals(3), schedule, 32)
    for name, gap in found.items():
        assert gap.nats == pytest.approx(tc if name.startswith("TC") else dtc, abs=5 * gap.standard_error)
        assert gap.standard_error < (0.006 if "distance" in name else 0.012)  # errors vary more than their distance
    assert set(found) == {"TC", "DTC", "TC distance", "DTC distance"}


def test_rows_and_columns_are_parts_of_the_value() -> None:
    """Two pairs of columns of which only the first depend: the second column tells nothing."""
    covariance = torch.eye(4, dtype=torch.float64)
    covariance[0, 2] = covariance[2, 0] = 0.9
    schedule, x = variance_preserving(), drawn(covariance, 4000)
    gap = gaps(Normal(covariance, (2, 2), schedule), x, (2, 2), decomposition(), schedule)["orthogonal"]
    assert gap.entries.shape == (4000, 4) and float(gap.rows.mean()) == pytest.approx(gap.nats)
    assert gap.entries.mean(0).tolist() == pytest.approx([gap.nats, 0, 0, 0], abs=1e-12)


def test_the_exact_denoiser_is_the_best_linear_guess() -> None:
    schedule, covariance = Schedule(), pair(0.8, 2)
    x, noise = drawn(covariance, 200_000), drawn(torch.eye(4, dtype=torch.float64), 200_000, 1)
    time = torch.full((len(x),), 0.5, dtype=torch.float64)
    s, r = (one[:, None] for one in schedule.scales(time))
    values = torch.cat([s * x[:, :2] + r * noise[:, :2], x[:, 2:]], 1)
    slopes = torch.linalg.lstsq(values, noise[:, :2]).solution
    found = Normal(covariance, (2, 2), schedule)(values, time, torch.tensor([1, 0]))
    assert torch.allclose(found[:, :2], values @ slopes, atol=0.05) and not found[:, 2:].any()
    with pytest.raises(InputError, match="widths"):
        Normal(covariance, (1, 2))


def quick(x: torch.Tensor, seed: int = 0, steps: int = 120) -> float:
    trained = fitted(Denoiser((1, 1), 32, seed), x, [(1, -1), (1, 0)], Plan(steps=steps), seed)
    found = gaps(trained.network, x[trained.held], (1, 1), comparisons("c"), trained.network.schedule, 16)
    return found["value"].nats


def test_training_begins_at_independence_and_learns() -> None:
    x = drawn(pair(0.9), 2000)
    schedule, asked = Schedule(), comparisons("c")
    fresh = gaps(Denoiser((1, 1), 32), x, (1, 1), asked, schedule, 8)["value"].nats
    assert fresh == 0
    assert 0.5 < quick(x) < 1
    assert quick(torch.stack([x[:, 0], drawn(torch.eye(1, dtype=torch.float64), 2000, 5)[:, 0]], 1)) < 0.05


def test_curves_are_told_and_the_seed_decides() -> None:
    x = drawn(pair(0.8), 400)
    looks: list[tuple[int, float, float]] = []
    with watched(looks=lambda *one: looks.append(one)):
        trained = fitted(Denoiser((1, 1), 16), x, [(1, 1)], Plan(steps=75, every=25), 3, lambda _, held: len(held))
    told = [trained.curves[name] for name in ("step", "train", "held")]
    assert list(zip(*told, strict=True)) == looks and trained.curves["estimate"] == [120.0] * 3
    assert len(trained.held) == 120 and trained.best == trained.steps[int(np.argmin(trained.held_loss))]
    assert quick(x, 1) == quick(x, 1) != quick(x, 2)


def test_the_number_of_threads_changes_nothing() -> None:
    x, before = drawn(pair(0.8, 5), 300), torch.get_num_threads()
    found = []
    for threads in (1, 2):
        torch.set_num_threads(threads)
        trained = fitted(Denoiser((5, 5), 64), x, [(1, 1)], Plan(steps=60), 0)
        assert torch.get_num_threads() == threads
        found.append(trained.curves)
    torch.set_num_threads(before)
    assert found[0] == found[1]


def test_a_loss_that_is_no_number_keeps_the_last_good_state() -> None:
    x = drawn(pair(0.8), 400).float()

    class Breaking(Denoiser):
        calls = 0

        def forward(self, values, time, mask):
            self.calls += torch.is_grad_enabled()
            return super().forward(values, time, mask) * (math.nan if self.calls > 60 else 1)

    network = Breaking((1, 1), 16)
    trained = fitted(network, x, [(1, 0)], Plan(steps=200, every=20), 0)
    assert trained.stopped == "a loss that is no number by update 80; the last good state is used"
    assert trained.steps == (20, 40, 60) and all(one.isfinite().all() for one in network.parameters())
    with pytest.raises(SampleError, match="no loss was finite by update 50"):
        fitted(Denoiser((1, 1), 16), x * math.nan, [(1, 0)], Plan(), 0)


def test_memory_that_does_not_suffice_halves_the_batch_once() -> None:
    sizes: list[int] = []

    class Full:
        network, unit = Denoiser((1,), 8), 1.0

        def batch(self, rows, rng, even):
            if not even:
                sizes.append(len(rows))
                if len(rows) > self.most:
                    raise torch.OutOfMemoryError("no memory")
            return (rows.float(),)

        def losses(self, x):
            loss = sum(one.square().sum() for one in self.network.parameters()) + 0 * x
            return loss, loss

    task = Full()
    task.most = 64
    assert descended(task, 400, Plan(steps=2, batch=100), 0).steps == (2,) and sizes == [100, 50, 50]
    task.most = 10
    with pytest.raises(SampleError, match=r"a batch of 50 rows does not fit the [0-9,]+ bytes that are free on cpu"):
        descended(task, 400, Plan(steps=2, batch=100), 0)


def test_masks_and_samples_that_cannot_be_learnt_from() -> None:
    x = torch.zeros(20, 2)
    with pytest.raises(InputError, match=r"mask=\(0, -1\) must hold 2 entries of 1, 0 or -1"):
        fitted(Denoiser((1, 1)), x, [(0, -1)])
    with pytest.raises(InputError, match=r"mask=\(1,\)"):
        fitted(Denoiser((1, 1)), x, [(1,)])
    with pytest.raises(SampleError, match="20 samples leave 6 and 14"):
        fitted(Denoiser((1, 1)), x, [(1, 1)])
