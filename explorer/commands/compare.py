"""The command that sets runs beside a pinned baseline."""

import glob
from pathlib import Path
from typing import Annotated

import typer

import explorer
from explorer import catalogue
from explorer.commands.options import Device, Noise, Seed, Set, checked_out, progress, settings_of, written
from explorer.data import Recording
from explorer.errors import FileError

Side = "A run; or several seeds as one, as RUN,RUN or a quoted pattern 'runs/a-*'."


def compare(
    baseline: Annotated[str, typer.Argument(metavar="BASELINE", help=Side)],
    others: Annotated[list[str], typer.Argument(metavar="OTHERS...", help=f"What is compared with it. {Side}")],
    estimator: Annotated[str, typer.Option(help="I(X;T) and I(T;Y) by this estimator; binning unasked.")] = "",
    measure: Annotated[str, typer.Option(help="A measure in place of an estimator.")] = "",
    target: Annotated[str, typer.Option(help="As of plane and profile.")] = "",
    step: Annotated[int | None, typer.Option(help="This step alone; all that are common unasked.")] = None,
    noise: Noise = 0.0,
    permutations: Annotated[int | None, typer.Option(help="Of the target, for the null.")] = None,
    set_: Set = None,
    seed: Seed = 0,
    device: Device = "auto",
    out: Annotated[str, typer.Option(help="A .tex, .csv, .parquet or .json file; else a table is printed.")] = "",
) -> None:
    """What layers of runs read beside those of a baseline: differences with intervals.

    The table on the terminal and the .tex file are of one step, --step or the last; the other files hold every step.
    A pattern without quotes is expanded by the shell: then every run is compared by itself.
    """
    checked_out(out, ".tex")
    entries = catalogue.measures if measure else catalogue.estimators
    name = measure or estimator or "binning"
    entry = entries[name](**settings_of(entries, name, set_))
    asked = {"estimator": estimator, "measure": measure, "measure" if measure else "estimator": entry}
    asked |= {"target": target, "step": step, "noise": noise}
    asked |= {"permutations": permutations, "seed": seed, "device": device}
    sides = [side(one) for one in (baseline, *others)]
    found = explorer.compare(sides[0], sides[1:], progress=progress, **asked)
    if out.endswith(".tex"):
        Path(out).write_text(found.to_latex(step), encoding="utf-8")
    elif out:
        written(found, out)
    else:
        print(found)


def side(text: str) -> Recording | list[Recording]:
    """The recording that a text names, or the seeds: RUN,RUN or a pattern; an existing path is taken as it is.

    Raises:
        FileError: for a pattern that no recording fits, or a run that is not there.
    """
    if Path(text).exists() or not any(sign in text for sign in ",*?["):
        return explorer.open(text)
    names = [one for part in text.split(",") for one in _fitting(part)]
    return [explorer.open(name) for name in names]


def _fitting(part: str) -> list[str]:
    """The recordings that a part of a list names, in order."""
    if not any(sign in part for sign in "*?["):
        return [part]
    found = [one for one in sorted(glob.glob(part)) if (Path(one) / "manifest.json").exists()]
    if not found:
        raise FileError(f"{part} fits no recording; it is a pattern of folders, as 'runs/a-*'")
    return found
