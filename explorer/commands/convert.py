"""The command `explorer convert`: files of other programs become a recording."""

from pathlib import Path
from typing import Annotated, Any

import typer

from explorer.commands.options import Json, progress, told
from explorer.result import to_json

Column = "a name in the files, or FILE, FILE:NAME or FILE:a,b of another file"


def convert(
    source: Annotated[str, typer.Argument(help="A folder, store or file; see `explorer list sources`.")],
    out: Annotated[str, typer.Option(help="Folder of the recording; else one among yours.")] = "",
    pattern: Annotated[str, typer.Option(help="Where the step stands: epoch_{step}.npz or {step}/{layer}.npy.")] = "",
    x: Annotated[str | None, typer.Option("--x", help=f"Inputs: {Column}.")] = None,
    y: Annotated[str | None, typer.Option("--y", help=f"Labels: {Column}.")] = None,
    factors: Annotated[list[str] | None, typer.Option(help=f"Factors: {Column}; repeat for more.")] = None,
    title: Annotated[str, typer.Option(help="Of the recording; else the name of the source.")] = "",
    list_: Annotated[bool, typer.Option("--list", help="List what is there and its size; copy nothing.")] = False,
    json_: Json = False,
) -> None:
    """Copy activations from files of another program into a recording, a layer at a time; all of it or nothing."""
    from explorer import converted
    from explorer.recordings import library
    from explorer.recordings.foreign import found
    from explorer.recordings.manifest import read_manifest

    held = found(source, pattern, x, y, factors)
    folder = Path(out) if out else library.fresh(title or held.path.resolve().stem)
    notes = [*held.notes, *converted.missing(held)]
    told(notes)
    sentence = converted.announced(held, folder)
    if not json_:
        print(sentence)
        for name, one in held.layers.items():
            print(f"  {name}  {' x '.join(map(str, one.shape))}  {one.dtype}")
        print(f"  columns: {', '.join(held.columns) or 'none'}")
    if not list_:
        columns: dict[str, Any] = {"x": x, "y": y, "factors": factors}
        converted.convert(source, folder, pattern=pattern, title=title, progress=progress, **columns)
        known, notes = len(notes), read_manifest(folder).notes
        told(notes[known:])
    if json_:
        layers = {name: {"shape": list(one.shape), "dtype": str(one.dtype)} for name, one in held.layers.items()}
        about = {"steps": list(held.steps), "layers": layers, "columns": list(held.columns), "bytes": held.nbytes}
        print(to_json(about | {"notes": notes, "recording": None if list_ else str(folder)}))
    elif not list_:
        print(f"Open it: explorer open {folder}")
