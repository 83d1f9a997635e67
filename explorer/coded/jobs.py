"""What results about one code and its factors share: read part by part, kept, computed by a job; names of levels."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import numpy as np

from explorer.data import digest
from explorer.errors import InputError
from explorer.jobs import board
from explorer.jobs.board import Job
from explorer.jobs.progress import nothing
from explorer.jobs.results import results
from explorer.jobs.specification import Specification, code_version
from explorer.metrics import Coded
from explorer.result import finite

if TYPE_CHECKING:
    from explorer.factors import Factors

P = TypeVar("P", bound=Any)
R = TypeVar("R")
Read = Callable[..., Mapping[str, Any]]
Rows = Mapping[tuple[Any, ...], Mapping[str, Any]]


@dataclass(frozen=True)
class Kept(Generic[P, R]):
    """Results of one kind, each of a code and a checked plan; no part of one is computed twice.

    Attributes:
        module: that has the job as `run`.
        plan: its class.
        reader: of code, plan and device: what reads one part as plain data.
        result: of code, plan and the parts that are there; None where they show nothing.
        seconds, title: of the job; the former about.
        parts: those first that are read first; unless given, a single one.
        asked: what of the plan shapes a part, as plain data; unless given, all.
        note: what the job says of a part.
        device: where jobs compute.
    """

    module: str
    plan: type[P]
    reader: Callable[[Coded, P, str], Read]
    result: Callable[[Coded, P, Rows], R | None]
    seconds: Callable[[Coded, P], float]
    title: Callable[[Coded, P], str]
    parts: Callable[[Coded, P], list[Any]] = lambda *_: [()]
    asked: Callable[..., Any] = asdict
    note: Callable[..., str] = lambda *_: ""
    device: str = "auto"

    def key(self, coded: Coded, plan: P, *part: Any) -> str:
        """The key of a part in the results catalogue."""
        return digest(self.module, coded.digest, self.asked(plan, *part), code_version())

    def collected(self, coded: Coded, plan: P) -> R | None:
        """The result as far as it is there; None before it shows anything."""
        return self.result(coded, plan, self._known(coded, plan))

    def missing(self, coded: Coded, plan: P) -> list[Any]:
        """The parts that are not in the results catalogue."""
        known = self._known(coded, plan)
        return [part for part in self.parts(coded, plan) if part not in known]

    def compute(self, coded: Coded, plan: P, progress: Callable[..., None] = nothing, device: str = "auto") -> R:
        """The result of a plan, which is checked, from the results catalogue or computed part by part and kept there.

        Raises:
            InputError: for samples, latents, factors or settings that cannot be used.
        """
        plan = plan.checked()
        todo = self.missing(coded, plan)
        read = self.reader(coded, plan, device) if todo else dict
        for done, part in enumerate(todo):
            progress(done, len(todo), self.note(*part))
            results().put_many({self.key(coded, plan, *part): finite(read(*part))})
        progress(len(todo), len(todo), "")
        found = self.collected(coded, plan)
        if found is None:
            raise InputError("the results catalogue lost what was just computed; look at its disk")
        return found

    def run(
        self, plan: Mapping[str, Any], progress: Callable[..., None] = nothing, device: str = "auto", **texts: str
    ) -> dict[str, int]:
        """The job: compute what is missing; how many parts there are."""
        coded, asked = Coded.named(**texts), self.plan(**plan).checked()
        self.compute(coded, asked, progress, device)
        return {"parts": len(self.parts(coded, asked))}

    def specification(self, coded: Coded, plan: P) -> Specification:
        """The job of a checked plan.

        Raises:
            SettingError: for codes in memory, which another process cannot read.
        """
        arguments = {**coded.absolute, "plan": asdict(plan), "device": self.device}
        data = digest([self.key(coded, plan, *part) for part in self.parts(coded, plan)])
        n, width = coded.shape
        cost = {"seconds": self.seconds(coded, plan), "bytes": 40.0 * n * width + 400.0 * n}
        return Specification(f"{self.module}:run", arguments, data, plan.seed, cost=cost)

    def submitted(self, coded: Coded, plan: P) -> Job:
        """Submit a checked plan as a job to a service that runs."""
        return board.submitted(self.specification(coded, plan), self.title(coded, plan))

    def _known(self, coded: Coded, plan: P) -> Rows:
        keys = {part: self.key(coded, plan, *part) for part in self.parts(coded, plan)}
        known = results().get_many(keys.values())
        return {part: known[one] for part, one in keys.items() if one in known}


def level_names(coded: Coded, name: str, v: "Factors") -> tuple[str, ...]:
    """The levels of the counted factor called `name`, one of v, as one reads them; none of a real one."""
    k = v.names.index(name)
    if not v.levels[k]:
        return ()
    given = coded.factors[name] if isinstance(coded.factors, Mapping) or hasattr(coded.factors, "columns") else ()
    column = np.asarray(given)
    if column.dtype.kind in "OUS" and len(found := np.unique(column.astype(str))) == v.levels[k]:
        return tuple(found.tolist())
    places, first = np.unique(v.codes[:, k].cpu().numpy(), return_index=True)
    numbers = v.numbers[:, k].cpu().numpy()[first]
    return tuple(f"{number:.6g}" for number in numbers[np.argsort(places)])
