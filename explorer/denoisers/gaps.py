"""Half the squared distance of two predictions of noise, summed over all levels of it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import torch

from explorer.denoisers import CONDITIONED, DIFFUSED, Mask, Predictor, Side
from explorer.denoisers.schedule import Schedule
from explorer.device import rows_per_chunk

Comparison = tuple[Side, Side]


@dataclass(frozen=True)
class Gap:
    r"""1/2 \int E|\hat e_A - \hat e_B|^2 d\alpha, in nats, and its parts.

    Attributes:
        log_snr: middles of the levels, from little noise to much.
        integrand: nats per unit of log ratio at each of them; `nats` is their mean times the span.
        entries: of each row and column, (n, D); their sum over columns, mean over rows, is `nats`.
    """

    log_snr: torch.Tensor
    integrand: torch.Tensor
    entries: torch.Tensor

    @property
    def nats(self) -> float:
        """The value."""
        return float(self.entries.sum(1).mean())

    @property
    def rows(self) -> torch.Tensor:
        """What each row adds, (n,); `nats` is their mean."""
        return self.entries.sum(1)

    @property
    def standard_error(self) -> float:
        """Of `nats` for a predictor that is given: how far the mean over other rows would lie."""
        return float(self.rows.std() / len(self.rows) ** 0.5)


@torch.no_grad()
def gaps(
    predict: Predictor,
    x: torch.Tensor,
    widths: Sequence[int],
    comparisons: Mapping[str, Comparison],
    schedule: Schedule,
    levels: int = 64,
    seed: int = 0,
) -> dict[str, Gap]:
    r"""Every comparison, on the same noise; a mask that several of them name is predicted once.

    Each row is noised once in each of `levels` equal parts of the log ratio, at a random place within the part.

    Args:
        predict: the docstring of `explorer.denoisers` says how it is called.
        x: rows that the predictor was not trained on, (n, D).
        widths: columns of each variable.
        comparisons: two sides by name; both name the same variables.
        levels: parts of the log ratio.

    References: franzese2024, equation 17; kong2024, equation 7.
    """
    columns = torch.arange(len(widths)).repeat_interleave(torch.tensor(tuple(widths)))
    distinct = {one for pair in comparisons.values() for side in pair for one in side.values()}
    masks = sorted(one for one in distinct if not isinstance(one, str))
    entries = {name: torch.zeros(x.shape, dtype=torch.float64, device=x.device) for name in comparisons}
    curves: dict[str, list[torch.Tensor]] = {name: [] for name in comparisons}
    for time, values, noise in _noised(x, schedule, levels, seed):
        sources: dict[Mask | str, torch.Tensor] = {"noise": noise, "normal": schedule.scales(time)[1][:, None] * values}
        for mask in masks:
            sources[mask] = predict(_shown(x, values, mask, columns), time, torch.tensor(mask)).double()
        for name, (one, other) in comparisons.items():
            apart = _apart(sources, one, other, columns).view(-1, *x.shape) * schedule.span / 2
            entries[name] += apart.sum(0) / levels
            curves[name].append(apart.sum(2).mean(1) / schedule.span)
    middles = schedule.log_snr((torch.arange(levels, dtype=torch.float64) + 0.5) / levels)
    return {name: Gap(middles, torch.cat(curves[name]).cpu(), entries[name]) for name in comparisons}


def _noised(
    x: torch.Tensor, schedule: Schedule, levels: int, seed: int
) -> Iterator[tuple[torch.Tensor, torch.Tensor, torch.Tensor]]:
    """Times (k n,), noised rows and their noise (k n, D), some levels k at once."""
    n, columns = x.shape
    rng = torch.Generator().manual_seed(seed)
    many = max(1, rows_per_chunk(512 * 8, x.device) // n)  # a network keeps some hundred numbers a row
    for first in range(0, levels, many):
        some = torch.arange(first, min(first + many, levels))
        time = ((some[:, None] + torch.rand(len(some), n, generator=rng, dtype=torch.float64)) / levels).flatten()
        noise = torch.randn(len(time), columns, generator=rng, dtype=torch.float64).to(x.device)
        time = time.to(x.device)
        s, r = (one[:, None] for one in schedule.scales(time))
        yield time, s * _repeated(x, len(time)) + r * noise, noise


def _repeated(x: torch.Tensor, rows: int) -> torch.Tensor:
    return x.double().repeat(rows // len(x), 1)


def _shown(x: torch.Tensor, noised: torch.Tensor, mask: Mask, columns: torch.Tensor) -> torch.Tensor:
    """What a predictor sees under a mask, (k n, D)."""
    spread = torch.tensor(mask)[columns].to(x.device)
    clean = torch.where(spread == CONDITIONED, _repeated(x, len(noised)), 0.0)
    return torch.where(spread == DIFFUSED, noised, clean)


def _apart(sources: Mapping[Mask | str, torch.Tensor], one: Side, other: Side, columns: torch.Tensor) -> torch.Tensor:
    """The squared distance of two sides, (k n, D), 0 in columns that are not compared."""
    total = torch.zeros_like(sources["noise"])
    for variable in one:
        own = (columns == variable).to(total.device)
        total[:, own] = (sources[one[variable]] - sources[other[variable]])[:, own] ** 2
    return total
