"""Denoisers: the levels of noise, the exact denoiser of normal variables, what the comparisons read, and training."""

import math
from typing import Any

import numpy as np
import pytest
import torch
from normal_denoiser import Normal
from scipy.integrate import quad

from explorer.denoisers.descent import descended
from explorer.denoisers.gaps import Gap, gaps, kept
from explorer.denoisers.network import Denoiser
from explorer.denoisers.normal import NormalPart, shrunk
from explorer.denoisers.schedule import Schedule, variance_preserving
from explorer.denoisers.training import Plan, fitted
from explorer.errors import Cancelled, InputError, SampleError, SettingError
from explorer.estimators.diffusion.information_decomposition import decomposition
from explorer.estimators.diffusion.minde import MINDE, comparisons
from explorer.estimators.many.s_omega_i import comparisons as totals
from explorer.watching import watched

RATE = (0.1, 20.0)


def error(gap: Gap) -> float:
    """The standard error of the mean over rows."""
    return float(gap.rows.std() / len(gap.rows) ** 0.5)


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
        assert found[name].nats == pytest.approx(nats, abs=5 * error(found[name]))
        assert error(found[name]) < 0.01


@pytest.mark.parametrize("kind", ["c", "j"])
def test_the_difference_of_two_distances_to_a_normal_score_is_the_information(kind: str) -> None:
    schedule = variance_preserving()
    x = drawn(pair(0.9), 40_000)
    found = gaps(Normal(pair(0.9), (1, 1), schedule), x, (1, 1), comparisons(kind), schedule, 32)
    apart = found["given"].less(found["alone"])
    assert apart.nats == pytest.approx(0.8304, abs=5 * error(apart)) and error(apart) < 0.01
    assert float(apart.integrand.mean()) * schedule.span == pytest.approx(apart.nats)


def test_less_noise_than_the_least_is_left_out() -> None:
    """1/2 the integral of s/(1+s) - s v/(1+s v) over ln s in [-5, 7] is 1.9333 of 1.9585 nats at correlation 0.99."""
    schedule = Schedule(-5.0, 7.0)
    found = gaps(Normal(pair(0.99), (1, 1), schedule), drawn(pair(0.99), 40_000), (1, 1), decomposition(), schedule)
    gap = found["orthogonal"]
    assert gap.nats == pytest.approx(1.9333, abs=5 * error(gap)) and error(gap) < 0.008
    v = 1 - 0.99**2
    exact = [(s / (1 + s) - s * v / (1 + s * v)) / 2 for s in gap.log_snr.exp().tolist()]
    assert gap.integrand.tolist() == pytest.approx(exact, abs=0.02)
    assert float(gap.integrand.mean()) * schedule.span == pytest.approx(gap.nats, rel=1e-9)


def test_the_normal_part_is_the_exact_denoiser_under_every_mask() -> None:
    schedule, rng = variance_preserving(), np.random.default_rng(3)
    covariance = torch.as_tensor(np.corrcoef(rng.normal(size=(5, 9))))
    exact, part = Normal(covariance, (2, 2, 1), schedule), NormalPart(covariance, torch.tensor([0, 0, 1, 1, 2]))
    kinds = torch.tensor([(1, 1, 1), (1, -1, 0), (0, 1, -1), (-1, 0, 1)])
    values, time = torch.as_tensor(rng.normal(size=(40, 5))), torch.as_tensor(rng.uniform(size=40))
    mask = kinds[torch.arange(40) % 4]
    s, r = schedule.scales(time[:, None])
    assert torch.allclose(part(values, s, r, mask), exact(values, time, mask), atol=1e-10)
    assert torch.allclose(part(values, s, r, kinds[1][None]), exact(values, time, kinds[1]), atol=1e-10)
    assert torch.allclose(part(values[1::4], s[1::4], r[1::4], mask[1::4]), exact(values, time, mask)[1::4], atol=1e-10)
    assert part(values.float(), s.float(), r.float(), mask).dtype == torch.float32


def test_the_normal_part_tells_masks_of_many_variables_apart() -> None:
    """Of 45 variables, more than a number in base 3 of 64 bits holds, masks differ in the first or in the last."""
    rng = np.random.default_rng(4)
    covariance = torch.as_tensor(np.corrcoef(rng.normal(size=(45, 90))))
    kinds = torch.ones(5, 45, dtype=torch.long)
    kinds[1, 0], kinds[2, 44], kinds[3, [0, 44]], kinds[4, 40] = 0, -1, 0, 0
    mask = kinds[torch.as_tensor(rng.integers(0, 5, size=60))]
    values, time = torch.as_tensor(rng.normal(size=(60, 45))), torch.as_tensor(rng.uniform(size=60))
    s, r = Schedule().scales(time[:, None])
    found = NormalPart(covariance, torch.arange(45))(values, s, r, mask)
    assert torch.allclose(found, Normal(covariance, (1,) * 45)(values, time, mask), atol=1e-9)


def test_log_densities_are_those_of_the_normal_distribution() -> None:
    covariance, x = pair(0.8), drawn(pair(0.8), 30)
    part = NormalPart(covariance, torch.tensor([0, 1]))
    both = torch.distributions.MultivariateNormal(torch.zeros(2, dtype=torch.float64), covariance).log_prob(x)
    given = torch.distributions.Normal(0.8 * x[:, 1], 0.6).log_prob(x[:, 0])
    one = torch.distributions.Normal(0.0, 1.0).log_prob(x)
    assert torch.allclose(part.log_density(x, (1, 1)), both) and torch.allclose(part.log_density(x, (1, 0)), given)
    apart = part.log_densities(x, {0: (1, -1), 1: "normal"})
    assert torch.allclose(apart, one.sum(1)) and torch.allclose(given + one[:, 1], both)


