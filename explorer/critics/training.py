"""Train critics until samples that they do not learn from stop gaining, and read them on samples they never chose by.

The samples that are held out are two halves. The state of a critic that is best on one half is read on the other, and
the two readings are averaged: no half is both chosen by and read, and none is lost.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch

from explorer.critics.members import Critic
from explorer.device import half_precision, rows_per_chunk
from explorer.errors import SampleError
from explorer.watching import look, report

Bound = Callable[[torch.Tensor], torch.Tensor]
"""Scores (members, n, n) to what each member reads, (members,)."""

MOST = 4096
"""Samples that are scored against each other at most: more are read in parts, whose readings are averaged."""
GROUPS = 10
"""Groups of held-out samples that are left out in turn for the standard error."""


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
        held_out: share of the samples that is not learnt from; a bound of K pairs tells more the more they are.
        clip: largest norm of the gradient of a member.
        stretches: of rows that are steps of time, into so many stretches they are cut, and what is held out is whole
            stretches; 0 takes rows at random.
    """

    steps: int = 600
    batch: int = 512
    rate: float = 3e-3
    decay: float = 1e-2
    every: int = 25
    patience: int = 6
    held_out: float = 0.4
    clip: float = 1.0
    stretches: int = 0


@dataclass(frozen=True)
class Trained:
    """Critics as they were read.

    Attributes:
        reading: what each member reads on samples that it was not chosen by, (members,).
        error: standard error of the readings by chance of the samples they are read on, (members,).
        pairs: K, how many samples are scored against each other in one reading.
        steps: of the looks.
        train, held: what each look read on a batch learnt from and on all that is held out, (looks, members).
        best: the update whose state was read, of each half, (2, members); 0 is the critic whose weights are all 0.
        stopped: why training ended before its last update, "" where it did not.
    """

    reading: torch.Tensor
    error: torch.Tensor
    pairs: int
    steps: tuple[int, ...]
    train: torch.Tensor
    held: torch.Tensor
    best: torch.Tensor
    stopped: str

    @property
    def curves(self) -> dict[str, list[float]]:
        """The looks as plain lists, means over the members: step, train and held."""
        means = {"train": self.train, "held": self.held}
        return {"step": [float(one) for one in self.steps], **{key: one.mean(1).tolist() for key, one in means.items()}}


class _Kept:
    """The best state of every member on one half, and the value of it; at first all weights 0, of which all pairs are
    alike: a critic that is never better has found nothing."""

    def __init__(self, critic: Critic, silent: torch.Tensor):
        self.value = silent.cpu()
        self.step = torch.zeros(len(critic.seeds), dtype=torch.long)
        self.state = [torch.zeros_like(one) for one in critic.parameters()]

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
    choose: Bound | None = None,
) -> Trained:
    """Train every member on its own samples, all of them at once, and read each; says to `watching` how far it is.

    Args:
        x, y: (members, n, d_x) and (members, n, d_y), paired row by row; a first dimension of 1 serves all members.
        objective: of the scores of a batch; what is raised.
        read: of all held-out pairs of a half; the objective unless given.
        choose: of the same pairs; the best state is where it is largest. What is read, unless given.
        seed: of the split and of the batches, which are the same for every member.

    Raises:
        SampleError: for fewer than 8 samples in a half or 16 to learn from, or when no value is finite.
    """
    plan, read = plan or Plan(), read or objective
    choose = choose or read
    learnt, halves = _split(len(x[0]), plan, seed)
    x, y = (one.expand(len(critic.seeds), -1, -1) for one in (x, y))
    kept, looks = _silent(critic, x, y, halves, choose), _Looks(len(critic.seeds), plan.patience)
    optimizer = torch.optim.AdamW(critic.parameters(), lr=plan.rate, weight_decay=plan.decay)
    rng = torch.Generator().manual_seed(seed + 1)
    for step in range(1, plan.steps + 1):
        chosen = learnt[torch.randint(len(learnt), (min(plan.batch, len(learnt)),), generator=rng)]
        with half_precision(x.device):
            scores = critic(x[:, chosen], y[:, chosen]).float()
        value = _updated(critic, optimizer, objective(scores), plan.clip)
        if not looks.finite(value, step):
            break
        if step % plan.every == 0 or step == plan.steps:
            found = [_seen(critic, x, y, half, choose, read) for half in halves]
            gained = [one.seen(critic, by, step) for one, (by, _) in zip(kept, found, strict=True)]
            if not looks.gained(step, read(scores.detach()), [value for _, value in found], gained):
                break
        report(step, plan.steps, looks.note)
    if not looks.steps:
        raise SampleError(f"the critic gave {value.tolist()} at update {step}; no number can be told from these data")
    reading, error = _crossed(critic, x, y, kept, halves, read)
    best, pairs = torch.stack([one.step for one in kept]), len(halves[0]) // _count(len(halves[0]))
    train, held = torch.stack(looks.train), torch.stack(looks.held)
    return Trained(reading, error, pairs, tuple(looks.steps), train, held, best, looks.stopped)


