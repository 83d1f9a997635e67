"""The loop of every training here: updates, looks at what is held out, and the best state of them."""

import time
from collections.abc import Iterable, Sequence
from typing import Any, Protocol

import torch

from explorer.data import digest
from explorer.updates.states import Tree, packed, put, unpacked
from explorer.watching import keeper, report

KEEP_EVERY = 30.0
"""Seconds between two states that are kept of a training, where somebody keeps them."""


class Learner(Protocol):
    """What learns. `state` and `restore` hold all that updates and looks change, random generators among it.

    Attributes:
        note: how far it is, for whoever watches.
    """

    note: str

    def update(self, step: int) -> bool:
        """Make one update; whether to go on."""

    def look(self, step: int) -> bool:
        """Look at what is held out; whether to go on."""

    def given(self) -> Iterable[Any]:
        """Arrays and plain data that decide the whole training, for the digest under which its state is kept: samples,
        settings, seed, and what is raised or lowered."""

    def state(self) -> Tree:
        """What it needs to go on."""

    def restore(self, state: Tree) -> None:
        """Be as when `state` was taken; a state of another training may raise any error of values or types."""


def trained(learner: Learner, steps: int, every: int) -> None:
    """Make `steps` updates with a look after every `every` and the last one, or end where the learner says so.

    With a keeper (`explorer.watching`) a state is kept every 30 seconds and when whoever watches ends the training, and
    a training of the same data, settings and seed goes on from it: exactly, on one device.
    """
    place = _Place(learner, steps, every)
    for step in range(place.begun() + 1, steps + 1):
        looks = step % every == 0 or step == steps
        if not learner.update(step) or (looks and not learner.look(step)):
            break
        place.reported(step)
    place.ended()


class _Place:
    """Where the state of one training is kept, if anybody keeps it."""

    def __init__(self, learner: Learner, steps: int, every: int):
        self.learner, self.steps, self.keeper = learner, steps, keeper()
        self.key = digest(type(learner).__name__, steps, every, *learner.given()) if self.keeper is not None else ""
        self.kept = time.monotonic()

    def begun(self) -> int:
        """The update after which it goes on: 0 without a state, and with one that is damaged, which is said."""
        content = self.keeper.kept(self.key) if self.keeper is not None else None
        if not content:
            return 0
        fresh = packed(self.learner.state())
        try:
            found = unpacked(content)
            if type(found["step"]) is not int or not 0 < found["step"] <= self.steps:
                raise ValueError(f"its update is {found['step']!r:.40}, not one of {self.steps}")
            self.learner.restore(found["learner"])
        except (ValueError, LookupError, TypeError, AttributeError, RuntimeError, OverflowError) as error:
            self.learner.restore(unpacked(fresh))
            if self.keeper is not None:
                self.keeper.refused(self.key, " ".join(str(error).split())[:160])
            report(0, self.steps, "the state kept of this training is damaged; it begins anew")
            return 0
        return found["step"]

    def reported(self, step: int) -> None:
        """Say how far it is; keep the state now and then, and when whoever listens ends the training."""
        try:
            report(step, self.steps, self.learner.note)
        except BaseException:
            self._keep(step)
            raise
        if time.monotonic() - self.kept > KEEP_EVERY:
            self._keep(step)

    def ended(self) -> None:
        """Nothing is left to go on with."""
        if self.keeper is not None:
            self.keeper.drop(self.key)

    def _keep(self, step: int) -> None:
        if self.keeper is not None:
            self.keeper.keep(self.key, packed({"step": step, "learner": self.learner.state()}))
            self.kept = time.monotonic()


class Best:
    """The best state of every member, whose weights have a leading dimension for members.

    Attributes:
        value: of it, the more the better, (members,).
        step: the update it is from, 0 for that of the start, (members,).
        weights: the state.
    """

    def __init__(self, weights: Iterable[torch.Tensor], value: torch.Tensor):
        self.value, self.step = value.cpu(), torch.zeros(len(value), dtype=torch.long)
        self.weights = [one.detach().clone() for one in weights]

    def seen(
        self, weights: Iterable[torch.Tensor], value: torch.Tensor, step: int, who: torch.Tensor | None = None
    ) -> torch.Tensor:
        """Keep what has become better; which have.

        Args:
            weights, value: of the members that are looked at.
            who: places of these among all; all of them unless given.
        """
        who, value = torch.arange(len(self.value)) if who is None else who, value.cpu()
        better = value > self.value[who]
        at = who[better]
        self.value[at], self.step[at] = value[better], step
        for kept, now in zip(self.weights, weights, strict=True):
            kept[at.to(kept.device)] = now.detach()[better.to(kept.device)]
        return better

    def state(self) -> Tree:
        """What it needs to go on."""
        return [self.value, self.step, *self.weights]

    def restore(self, state: Sequence[torch.Tensor]) -> None:
        """Be as when `state` was taken.

        Raises:
            ValueError: for a state of other shapes.
        """
        put([self.value, self.step, *self.weights], state)
