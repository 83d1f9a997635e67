"""Train critics until samples that they do not learn from stop gaining, and read them on samples they never chose by.

The samples that are held out are two halves. The state of a critic that is best on one half is read on the other, and
the two readings are averaged: no half is both chosen by and read, and none is lost.
"""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import torch

from explorer.critics.members import Critic
from explorer.critics.plan import Plan, split
from explorer.critics.reading import Bound, count, crossed, seen
from explorer.device import half_precision
from explorer.errors import SampleError
from explorer.result import in_both
from explorer.updates.loop import Best, trained
from explorer.updates.states import Tree, moments, put, put_moments
from explorer.watching import look


@dataclass(frozen=True)
class Trained:
    """Critics as they were read.

    Attributes:
        reading: what each member reads on samples that it was not chosen by, (members,); NaN of a member that met a
            value that is no number before its first look.
        error: standard error of the readings by chance of the samples they are read on, (members,); NaN unasked.
        pairs: K, how many samples are scored against each other in one reading.
        steps: of the looks.
        train, held: what each look read on a batch learnt from and on all that is held out, (looks, members); of a
            member that rests what it read last.
        best: the update whose state was read, of each half, (2, members); 0 is the critic whose weights are all 0.
        ends: why each member rested before the last update, "" where it did not.
    """

    reading: torch.Tensor
    error: torch.Tensor
    pairs: int
    steps: tuple[int, ...]
    train: torch.Tensor
    held: torch.Tensor
    best: torch.Tensor
    ends: tuple[str, ...]

    @property
    def stopped(self) -> str:
        """Why training ended before its last update, or that some member met no number; "" where neither is so."""
        return broken(self.ends) or (max(self.ends, key=lambda one: (len(one), one)) if all(self.ends) else "")

    @property
    def curves(self) -> dict[str, list[float]]:
        """The looks as plain lists, means over the members: step, train and held."""
        means = {"train": self.train, "held": self.held}
        return {"step": [float(one) for one in self.steps], **{key: one.mean(1).tolist() for key, one in means.items()}}

    def of(self, members: slice) -> "Trained":
        """The same of some members."""
        parts = {name: getattr(self, name)[..., members] for name in ("reading", "error", "train", "held", "best")}
        return replace(self, **parts, ends=self.ends[members])


def fitted(
    critic: Critic,
    x: torch.Tensor,
    y: torch.Tensor,
    objective: Bound,
    read: Bound | None = None,
    plan: Plan | None = None,
    seed: int = 0,
    choose: Bound | None = None,
    errors: bool = True,
    ceiling: Callable[[int], float] = lambda _: math.inf,
) -> Trained:
    """Train every member on its own samples, all of them at once, and read each; says to `watching` how far it is.

    A member rests when it has not gained for a while, or met a value that is no number, and leaves the others alone: it
    learns what it learns by itself, up to the rounding of products in float32.

    Args:
        x, y: (members, n, d_x) and (members, n, d_y), paired row by row; a first dimension of 1 serves all members.
        objective: of the scores of a batch; what is raised. One that remembers past batches holds tensors with an entry
            a member in a list `past`.
        read: of all held-out pairs of a half; the objective unless given.
        choose: of the same pairs; the best state is where it is largest. What is read, unless given.
        seed: of the split and of the batches, which are the same for every member.
        errors: whether standard errors are asked for, which take as long as some twenty looks.
        ceiling: what a reading of K pairs cannot exceed, for whoever watches.

    Raises:
        SampleError: for fewer than 8 samples in a half or 16 to learn from, or when no value is finite.
    """
    read = read or objective
    fit = _Fit(critic, x, y, (objective, read, choose or read), plan or Plan(), seed)
    fit.ceiling = ceiling(fit.pairs)
    trained(fit, fit.plan.steps, fit.plan.every)
    return fit.ended(errors)


def broken(ends: Sequence[str]) -> str:
    """The first reason of those why members rested that is a value that is no number, "" without one."""
    return next((one for one in ends if "no number" in one), "")


def met(ends: Sequence[str]) -> str:
    """What critics met that give no number, as an error says it."""
    return broken(ends).partition(";")[0] or "a value that is no number on held-out samples"


REMEDY = "take a smaller learning_rate or hidden"
"""Of a training that met no number before its first look."""


