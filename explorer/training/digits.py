"""A dense network on handwritten digits, taught the true labels or shuffled ones, and recorded."""

import time
import uuid
from collections.abc import Callable
from contextlib import ExitStack
from typing import Annotated, Any, Literal

import numpy as np
import torch
from torch import nn

from explorer.device import one_thread
from explorer.jobs.progress import nothing
from explorer.networks.classifiers import dense
from explorer.recordings.recorder import Recorder
from explorer.recordings.schedule import log_steps
from explorer.settings import Range
from explorer.training._loop import Lesson, epochs_of

PIXELS, CLASSES = 64, 10
PLANS = (
    {"estimator": "adaptive_binning"},
    {"measure": "diffusion_spectral_mutual_information"},
    {"measure": "diffusion_spectral_entropy"},
)
"""What a demonstration computes of the recording while it grows."""
PAGE = "representation"
SAID = {"held_out": "held out", "taught": "training", "all": "all"}
"""What the provenance calls the images of a probe."""


def train(
    path: str,
    *,
    labels: Literal["true", "shuffled"] = "true",
    activation: Literal["relu", "tanh", "gelu"] = "relu",
    width: Annotated[int, Range(16, 512)] = 128,
    epochs: Annotated[int, Range(1, 10_000)] = 500,
    batch: Annotated[int, Range(1, 897)] = 32,
    learning_rate: Annotated[float, Range(1e-6, 1.0, log=True)] = 5e-4,
    weight_decay: Annotated[float, Range(0.0, 10.0)] = 0.1,
    probe: Literal["held_out", "all", "both"] = "held_out",
    seed: Annotated[int, Range(0, 2**31 - 1)] = 0,
    progress: Callable[..., None] = nothing,
) -> dict[str, Any]:
    """Train a dense network on one half of the 1797 digits of 8 x 8 pixels and record the other half.

    Three hidden layers, each half as wide as the one before; torch's own initial weights, AdamW on the cross-entropy;
    the steps recorded are epochs, on a logarithmic schedule. With true labels the representations come to hold the
    digit, also of images never taught; with shuffled labels the network learns its half by heart and the
    representations of the other half tell nothing of their labels. The images held out are therefore the honest
    probe: on those that were taught, labels learnt by heart look like knowledge. Weight decay slows the growth of
    activations after the last image is learnt; a measure of one fixed width would read that growth.

    The probe holds x (64 pixels, 0 to 1), y (the label that is taught) and the factors `digit` (the true label),
    `ink` (the mean pixel) and, of all images, `split` (taught or held out). With probe="both" the images taught are
    recorded too, in a folder of their own beside the other, its name followed by "-taught"; `network` in both
    provenances names the network that they share.

    Args:
        path: folder of the recording.
        labels: the true ones, or all of them permuted once, the held-out ones too.
        activation: of the three hidden layers.
        width: of the first hidden layer; the next have half and a quarter of it.
        epochs: passes over the images taught.
        batch: images in one update.
        learning_rate: of AdamW.
        weight_decay: of AdamW; 0 for plain Adam.
        probe: images whose activations are recorded; "both" records those held out and, beside them, those taught.
        seed: of weights, split, shuffled labels and order.

    References: alpaydin1998; zhang2017, section 2; liao2024.
    """
    given: dict[str, Any] = {"labels": labels, "activation": activation, "width": width, "epochs": epochs}
    given |= {"batch": batch, "learning_rate": learning_rate, "weight_decay": weight_decay}
    given |= {"probe": probe, "seed": seed}
    title = f"digits, {labels} labels, seed {seed}"
    about: dict[str, Any] = {"title": title, "settings": given, "data": "scikit-learn's digits", "step": "epoch"}
    about |= {"image_shape": [8, 8], "network": uuid.uuid4().hex}
    lesson, digit = lesson_of(labels, seed)
    model = network(width, activation, seed)
    optimiser = torch.optim.AdamW(model.parameters(), lr=learning_rate, weight_decay=weight_decay, fused=True)
    every = log_steps(epochs)
    start, note = time.perf_counter(), ""
    folders = {path: "held_out", f"{path}-taught": "taught"} if probe == "both" else {path: probe}
    with one_thread(), ExitStack() as stack:
        recorders = [
            stack.enter_context(_recorder(folder, model, probed(lesson, digit, rows), every, about, SAID[rows]))
            for folder, rows in folders.items()
        ]
        # the loss takes the softmax itself, in log space
        for epoch, metrics in epochs_of(model[:-1], lesson, optimiser, epochs, batch, set(every)):
            for recorder in recorders:
                recorder.step(epoch, epoch=epoch, **metrics)
            if metrics:
                note = f"epoch {epoch}, test accuracy {metrics['test accuracy']:.3f}"
            progress(epoch, epochs, note)
    return {"recording": path, "title": title, "seconds": time.perf_counter() - start}


def _recorder(
    path: str,
    model: nn.Module,
    probed: tuple[tuple[torch.Tensor, torch.Tensor], dict[str, np.ndarray]],
    every: Any,
    about: dict[str, Any],
    images: str,
) -> Recorder:
    """A recorder of some images; `images` says which, and the title where they are those taught."""
    fed, factors = probed
    seed = f", seed {about['settings']['seed']}"
    title = about["title"].replace(seed, f", training images{seed}") if images == SAID["taught"] else about["title"]
    own = about | {"title": title, "probe": images}
    return Recorder(path, model, fed, every=every, factors=factors, overwrite=True, provenance=own)


def lesson_of(labels: str, seed: int) -> tuple[Lesson, torch.Tensor]:
    """Images split at random into halves, with the labels that are taught; and the true labels."""
    from sklearn.datasets import load_digits

    pixels, truth = load_digits(return_X_y=True)
    x, digit = torch.tensor(pixels / 16, dtype=torch.float32), torch.tensor(truth, dtype=torch.long)
    order = torch.Generator().manual_seed(seed)
    taught, held_out = torch.randperm(len(x), generator=order).tensor_split(2)
    shuffle = torch.randperm(len(x), generator=order)
    return Lesson(x, digit[shuffle] if labels == "shuffled" else digit, taught, held_out, order), digit


def probed(
    lesson: Lesson, digit: torch.Tensor, probe: str
) -> tuple[tuple[torch.Tensor, torch.Tensor], dict[str, np.ndarray]]:
    """(x, y) of the images that are recorded, in the order of the data set, and their factors."""
    held_out = torch.zeros(len(digit), dtype=torch.bool)
    held_out[lesson.held_out] = True
    rows = {"held_out": held_out, "taught": ~held_out}.get(probe, torch.ones_like(held_out))
    factors = {"digit": digit[rows].numpy(), "ink": lesson.x[rows].mean(1).numpy()}
    if probe == "all":
        factors["split"] = np.where(held_out, "held out", "taught")
    return (lesson.x[rows], lesson.y[rows]), factors


def network(width: int, activation: str, seed: int) -> nn.Sequential:
    """The network with softmax outputs; layers are called relu_128, relu_64, relu_32, softmax_10."""
    torch.manual_seed(seed)
    return dense((PIXELS, width, width // 2, width // 4, CLASSES), activation)
