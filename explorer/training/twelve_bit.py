"""The 12-bit network of the first information planes, trained and recorded."""

import itertools
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np
import torch
from torch import nn

from explorer.data import Dataset
from explorer.distributions.twelve_bit import TwelveBit
from explorer.errors import SampleError
from explorer.jobs.progress import nothing
from explorer.recordings.recorder import Recorder
from explorer.recordings.schedule import log_steps
from explorer.settings import Range
from explorer.sources._select import dataset

PLANS: tuple[dict[str, str], ...] = ({},)
"""What a demonstration computes of the recording while it grows."""
PAGE = "plane"
WIDTHS = (12, 10, 7, 5, 4, 3, 2)
ACTIVATIONS = {"tanh": nn.Tanh, "relu": nn.ReLU}


def train(
    path: str,
    *,
    activation: Literal["tanh", "relu"] = "tanh",
    epochs: Annotated[int, Range(1, 100_000)] = 8000,
    batch: Annotated[int, Range(1, 4096)] = 512,
    learning_rate: Annotated[float, Range(1e-6, 1.0, log=True)] = 4e-4,
    seed: Annotated[int, Range(0, 2**31 - 1)] = 0,
    data: str = "",
    progress: Callable[..., None] = nothing,
) -> dict[str, Any]:
    """Train the 12-10-7-5-4-3-2 network on 80 % of the 12-bit task and record all 4096 inputs.

    Truncated normal weights of deviation 1/sqrt(fan in), zero biases, Adam on the cross-entropy, as
    in the published code; the steps recorded are epochs, on a logarithmic schedule.

    Args:
        path: folder of the recording.
        activation: of the five hidden layers.
        epochs: passes over the training inputs.
        batch: inputs in one update.
        learning_rate: of Adam.
        seed: of weights, split and order.
        data: a MATLAB file with F (4096 x 12) and y, instead of the built-in rule.

    References: shwartz2017, section 3.
    """
    x, y = inputs(data)
    model = network(activation, seed)
    title = f"12-bit {activation}, seed {seed}"
    settings = {
        "activation": activation,
        "epochs": epochs,
        "batch": batch,
        "learning_rate": learning_rate,
        "seed": seed,
    }
    about = {"title": title, "settings": settings, "data": Path(data).name or "built-in rule", "step": "epoch"}
    every = log_steps(epochs)
    start, note = time.perf_counter(), ""
    with Recorder(path, model, probe=(x, y), every=every, overwrite=True, provenance=about) as recorder:
        for epoch, metrics in epochs_of(model, x, y, epochs, batch, learning_rate, seed, set(every)):
            recorder.step(epoch, epoch=epoch, **metrics)
            if metrics:
                note = f"epoch {epoch}, test accuracy {metrics['test accuracy']:.3f}"
            progress(epoch, epochs, note)
    return {"recording": path, "title": title, "seconds": time.perf_counter() - start}


def inputs(data: str) -> tuple[torch.Tensor, torch.Tensor]:
    """All inputs and labels of the built-in rule, or of a file.

    Raises:
        FileError: when the file cannot be read.
        SampleError: when it holds no 12 binary columns and binary labels.
    """
    given = dataset(Path(data)) if data else Dataset(TwelveBit.patterns(), TwelveBit.labels())
    x, y = given.x, given.y
    if x is None or y is None or x.shape[1:] != (12,) or set(np.unique(y)) - {0, 1}:
        raise SampleError(f"data={data!r} must hold 12 columns (F or x) and labels y of 0 and 1")
    return torch.tensor(x, dtype=torch.float32), torch.tensor(y, dtype=torch.long)


def network(activation: str, seed: int) -> nn.Sequential:
    """The network with softmax outputs; layers are called tanh_10, ..., softmax_2."""
    torch.manual_seed(seed)
    model = nn.Sequential()
    for fan_in, width in itertools.pairwise(WIDTHS):
        linear = nn.Linear(fan_in, width)
        deviation = fan_in**-0.5
        nn.init.trunc_normal_(linear.weight, std=deviation, a=-2 * deviation, b=2 * deviation)
        nn.init.zeros_(linear.bias)
        model.add_module(f"linear_{width}", linear)
        last = width == WIDTHS[-1]
        model.add_module(
            f"{'softmax' if last else activation}_{width}", nn.Softmax(1) if last else ACTIVATIONS[activation]()
        )
    return model


def epochs_of(
    model: nn.Sequential,
    x: torch.Tensor,
    y: torch.Tensor,
    epochs: int,
    batch: int,
    learning_rate: float,
    seed: int,
    measured: set[int],
) -> Iterator[tuple[int, dict[str, float]]]:
    """Train and yield (epoch, metrics), epoch 0 before the first update; metrics at measured epochs."""
    order = torch.Generator().manual_seed(seed)
    rows = torch.randperm(len(x), generator=order)
    taught, held_out = rows.split(int(0.8 * len(x)))[:2]
    logits = model[:-1]  # the loss takes the softmax itself, in log space
    optimiser = torch.optim.Adam(model.parameters(), lr=learning_rate, fused=True)
    for epoch in range(epochs + 1):
        yield epoch, _metrics(logits, x, y, taught, held_out) if epoch in measured else {}
        if epoch == epochs:
            return
        for chosen in taught[torch.randperm(len(taught), generator=order)].split(batch):
            optimiser.zero_grad(set_to_none=True)
            nn.functional.cross_entropy(logits(x[chosen]), y[chosen]).backward()
            optimiser.step()


@torch.no_grad()
def _metrics(
    logits: nn.Module, x: torch.Tensor, y: torch.Tensor, taught: torch.Tensor, held_out: torch.Tensor
) -> dict[str, float]:
    out = logits(x)
    right = (out.argmax(1) == y).float()
    return {
        "train loss": float(nn.functional.cross_entropy(out[taught], y[taught])),
        "test loss": float(nn.functional.cross_entropy(out[held_out], y[held_out])),
        "train accuracy": float(right[taught].mean()),
        "test accuracy": float(right[held_out].mean()),
    }
