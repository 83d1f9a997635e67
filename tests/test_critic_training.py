"""Critics: what they find, that members do not touch each other, and how training ends."""

import math
from typing import Any

import pytest
import torch

from explorer.critics import bounds
from explorer.critics.members import Joint, Separable
from explorer.critics.plan import Plan
from explorer.critics.training import fitted
from explorer.errors import Cancelled, SampleError
from explorer.watching import watched

DIM = 3
QUICK = Plan(steps=150, batch=128)


def sample(nats: float, n: int, seed: int = 0, dim: int = DIM) -> tuple[torch.Tensor, torch.Tensor]:
    """(1, n, dim) twice, Gaussian, with `nats` between them."""
    rho, rng = math.sqrt(1 - math.exp(-2 * nats / dim)), torch.Generator().manual_seed(seed)
    x, noise = torch.randn(2, 1, n, dim, generator=rng)
    return x, rho * x + math.sqrt(1 - rho**2) * noise


@pytest.mark.parametrize(("kind", "n"), [(Separable, 3000), (Joint, 1000)])
def test_finds_what_is_there_on_samples_held_out_and_nothing_where_there_is_nothing(kind: Any, n: int) -> None:
    x, y = sample(1.0, n)
    assert float(fitted(kind([0], (DIM, DIM)), x, y, bounds.infonce, plan=QUICK).reading) == pytest.approx(
        1.0, abs=0.12
    )
    x, y = sample(0.0, n)
    assert abs(float(fitted(kind([0], (DIM, DIM)), x, y, bounds.infonce, plan=QUICK).reading)) < 0.05


@pytest.mark.parametrize("kind", [Separable, Joint])
def test_a_member_learns_the_same_beside_others(kind: Any) -> None:
    x, y = sample(1.0, 400)
    plan = Plan(steps=30, batch=64, every=10)
    together = fitted(kind([3, 4, 5], (DIM, DIM)), x, y, bounds.infonce, plan=plan)
    alone = [fitted(kind([seed], (DIM, DIM)), x, y, bounds.infonce, plan=plan) for seed in (3, 4, 5)]
    # the products are the same sums in another order, float32, carried through 30 updates
    assert torch.allclose(together.reading, torch.cat([one.reading for one in alone]), atol=2e-3)
    assert len(set(together.reading.tolist())) == 3


def test_every_member_has_its_own_samples() -> None:
    pairs = [sample(nats, 2000, seed=7) for nats in (0.0, 0.7, 1.5)]
    x, y = (torch.cat([one[i] for one in pairs]) for i in (0, 1))
    found = fitted(Separable([0, 0, 0], (DIM, DIM)), x, y, bounds.infonce, plan=QUICK).reading
    assert found[0] < 0.06 and found[1] == pytest.approx(0.7, abs=0.15) and found[2] == pytest.approx(1.5, abs=0.2)


def test_a_critic_that_learns_by_heart_is_read_at_its_best_and_stops() -> None:
    x, y = sample(0.5, 300)
    found = fitted(Separable([0], (DIM, DIM), hidden=256), x, y, bounds.infonce, plan=Plan(steps=2000, batch=128))
    assert "no gain on held-out samples" in found.stopped and found.steps[-1] < 2000
    assert float(found.train[-1]) > float(found.held[-1]) + 0.3, "it had not begun to learn by heart"
    assert float(found.reading) < 0.8 and int(found.best.max()) < found.steps[-1]


def test_half_is_chosen_by_and_the_other_half_is_read() -> None:
    """A critic that cannot learn: the best of many looks at noise would read above 0 where it was chosen."""
    x, y = sample(0.0, 400)
    plan = Plan(steps=200, batch=64, every=10, patience=100, rate=0.05)
    readings = [
        float(fitted(Separable([s], (DIM, DIM)), x, y, bounds.infonce, plan=plan, seed=s).reading) for s in range(8)
    ]
    assert sum(readings) / len(readings) < 0.02


