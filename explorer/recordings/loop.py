"""What the recorders of training libraries share: a Recorder that is made when the training begins."""

from collections.abc import Collection, Mapping
from inspect import signature
from pathlib import Path
from typing import Any

import torch
from torch import nn

from explorer.errors import SettingError
from explorer.recordings import schedule
from explorer.recordings.recorder import Recorder


class Loop:
    """A training that a library runs.

    Args:
        path, probe, layers, options: of the Recorder.
        every: as of the Recorder, counted in what `per` says.
        per: "epoch" or "step".

    Raises:
        SettingError: for an argument that breaks its rule, or that a Recorder does not take.
    """

    def __init__(
        self,
        path: str | Path,
        probe: Any,
        layers: str | Collection[str],
        every: schedule.Schedule,
        per: str,
        options: Mapping[str, Any],
    ):
        if per not in ("epoch", "step"):
            raise SettingError(f"per={per!r} must be 'epoch' or 'step'")
        known = [one.name for one in signature(Recorder).parameters.values() if one.kind == one.KEYWORD_ONLY]
        for name in options:
            if name not in known:
                raise SettingError(f"there is no argument {name!r}; a recorder takes {', '.join(known)}")
        self.path, self.probe, self.layers, self.options = Path(path), probe, layers, dict(options)
        self.every, self.per = schedule.checked(every), per
        self.recorder: Recorder | None = None

    def begin(self, model: nn.Module, step: int, epoch: float) -> None:
        """Make the Recorder, and record the weights before training.

        A training that is resumed after its first step goes on with the recording that the folder holds.
        """
        options = dict(self.options)
        resumed = step > 0 and (self.path / "manifest.json").is_file() and not options.get("overwrite")
        if resumed:
            options.setdefault("after", step)
        self.recorder = Recorder(self.path, model, self.probe, self.layers, **options)
        if schedule.on_schedule(step if self.per == "step" else round(epoch), self.every):
            self.recorder.step(step, epoch)

    def reached(self, per: str, count: int, step: int, epoch: float, metrics: Mapping[str, Any]) -> None:
        """An epoch or a step has ended: its metrics are noted, and it is recorded where it is on the schedule."""
        scheduled = per == self.per and schedule.on_schedule(count, self.every)
        if self.recorder is not None and (scheduled or per == "epoch"):
            self.recorder.note(step, epoch, **numbers(metrics))
            if scheduled:
                self.recorder.record(step)

    def note(self, step: int, epoch: float, metrics: Mapping[str, Any]) -> None:
        """The library has metrics."""
        if self.recorder is not None:
            self.recorder.note(step, epoch, **numbers(metrics))

    def end(self, error: BaseException | None = None) -> None:
        """The training is over; after an error the recording is readable and not called complete."""
        if self.recorder is not None:
            self.recorder.__exit__(None if error is None else type(error), error, None)
        self.recorder = None


def numbers(metrics: Mapping[str, Any]) -> dict[str, float]:
    """What of a library's metrics is one number and has a name that is free."""
    found = {name: value.item() if _single(value) else value for name, value in metrics.items()}
    free = {name: value for name, value in found.items() if name not in ("step", "epoch")}
    return {name: float(value) for name, value in free.items() if isinstance(value, int | float)}


def _single(value: Any) -> bool:
    return isinstance(value, torch.Tensor) and value.numel() == 1
