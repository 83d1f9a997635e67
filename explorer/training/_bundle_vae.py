"""Bundle a recorded autoencoder: `python -m explorer.training._bundle_vae RECORDING assets/demo/NAME 0,1,5,40`.

With the bundle itself as RECORDING only the scores are made anew.

Keeps the weights and metrics of the named steps, and the finished scores of the last; probe and codes are computed anew
when the run is opened.
"""

import json
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import Any

from safetensors.torch import load_file
from safetensors.torch import save as packed

from explorer.coded.disentangle import parts
from explorer.coded.scoring import Scoring
from explorer.examples._autoencoders import write
from explorer.metrics import Coded, Metrics
from explorer.networks.kinds import load
from explorer.recordings.manifest import read_manifest, read_metrics
from explorer.recordings.store import open_folder
from explorer.result import finite
from explorer.training._bundle import fingerprints
from explorer.training._vae import GRID, PROBE

WRITTEN = ("title", "settings", "data", "step", "image_shape", "objective")


def bundle(recording: Path, target: Path, steps: list[int]) -> None:
    """Write run.json, metrics.jsonl and weights.safetensors."""
    target.mkdir(parents=True, exist_ok=True)
    told = read_manifest(recording).provenance
    models = {step: recording / "models" / f"{step:08d}.safetensors" for step in steps}
    weights = {step: load_file(path) for step, path in models.items()}
    named = {f"{step:08d}/{name}": value for step, one in weights.items() for name, value in one.items()}
    (target / "weights.safetensors").write_bytes(packed(named))
    last, settings = load(models[steps[-1]]), {k: v for k, v in told["settings"].items() if v is not None}
    about = {
        "network": {"kind": last.kind, **last.settings},
        "data": settings["data"],
        "images": {name: settings[name] for name in GRID} if settings["data"] == "sprites" else {},
        "probe": settings["probe"],
        "seed": PROBE,
        "provenance": {name: told[name] for name in WRITTEN} | {"settings": settings, "id": f"bundled-{target.name}"},
    }
    (target / "run.json").write_text(json.dumps(about, indent=1))
    kept = [{n: float(f"{v:.6g}") if n != "step" else v for n, v in one.items()} for one in read_metrics(recording)]
    lines = [json.dumps(line) for line in kept if line["step"] in steps]
    (target / "metrics.jsonl").write_text("\n".join(lines) + "\n")


def scores(target: Path) -> None:
    """Every score of the codes of the last step against all factors, as scores.json."""
    with tempfile.TemporaryDirectory() as scratch:
        write(Path(scratch), target)
        recording = open_folder(scratch)
        fingerprints(recording, target)
        step, plan = recording.steps[-1], Metrics().checked()
        means, variances = (recording.activations(step, layer) for layer in ("mean", "variance"))
        coded = Coded(means, dict(recording.factors), variances)
        work = Scoring(coded, plan)
        rows = [[*part, finite(rounded(work.row(*part)))] for part in parts(coded, plan)]
    kept = {"step": step, "plan": asdict(plan), "rows": rows}
    (target / "scores.json").write_text(json.dumps(kept, separators=(",", ":")))


def rounded(value: Any) -> Any:
    """The same with real numbers of seven digits."""
    if isinstance(value, float):
        return float(f"{value:.7g}")
    if isinstance(value, dict):
        return {name: rounded(one) for name, one in value.items()}
    return [rounded(one) for one in value] if isinstance(value, list | tuple) else value


if __name__ == "__main__":
    source, target = Path(sys.argv[1]), Path(sys.argv[2])
    if source != target:
        bundle(source, target, [int(step) for step in sys.argv[3].split(",")])
    scores(target)
