"""Train critics until samples that they do not learn from stop gaining, and read them on samples they never chose by.

The samples that are held out are two halves. The state of a critic that is best on one half is read on the other, and
the two readings are averaged: no half is both chosen by and read, and none is lost.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch

from explorer.critics.members import Critic
from explorer.device import rows_per_chunk
from explorer.errors import SampleError

Report = Callable[..., None]
Bound = Callable[[torch.Tensor], torch.Tensor]
"""Scores (members, n, n) to what each member reads, (members,)."""


@dataclass(frozen=True)
class Plan:
    """How long and how fast critics learn.

    Attributes:
        steps: updates at most.
        batch: samples of an update.
        rate: of AdamW.
        decay: of its weights.
        every: updates between two looks at the samples that are held out.
        patience: looks without a gain after which a member rests.
        held_out: share of the samples that is not learnt from.
        clip: largest norm of the gradient of a member.
    """

    steps: int = 600
    batch: int = 512
    rate: float = 3e-3
    decay: float = 1e-2
    every: int = 25
    patience: int = 6
    held_out: float = 0.3
    clip: float = 1.0


@dataclass(frozen=True)
class Trained:
    """Critics as they were read.

    Attributes:
        reading: what each member reads on samples that it was not chosen by, (members,).
        steps: of the looks.
        train, held: what each look read on a batch learnt from and on all that is held out, (looks, members).
        best: the update whose state was read, of each half, (2, members).
        stopped: why training ended before its last update, "" where it did not.
    """

    reading: torch.Tensor
    steps: tuple[int, ...]
    train: torch.Tensor
    held: torch.Tensor
    best: torch.Tensor
    stopped: str


class _Kept:
    """The best state of every member on one half, and the value of it."""

    def __init__(self, critic: Critic):
        self.value = torch.full((len(critic.seeds),), -torch.inf)
        self.step = torch.zeros(len(critic.seeds), dtype=torch.long)
        self.state = [one.detach().clone() for one in critic.parameters()]

    def seen(self, critic: Critic, value: torch.Tensor, step: int) -> torch.Tensor:
        """Keep what has become better; which members have, (members,)."""
        better = value.cpu() > self.value
        self.value = torch.where(better, value.cpu(), self.value)
        self.step[better] = step
        for kept, now in zip(self.state, critic.parameters(), strict=True):
            kept[better] = now.detach()[better]
        return better

    def into(self, critic: Critic) -> None:
        """Give the members their best state."""
        with torch.no_grad():
            for kept, now in zip(self.state, critic.parameters(), strict=True):
                now.copy_(kept)


def fitted(
    critic: Critic,
    x: torch.Tensor,
    y: torch.Tensor,
    objective: Bound,
    read: Bound | None = None,
    plan: Plan | None = None,
    seed: int = 0,
    progress: Report = lambda done, total, note="": None,
) -> Trained:
    """Train every member on its own samples, all of them at once, and read each.

    Args:
        x, y: (members, n, d_x) and (members, n, d_y), paired row by row; a first dimension of 1 serves all members.
        objective: of the scores of a batch; what is raised.
        read: of all held-out pairs of a half; the objective unless given. The best state is the one it reads most of.
        seed: of the split and of the batches, which are the same for every member.
        progress: called as progress(update, updates, note); what it raises ends the training.

    Raises:
        SampleError: for fewer than 8 samples in a half or 16 to learn from, or when no value is finite.
    """
    plan, read = plan or Plan(), read or objective
    learnt, halves = _split(len(x[0]), plan, seed)
    x, y = (one.expand(len(critic.seeds), -1, -1) for one in (x, y))
    kept, looks = [_Kept(critic), _Kept(critic)], _Looks(len(critic.seeds), plan.patience)
    optimizer = torch.optim.AdamW(critic.parameters(), lr=plan.rate, weight_decay=plan.decay)
    rng = torch.Generator().manual_seed(seed + 1)
    for step in range(1, plan.steps + 1):
        chosen = learnt[torch.randint(len(learnt), (min(plan.batch, len(learnt)),), generator=rng)]
        value = _updated(critic, optimizer, objective(critic(x[:, chosen], y[:, chosen])), plan.clip)
        if not looks.finite(value, step):
            break
        if step % plan.every == 0 or step == plan.steps:
            found = [_read(critic, x, y, half, read) for half in halves]
            gained = [one.seen(critic, other, step) for one, other in zip(kept, found, strict=True)]
            if not looks.gained(step, value, found, gained):
                break
        progress(step, plan.steps, looks.note)
    crossed = []
    for one, half in zip(kept, reversed(halves), strict=True):
        one.into(critic)
        crossed.append(_read(critic, x, y, half, read))
    reading = torch.stack(crossed).mean(0).cpu()
    if not torch.isfinite(reading).all():
        raise SampleError(
            f"the critic gave {reading.tolist()} on held-out samples; no number can be told from these data"
        )
    best = torch.stack([one.step for one in kept])
    return Trained(reading, tuple(looks.steps), torch.stack(looks.train), torch.stack(looks.held), best, looks.stopped)


class _Looks:
    """What the looks at held-out samples read, and when to stop."""

    def __init__(self, members: int, patience: int):
        self.patience, self.idle = patience, torch.zeros(members, dtype=torch.long)
        self.steps: list[int] = []
        self.train: list[torch.Tensor] = []
        self.held: list[torch.Tensor] = []
        self.stopped, self.note = "", ""

    def finite(self, value: torch.Tensor, step: int) -> bool:
        """Whether every member still has a number; the states kept before are the last good ones."""
        if torch.isfinite(value).all():
            return True
        self.stopped = f"a value that is no number at update {step}; the last good state was read"
        return False

    def gained(
        self, step: int, value: torch.Tensor, found: Sequence[torch.Tensor], gained: Sequence[torch.Tensor]
    ) -> bool:
        """Keep a look; whether some member has gained lately."""
        self.steps.append(step)
        self.train.append(value.detach().cpu())
        self.held.append(torch.stack(list(found)).mean(0).cpu())
        self.note = f"held out {float(self.held[-1].mean()):.3g} nats"
        self.idle = torch.where(torch.stack(list(gained)).any(0), 0, self.idle + 1)
        if bool((self.idle < self.patience).any()):
            return True
        self.stopped = f"no gain on held-out samples in {self.patience} looks, at update {step}"
        return False


def _split(n: int, plan: Plan, seed: int) -> tuple[torch.Tensor, tuple[torch.Tensor, torch.Tensor]]:
    """Rows to learn from, and the two halves that are held out."""
    half = int(plan.held_out * n / 2)
    if half < 8 or n - 2 * half < 16:
        rule = "a critic needs at least 8 samples in each half that is held out, and 16 to learn from"
        raise SampleError(f"{rule}; {n} samples leave {half} and {n - 2 * half}")
    order = torch.randperm(n, generator=torch.Generator().manual_seed(seed))
    return order[2 * half :], (order[:half], order[half : 2 * half])


def _updated(critic: Critic, optimizer: torch.optim.Optimizer, value: torch.Tensor, clip: float) -> torch.Tensor:
    """One update that raises the value of every member; the gradient of each is clipped by itself."""
    optimizer.zero_grad()
    (-value.sum()).backward()
    squares = [one.grad.flatten(1).square().sum(1) for one in critic.parameters() if one.grad is not None]
    factor = (clip / torch.stack(squares).sum(0).sqrt().clamp_min(1e-12)).clamp_max(1.0)
    for one in critic.parameters():
        if one.grad is not None:
            one.grad.mul_(factor.view(-1, *[1] * (one.ndim - 1)))
    optimizer.step()
    return value.detach()


@torch.no_grad()
def _read(critic: Critic, x: torch.Tensor, y: torch.Tensor, rows: torch.Tensor, read: Bound) -> torch.Tensor:
    """What each member reads on rows of its samples; pairs are scored in blocks of x that fit the memory."""
    x, y = x[:, rows], y[:, rows]
    block = rows_per_chunk(len(x) * len(rows) * 64 * 4, x.device)  # a joint critic keeps 64 numbers a pair
    return read(torch.cat([critic(part, y) for part in x.split(max(1, block), 1)], 1))