def test_chance_correlations_are_drawn_to_none_and_true_ones_stay() -> None:
    none, one = drawn(torch.eye(10, dtype=torch.float64), 200), torch.eye(10, dtype=torch.float64)
    raw = none.T @ none / 200
    assert (shrunk(none) - one).norm() < 0.4 * (raw - one).norm()
    assert float(shrunk(drawn(pair(0.99), 2000))[0, 1]) == pytest.approx(0.99, abs=0.02)
    twice = torch.cat([none, none], 1)[:15]
    assert float(torch.linalg.eigvalsh(shrunk(twice)).min()) > 1e-3  # fewer rows than columns, each there twice


def test_of_what_a_network_adds_only_what_serves_other_rows_is_kept() -> None:
    x, masks = drawn(pair(0.8), 1000), [(1, -1), (1, 0)]
    by_chance = Denoiser((1, 1), 16, 0, Schedule(), pair(0.8))
    with torch.no_grad():
        by_chance.out.normal_(generator=torch.Generator().manual_seed(0))
    assert kept(by_chance, x, masks) < 0.02
    schedule, plain = Schedule(), Denoiser((1, 1), 16, 0, Schedule())
    exact = Normal(pair(0.8), (1, 1), schedule)

    def times(factor: float):
        def rest(values: torch.Tensor, time: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
            s, r = schedule.scales(time)
            return factor * (exact(values, time[:, 0], mask) - r * values).float() / s

        return rest

    for factor, share in ((2.0, 0.5), (0.5, 1.0)):
        plain._rest = times(factor)
        assert kept(plain, x, [(1, 0)]) == pytest.approx(share, abs=0.05)


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
        assert gap.nats == pytest.approx(tc if name.startswith("TC") else dtc, abs=5 * error(gap))
        assert error(gap) < (0.006 if "distance" in name else 0.012)  # errors vary more than their distance
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
    looks: list[tuple] = []
    with watched(looks=lambda *one: looks.append(one)):
        trained = fitted(Denoiser((1, 1), 16), x, [(1, 1)], Plan(steps=75, every=25), 3, lambda _, held: len(held))
    told = [trained.curves[name] for name in ("step", "train", "held")]
    assert [(*one, "", None) for one in zip(*told, strict=True)] == looks and trained.curves["estimate"] == [120.0] * 3
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


class Held:
    """A keeper of states in memory."""

    def __init__(self) -> None:
        self.states: dict[str, bytes] = {}

    def kept(self, key: str) -> bytes | None:
        return self.states.get(key)

    def keep(self, key: str, content: bytes) -> None:
        self.states[key] = content

    def refused(self, key: str, why: str) -> None:
        raise AssertionError(why)

    def drop(self, key: str) -> None:
        self.states.pop(key, None)


BASE = {"schedule": Schedule(), "covariance": pair(0.5), "widths": (1, 1), "masks": [(1, 0)], "reads": "a"}
CHANGES: list[dict[str, Any]] = [
    {"schedule": Schedule(-9.0)},
    {"covariance": pair(0.6)},
    {"widths": (2,), "masks": [(1,)]},
    {"masks": [(1, 0), (1, -1)]},
    {"masks": [(0, 1)]},
    {"reads": "b"},
]


def started(keeper: Held, **changed: Any) -> None:
    """Train until the second update, where whoever watches ends it."""

    def report(done: int, total: int, note: str = "") -> None:
        if done == 2:
            raise Cancelled("stopped")

    given = BASE | changed
    denoiser = Denoiser(given["widths"], 8, 0, given["schedule"], given["covariance"])
    with watched(report, keeper=keeper), pytest.raises(Cancelled):
        fitted(denoiser, drawn(pair(0.5), 100), given["masks"], Plan(steps=9), 0, lambda *_: 0.0, given["reads"])


def test_every_training_has_a_state_of_its_own() -> None:
    keeper = Held()
    for count, changed in enumerate([{}, *CHANGES], 1):
        started(keeper, **changed)
        assert len(keeper.states) == count, changed


@pytest.mark.parametrize("changed", [{"normal": False}, {"kind": "c"}, {"margins": "gauss"}])
def test_a_reading_of_other_settings_begins_anew(changed: dict[str, Any]) -> None:
    x, keeper, updates = drawn(pair(0.8), 100), Held(), []

    def report(done: int, total: int, note: str = "") -> None:
        updates.append(done)
        if len(updates) == 20:
            raise Cancelled("stopped")

    with watched(report, keeper=keeper), pytest.raises(Cancelled):
        MINDE(steps=50, hidden=8)(x[:, 0], x[:, 1])
    with watched(report, keeper=keeper):
        MINDE(steps=50, hidden=8, **changed)(x[:, 0], x[:, 1])
        MINDE(steps=50, hidden=8)(x[:, 0], x[:, 1])
    assert updates == [*range(1, 21), *range(1, 51), *range(21, 51)]


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
    with pytest.raises(SampleError, match="a loss that is no number by update 50; no number can"):
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

        def given(self):
            return ()

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
