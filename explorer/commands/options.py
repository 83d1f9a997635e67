"""Options that several commands share, and how `--set` becomes settings."""

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer

from explorer.catalogue import Catalogue
from explorer.errors import InputError
from explorer.result import to_json
from explorer.settings import parsed_settings

Set = Annotated[list[str] | None, typer.Option("--set", help="A setting, as k=5; repeat for more.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]
Seed = Annotated[int, typer.Option(help="Seed of everything random.")]
Device = Annotated[str, typer.Option(help="auto, cpu or cuda.")]
Target = Annotated[str, typer.Option(help="y, a factor, or a layer.")]
Noise = Annotated[float, typer.Option(help="Standard deviation of Gaussian noise added to T.")]
Permutations = Annotated[int, typer.Option(help="Of the target, for the null.")]
Runs = Annotated[list[str], typer.Argument(metavar="RUN...", help="Several runs give their mean and band.")]
Out = Annotated[str, typer.Option(help="A .parquet, .csv or .json file; else a table is printed.")]


def settings_of(entries: Catalogue, name: str, texts: list[str] | None) -> dict[str, Any]:
    """The settings that `--set` gave to an entry."""
    return parsed_settings(entries.card(name).settings, texts or (), name)


def array(text: str) -> np.ndarray:
    """The array that an argument names; what was left out of it is said on stderr."""
    return _read(text).values


def table(text: str) -> Any:
    """The same under the names of its columns, where it has some."""
    return _read(text).table


def _read(text: str) -> Any:
    from explorer import arrays

    found = arrays.read(text)
    told(found.notes)
    return found


def told(notes: Iterable[str]) -> None:
    """Sentences on stderr."""
    for note in notes:
        print(f"explorer: {note}", file=sys.stderr)


def checked_out(out: str, *more: str) -> None:
    """Refuse a name that says no format, before anything is computed; `more` are formats of one command alone.

    Raises:
        InputError: naming the formats, or a folder that is not there.
    """
    formats = (*more, ".parquet", ".csv", ".json")
    if out and Path(out).suffix not in formats:
        raise InputError(f"--out {out!r} must end in {', '.join(formats[:-1])} or {formats[-1]}")
    if out and not Path(out).absolute().parent.is_dir():
        raise InputError(f"--out {out!r} lies in a folder that does not exist")


def written(result: Any, out: str) -> None:
    """A table to the file whose name ends in its format, or printed."""
    suffix = Path(out).suffix
    if suffix == ".parquet":
        result.to_frame().to_parquet(out)
    elif suffix == ".csv":
        result.to_frame().to_csv(out, index=False)
    elif suffix == ".json":
        Path(out).write_text(to_json(result.to_dict()))
    else:
        print(result.to_frame().to_string(index=False))


def progress(done: int, total: int, note: str = "") -> None:
    """A line on the terminal that is written over."""
    if sys.stderr.isatty():
        print(f"\r{done} of {total}  {note:40}", end="" if done < total else "\n", file=sys.stderr)
