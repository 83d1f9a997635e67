"""Descend until samples that are not learnt from stop gaining, and keep the best state."""

import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass, replace
from typing import Any, Generic, Protocol, TypeVar

import torch

from explorer.device import memory_free, one_thread, rows_per_chunk
from explorer.errors import SampleError
from explorer.updates.loop import Best, trained
from explorer.updates.states import Tree, moments, put, put_moments
from explorer.watching import look

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

    def given(self) -> Iterable[Any]:
        """Arrays and plain data that decide the losses beside batches and weights."""


def descended(
    task: Task[Network], n: int, plan: Plan, seed: int, read: Read[Network] | None = None, reads: Any = None
) -> Trained[Network]:
    """Train the network of a task on some of n rows; all random numbers come from the CPU, from the seed.

    A device without memory for a batch gets half as many rows, once. Progress goes to `explorer.watching`, and with a
    keeper there a training that was stopped goes on where it was.

    Args:
        reads: plain data that decide what `read` tells beside all that decides the training.

    Raises:
        SampleError: for fewer than 8 samples to hold out or 16 to learn from, when no loss is finite, or when the
            device's memory is too small.
    """
    learnt, held = split(n, plan, seed)
    start = [one.detach().clone() for one in task.network.parameters()]
    try:
        with one_thread():
            return _Descent(task, plan, seed, (read, reads), learnt, held).run()
    except torch.OutOfMemoryError:
        half = replace(plan, batch=max(1, plan.batch // 2))
    put(list(task.network.parameters()), start)
    try:
        with one_thread():
            return _Descent(task, half, seed, (read, reads), learnt, held).run()
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
    """The state of one training, a `Learner`."""

    def __init__(
        self,
        task: Task[Network],
        plan: Plan,
        seed: int,
        read: tuple[Read[Network] | None, Any],
        learnt: torch.Tensor,
        held: torch.Tensor,
    ):
        self.task, self.plan, self.seed, self.learnt, self.held = task, plan, seed, learnt, held
        self.read, self.reads = read
        self.rng = torch.Generator().manual_seed(seed + 1)
        self.weights = list(task.network.parameters())
        self.optimizer = torch.optim.Adam(self.weights, lr=plan.rate, fused=True)
        self.mean = [one.detach().clone() for one in self.weights]
        self.best = Best(_members(self.mean), torch.tensor([-math.inf], dtype=torch.float64))
        self.recent: list[torch.Tensor] = []
        self.looks: list[tuple[int, float, float]] = []
        self.readings: list[float] = []
        self.stopped = self.note = ""
        self.fixed = list(self._fixed())

    def run(self) -> Trained[Network]:
        """Train; the best state is in the network afterwards."""
        trained(self, self.plan.steps, self.plan.every)
        if not self.looks:
            raise SampleError(f"{self.stopped.partition(';')[0]}; no number can be told from these data")
        put(self.weights, [one[0] for one in self.best.weights])
        steps, train, loss = zip(*self.looks, strict=True)
        told, at = (steps, train, loss, tuple(self.readings)), int(self.best.step)
        return Trained(self.task.network, self.held, *told, at, self.stopped)

    def look(self, step: int) -> bool:
        """Look at what is held out with the averaged weights; whether to go on."""
        train, self.recent = float(torch.stack(self.recent).mean()), []
        own = [one.detach().clone() for one in self.weights]
        put(self.weights, self.mean)
        with torch.no_grad():
            loss = float(torch.cat([self.task.losses(*one)[1] for one in self.fixed]).mean())
        finite = math.isfinite(train) and math.isfinite(loss)
        if finite and self.read:
            self.readings.append(self.read(self.task.network, self.held))
        put(self.weights, own)
        if finite:
            return self._gained(step, train, loss)
        self.stopped = f"a loss that is no number by update {step}; the last good state is used"
        return False

    def given(self) -> Iterable[Any]:
        """Every row with what is random about it, plan and seed, the task, and the network as it begins."""
        rng = torch.Generator().manual_seed(self.seed)
        for rows in torch.cat([self.learnt, self.held]).split(self.plan.batch):
            yield from (one.cpu().numpy() for one in self.task.batch(rows, rng, even=True))
        yield from (type(self.task).__name__, asdict(self.plan), self.seed, self.read is None, self.reads)
        yield from self.task.given()
        yield from (one.detach().cpu().numpy() for one in self.weights)

    def state(self) -> Tree:
        """Weights and their average, moments, the best state, and the looks."""
        told = [self.looks, self.readings, self.recent]
        weights = [*self.weights, *self.mean]
        moved = {"moments": moments(self.optimizer), "best": self.best.state(), "random": self.rng.get_state()}
        return {"weights": weights, "told": told, "note": self.note} | moved

    def restore(self, state: Tree) -> None:
        """Be as when `state` was taken; what the looks read is told again."""
        put([*self.weights, *self.mean], state["weights"])
        put_moments(self.optimizer, state["moments"])
        self.best.restore(state["best"])
        self.rng.set_state(state["random"])
        looks, self.readings, recent = ([*one] for one in state["told"])
        self.recent = [one.to(self.weights[0].device) for one in recent]
        self.looks = [(int(step), float(train), float(held)) for step, train, held in looks]
        self.note = str(state["note"])
        for one in self.looks:
            look(*one, "")

    def update(self, step: int) -> bool:
        """One update on a batch."""
        plan, learnt = self.plan, self.learnt
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
        self.recent.append(told.detach().mean())
        return True

    def _gained(self, step: int, train: float, held: float) -> bool:
        """Keep a look; whether one of late has gained."""
        self.looks.append((step, train, held))
        self.note = f"held out {held:.4g}"
        look(step, train, held, "")
        gained = self.best.seen(_members(self.mean), torch.tensor([-held], dtype=torch.float64), step)
        if gained or sum(one[0] > int(self.best.step) for one in self.looks) < self.plan.patience:
            return True
        self.stopped = f"no gain on held-out samples in {self.plan.patience} looks, at update {step}"
        return False

    def _fixed(self) -> Iterator[Batch]:
        """The held-out rows, several times each but 4096 rows at least, with noise that all looks share."""
        rows, device = self.held.repeat(-(-4096 // len(self.held))), self.weights[0].device
        for some in rows.split(rows_per_chunk(512 * 8, device)):
            yield self.task.batch(some, self.rng, even=True)


def _members(weights: Iterable[torch.Tensor]) -> list[torch.Tensor]:
    """Weights as those of one member."""
    return [one[None] for one in weights]
