"""Bounds at scores that are known: the optimal critic of a Gaussian, constants, and every formula in its slow form."""

import math

import numpy as np
import pytest
import torch

from explorer.critics import bounds
from explorer.errors import SettingError

DIM, K, BATCHES = 20, 64, 300


def rho_of(nats: float, dim: int = DIM) -> float:
    return math.sqrt(1 - math.exp(-2 * nats / dim))


def optimal(nats: float, batches: int = BATCHES, k: int = K, seed: int = 0) -> tuple[torch.Tensor, torch.Tensor]:
    """The log ratio and the log density of y given x, both (batches, k, k), of `DIM` correlated pairs."""
    rho, torch_rng = rho_of(nats), torch.Generator().manual_seed(seed)
    x, noise = torch.randn(2, batches, k, DIM, generator=torch_rng, dtype=torch.float64)
    y = rho * x + math.sqrt(1 - rho**2) * noise
    left = y[:, None] - rho * x[:, :, None]
    density = -0.5 * (left**2 / (1 - rho**2)).sum(-1) - DIM / 2 * math.log(2 * math.pi * (1 - rho**2))
    margin = -0.5 * (y**2).sum(-1) - DIM / 2 * math.log(2 * math.pi)
    return density - margin[:, None], density


COLUMNS = ("infonce", "nwj", "dv", "smile5", "smile1")
# mean and deviation over batches of 64, 20 pairs of coordinates; nwj has no mean to speak of at 10 nats
TABLE = {
    2: ((1.83, 0.20), (2.02, 0.26), (2.02, 0.26), (2.05, 0.26), (2.39, 0.25)),
    4: ((3.06, 0.19), (4.02, 0.50), (4.06, 0.44), (4.26, 0.38), (4.66, 0.34)),
    6: ((3.75, 0.13), (6.07, 1.07), (6.27, 0.68), (6.73, 0.48), (6.83, 0.38)),
    10: ((4.12, 0.04), None, (11.4, 1.3), (12.1, 0.71), (11.0, 0.44)),
}
FORMULAS = {
    "infonce": bounds.infonce,
    "nwj": bounds.nwj,
    "dv": bounds.donsker_varadhan,
    "smile5": lambda scores: bounds.smile(scores, 5.0),
    "smile1": lambda scores: bounds.smile(scores, 1.0),
}


@pytest.mark.parametrize("nats", TABLE)
def test_the_optimal_critic_gives_the_known_means_and_deviations(nats: int) -> None:
    scores, _ = optimal(nats)
    for name, known in zip(COLUMNS, TABLE[nats], strict=True):
        if known is None:
            continue
        mean, deviation = known
        found = FORMULAS[name](scores)
        # two runs of 300 batches differ by sqrt(2) standard errors; four of them, and the table's rounding
        assert float(found.mean()) == pytest.approx(mean, abs=4 * deviation * math.sqrt(2 / BATCHES) + 0.006), name
        assert float(found.std()) == pytest.approx(deviation, rel=0.35), name  # heavy tails at 6 nats


def test_infonce_stays_below_ln_k_and_nwj_finds_what_it_cannot() -> None:
    scores, _ = optimal(6.0)
    assert float(bounds.infonce(scores).max()) < math.log(K)
    assert float(bounds.nwj(scores).mean()) > 5.5


def test_i_alpha_goes_from_nwj_to_infonce() -> None:
    scores, _ = optimal(4.0)
    assert torch.allclose(bounds.i_alpha(scores, 0.0), bounds.nwj(scores))
    # at alpha 1 the last term has mean exactly 1, and what is left is infonce over the x of each y
    assert torch.allclose(bounds.i_alpha(scores, 1.0), bounds.infonce(scores.transpose(-1, -2)))
    means = [float(bounds.i_alpha(scores, alpha).mean()) for alpha in (0.0, 0.01, 0.1, 0.5, 1.0)]
    spreads = [float(bounds.i_alpha(scores, alpha).std()) for alpha in (0.0, 0.01, 0.1, 0.5, 1.0)]
    assert means == sorted(means, reverse=True) and spreads == sorted(spreads, reverse=True)
    with pytest.raises(SettingError, match="alpha=2 must lie"):
        bounds.i_alpha(scores, 2)


