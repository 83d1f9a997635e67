"""Record a training by Lightning."""

from collections.abc import Collection
from pathlib import Path
from typing import Any, Literal

from explorer.errors import MissingExtraError
from explorer.recordings.loop import Loop
from explorer.recordings.schedule import Schedule

try:
    from lightning.pytorch import Callback, LightningModule, Trainer
except ModuleNotFoundError as missing:
    raise MissingExtraError("lightning", "lightning") from missing


class LightningRecorder(Callback):
    """A callback that writes a recording while a Trainer trains, and changes nothing in the training.

        recorder = explorer.LightningRecorder("runs/a", probe=(x_val, y_val), strip_prefix="net.")
        trainer = Trainer(max_epochs=10, callbacks=[recorder])
        trainer.fit(model, loader)

    The weights before training are recorded too. Steps carry the Trainer's global_step and the epochs done; what the
    module logs is kept with them. Only the first process records. A training that is resumed from a checkpoint goes on
    with its recording; one that ends in an error leaves a readable one that is not called complete. The probe passes
    through the module's forward in full precision, whatever `precision` the Trainer has.

    Args:
        path: folder of the recording; it is made when the training begins.
        probe: as of `Recorder`.
        layers: as of `Recorder`.
        every: record at multiples of this epoch, on a "log" schedule, or at these epochs.
        per: "epoch", or "step" to count `every` in steps of the optimiser.
        options: all others of `Recorder`: factors, pool, strip_prefix, functional, budget, overwrite, ...

    Raises:
        SettingError: for an argument that breaks its rule; what a Recorder raises comes when the training begins.
        MissingExtraError: without Lightning, when the class is first named.
    """

    def __init__(
        self,
        path: str | Path,
        probe: Any,
        layers: str | Collection[str] = "auto",
        every: Schedule = 1,
        *,
        per: Literal["epoch", "step"] = "epoch",
        **options: Any,
    ):
        self._loop, self._last = Loop(path, probe, layers, every, per, options), 0

    def on_train_start(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """Record the weights before training."""
        self._last = trainer.global_step
        if trainer.is_global_zero:
            self._loop.begin(pl_module, trainer.global_step, trainer.current_epoch)

    def on_train_batch_end(
        self, trainer: Trainer, pl_module: LightningModule, outputs: Any, batch: Any, batch_idx: int
    ) -> None:
        """Record after a step of the optimiser; a batch whose gradients are only gathered is none."""
        if trainer.global_step > self._last:
            self._last = trainer.global_step
            epoch = trainer.current_epoch + (batch_idx + 1) / max(1, trainer.num_training_batches)
            self._loop.reached("step", trainer.global_step, trainer.global_step, epoch, trainer.callback_metrics)

    def on_train_epoch_end(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """Record after an epoch, with what was logged in it."""
        done = trainer.current_epoch + 1
        self._loop.reached("epoch", done, trainer.global_step, done, trainer.callback_metrics)

    def on_train_end(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """Mark the recording as finished."""
        self._loop.end()

    def on_exception(self, trainer: Trainer, pl_module: LightningModule, exception: BaseException) -> None:
        """Leave the recording readable and unfinished."""
        self._loop.end(exception)
