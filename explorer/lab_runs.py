"""Run a lab at some settings: here when it says that it is quick, else as a job in a warm worker; once for each.

Asking what is there imports neither the lab nor torch.
"""

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from functools import cache
from importlib import import_module, reload
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Literal

from explorer.catalogue import labs
from explorer.data import digest
from explorer.jobs import board
from explorer.jobs.board import Job
from explorer.jobs.progress import nothing
from explorer.jobs.results import results
from explorer.jobs.specification import Specification, code_version
from explorer.settings import checked_settings

Report = Callable[..., None]
SECONDS = 1.0
"""What a lab takes on one core, of which more is not known before it has run."""


@dataclass(frozen=True)
class Asked:
    """A lab at some settings.

    Attributes:
        name: of the lab.
        settings: those that differ from their defaults.
        theme: the ground that it is drawn on.
        narrow: whether for a narrow screen.
    """

    name: str
    settings: Mapping[str, Any] = field(default_factory=dict)
    theme: Literal["light", "dark"] = "light"
    narrow: bool = False

    def checked(self) -> "Asked":
        """The same with every value typed, and defaults left out.

        Raises:
            UnknownNameError: when there is no lab of that name.
            SettingError: for a setting that it lacks, or a value out of its rule.
        """
        rules = labs.card(self.name).settings
        given = checked_settings(rules, self.settings, f"the lab {self.name}")
        usual = {one.name: one.default for one in rules}
        return replace(self, settings={name: one for name, one in given.items() if one != usual[name]})

    @property
    def key(self) -> str:
        """Of the result in the results catalogue: lab, settings, ground and code."""
        return digest("lab", asdict(self), source(self.name), code_version())


@dataclass(frozen=True)
class Drawn:
    """What a lab drew.

    Attributes:
        figure: the figure as plain data, as Plotly writes it.
        seconds: that the lab took, its imports left out.
        table: its numbers, column by column, where a worker has drawn it.
    """

    figure: Mapping[str, Any]
    seconds: float
    table: Mapping[str, list[Any]] = field(default_factory=dict)


def quick(name: str) -> bool:
    """Whether the lab says that it runs in a moment and imports nothing heavy."""
    return bool(labs.card(name).constants.get("QUICK", False))


def drawn(asked: Asked, tabled: bool = False) -> Drawn:
    """Run a checked lab in this process.

    Args:
        tabled: with its numbers as a table too, for which pandas is imported.

    Raises:
        ExplorerError: what the lab raises.
    """
    from explorer.labs import base

    labs[asked.name]  # imported before the clock starts
    begun = time.perf_counter()
    figure = base.drawn(asked.name, asked.theme, asked.narrow, **asked.settings)
    seconds = time.perf_counter() - begun
    return Drawn(json.loads(figure.to_json()), seconds, base.table(figure) if tabled else {})


def collected(asked: Asked) -> Drawn | None:
    """What a worker has drawn for a checked lab; None where it has not yet."""
    found = results().get_many([asked.key]).get(asked.key)
    return Drawn(**found) if found else None


def run(
    name: str,
    settings: Mapping[str, Any],
    theme: Literal["light", "dark"],
    code: str,
    narrow: bool = False,
    progress: Report = nothing,
) -> dict[str, Any]:
    """The job: run a lab and keep what it drew.

    Args:
        code: `source` of the lab; a worker that has loaded another loads it again.
    """
    if source(name) != code:
        source.cache_clear()
        reload(import_module(labs.card(name).module))
    asked = Asked(name, settings, theme, narrow).checked()
    found = drawn(asked, tabled=True)
    results().put_many({asked.key: asdict(found)})
    progress(1, 1)
    return {"seconds": found.seconds}


@cache
def source(name: str) -> str:
    """Digest of the file of a lab, as this process first read it."""
    spec = find_spec(labs.card(name).module)
    return digest(Path(spec.origin).read_bytes()) if spec and spec.origin else ""


def specification(asked: Asked) -> Specification:
    """The job for a checked lab; the same lab at the same settings is the same job."""
    arguments = asdict(asked) | {"code": source(asked.name)}
    return Specification("explorer.lab_runs:run", arguments, asked.key, cost={"seconds": SECONDS})


def submitted(asked: Asked) -> Job:
    """Submit a checked lab as a job, and see that a worker is there."""
    return board.submitted(specification(asked), f"Lab {asked.name}")


def soon(asked: Asked, seconds: float) -> Drawn | None:
    """What a worker draws within so many seconds; None when it takes longer."""
    end = time.monotonic() + seconds
    while (found := collected(asked)) is None and time.monotonic() < end:
        time.sleep(0.02)
    return found