@pytest.mark.parametrize("rho, truth", [(0.3, 0.0989), (0.5, 1 / 3), (0.9, 4.263)])
def test_club_of_the_true_density_is_rho_squared_over_one_minus_rho_squared(rho: float, truth: float) -> None:
    rng = torch.Generator().manual_seed(0)
    x, noise = torch.randn(2, 200, 300, generator=rng, dtype=torch.float64)
    y = rho * x + math.sqrt(1 - rho**2) * noise
    density = -((y[:, None] - rho * x[:, :, None]) ** 2) / (2 * (1 - rho**2))  # constants cancel
    found = bounds.club(density)
    assert float(found.mean()) == pytest.approx(truth, abs=4 * float(found.std()) / math.sqrt(200))
    exact = -0.5 * math.log(1 - rho**2)
    upper = float(bounds.leave_one_out(density).mean())
    assert exact - 0.01 < upper < float(found.mean()) + 0.01


def test_constant_scores_tell_nothing_and_a_shift_changes_only_what_it_should() -> None:
    flat = torch.full((3, 8, 8), 1.7, dtype=torch.float64)
    zero = torch.zeros(3, dtype=torch.float64)
    for formula in (bounds.infonce, bounds.donsker_varadhan, bounds.club, bounds.leave_one_out):
        assert torch.allclose(formula(flat), zero)
    assert torch.allclose(bounds.nwj(0 * flat), zero) and torch.allclose(bounds.smile(0 * flat, 1.0), zero)
    scores = torch.randn(8, 8, dtype=torch.float64)
    assert torch.allclose(bounds.infonce(scores + 3), bounds.infonce(scores))
    assert torch.allclose(bounds.donsker_varadhan(scores + 3), bounds.donsker_varadhan(scores))
    assert torch.allclose(bounds.tuba(scores + 3, torch.full((8,), 3.0)), bounds.nwj(scores))


def test_every_formula_equals_its_sum_written_out() -> None:
    f = np.random.default_rng(1).normal(size=(5, 5))
    k, scores = len(f), torch.tensor(f)
    off = [f[i, j] for i in range(k) for j in range(k) if i != j]
    on = np.diag(f)

    def soft(v: np.ndarray) -> np.ndarray:
        return np.log1p(np.exp(v))

    others = [np.log(np.mean([np.exp(f[j, i]) for j in range(k) if j != i])) for i in range(k)]
    half = [0.5 * np.mean(np.exp(f[:, i])) + 0.5 for i in range(k)]
    apart = [np.mean([np.exp(f[j, i]) for j in range(k) if j != i]) for i in range(k)]
    cases = {
        "infonce": (bounds.infonce(scores), np.mean([f[i, i] - np.log(np.mean(np.exp(f[i]))) for i in range(k)])),
        "nwj": (bounds.nwj(scores), 1 + on.mean() - np.mean(np.exp(off))),
        "dv": (bounds.donsker_varadhan(scores), on.mean() - np.log(np.mean(np.exp(off)))),
        "smile": (bounds.smile(scores, 0.5), on.mean() - np.log(np.mean(np.exp(np.clip(off, -0.5, 0.5))))),
        "js": (bounds.jensen_shannon(scores), -soft(-on).mean() - np.mean(soft(np.array(off)))),
        "club": (bounds.club(scores), on.mean() - np.mean(off)),
        "l1out": (bounds.leave_one_out(scores), np.mean(on - others)),
        "alpha": (
            bounds.i_alpha(scores, 0.5),
            1 + np.mean(on - np.log(half)) - np.mean([a / (0.5 * a + 0.5) for a in apart]),
        ),
    }
    for name, (found, slow) in cases.items():
        assert float(found) == pytest.approx(slow, abs=1e-12), name
