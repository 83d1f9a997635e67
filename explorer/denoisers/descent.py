"""Descend until samples that are not learnt from stop gaining, and keep the best state."""

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Generic, Protocol, TypeVar

import torch

from explorer.device import memory_free, one_thread, rows_per_chunk
from explorer.errors import SampleError
from explorer.watching import look, report

Network = TypeVar("Network", bound=torch.nn.Module)
Batch = tuple[torch.Tensor, ...]
Read = Callable[[Network, torch.Tensor], float]
"""Of a network and the rows that are held out, what it tells so far."""


@dataclass(frozen=True)
class Plan:
    """How long and how fast a network learns.

    Attributes:
        steps: updates at most.
        batch: samples of an update.
        rate: of Adam at first; it falls to 0 as a cosine.
        centre, scale: of the logistic distribution of log ratios of signal and noise that a denoiser learns from; a
            scale of inf draws all evenly. What is held out is always read evenly.
        average: share of the moving average of the weights that an update keeps, at most; the average is what is used.
        every: updates between two looks at the samples that are held out.
        patience: looks without a gain after which training ends.
        held_out: share of the samples that is not learnt from.
        clip: largest norm of the gradient, in units of the task.
    """

    steps: int = 1000
    batch: int = 256
    rate: float = 1e-2
    centre: float = 1.0
    scale: float = 2.0
    average: float = 0.99
    every: int = 50
    patience: int = 10
    held_out: float = 0.3
    clip: float = 1.0


@dataclass(frozen=True)
class Trained(Generic[Network]):
    """A network in its best state.

    Attributes:
        network: with its best weights.
        held: rows that were not learnt from, indices; by them the state was chosen.
        steps, train, held_loss: of every look, the loss of the task.
        readings: what `read` gave at every look, () without it.
        best: the update whose state is kept.
        stopped: why training ended before its last update, "" where it did not.
    """

    network: Network
    held: torch.Tensor
    steps: tuple[int, ...]
    train: tuple[float, ...]
    held_loss: tuple[float, ...]
    readings: tuple[float, ...]
    best: int
    stopped: str

    @property
    def curves(self) -> dict[str, list[float]]:
        """The looks as plain lists: step, train, held and, where it was read, estimate."""
        found = {"step": [float(one) for one in self.steps], "train": list(self.train), "held": list(self.held_loss)}
        return found | ({"estimate": list(self.readings)} if self.readings else {})


