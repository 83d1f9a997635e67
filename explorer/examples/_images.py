"""Networks that look at images: the probe is drawn anew, its activations come from bundled weights."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from explorer.examples import _bundle

Report = Callable[..., None]

SAID = {True: "training", False: "held out"}
"""What the provenance calls the images of a probe."""


def record(
    folder: Path, source: Path, model: Any, layers: tuple[str, ...], progress: Report, taught: bool = False, **more: Any
) -> None:
    """Record a network on the images that run.json names, with their labels and factors.

    Args:
        taught: on those that it was taught instead of the probe.
        more: as of `_bundle.record`.
    """
    about = _bundle.about(source)
    drawn, probe, lesson = parts(about)
    rows = lesson if taught else probe
    given = (drawn.pixels(rows).numpy(), drawn.labels(rows))
    told = {"probe": SAID[taught]} if "taught" in about else {}
    more = {"layers": layers, "factors": drawn.factors(rows), "told": told} | more
    _bundle.record(folder, source, model, given, progress, **more)


def parts(about: Mapping[str, Any]) -> tuple[Any, Any, Any]:
    """The images that run.json names, the rows of the probe, and the rows that were taught: others, at random."""
    import torch

    from explorer.recordings.images import drawn_rows, images

    drawn = images(about["data"], about["images"])
    probe = drawn_rows(about["probe"], len(drawn), about["seed"])
    both = drawn_rows(about["probe"] + about.get("taught", 0), len(drawn), about["seed"])
    return drawn, probe, both[~torch.isin(both, probe)]
