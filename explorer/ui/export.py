"""A view as code: Python that repeats it, and a notebook that runs as it is."""

import json
import re
from collections.abc import Iterable
from typing import Any

from explorer.data import Recording
from explorer.examples.base import bundled
from explorer.packaged import assets
from explorer.plan import Plan


def python(recording: Recording, plan: Plan, settings: dict[str, Any], unit: str) -> str:
    """Code that computes and draws this plane."""
    names = ("target", "noise", "permutations", "seed")
    options = {name: getattr(plan, name) for name in names if getattr(plan, name) != getattr(Plan(), name)}
    given = options | settings
    arguments = "".join(f", {name}={value!r}" for name, value in given.items())
    return (
        "import explorer\n\n"
        f"recording = explorer.open({source(recording)!r})\n"
        f"trajectory = explorer.plane(recording, {plan.estimator!r}{arguments})\n"
        f"trajectory.plot(unit={unit!r})\n"
    )


def source(recording: Recording) -> str:
    """What `explorer.open` takes for this recording: a bundled run's name, else its folder."""
    path = recording.path or ""
    name = path.rpartition("/bundled-")[2]
    return name if name in bundled() else path


def bibtex(keys: Iterable[str]) -> str:
    """The BibTeX entries of these keys, in the order of the bibliography."""
    entries = re.split(r"\n(?=@)", (assets() / "references.bib").read_text(encoding="utf-8"))
    wanted = set(keys)
    return "\n".join(entry.strip() for entry in entries if entry.partition("{")[2].partition(",")[0] in wanted)


def notebook(code: str, title: str, note: str) -> str:
    """A notebook (format 4.5) with one cell of words and one of code."""
    words = {"cell_type": "markdown", "id": "words", "metadata": {}, "source": f"# {title}\n\n{note}"}
    cell: dict[str, Any] = {
        "cell_type": "code",
        "id": "code",
        "metadata": {},
        "source": code,
        "outputs": [],
        "execution_count": None,
    }
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    return json.dumps({"cells": [words, cell], "metadata": kernel, "nbformat": 4, "nbformat_minor": 5}, indent=1)
