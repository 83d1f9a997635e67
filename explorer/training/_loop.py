"""The loop that teaches a classifier, and the four numbers that are kept of it."""

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import nn


@dataclass(frozen=True)
class Lesson:
    """What a classifier is taught, and what it is not.

    Attributes:
        x, y: all inputs and labels.
        taught, held_out: their rows.
        order: of the batches; it moves on with every epoch.
    """

    x: torch.Tensor
    y: torch.Tensor
    taught: torch.Tensor
    held_out: torch.Tensor
    order: torch.Generator


def epochs_of(
    logits: nn.Module, lesson: Lesson, optimiser: torch.optim.Optimizer, epochs: int, batch: int, measured: set[int]
) -> Iterator[tuple[int, dict[str, float]]]:
    """Train on the cross-entropy and yield (epoch, metrics), epoch 0 before the first update.

    The metrics of an epoch that is not `measured` are empty.
    """
    taught = lesson.taught
    for epoch in range(epochs + 1):
        yield epoch, metrics_of(logits, lesson) if epoch in measured else {}
        if epoch == epochs:
            return
        for chosen in taught[torch.randperm(len(taught), generator=lesson.order)].split(batch):
            optimiser.zero_grad(set_to_none=True)
            nn.functional.cross_entropy(logits(lesson.x[chosen]), lesson.y[chosen]).backward()
            optimiser.step()


@torch.no_grad()
def metrics_of(logits: nn.Module, lesson: Lesson) -> dict[str, float]:
    """Loss in nats and accuracy, of the taught rows and of those held out."""
    out = logits(lesson.x)
    parts = {"train": lesson.taught, "test": lesson.held_out}
    losses = {name: float(nn.functional.cross_entropy(out[rows], lesson.y[rows])) for name, rows in parts.items()}
    right = (out.argmax(1) == lesson.y).float()
    return {f"{name} loss": loss for name, loss in losses.items()} | {
        f"{name} accuracy": float(right[rows].mean()) for name, rows in parts.items()
    }
