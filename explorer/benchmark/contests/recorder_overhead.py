"""Training with a Recorder against the same training without; the weights must be equal bit for bit."""

import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from explorer.benchmark.base import Contest, seconds
from explorer.recordings.recorder import Recorder
from explorer.recordings.schedule import log_steps
from explorer.training.twelve_bit import epochs_of, inputs, network

SIZE = 300
PUBLISHED = 8000
"""Epochs of the published run."""
IMAGES, PROBE, EPOCHS, BATCH = 200, 2000, 3, 128
"""Of the network of MNIST's size: images a unit of size, images in the probe, epochs, images in an update."""


def contests(device: torch.device, size: int = SIZE) -> Iterator[Contest]:
    """Two trainings: the 12-bit network on the "log" schedule, and one of MNIST's size at every epoch."""
    yield from _twelve_bit(device, size)
    yield from _mnist_size(device, size)


def _twelve_bit(device: torch.device, size: int) -> Iterator[Contest]:
    """`size` epochs, 4096 probe inputs, six layers."""
    x, y = (v.to(device) for v in inputs(""))
    steps = log_steps(size)
    spent: list[float] = []

    def trained(folder: str) -> np.ndarray:
        model = network("tanh", 0).to(device)
        epochs = epochs_of(model, x, y, size, 512, 4e-4, 0, set())
        if not folder:
            list(epochs)
            return _weights(model)
        with Recorder(folder, model, probe=(x, y), every=steps, overwrite=True) as recorder:
            for epoch, _ in epochs:
                took = seconds(partial(recorder.step, epoch))
                if epoch in steps:
                    spent.append(took)
        return _weights(model)

    def note(ours: float, peer: float) -> str:
        each, published = statistics.median(spent), log_steps(PUBLISHED)
        share = len(published) * each / (peer / size * PUBLISHED)
        return f"{len(steps)} snapshots at {each * 1e3:.2g} ms each; at that cost {share:.1%} of {PUBLISHED} epochs"

    with tempfile.TemporaryDirectory() as folder:
        what = f"{size} epochs of the 12-bit network with a Recorder"
        yield Contest(what, "without it", lambda: trained(folder), lambda: trained(""), len(x), 0.85, 0, note)


def _mnist_size(device: torch.device, size: int) -> Iterator[Contest]:
    """784-256-128-64-10 units on 200 `size` images of noise, four layers of 2000 of them at every epoch."""
    draw = torch.Generator().manual_seed(0)
    x = torch.rand(IMAGES * size, 784, generator=draw).to(device)
    y = torch.randint(10, (len(x),), generator=draw).to(device)
    sizes: list[int] = []
    worked: dict[bool, list[float]] = {True: [], False: []}

    def trained(folder: str) -> np.ndarray:
        torch.manual_seed(0)
        model = nn.Sequential(
            *(nn.Linear(784, 256), nn.ReLU(), nn.Linear(256, 128), nn.ReLU()),
            *(nn.Linear(128, 64), nn.ReLU(), nn.Linear(64, 10)),
        ).to(device)  # fmt: skip
        start = time.process_time()
        if not folder:
            _taught(model, x, y, lambda epoch: None)
        else:
            with Recorder(folder, model, probe=(x[:PROBE], y[:PROBE]), overwrite=True) as recorder:
                _taught(model, x, y, recorder.step)
                sizes.append(recorder.bytes_per_step)
        worked[bool(folder)].append(time.process_time() - start)
        return _weights(model)

    def note(ours: float, peer: float) -> str:
        more = statistics.median(worked[True]) / statistics.median(worked[False]) - 1
        return f"{EPOCHS + 1} snapshots of {sizes[-1] / 1e6:.1f} MB; {more:+.1%} of the processor's time"

    with tempfile.TemporaryDirectory() as folder:
        what = f"{EPOCHS} epochs of 784-256-128-64-10 units on {len(x)} images with a Recorder"
        yield Contest(
            what, "without it", lambda: trained(folder), lambda: trained(""), len(x), 1 / 1.1, 0, note, most=5
        )


def _taught(model: nn.Module, x: torch.Tensor, y: torch.Tensor, reached: Callable[[int], None]) -> None:
    """Train, and say which epochs are done, from 0."""
    optimiser = torch.optim.Adam(model.parameters())
    reached(0)
    for epoch in range(1, EPOCHS + 1):
        for rows in torch.randperm(len(x), generator=torch.Generator().manual_seed(epoch)).split(BATCH):
            optimiser.zero_grad()
            F.cross_entropy(model(x[rows]), y[rows]).backward()
            optimiser.step()
        reached(epoch)


def _weights(model: torch.nn.Module) -> np.ndarray:
    return np.concatenate([p.detach().cpu().numpy().ravel() for p in model.parameters()])
