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
    given = (drawn.pixels(rows).numpy(), labels(about, drawn, rows))
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


def labels(about: Mapping[str, Any], drawn: Any, rows: Any) -> Any:
    """What is taught of the images of some rows: their labels, or those of other images where run.json says shuffled.

    All labels of the set are permuted once, so that each stays as frequent as it was.
    """
    if about.get("labels") != "shuffled":
        return drawn.labels(rows)
    import torch

    order = torch.randperm(len(drawn), generator=torch.Generator().manual_seed(about["seed"]))
    return drawn.labels(order[rows])
