"""Commands that read representations and runs: measure, plane, profile, similarity."""

from typing import Annotated

import typer

import explorer
from explorer import catalogue
from explorer.commands.options import (
    Device,
    Json,
    Noise,
    Out,
    Permutations,
    Runs,
    Seed,
    Set,
    Target,
    array,
    checked_out,
    progress,
    settings_of,
    written,
)
from explorer.reliability.verdict import doubts_of
from explorer.result import amount, repr_call, to_json
from explorer.score import Score

MEASURE = "diffusion_spectral_entropy"
Measure = Annotated[str, typer.Option(help="See `explorer list measures`.")]
Steps = Annotated[list[int] | None, typer.Option("--step", help="Only this recorded step; repeat for more.")]
Layers = Annotated[list[str] | None, typer.Option("--layer", help="Only this layer; repeat for more.")]
Compared = Annotated[str, typer.Option(help="y or a factor; previous, first or last step, x, or a layer.")]


def measure(
    z: Annotated[str, typer.Argument(help="FILE, FILE:NAME, FILE:a,b, RUN:x or RUN:STEP:LAYER.")],
    y: Annotated[str | None, typer.Argument(help="As Z: labels, values or a second representation.")] = None,
    measure: Measure = MEASURE,
    set_: Set = None,
    null: Annotated[bool | None, typer.Option(help="What shuffled rows read; unasked where y is given.")] = None,
    interval: Annotated[bool, typer.Option("--interval", help="90 % interval over parts of the samples.")] = False,
    seed: Seed = 0,
    device: Device = "auto",
    json_: Json = False,
) -> None:
    """Read a measure of a representation, and say how far it can be trusted."""
    settings = settings_of(catalogue.measures, measure, set_)
    arrays = [array(text) for text in (z, y) if text is not None]
    asked = {"null": null, "interval": interval, "seed": seed, "device": device}
    score = explorer.measure(*arrays, measure=measure, **asked, **settings)
    print(to_json(score.to_dict()) if json_ else lines(score))


def plane(
    runs: Runs,
    estimator: Annotated[str, typer.Option(help="See `explorer list estimators`.")] = "binning",
    target: Target = "y",
    noise: Noise = 0.0,
    permutations: Permutations = 5,
    step: Steps = None,
    layer: Layers = None,
    set_: Set = None,
    seed: Seed = 0,
    device: Device = "auto",
    out: Out = "",
) -> None:
    """Compute the information plane of a recording, or the mean plane of several runs with its band."""
    checked_out(out)
    entry = catalogue.estimators[estimator](**settings_of(catalogue.estimators, estimator, set_))
    options = {"target": target, "noise": noise, "permutations": permutations, "seed": seed, "device": device}
    only = {"steps": step, "layers": layer}
    found = explorer.plane(_opened(runs), entry, progress=progress, **only, **options)
    written(found, out)
    print(*doubts_of(found, unit="nats"), sep="\n")


def profile(
    runs: Runs,
    measure: Measure = MEASURE,
    target: Compared = "",
    permutations: Annotated[int, typer.Option(help="Shuffles whose mean is the null.")] = 0,
    step: Steps = None,
    layer: Layers = None,
    set_: Set = None,
    seed: Seed = 0,
    device: Device = "auto",
    out: Out = "",
) -> None:
    """Read a measure of every layer at every step of a recording, or its mean and band over several runs."""
    checked_out(out)
    entry = catalogue.measures[measure](**settings_of(catalogue.measures, measure, set_))
    options = {"target": target, "permutations": permutations, "seed": seed, "device": device}
    only = {"steps": step, "layers": layer}
    found = explorer.profile(_opened(runs), entry, progress=progress, **only, **options)
    written(found, out)


def similarity(
    runs: Annotated[list[str], typer.Argument(metavar="RUN...", help="One run: its layers; several: across runs.")],
    measure: Annotated[str, typer.Option(help="One that compares two representations.")] = "linear_cka",
    step: Annotated[list[int] | None, typer.Option(help="Of the recording; two compare layers between steps.")] = None,
    layer: Layers = None,
    null: Annotated[bool, typer.Option(help="What a pair reads with the rows of one shuffled.")] = True,
    set_: Set = None,
    seed: Seed = 0,
    device: Device = "auto",
    out: Out = "",
) -> None:
    """Compare all pairs of layers, steps or runs by a measure of similarity."""
    checked_out(out)
    entry = catalogue.measures[measure](**settings_of(catalogue.measures, measure, set_))
    options = {"steps": step, "layers": layer, "null": null, "seed": seed, "device": device}
    found = explorer.similarity(_opened(runs), entry, progress=progress, **options)
    written(found, out)


COMMANDS = (measure, plane, profile, similarity)


def lines(score: Score) -> str:
    """A score as one reads it on a terminal."""
    call = repr_call(score.measure, score.settings)
    head = amount(f"{score.value:.6g}", score.unit).strip() + f"  ({call}, n={score.n}, {score.dim} columns)"
    level = f"{score.level:.0%} interval" if score.level else "within"
    within = score.interval and f"{level}: {score.interval[0]:.4g} to {score.interval[1]:.4g} {score.unit}".rstrip()
    null = score.null and (
        f"shuffled: {score.null.mean:.4g} on average, up to {score.null.high:.4g}; "
        f"p = {score.null.p_value:.2g} from {score.null.permutations} permutations"
    )
    plain = {key: one for key, one in score.details.items() if isinstance(one, int | float | str)}
    details = ", ".join(f"{key} {one:.4g}" if isinstance(one, float) else f"{key} {one}" for key, one in plain.items())
    notes = map(str, score.warnings)
    return "\n".join(line for line in (head, within, null, details, f"verdict: {score.verdict}", *notes) if line)


def _opened(runs: list[str]) -> explorer.Recording | list[explorer.Recording]:
    recordings = [explorer.open(run) for run in runs]
    return recordings if len(recordings) > 1 else recordings[0]
