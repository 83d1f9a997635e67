"""What variables of a file, a layer or a recording share; what was computed is kept.

Reading what is there needs no torch.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from explorer import arrays
from explorer.data import digest
from explorer.errors import InputError, SampleError, SettingError
from explorer.jobs import board
from explorer.jobs.board import Job
from explorer.jobs.progress import nothing
from explorer.jobs.results import results
from explorer.jobs.specification import Specification, code_version
from explorer.results.interactions import Interactions
from explorer.settings import Range, Setting
from explorer.sources._select import titles
from explorer.watching import watched

if TYPE_CHECKING:
    import pandas

Report = Callable[..., None]

FEWEST, MOST = 3, 8
"""Variables that are asked about at once."""
FIRST = 6
"""Variables that are offered at most before anybody has chosen."""
METHOD = Setting("method", str, "auto", choices=("auto", "gaussian", "copula", "neighbors", "table"))
K = Setting("k", int, 5, Range(1, 50), help="neighbours, where they are looked for")
SEED = Setting("seed", int, 0, Range(0, 2**31 - 1))


@dataclass(frozen=True)
class Question:
    """Which variables, and how they are read.

    Attributes:
        of: FILE, FILE:a,b, RUN:STEP:LAYER for units of a layer, or RUN:STEP for layers.
        names: of 3 to 8 variables of it.
        about: FILE:column, RUN:label, ... of a target that pairs are decomposed about, "" for none.
        method, k: as of `explorer.interactions`.
        interval, null: compute the intervals, and what shuffled variables read.
        seed: of the parts and the shuffles.
    """

    of: str
    names: tuple[str, ...]
    about: str = ""
    method: str = "auto"
    k: int = 5
    interval: bool = True
    null: bool = True
    seed: int = 0

    def checked(self) -> "Question":
        """The same with every value typed.

        Raises:
            SettingError: for fewer than 3 variables, more than 8, or a value out of its range.
            UnknownNameError: for a variable that is not there.
            FileError: for a file or folder that cannot be read.
        """
        arrays.facts_of(self.of, tuple(self.names))
        count = len(set(self.names))
        if not FEWEST <= count <= MOST or count < len(self.names):
            of_two = "; the estimator 'partial_information' tells what two tell of a target" * (count == 2)
            raise SettingError(f"names holds {count} different variables; choose {FEWEST} to {MOST}{of_two}")
        plain = {one.name: one.checked(getattr(self, one.name)) for one in (METHOD, K, SEED)}
        return replace(self, names=tuple(self.names), interval=bool(self.interval), null=bool(self.null), **plain)


@dataclass(frozen=True)
class Offer:
    """Variables to begin with.

    Attributes:
        names: of at most six that can be asked about together.
        left: why others are not among them, by name.
    """

    names: tuple[str, ...]
    left: Mapping[str, str]


def offered(of: str) -> Offer:
    """Which variables of a file, a layer or a recording to begin with; read again only when the file has changed.

    Left out are those that would be refused, as they never change, miss values, or are text beside numbers, and those
    that look like identifiers: whole numbers or text of which every value differs.

    Raises:
        FileError: for a file or folder that cannot be read, or values that are no columns.
        UnknownNameError: for a column, step or layer that is not there.
    """
    return _offered(of, arrays.stamp(of))


@lru_cache(64)
def _offered(of: str, stamp: tuple[float, int]) -> Offer:
    known = {name: np.asarray(part) for name, part in arrays.variables(of).items()}
    left = {name: why for name, part in known.items() if (why := _unfit(part))}
    text = [name for name, part in known.items() if name not in left and _is_text(part)]
    numbers = [name for name in known if name not in left and name not in text]
    worded = len(text) >= FEWEST > len(numbers)
    fit, others = (text, numbers) if worded else (numbers, text)
    if fit:
        left |= dict.fromkeys(others, "numbers beside text" if worded else "text beside numbers")
    left |= dict.fromkeys(fit[FIRST:], f"more than the first {FIRST}")
    return Offer(tuple((fit or others)[:FIRST]), {name: left[name] for name in known if name in left})


def _unfit(part: np.ndarray) -> str:
    """Why a variable, (n,) or (n, d), tells nothing by itself or cannot be read; "" where nothing speaks against it."""
    part = part.astype(str) if _is_text(part) else part
    if _is_text(part) and "" in part:
        return "values are blank"
    if not _is_text(part) and not np.isfinite(part).all():
        return "values are missing or infinite"
    if (part == part[:1]).all(0).any():
        return "never changes"
    coded = _is_text(part) or bool((part == np.round(part)).all())
    differ = part.size == len(part) == len(np.unique(part))
    return "every value differs, as of an identifier" if coded and differ else ""


def _is_text(part: np.ndarray) -> bool:
    return part.dtype.kind in "OUS"


def run(of: str, names: Sequence[str], about: str = "", *, device: str = "auto", **settings: Any) -> Interactions:
    """What variables of a file, a layer or a recording share, each named as there; what was read before is not again.

    Args:
        of: FILE, FILE:a,b, RUN:STEP:LAYER for units of a layer, or RUN:STEP for layers.
        names: of 3 to 8 variables of it.
        about: FILE:column, RUN:label, ... of a target that pairs are decomposed about.
        settings: method, k, interval, null and seed, as of `explorer.interactions`.

    Raises:
        FileError: for a file or folder that cannot be read.
        UnknownNameError: for a variable that is not there.
        SettingError: for a value out of its range, or another number of variables.
        SampleError: for samples that cannot be used.
    """
    question = Question(of, tuple(names), about, **settings).checked()
    compute(question, device=device)
    found = collected(question)
    assert found is not None
    return found


def key(question: Question) -> str:
    """Of a checked question in the results catalogue: data, settings and code.

    Raises:
        FileError: for a file or folder that cannot be read.
    """
    return digest("interactions", data(question), _settings(question), code_version())


def data(question: Question) -> str:
    """The digest of what a checked question is asked about.

    Raises:
        FileError: for a file or folder that cannot be read.
    """
    about = arrays.facts(question.about).digest if question.about else ""
    return digest(arrays.facts_of(question.of, question.names).digest, about)


def collected(question: Question) -> Interactions | None:
    """The answer to a checked question, None where it was not computed yet.

    Raises:
        FileError: for a file or folder that cannot be read.
        SampleError: for samples that could not be used.
    """
    wanted = key(question)
    found = results().get_many([wanted]).get(wanted)
    if found and "error" in found:
        raise SampleError(found["error"])
    return Interactions.from_dict(found) if found else None


def compute(question: Question, progress: Report = nothing, device: str = "auto") -> None:
    """Compute and keep the answer to a checked question where it is not there; also why there is none."""
    wanted = key(question)
    if wanted in results().get_many([wanted]):
        return
    progress(0, 1)
    with watched(progress):
        results().put_many({wanted: _answer(question, device)})


def specification(question: Question, device: str = "auto") -> Specification:
    """The job for a checked question; the same question about the same data is the same job."""
    plain = {**asdict(question), "names": list(question.names), "of": arrays.absolute(question.of)}
    plain["about"] = arrays.absolute(question.about) if question.about else ""
    seconds, memory = cost(question)
    foreseen = {"seconds": seconds, "bytes": memory}
    arguments = {"question": plain, "device": device}
    return Specification(f"{__name__}:fill", arguments, data(question), question.seed, cost=foreseen)


def submitted(question: Question) -> Job:
    """Submit a checked question as a job."""
    title = f"Interactions of {len(question.names)} variables of {arrays.short(question.of)}"
    return board.submitted(specification(question), title)


def fill(question: Mapping[str, Any], progress: Report, device: str = "auto") -> dict[str, int]:
    """The job: compute what is missing."""
    compute(Question(**{**question, "names": tuple(question["names"])}).checked(), progress, device)
    return {"computed": 1}


def cost(question: Question) -> tuple[float, int]:
    """About how long (seconds on one core) and how much memory (bytes) a checked question takes.

    Measured with 4096 samples of five columns; nearest neighbours are sought again for every part and shuffle, and
    "auto" may take them.
    """
    facts, count = arrays.facts_of(question.of, question.names), len(question.names)
    n, width = facts.n, facts.dim
    near, shuffles = question.method in ("auto", "neighbors"), 1 + 20 * question.null
    reads = shuffles + 14 * question.interval
    seconds = 0.2 + (1e-9 * n * n * width * reads if near else 2e-7 * n * width * reads)
    seconds += (3e-9 * n * n + 0.03) * count * (count - 1) / 2 * shuffles if question.about else 0.0
    return seconds, 8 * n * (width + min(n, 2048))


def _answer(question: Question, device: str) -> dict[str, Any]:
    """The answer as plain data; error says why there is none."""
    from explorer.together import interactions  # torch comes with it

    try:
        x, groups = _columns(question)
        found = interactions(
            x, groups=groups, names=question.names if groups is None else None, device=device,
            y=arrays.read(question.about).table if question.about else None, **_settings(question),
        )  # fmt: skip
    except InputError as error:
        return {"error": str(error)}
    return found.to_dict()


def _settings(question: Question) -> dict[str, Any]:
    return {name: getattr(question, name) for name in ("method", "k", "interval", "null", "seed")}


def _columns(question: Question) -> tuple["pandas.DataFrame", dict[str, list[int]] | None]:
    """The chosen variables side by side, (n, d), under their names, and the columns of each where one has several.

    Raises:
        SampleError: where some are text and others are numbers, text is blank, one never changes, or real numbers are
            to be counted.
    """
    import pandas

    known = arrays.variables(question.of)
    parts = [np.asarray(known[name]).reshape(len(known[name]), -1) for name in question.names]
    text = [name for name, part in zip(question.names, parts, strict=True) if _is_text(part)]
    if text and len(text) < len(parts):
        others = [name for name in question.names if name not in text]
        raise SampleError(f"{text[0]!r} holds text and {others[0]!r} numbers; choose variables of one kind")
    if text:
        parts = [_coded(name, part) for name, part in zip(question.names, parts, strict=True)]
    for name, part in zip(question.names, parts, strict=True):
        if question.method == "table" and part.dtype.kind == "f" and (part != np.round(part)).any():
            raise SampleError(f"{name!r} holds real numbers and method 'table' counts labels; choose another method")
        still = np.flatnonzero((part == part[:1]).all(0))
        if len(still):
            which = f"column {still[0]} of {name!r}" if part.shape[1] > 1 else repr(name)
            raise SampleError(f"{which} never changes and shares nothing; leave {name!r} out")
    called = [title for name, part in zip(question.names, parts, strict=True) for title in titles(name, part)]
    ends = np.cumsum([part.shape[1] for part in parts])
    named = zip(question.names, parts, ends, strict=True)
    groups = {name: list(range(end - part.shape[1], end)) for name, part, end in named}
    return pandas.DataFrame(np.concatenate(parts, 1), columns=called), None if ends[-1] == len(parts) else groups


def _coded(name: str, part: np.ndarray) -> np.ndarray:
    """Words as numbers, (n, 1)."""
    from explorer import checks  # torch comes with it

    words = checks.as_array(part.astype(str), repr(name))
    return np.unique(words, return_inverse=True)[1].reshape(-1, 1)