class Task(Protocol[Network]):
    """What is learnt.

    Attributes:
        network: that learns.
        unit: size of a loss, which `Plan.clip` counts in.
    """

    network: Network
    unit: float

    def batch(self, rows: torch.Tensor, rng: torch.Generator, even: bool) -> Batch:
        """Rows with all that is random about them, on the device; evenly over all times, or as they are learnt."""

    def losses(self, *batch: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """What is lowered and what is told, (n,) each."""


def descended(
    task: Task[Network], n: int, plan: Plan, seed: int, read: Read[Network] | None = None
) -> Trained[Network]:
    """Train the network of a task on some of n rows; all random numbers come from the CPU, from the seed.

    A device without memory for a batch gets half as many rows, once. Progress goes to `explorer.watching`.

    Raises:
        SampleError: for fewer than 8 samples to hold out or 16 to learn from, when no loss is finite, or when the
            device's memory is too small.
    """
    learnt, held = split(n, plan, seed)
    start = [one.detach().clone() for one in task.network.parameters()]
    try:
        with one_thread():
            return _Descent(task, plan, seed, read).run(learnt, held)
    except torch.OutOfMemoryError:
        half = replace(plan, batch=max(1, plan.batch // 2))
    _use(task.network.parameters(), start)
    try:
        with one_thread():
            return _Descent(task, half, seed, read).run(learnt, held)
    except torch.OutOfMemoryError as error:
        device = next(task.network.parameters()).device
        rule = f"a batch of {half.batch} rows does not fit the {memory_free(device):,} bytes that are free on {device}"
        raise SampleError(f"{rule}; take fewer hidden units or the CPU") from error


def split(n: int, plan: Plan, seed: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Rows to learn from, and rows that are held out.

    Raises:
        SampleError: for fewer than 8 to hold out or 16 to learn from.
    """
    count = int(plan.held_out * n)
    if count < 8 or n - count < 16:
        rule = "at least 8 samples to hold out and 16 to learn from are needed"
        raise SampleError(f"{rule}; {n} samples leave {count} and {n - count}")
    order = torch.randperm(n, generator=torch.Generator().manual_seed(seed))
    return order[count:], order[:count]


def evenly(count: int, rng: torch.Generator) -> torch.Tensor:
    """One number in each of `count` equal parts of [0, 1], in random order."""
    return (torch.randperm(count, generator=rng) + torch.rand(count, generator=rng)) / count


class _Descent(Generic[Network]):
    """The state of one training."""

    def __init__(self, task: Task[Network], plan: Plan, seed: int, read: Read[Network] | None):
        self.task, self.plan, self.read = task, plan, read
        self.rng = torch.Generator().manual_seed(seed + 1)
        self.weights = list(task.network.parameters())
        self.optimizer = torch.optim.Adam(self.weights, lr=plan.rate, fused=True)
        self.mean = [one.detach().clone() for one in self.weights]
        self.best, self.lowest, self.at = self.mean, math.inf, 0
        self.looks: list[tuple[int, float, float]] = []
        self.readings: list[float] = []
        self.stopped = ""

    def run(self, learnt: torch.Tensor, held: torch.Tensor) -> Trained[Network]:
        """Train; the best state is in the network afterwards."""
        fixed, recent = list(self._fixed(held)), []
        for step in range(1, self.plan.steps + 1):
            recent.append(self._updated(learnt, step))
            if step % self.plan.every == 0 or step == self.plan.steps:
                if not self._looked(step, float(torch.stack(recent).mean()), fixed, held):
                    break
                recent = []
            report(step, self.plan.steps, f"held out {self.looks[-1][2]:.4g}" if self.looks else "")
        if not self.looks:
            raise SampleError(f"no loss was finite by update {step}; no number can be told from these data")
        _use(self.weights, self.best)
        steps, train, loss = zip(*self.looks, strict=True)
        return Trained(self.task.network, held, steps, train, loss, tuple(self.readings), self.at, self.stopped)

    def _updated(self, learnt: torch.Tensor, step: int) -> torch.Tensor:
        """One update; the loss of its batch."""
        plan = self.plan
        for group in self.optimizer.param_groups:
            group["lr"] = plan.rate * (1 + math.cos(math.pi * (step - 1) / plan.steps)) / 2
        rows = learnt[torch.randint(len(learnt), (min(plan.batch, len(learnt)),), generator=self.rng)]
        lowered, told = self.task.losses(*self.task.batch(rows, self.rng, even=False))
        self.optimizer.zero_grad()
        lowered.mean().backward()
        torch.nn.utils.clip_grad_norm_(self.weights, plan.clip * self.task.unit)
        self.optimizer.step()
        kept = min(plan.average, step / (10 + step))
        torch._foreach_lerp_(self.mean, [one.detach() for one in self.weights], 1 - kept)
        return told.detach().mean()

    def _looked(self, step: int, train: float, fixed: Sequence[Batch], held: torch.Tensor) -> bool:
        """Look at what is held out with the averaged weights; whether to go on."""
        own = [one.detach().clone() for one in self.weights]
        _use(self.weights, self.mean)
        with torch.no_grad():
            loss = float(torch.cat([self.task.losses(*one)[1] for one in fixed]).mean())
        finite = math.isfinite(train) and math.isfinite(loss)
        if finite and self.read:
            self.readings.append(self.read(self.task.network, held))
        _use(self.weights, own)
        if finite:
            return self._gained(step, train, loss)
        self.stopped = f"a loss that is no number by update {step}; the last good state is used"
        return False

    def _gained(self, step: int, train: float, held: float) -> bool:
        """Keep a look; whether one of late has gained."""
        self.looks.append((step, train, held))
        look(step, train, held)
        if held < self.lowest:
            self.best, self.lowest, self.at = [one.clone() for one in self.mean], held, step
        elif sum(one[0] > self.at for one in self.looks) >= self.plan.patience:
            self.stopped = f"no gain on held-out samples in {self.plan.patience} looks, at update {step}"
            return False
        return True

    def _fixed(self, held: torch.Tensor) -> Iterator[Batch]:
        """The held-out rows, several times each but 4096 rows at least, with noise that all looks share."""
        rows, device = held.repeat(-(-4096 // len(held))), self.weights[0].device
        for some in rows.split(rows_per_chunk(512 * 8, device)):
            yield self.task.batch(some, self.rng, even=True)


def _use(weights: Iterable[torch.Tensor], state: Iterable[torch.Tensor]) -> None:
    """Give weights the values of a state."""
    with torch.no_grad():
        for one, other in zip(weights, state, strict=True):
            one.copy_(other)