def _crossed(
    critic: Critic,
    x: torch.Tensor,
    y: torch.Tensor,
    kept: Sequence[_Kept],
    halves: Sequence[torch.Tensor],
    read: Bound,
) -> tuple[torch.Tensor, torch.Tensor]:
    """Each half read with the state that was best on the other: means and their errors, (members,) each."""
    found = []
    for one, half in zip(kept, reversed(halves), strict=True):
        one.into(critic)
        found += _parts(critic, x, y, half, read)
    reading = torch.stack([value for value, _ in found]).mean(0).cpu()
    if not torch.isfinite(reading).all():
        rule = "no number can be told from these data"
        raise SampleError(f"the critic gave {reading.tolist()} on held-out samples; {rule}")
    return reading, torch.stack([error for _, error in found]).square().sum(0).sqrt().cpu() / len(found)


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
        look(step, float(self.train[-1].mean()), float(self.held[-1].mean()))
        self.idle = torch.where(torch.stack(list(gained)).any(0), 0, self.idle + 1)
        if bool((self.idle < self.patience).any()):
            return True
        self.stopped = f"no gain on held-out samples in {self.patience} looks, at update {step}"
        return False


def _silent(
    critic: Critic, x: torch.Tensor, y: torch.Tensor, halves: Sequence[torch.Tensor], choose: Bound
) -> list[_Kept]:
    """What is kept of each half before any update: all weights 0. The critic is left as it is."""
    state = [one.detach().clone() for one in critic.parameters()]
    with torch.no_grad():
        for one in critic.parameters():
            one.zero_()
        kept = [_Kept(critic, _seen(critic, x, y, half, choose, choose)[0]) for half in halves]
        for one, before in zip(critic.parameters(), state, strict=True):
            one.copy_(before)
    return kept


def _split(n: int, plan: Plan, seed: int) -> tuple[torch.Tensor, tuple[torch.Tensor, torch.Tensor]]:
    """Rows to learn from, and the two halves that are held out."""
    half = int(plan.held_out * n / 2)
    if half < 8 or n - 2 * half < 16:
        rule = "a critic needs at least 8 samples in each half that is held out, and 16 to learn from"
        raise SampleError(f"{rule}; {n} samples leave {half} and {n - 2 * half}")
    rng = torch.Generator().manual_seed(seed)
    if plan.stretches:
        cut = torch.arange(n).tensor_split(min(n, plan.stretches))
        order = torch.cat([cut[i] for i in torch.randperm(len(cut), generator=rng).tolist()])
    else:
        order = torch.randperm(n, generator=rng)
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


def _count(rows: int) -> int:
    """Parts of a half, none of more than `MOST` samples."""
    return math.ceil(rows / MOST)


def _seen(
    critic: Critic, x: torch.Tensor, y: torch.Tensor, rows: torch.Tensor, choose: Bound, read: Bound
) -> tuple[torch.Tensor, torch.Tensor]:
    """By what a state is chosen and what it reads on rows of the samples: means over parts of them, (members,)."""
    scores = [_scores(critic, x[:, part], y[:, part]) for part in rows.tensor_split(_count(len(rows)))]
    by = torch.stack([choose(one) for one in scores]).mean(0)
    return by, by if choose == read else torch.stack([read(one) for one in scores]).mean(0)


def _parts(
    critic: Critic, x: torch.Tensor, y: torch.Tensor, rows: torch.Tensor, read: Bound
) -> list[tuple[torch.Tensor, torch.Tensor]]:
    """What each member reads on every part of the rows, with the error of leaving groups of samples out in turn."""
    found = []
    for part in rows.tensor_split(_count(len(rows))):
        scores = _scores(critic, x[:, part], y[:, part])
        groups = torch.arange(len(part), device=scores.device).tensor_split(min(GROUPS, len(part) // 4))
        left = torch.stack([read(_without(scores, group)) for group in groups])
        spread = (left - left.mean(0)).square().sum(0) * (len(groups) - 1) / len(groups)
        found.append((read(scores), spread.sqrt()))
    return found


def _without(scores: torch.Tensor, group: torch.Tensor) -> torch.Tensor:
    """The scores of all samples but those of a group."""
    kept = torch.ones(scores.shape[-1], dtype=torch.bool, device=scores.device)
    kept[group] = False
    return scores[:, kept][:, :, kept]


@torch.no_grad()
def _scores(critic: Critic, x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    """Scores of all pairs, in blocks of x that fit the memory, (members, n, n)."""
    block = rows_per_chunk(len(x) * x.shape[1] * critic.kept * 4, x.device)
    return torch.cat([critic(part, y) for part in x.split(max(1, block), 1)], 1)
