"""The command that tells what many variables share."""

import math
from typing import Annotated

import numpy as np
import typer

import explorer
from explorer import arrays
from explorer.commands.options import Device, Json, Out, Seed, checked_out, table, told, written
from explorer.result import to_json
from explorer.results.interactions import TOTALS, Interactions


def interactions(
    x: Annotated[str, typer.Argument(help="Variables: FILE, FILE:NAME, FILE:a,b, RUN:x or RUN:STEP:LAYER.")],
    y: Annotated[str | None, typer.Argument(help="A target, as X: then every pair is decomposed about it.")] = None,
    columns: Annotated[str, typer.Option("--columns", "--groups", help="Of every variable, as 0-2,3,4+6.")] = "",
    method: Annotated[str, typer.Option(help="auto, gaussian, copula, neighbors, table or score.")] = "auto",
    x_kind: Annotated[str, typer.Option(help="continuous, discrete or auto.")] = "auto",
    y_kind: Annotated[str, typer.Option(help="continuous, discrete or auto.")] = "auto",
    k: Annotated[int, typer.Option(help="Neighbours.")] = 5,
    seed: Seed = 0,
    device: Device = "auto",
    out: Out = "",
    json_: Json = False,
) -> None:
    """Say whether variables repeat each other or tell something only together, and what each adds."""
    checked_out(out)
    read = arrays.read(x)
    told(read.notes)
    target = None if y is None else table(y)
    names = None if columns else read.names or None
    given = {"x_kind": x_kind, "y_kind": y_kind, "k": k, "seed": seed, "device": device}
    found = explorer.interactions(read.table, y=target, groups=columns, names=names, method=method, **given)
    if out:
        written(found, out)
    else:
        print(to_json(found.to_dict()) if json_ else lines(found))


def lines(found: Interactions) -> str:
    """Totals, what each variable adds, pairs and doubts as one reads them on a terminal."""
    about = found.about
    wide = max(12, *(len(name) + 2 for name in found.names))
    level = f", {about['level']:.0%} intervals" * bool(np.isfinite(found.totals_low).any())
    rows = [f"{len(found.names)} variables, {about['method']}, n={about['n']}; nats{level}"]
    ends = zip(found.totals, found.totals_low, found.totals_high, found.null, strict=True)
    rows += [
        f"{name:{wide}} {value:9.4f}{_within(low, high)}" + f"  shuffled {null:.4f}" * math.isfinite(null)
        for name, (value, low, high, null) in zip(TOTALS, ends, strict=True)
    ]
    why = "read apart" if about["method"] == "score" else "as two have none"
    whole = f": of three variables each adds all of it, {why}" if len(found.names) == 3 else ""
    rows += ["", f"what each adds to Ω{whole}"]
    each = zip(found.names, found.gradients, found.gradients_low, found.gradients_high, strict=True)
    rows += [f"{name:{wide}} {value:9.4f}{_within(low, high)}" for name, value, low, high in each]
    pairs = found.pairs_frame().iloc[:, :5].dropna(axis=1, how="all").round(4)
    rows += ["", pairs.to_string(index=False), "", *_atoms(found)]
    rows += [f"verdict: {found.verdict}"]
    return "\n".join([*rows, *map(str, found.doubts)])


def _within(low: float, high: float) -> str:
    return f"  {low:.4f} to {high:.4f}" if math.isfinite(low) else ""


def _atoms(found: Interactions) -> list[str]:
    """The four atoms of every pair, and in brackets the most that each reads with y shuffled."""
    told = {
        name: [f"{value:.4f} ({null:.4f})" for value, null in zip(*both, strict=True)]
        for name, both in found.atoms().items()
    }
    if not told:
        return []
    frame = found.pairs_frame()[["first", "second"]].assign(**told)
    how = f"{found.about['pid']} and {found.about['estimator']}"
    head = f"about the target, by {how}; in brackets the most with it shuffled"
    return [head, frame.to_string(index=False), ""]
