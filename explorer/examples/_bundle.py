"""Bundled weights over training: read, and recorded as a training would have been."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from safetensors.numpy import load_file

from explorer.packaged import assets


def weights_of(name: str) -> Path:
    """The folder of bundled weights: weights.safetensors, metrics.jsonl and run.json."""
    return assets() / "demo" / name


def about(source: Path) -> dict[str, Any]:
    """run.json: what is needed to build network and probe, and the provenance."""
    return json.loads((source / "run.json").read_text(encoding="utf-8"))


def steps(source: Path) -> dict[int, dict[str, np.ndarray]]:
    """The weights of every step, ascending."""
    found: dict[int, dict[str, np.ndarray]] = {}
    for name, array in load_file(source / "weights.safetensors").items():
        step, _, parameter = name.partition("/")
        found.setdefault(int(step), {})[parameter] = array
    return dict(sorted(found.items()))


def record(
    folder: Path,
    source: Path,
    model: Any,
    probe: Any,
    progress: Callable[..., None],
    keep: Callable[[int, Any], None] = lambda step, model: None,
    told: Mapping[str, Any] | None = None,
    **options: Any,
) -> None:
    """Put the weights of every step into the network and record it, with the metrics of the step.

    Args:
        source: folder of the weights.
        model: a torch module whose state the weights are; weights kept in half precision are widened.
        probe: as of `Recorder`, and so are the options.
        keep: called with every step and the network as it then is.
        told: what the provenance holds beside that of run.json.
    """
    import torch

    from explorer.device import one_thread
    from explorer.recordings.recorder import Recorder

    told = about(source)["provenance"] | (told or {})
    metrics = {line["step"]: line for line in map(json.loads, (source / "metrics.jsonl").read_text().splitlines())}
    known = steps(source)
    with one_thread(), Recorder(folder, model, probe, overwrite=True, provenance=told, **options) as recorder:
        for done, (step, weights) in enumerate(known.items()):
            progress(done, len(known), f"{told.get('step', 'step')} {step}")
            model.load_state_dict({name: torch.from_numpy(array).float() for name, array in weights.items()})
            keep(step, model)
            recorder.step(**metrics[step])
    progress(len(known), len(known))
