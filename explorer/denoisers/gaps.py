"""Half the squared distance of two predictions of noise, or the difference of their errors, summed over all levels."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import torch

from explorer.denoisers import CONDITIONED, DIFFUSED, Mask, Predictor, Side
from explorer.denoisers.network import Denoiser
from explorer.denoisers.schedule import Schedule
from explorer.device import rows_per_chunk

Form = Literal["distance", "difference"]
Comparison = tuple[Side, Side, Form]
"""Two predictions, that which knows less first, and whether their distance is asked or what the errors differ by."""


@dataclass(frozen=True)
class Gap:
    r"""1/2 \int E|\hat e_A - \hat e_B|^2 d\alpha, or 1/2 \int E|e - \hat e_A|^2 - E|e - \hat e_B|^2 d\alpha, in nats.

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

    def less(self, other: "Gap") -> "Gap":
        """What this one has more than another at the same levels, of the same rows."""
        return Gap(self.log_snr, self.integrand - other.integrand, self.entries - other.entries)


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

    Each row is noised once in each of `levels` equal parts of the log ratio, at a random place within the part. Where B
    is given all that A is, and both are exact, distance and difference have one mean. Of learned ones the distance
    is never negative; the difference can be, varies more, and counts what each has not learnt.

    Args:
        predict: the docstring of `explorer.denoisers` says how it is called.
        x: rows that the predictor was not trained on, (n, D).
        widths: columns of each variable.
        comparisons: two sides and a form by name; both sides name the same variables.
        levels: parts of the log ratio.

    References: franzese2024; kong2024.
    """
    columns = torch.arange(len(widths)).repeat_interleave(torch.tensor(tuple(widths)))
    masks = asked(comparisons)
    entries = {name: torch.zeros(x.shape, dtype=torch.float64, device=x.device) for name in comparisons}
    curves: dict[str, list[torch.Tensor]] = {name: [] for name in comparisons}
    for time, values, noise in _noised(x, schedule, levels, seed):
        sources: dict[Mask | str, torch.Tensor] = {"noise": noise, "normal": schedule.scales(time)[1][:, None] * values}
        for mask in masks:
            sources[mask] = predict(_shown(x, values, mask, columns), time, torch.tensor(mask)).double()
        for name, comparison in comparisons.items():
            apart = _apart(sources, comparison, columns).view(-1, *x.shape) * schedule.span / 2
            entries[name] += apart.sum(0) / levels
            curves[name].append(apart.sum(2).mean(1) / schedule.span)
    middles = schedule.log_snr((torch.arange(levels, dtype=torch.float64) + 0.5) / levels)
    return {name: Gap(middles, torch.cat(curves[name]).cpu(), entries[name]) for name in comparisons}


@torch.no_grad()
def kept(denoiser: Denoiser, x: torch.Tensor, masks: Sequence[Mask], levels: int = 8, seed: int = 0) -> float:
    r"""The share of what a network adds to the normal part of least squared error on rows (n, D), in [0, 1].

    .. math:: \sum (e - \hat e_{normal}) f / \sum f^2

    What is learnt by heart of normal variables is noise, and little of it is kept; of what holds on other rows, all.
    """
    agree, size = 0.0, 0.0
    for time, values, noise in _noised(x, denoiser.schedule, levels, seed):
        for mask in masks:
            shown, one = _shown(x, values, mask, denoiser.columns), torch.tensor(mask)
            plain, whole = (_with(denoiser, share, shown, time, one) for share in (0.0, 1.0))
            agree += float(((noise - plain) * (whole - plain)).sum())
            size += float((whole - plain).square().sum())
    return min(1.0, max(0.0, agree / size)) if size > 0 else 1.0


def _with(denoiser: Denoiser, share: float, *seen: torch.Tensor) -> torch.Tensor:
    denoiser.share = share
    return denoiser(*seen).double()


def asked(comparisons: Mapping[str, Comparison]) -> list[Mask]:
    """The masks that comparisons name, each once."""
    distinct = {one for pair in comparisons.values() for side in pair[:2] for one in side.values()}
    return sorted(one for one in distinct if not isinstance(one, str))


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


def _apart(sources: Mapping[Mask | str, torch.Tensor], comparison: Comparison, columns: torch.Tensor) -> torch.Tensor:
    """The distance, or difference, of two sides, (k n, D), 0 in columns that are not compared."""
    noise, form = sources["noise"], comparison[2]
    one, other = (_joined(sources, side, columns) for side in comparison[:2])
    return (one - other) ** 2 if form == "distance" else (noise - one) ** 2 - (noise - other) ** 2


def _joined(sources: Mapping[Mask | str, torch.Tensor], side: Side, columns: torch.Tensor) -> torch.Tensor:
    """The predictions of a side beside each other, (k n, D), 0 elsewhere."""
    found = torch.zeros_like(sources["noise"])
    for variable, source in side.items():
        own = (columns == variable).to(found.device)
        found[:, own] = sources[source][:, own]
    return found
