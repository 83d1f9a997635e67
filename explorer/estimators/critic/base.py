"""What estimators with a trained critic share: columns, training, curves, doubts; an entry holds the bound alone."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Any, ClassVar, Literal

import torch

from explorer.critics.members import Critic, Joint, Separable
from explorer.critics.plan import Plan
from explorer.critics.reading import MOST
from explorer.critics.tokens import Attention
from explorer.critics.training import Trained, fitted
from explorer.errors import InputError, SampleError
from explorer.estimators._samples import quantities
from explorer.estimators.base import CellOfPlane, Estimator, Formula, Point, Reading
from explorer.estimators.critic._columns import columns
from explorer.estimators.critic._many import Found, read_together
from explorer.result import Doubt, in_both
from explorer.settings import Range

Objective = Callable[[torch.Tensor], torch.Tensor]
CRITICS = {"separable": Separable, "joint": Joint, "attention": Attention}
GAP = 0.25
"""Share of the value by which what is learnt from may read more than what is held out."""


@dataclass(frozen=True)
class ByCritic(Estimator):
    """A bound by critics that learn from six samples in ten and are read on the others.

    Of the samples held out one half chooses the state that the other half reads, and the other way round; the two are
    averaged. So the value owes nothing to samples learnt by heart. Columns that never change are left out, labels
    become a column each, and arithmetic is in float32. The standard error leaves out each of ten groups of the samples
    held out in turn, with the critic as it is; that of the training is seen with several `members`.

    Args:
        critic: "separable" embeds x and y each by itself, "joint" scores every pair by one network, "attention" lets
            the columns of a variable look at each other before they are embedded.
        hidden: units of each hidden layer.
        batch: samples of an update, scored against each other.
        steps: updates at most; training ends earlier when nothing is gained on what is held out.
        learning_rate: of AdamW.
        members: critics with weights of their own, trained together, whose readings are averaged.
        margins: "gauss" maps each column's ranks to normal quantiles, "standard" scales it to unit deviation; both
            leave I unchanged. "none" feeds columns as they are.
    """

    needs: ClassVar[tuple[str, str]] = ("any", "any")
    learned: ClassVar[bool] = True
    random: ClassVar[bool] = True
    symmetric: ClassVar[bool] = False
    least: ClassVar[int] = 40
    cells_at_once: ClassVar[int] = 16
    finds: ClassVar[tuple[str, ...] | None] = ("bivariate_normal",)
    tolerance: ClassVar[float] = 0.1
    side: ClassVar[str] = "lower"

    critic: Literal["separable", "joint", "attention"] = "separable"
    hidden: Annotated[int, Range(8, 1024, log=True)] = 64
    batch: Annotated[int, Range(16, 8192, log=True)] = 512
    steps: Annotated[int, Range(50, 100_000, log=True)] = 600
    learning_rate: Annotated[float, Range(1e-5, 1e-1, log=True)] = 3e-3
    members: Annotated[int, Range(1, 64)] = 1
    margins: Literal["gauss", "standard", "none"] = "gauss"

    def objective(self, scores: torch.Tensor) -> torch.Tensor:
        """What an update raises, of scores (members, K, K): (members,)."""
        raise NotImplementedError

    def climbed(self) -> Objective:
        """The objective of one training; an entry whose updates remember those before gives a fresh one."""
        return self.objective

    def read(self, scores: torch.Tensor) -> torch.Tensor:
        """The value of scores of samples held out; the objective unless an entry says otherwise."""
        return self.objective(scores)

    def chosen(self, scores: torch.Tensor) -> torch.Tensor:
        """By what the best state is chosen; the value unless an entry says otherwise."""
        return self.read(scores)

    def built(self, seeds: Sequence[int], dims: tuple[int, int], labels: bool) -> Critic:
        """The critics for so many columns; `labels` says that y is discrete."""
        return CRITICS[self.critic](seeds, dims, self.hidden)

    def beside(self, y: torch.Tensor) -> float:
        """Nats to add that the critic does not read, of y as it came in."""
        return 0.0

    def ceiling(self, pairs: int) -> float:
        """What the bound cannot exceed when it reads so many samples against each other."""
        return math.inf

    def nats(self, x: torch.Tensor, y: torch.Tensor) -> Formula:
        """The mean reading of the members, with its curves and doubts."""
        of_x, of_y = (columns(one, self.margins) for one in (x, y))
        if not (of_x.shape[1] and of_y.shape[1]):
            return 0.0
        labels, start = not y.is_floating_point(), int(torch.randint(2**31, ()))
        found, plan = self.trained(of_x[None], of_y[None], range(start, start + self.members), labels, start)
        each = found.reading + self.beside(y)
        spread = float(each.std(correction=1)) if len(each) > 1 else 0.0
        error = math.hypot(float(found.error.square().mean().sqrt()), spread / math.sqrt(len(each)))
        value = float(each.mean())
        details = {**self._told(found, plan), "members": each.tolist()}
        return Reading(value, error, details, tuple(self.doubted(value, found, plan, len(x))))

    def together(self, x: torch.Tensor, y: torch.Tensor, orders: Sequence[torch.Tensor]) -> list[float]:
        """Readings with y in each of some orders, by critics that are trained together."""
        found = read_together(self, [(x, y[order]) for order in orders], int(torch.randint(2**31, ())), 1)
        for one in found:
            if isinstance(one, InputError):
                raise one
        return [one.nats for one in found if not isinstance(one, InputError)]

    def point(self, x: Any, t: torch.Tensor, ys: Sequence[torch.Tensor]) -> Point:
        """One cell of a plane."""
        (found,) = self.points(x, [(t, ys)])
        if isinstance(found, InputError):
            raise found
        return found

    def points(self, x: Any, cells: Sequence[CellOfPlane]) -> list[Point | InputError]:
        """Cells of a plane by critics of one seed, trained together; doubts are those of I(X;T) and of I(T;Y)."""
        pairs = [pair for t, ys in cells for pair in ((x, t), *((t, y) for y in ys))]
        called = [one for _, ys in cells for one in quantities(len(ys))]
        found = iter(read_together(self, pairs, int(torch.randint(2**31, ())), self.members, called))
        return [self._point(x, t, [next(found) for _ in range(1 + len(ys))]) for t, ys in cells]

    def _point(self, x: Any, t: torch.Tensor, found: Sequence[Found | InputError]) -> Point | InputError:
        told = [one for one in found if isinstance(one, Found)]
        if len(told) < len(found):
            return next(one for one in found if isinstance(one, InputError))
        xt, *ty = told
        own = self.doubts(x, t, xt.nats)
        return Point(xt.nats, [one.nats for one in ty], (), (*own, *xt.doubts), ty[0].doubts if ty else ())

    def trained(
        self,
        x: torch.Tensor,
        y: torch.Tensor,
        seeds: Sequence[int],
        labels: bool,
        start: int,
        errors: bool = True,
        halving: bool = True,
    ) -> tuple[Trained, Plan]:
        """Critics fitted to columns (1 or members, n, d), and the plan they followed.

        Args:
            seeds: of the weights, one a member.
            labels: y is discrete.
            start: seed of the split and the batches.
            errors: whether standard errors are asked for.
            halving: whether half a batch is taken where the memory does not hold a whole one.

        Raises:
            SampleError: when no value is finite, or the memory of the device does not hold half a batch.
            torch.OutOfMemoryError: when it does not hold a batch and it is not to be halved.
        """
        choose = None if type(self).chosen is ByCritic.chosen else self.chosen

        def fit(plan: Plan) -> Trained:
            critic = self.built(seeds, (x.shape[-1], y.shape[-1]), labels).to(x.device)
            return fitted(critic, x, y, self.climbed(), self.read, plan, start, choose, errors, self.ceiling)

        asked = Plan(steps=self.steps, batch=self.batch, rate=self.learning_rate)
        return within_memory(fit, asked, f"{self.name} on {x.device}") if halving else (fit(asked), asked)

    def bound_on(self, x: torch.Tensor, y: torch.Tensor | None) -> str:
        """What the value bounds in expectation."""
        return self.side

    def _told(self, found: Trained, plan: Plan) -> dict[str, Any]:
        top = self.ceiling(found.pairs)
        told = {"curves": found.curves, "pairs": found.pairs, "batch": plan.batch}
        told |= {"best": found.best.flatten().tolist()}
        return told | ({"stopped": found.stopped} if found.stopped else {}) | ({"ceiling": top} if top < 1e9 else {})

    def doubted(self, value: float, found: Trained, plan: Plan, n: int) -> list[Doubt]:
        """Doubts about the training of a value read of n samples, and remarks."""
        top, learnt = self.ceiling(found.pairs), n - 2 * int(plan.held_out * n / 2)
        gap = float((found.train - found.held)[-1].mean())
        ran_out = not found.stopped and int(found.best.max()) == found.steps[-1]
        said = [
            (value > top - 0.7, "ceiling", f"{self.name} of {found.pairs} pairs cannot exceed {in_both(top)}: near "
             "it the truth may lie far above; give more samples."),
            (ran_out, "still rising", f"The best state is that of the last of {plan.steps} updates: more steps would "
             "read more." if self.side == "lower" else f"The last of {plan.steps} updates was the best: give more."),
            (plan.batch < self.batch, "smaller batch", f"The memory of the device took batch={plan.batch}."),
        ]  # fmt: skip
        notes = [
            (gap > max(0.1, GAP * abs(value)), "learnt by heart", f"At the end the critic read {in_both(gap)} more on "
             "samples it learnt from; the value is read on samples held out, of the state that was best there."),
            (plan.batch > learnt, "whole batch", f"batch={plan.batch} is more than the {learnt} samples that are "
             "learnt from: every update takes all of them."),
        ]  # fmt: skip
        fired = [Doubt(rule, text) for on, rule, text in said if on]
        return fired + untold(found) + [Doubt(rule, text, note=True) for on, rule, text in notes if on]


def within_memory(fit: Callable[[Plan], Trained], asked: Plan, what: str) -> tuple[Trained, Plan]:
    """Critics fitted by a plan, or by one of half its batch where the device has no memory for it; and that plan.

    Args:
        what: estimator and device, for the message.

    Raises:
        SampleError: when the memory of the device does not hold half a batch.
    """
    for plan in (asked, replace(asked, batch=asked.batch // 2)):
        try:
            return fit(plan), plan
        except torch.OutOfMemoryError:
            continue
    raise SampleError(f"batch={plan.batch} does not fit the memory of {what}; take a smaller batch or hidden")


def untold(found: Trained) -> list[Doubt]:
    """The doubt about a training that met a value that is no number, and the remark on one that found nothing."""
    said = []
    if "no number" in found.stopped:
        said.append(Doubt("no number", f"Training met {found.stopped}."))
    if int(found.best.max()) == 0:
        text = "No state of the critic read more than one that finds all pairs alike: on the samples held out it found"
        said.append(Doubt("nothing found", f"{text} nothing.", note=True))
    return said


def above_pairs(name: str, value: float, n: int) -> tuple[Doubt, ...]:
    """The doubt about a value above the logarithm of the pairs that its second term averages over."""
    pairs = min(int(Plan.held_out * n / 2), MOST)
    if value <= math.log(max(2, pairs)):
        return ()
    text = f"{in_both(value)} is above the logarithm of the {pairs} samples it is read on: {name} averages e^f over so"
    return (Doubt("few pairs", f"{text} few pairs that it may lie far from the truth, to either side."),)