class _Fit:
    """Critics that learn: the critic holds those that still do, `best` what is kept of all."""

    def __init__(
        self,
        critic: Critic,
        x: torch.Tensor,
        y: torch.Tensor,
        bounds: tuple[Bound, Bound, Bound],
        plan: Plan,
        seed: int,
    ):
        self.critic, self.plan, self.seed, self.note = critic, plan, seed, ""
        self.objective, self.read, self.choose = bounds
        self.past: list[torch.Tensor] = getattr(self.objective, "past", [])
        self.all = self.x, self.y = x, y
        self.learnt, self.halves = split(x.shape[1], plan, seed)
        self.pairs, self.ceiling = len(self.halves[0]) // count(len(self.halves[0])), math.inf
        members = len(critic.seeds)
        self.who, self.idle, self.ends = torch.arange(members), torch.zeros(members, dtype=torch.long), [""] * members
        self.best = self._silent()
        self.optimiser = torch.optim.AdamW(critic.parameters(), lr=plan.rate, weight_decay=plan.decay)
        self.rng = torch.Generator().manual_seed(seed + 1)
        self.steps: list[int] = []
        self.train, self.held = torch.empty(2, 0, members)

    def update(self, step: int) -> bool:
        """One update of those that learn, on one batch."""
        size = min(self.plan.batch, len(self.learnt))
        rows = self.learnt[torch.randint(len(self.learnt), (size,), generator=self.rng)]
        with half_precision(self.x.device):
            scores = self.critic(*self._samples(rows)).float()
        value = _updated(self.critic, self.optimiser, self.objective(scores), self.plan.clip)
        good = torch.isfinite(value).cpu()
        self.scores = scores.detach()
        why = f"a value that is no number at update {step}; the last good state was read"
        return self._rested(good, why)

    def look(self, step: int) -> bool:
        """Keep what is best on each half; whether some member has gained lately."""
        found = [seen(self.critic, *self._samples(half), self.choose, self.read) for half in self.halves]
        weights = list(self.critic.parameters())
        gained = [one.seen(weights, by, step, self.who) for one, (by, _) in zip(self.best, found, strict=True)]
        self._told(step, self.read(self.scores), torch.stack([value for _, value in found]).mean(0))
        self.idle[self.who] = torch.where(torch.stack(gained).any(0), 0, self.idle[self.who] + 1)
        why = f"no gain on held-out samples in {self.plan.patience} looks, at update {step}"
        return self._rested(self.idle[self.who] < self.plan.patience, why)

    def ended(self, errors: bool) -> Trained:
        """Each half read with the state that was best on the other.

        Raises:
            SampleError: when no member gives a number.
        """
        lost = self.held.isnan().all(0)
        if lost.all():
            raise SampleError(f"the critic met {met(self.ends)}; {REMEDY}")
        reading, error = crossed(self.critic, *self.all, self.best, self.halves, self.read, errors)
        reading = reading.masked_fill(lost | ~torch.isfinite(reading), math.nan)
        if reading.isnan().all():
            raise SampleError("the critic gave no number on held-out samples; none can be told from these data")
        best = torch.stack([one.step for one in self.best])
        return Trained(reading, error, self.pairs, tuple(self.steps), self.train, self.held, best, tuple(self.ends))

    def given(self) -> Iterable[Any]:
        """Samples, plan and seed, the bounds with the settings of whose they are, and the critics as they begin."""
        yield from (one.cpu().numpy() for one in self.all)
        yield from (asdict(self.plan), self.seed, _called(type(self.critic)), self.critic.seeds)
        yield from (_told_of(one) for one in (self.objective, self.read, self.choose))
        yield from (one.detach().cpu().numpy() for one in self.critic.parameters())

    def state(self) -> Tree:
        """Weights and moments of those that learn, what is best of all, and the looks."""
        return {
            "who": self.who,
            "idle": self.idle,
            "ends": self.ends,
            "weights": list(self.critic.parameters()),
            "moments": moments(self.optimiser),
            "best": [one.state() for one in self.best],
            "random": self.rng.get_state(),
            "past": self.past,
            "looks": [self.steps, self.train, self.held],
        }

    def restore(self, state: Tree) -> None:
        """Be as when `state` was taken; what the looks read is told again."""
        members = torch.arange(len(self.ends))
        self._hold(members[state["who"]])
        put([*self.critic.parameters(), self.idle], [*state["weights"], state["idle"]])
        put_moments(self.optimiser, state["moments"])
        for one, kept in zip(self.best, state["best"], strict=True):
            one.restore(kept)
        self.ends = [str(one) for _, one in zip(members, state["ends"], strict=True)]
        self.past[:] = [one.to(self.x.device).expand(len(self.who)) for one in state["past"]]
        self.rng.set_state(state["random"])
        self.steps, *read = state["looks"]
        self.train, self.held = torch.empty(2, len(self.steps), len(members))
        put([self.train, self.held], read)
        for row, step in enumerate(self.steps):
            look(step, float(self.train[row].nanmean()), float(self.held[row].nanmean()), "nats", self.ceiling)

    def _samples(self, rows: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Rows of the samples of those that learn."""
        x, y = (one[:, rows].expand(len(self.who), -1, -1) for one in (self.x, self.y))
        return x, y

    def _told(self, step: int, train: torch.Tensor, held: torch.Tensor) -> None:
        """Add a look to the curves, and tell it."""
        self.steps.append(step)
        for name, value in (("train", train), ("held", held)):
            before = getattr(self, name)
            row = before[-1:].clone() if len(before) else torch.full((1, before.shape[1]), math.nan)
            row[0, self.who] = value.cpu()
            setattr(self, name, torch.cat([before, row]))
        read = float(self.train[-1].nanmean()), float(self.held[-1].nanmean())
        self.note = f"held out {in_both(read[1])}"
        look(step, *read, "nats", self.ceiling)

    def _rested(self, stays: torch.Tensor, why: str) -> bool:
        """Let members rest of those that learn; whether any is left."""
        if not stays.all():
            for one in self.who[~stays].tolist():
                self.ends[one] = why
            weights, kept = [one.detach() for one in self.critic.parameters()], moments(self.optimiser)
            here = stays.to(self.x.device)
            self._hold(self.who[stays])
            put(list(self.critic.parameters()), [one[here] for one in weights])
            put_moments(self.optimiser, {name: one[here] if one.ndim else one for name, one in kept.items()})
            self.scores = self.scores[here]
            self.past[:] = [one[here] for one in self.past]
        return len(self.who) > 0

    def _hold(self, who: torch.Tensor) -> None:
        """Let these members be those that learn, with weights that are still to be given."""
        self.who = who
        self.x, self.y = (one if len(one) == 1 else one[who.to(one.device)] for one in self.all)
        for one, full in zip(self.critic.parameters(), self.best[0].weights, strict=True):
            one.data, one.grad = full.new_zeros(len(who), *full.shape[1:]), None

    def _silent(self) -> list[Best]:
        """What is kept of each half before any update: all weights 0, of which all pairs are alike. A critic that is
        never better has found nothing. The critic is left as it is."""
        weights = list(self.critic.parameters())
        state = [one.detach().clone() for one in weights]
        put(weights, [torch.zeros_like(one) for one in state])
        halves = [self._samples(half) for half in self.halves]
        kept = [Best(weights, seen(self.critic, *half, self.choose, self.choose)[0]) for half in halves]
        put(weights, state)
        return kept


def _called(one: Any) -> str:
    return f"{one.__module__}.{one.__qualname__}"


def _told_of(bound: Bound) -> list[Any]:
    """What decides a bound: its name, whose it is, and that one's settings; of a function the name alone."""
    owner = getattr(bound, "__self__", bound)
    if owner is bound and hasattr(bound, "__qualname__"):
        return [_called(bound)]
    settings = getattr(owner, "settings", None) or {key: one for key, one in vars(owner).items() if key != "past"}
    return [getattr(bound, "__name__", "__call__"), _called(type(owner)), settings]


def _updated(critic: Critic, optimizer: torch.optim.Optimizer, value: torch.Tensor, clip: float) -> torch.Tensor:
    """One update that raises the value of every member; the gradient of each is clipped by itself."""
    optimizer.zero_grad()
    (-value.sum()).backward()
    squares = [one.grad.flatten(1).square().sum(1) for one in critic.parameters() if one.grad is not None]
    factor = (clip / torch.stack(squares, 1).sum(1).sqrt().clamp_min(1e-12)).clamp_max(1.0)
    for one in critic.parameters():
        if one.grad is not None:
            one.grad.mul_(factor.view(-1, *[1] * (one.ndim - 1)))
    optimizer.step()
    return value.detach()
