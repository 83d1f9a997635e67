"""Train a denoiser for the masks that will be asked for."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any

import torch

from explorer.denoisers import CONDITIONED, DIFFUSED, Mask
from explorer.denoisers.descent import Batch, Plan, Read, Trained, descended, evenly
from explorer.denoisers.network import Denoiser
from explorer.errors import InputError

__all__ = ["Plan", "Trained", "fitted"]


def fitted(
    denoiser: Denoiser,
    x: torch.Tensor,
    masks: Sequence[Mask],
    plan: Plan | None = None,
    seed: int = 0,
    read: Read[Denoiser] | None = None,
    reads: Any = None,
) -> Trained[Denoiser]:
    """Teach the denoiser to predict the noise of rows of x under masks, one drawn evenly for every row of a batch.

    The loss is 1/2 the mean square error of the noise summed over all noise, in nats, a mean over the masks: the lower
    the better, and differences of it are informations.

    Args:
        x: (n, D) with mean 0 and deviation 1 in every column, on the device to train on.
        masks: those that will be asked for, each with a variable that is diffused; repeat one to draw it more often.
        read: of the denoiser and the held-out rows, at every look; what it gives is kept beside the losses.
        reads: plain data that decide what `read` tells beside all that decides the training.

    Raises:
        InputError: for a mask that diffuses nothing or names another number of variables.
        SampleError: for fewer than 8 samples to hold out or 16 to learn from, when no loss is finite, or when the
            device's memory is too small.
    """
    plan = plan or Plan()
    _checked(masks, denoiser.widths)
    return descended(_Denoising(denoiser.to(x.device), x.float(), masks, plan), len(x), plan, seed, read, reads)


class _Denoising:
    """The noise of rows, told from noised values."""

    def __init__(self, network: Denoiser, x: torch.Tensor, masks: Sequence[Mask], plan: Plan):
        self.network, self.x, self.plan = network, x, plan
        self.masks, self.unit = torch.tensor(masks), network.schedule.span

    def batch(self, rows: torch.Tensor, rng: torch.Generator, even: bool) -> Batch:
        """Values, times, noise, masks and weights of the told loss; times are spread evenly over their distribution."""
        share = evenly(len(rows), rng)
        time, weight = (share, torch.ones(len(rows))) if even else self._times(share)
        noise = torch.randn(len(rows), self.x.shape[1], generator=rng)
        mask = self.masks[torch.randint(len(self.masks), (len(rows),), generator=rng)]
        return tuple(one.to(self.x.device) for one in (self.x[rows.to(self.x.device)], time, noise, mask, weight))

    def losses(self, *batch: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """1/2 the squared error of every row, summed over columns and over all noise; nats."""
        x, time, noise, mask, weight = batch
        s, r = self.network.schedule.scales(time[:, None])
        spread = mask[:, self.network.columns]
        values = torch.where(spread == DIFFUSED, s * x + r * noise, torch.where(spread == CONDITIONED, x, 0.0))
        wrong = torch.where(spread == DIFFUSED, self.network(values, time, mask) - noise, 0.0)
        found = wrong.square().sum(1) * self.network.schedule.span / 2
        return found, found * weight

    def given(self) -> Iterable[Any]:
        """The levels of noise, the columns of each variable, the masks, and the normal part with its share."""
        network = self.network
        yield from (asdict(network.schedule), network.widths, self.masks.tolist(), network.share)
        yield network.normal.covariance.numpy()

    def _times(self, share: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Times at shares of the logistic distribution of log ratios, and the weight of each in the integral."""
        plan, schedule = self.plan, self.network.schedule
        if math.isinf(plan.scale):
            return share, torch.ones(len(share))
        first, last = (1 / (1 + math.exp((plan.centre - end) / plan.scale)) for end in (schedule.low, schedule.high))
        share = first + (last - first) * share
        time = (schedule.high - plan.centre - plan.scale * torch.logit(share)) / schedule.span
        density = share * (1 - share) / (plan.scale * (last - first))
        return time.clamp(0, 1), 1 / (schedule.span * density)


def _checked(masks: Sequence[Mask], widths: Sequence[int]) -> None:
    for mask in masks:
        if len(mask) != len(widths) or DIFFUSED not in mask or not set(mask) <= {-1, 0, 1}:
            rule = f"must hold {len(widths)} entries of 1, 0 or -1, at least one of them 1"
            raise InputError(f"mask={mask!r} {rule}")
