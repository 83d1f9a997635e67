"""Training with a Recorder against the same training without; the weights must be equal bit for bit."""

import statistics
import tempfile
import time
from collections.abc import Iterator

import numpy as np
import torch

from explorer.benchmark.base import Contest
from explorer.recordings.recorder import Recorder
from explorer.recordings.schedule import log_steps
from explorer.training.twelve_bit import epochs_of, inputs, network

SIZE = 300
PUBLISHED = 8000
"""Epochs of the published run."""


def contests(device: torch.device, size: int = SIZE) -> Iterator[Contest]:
    """`size` epochs of the 12-bit network, 4096 probe inputs, six layers, on the "log" schedule."""
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
                start = time.perf_counter()
                recorder.step(epoch)
                if epoch in steps:
                    spent.append(time.perf_counter() - start)
        return _weights(model)

    def note(ours: float, peer: float) -> str:
        each, published = statistics.median(spent), log_steps(PUBLISHED)
        share = len(published) * each / (peer / size * PUBLISHED)
        return f"{len(steps)} snapshots at {each * 1e3:.2g} ms each; at that cost {share:.1%} of {PUBLISHED} epochs"

    with tempfile.TemporaryDirectory() as folder:
        what = f"{size} epochs of the 12-bit network with a Recorder"
        yield Contest(what, "without it", lambda: trained(folder), lambda: trained(""), len(x), 0.85, 0, note)


def _weights(model: torch.nn.Module) -> np.ndarray:
    return np.concatenate([p.detach().cpu().numpy().ravel() for p in model.parameters()])
