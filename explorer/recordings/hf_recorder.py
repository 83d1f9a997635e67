"""Record a training by the Trainer of Hugging Face."""

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any, Literal

from explorer.errors import MissingExtraError
from explorer.recordings.loop import Loop
from explorer.recordings.schedule import Schedule

try:
    from transformers import TrainerCallback
except ModuleNotFoundError as missing:
    raise MissingExtraError("transformers", "text") from missing


class HFRecorder(TrainerCallback):
    """A callback that writes a recording while a Trainer trains, and changes nothing in the training.

        probe = tokenizer(texts, padding=True, return_tensors="pt")
        recorder = explorer.HFRecorder("runs/a", probe=(probe, labels))
        Trainer(model, args, train_dataset=train, callbacks=[recorder]).train()

    The weights before training are recorded too. Steps carry the Trainer's global_step and its epoch; what the Trainer
    logs is kept with them. Only the first process records. A training that is resumed goes on with its recording.

    Args:
        path: folder of the recording; it is made when the training begins.
        probe: as of `Recorder`; (x, y) or x, where x is what a tokeniser returns, {argument: values}.
        layers: names, or "auto": the blocks of the network and what stands beside them.
        every: record at multiples of this epoch, on a "log" schedule, or at these epochs.
        per: "epoch", or "step" to count `every` in steps of the optimiser.
        pool: as of `Recorder`: "masked_mean", the mean over the tokens of a text, or "cls", "last_token", "each_token".
        options: all others of `Recorder`: factors, dtype, strip_prefix, functional, budget, overwrite, ...

    Raises:
        SettingError: for an argument that breaks its rule; what a Recorder raises comes when the training begins.
        MissingExtraError: without transformers, when the class is first named.
    """

    def __init__(
        self,
        path: str | Path,
        probe: Any,
        layers: str | Collection[str] = "auto",
        every: Schedule = 1,
        *,
        per: Literal["epoch", "step"] = "epoch",
        pool: str | Mapping[str, str] = "masked_mean",
        **options: Any,
    ):
        self._loop = Loop(path, probe, layers, every, per, {"pool": pool, **options})

    def on_train_begin(self, args: Any, state: Any, control: Any, model: Any = None, **_: Any) -> None:
        """Record the weights before training."""
        if state.is_world_process_zero:
            self._loop.begin(model, state.global_step, state.epoch or 0)

    def on_step_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        """Record after a step of the optimiser."""
        self._loop.reached("step", state.global_step, state.global_step, state.epoch or 0, {})

    def on_epoch_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        """Record after an epoch."""
        self._loop.reached("epoch", round(state.epoch or 0), state.global_step, state.epoch or 0, {})

    def on_log(self, args: Any, state: Any, control: Any, logs: Mapping[str, Any] | None = None, **_: Any) -> None:
        """Keep what the Trainer logs."""
        self._loop.note(state.global_step, state.epoch or 0, logs or {})

    def on_train_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        """Mark the recording as finished."""
        self._loop.end()