def test_ends_with_the_last_good_state_when_a_value_is_no_number() -> None:
    x, y = sample(1.0, 600)
    calls = []

    def breaks(scores: torch.Tensor) -> torch.Tensor:
        calls.append(1)
        return bounds.infonce(scores) * (math.nan if len(calls) > 60 else 1.0)

    found = fitted(Separable([0], (DIM, DIM)), x, y, breaks, read=bounds.infonce, plan=QUICK)
    assert found.stopped == "a value that is no number at update 61; the last good state was read"
    assert math.isfinite(float(found.reading)) and int(found.best.max()) <= 50


def test_can_be_cancelled_and_needs_samples() -> None:
    x, y = sample(1.0, 600)

    def stop(done: int, total: int, note: str = "") -> None:
        if done == 7:
            raise Cancelled("enough")

    with watched(stop), pytest.raises(Cancelled, match="enough"):
        fitted(Separable([0], (DIM, DIM)), x, y, bounds.infonce, plan=QUICK)
    with pytest.raises(SampleError, match=r"at least 8 samples in each half.*; 30 samples leave 6 and 18"):
        fitted(Separable([0], (DIM, DIM)), x[:, :30], y[:, :30], bounds.infonce)


def test_a_member_that_meets_no_number_leaves_the_others_alone() -> None:
    pairs = [sample(nats, 400, seed=5) for nats in (0.7, 0.7, 1.5)]
    x, y = (torch.cat([one[i] for one in pairs]) for i in (0, 1))
    calls: list[int] = []

    def breaks(scores: torch.Tensor) -> torch.Tensor:
        calls.append(len(scores))
        first = torch.arange(len(scores)) == 1
        return bounds.infonce(scores).masked_fill(first & (len(calls) == 15), math.nan)

    plan = Plan(steps=40, batch=64, every=10)
    found = fitted(Separable([0, 0, 0], (DIM, DIM)), x, y, breaks, bounds.infonce, plan)
    assert found.ends == ("", "a value that is no number at update 15; the last good state was read", "")
    assert found.stopped == found.ends[1] and calls[13:16] == [3, 3, 2]
    alone = [fitted(Separable([0], (DIM, DIM)), *pairs[i], bounds.infonce, plan=plan) for i in (0, 2)]
    # products, sums and best states of a member are the same numbers beside others
    assert found.reading[[0, 2]].tolist() == [float(one.reading) for one in alone]
    assert math.isfinite(float(found.reading[1])) and int(found.best[:, 1].max()) <= 10
    assert torch.equal(found.held[1:, 1], found.held[:1, 1].expand(3)), "what it read last"


def test_a_member_rests_when_it_does_not_gain_and_the_others_go_on() -> None:
    pairs = [sample(0.5, 300), sample(4.0, 300)]
    x, y = (torch.cat([one[i] for one in pairs]) for i in (0, 1))
    plan = Plan(steps=400, batch=64, every=10, patience=3)
    found = fitted(Separable([0, 0], (DIM, DIM)), x, y, bounds.infonce, plan=plan)
    alone = [fitted(Separable([0], (DIM, DIM)), *one, bounds.infonce, plan=plan) for one in pairs]
    assert found.reading.tolist() == [float(one.reading) for one in alone]
    assert found.ends == tuple(one.stopped for one in alone) and len({one.steps[-1] for one in alone}) == 2


def test_a_member_without_a_number_before_its_first_look_reads_none() -> None:
    x, y = sample(1.0, 400)
    never = torch.tensor([1.0, math.nan])
    plan = Plan(steps=20, batch=64, every=10)
    found = fitted(
        Separable([0, 1], (DIM, DIM)), x, y, lambda s: bounds.infonce(s) * never[: len(s)], bounds.infonce, plan
    )
    assert math.isfinite(float(found.reading[0])) and math.isnan(float(found.reading[1]))
    with pytest.raises(SampleError, match="met a value that is no number at update 1; take a smaller learning_rate"):
        fitted(Separable([0], (DIM, DIM)), x, y, lambda s: bounds.infonce(s) * math.nan, bounds.infonce, plan)
