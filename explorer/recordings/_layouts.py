"""How files of other programs hold steps: a file a step, a file a layer and step, groups of one file, or one step."""

import glob
import itertools
import os
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from explorer.errors import FileError, SettingError
from explorer.sources._lazy import Lazy, natural
from explorer.sources._readers import accepted, is_source, is_table, lazy

WORDS = ("step", "epoch", "iter", "iteration", "checkpoint", "ckpt", "global_step", "update", "")
"""What stands before the number of a step where no pattern says it; a `layer1` is no step."""

ACTIVATIONS = "activations"
"""The layer of a file that does not name it."""
MAX_FILES = 100_000
SEARCHED = 5000
"""Names that are looked at to propose a pattern."""


@dataclass(frozen=True)
class Layout:
    """The steps of a source.

    Attributes:
        steps: what opens a step, ascending: every array in it by its header.
        around: arrays that belong to no step.
        files: that are read, by step; one that holds all steps stands at each.
        pattern: that fits, for messages and provenance; "" where a file is one step.
        tables: whether the arrays are columns of tables.
    """

    steps: Mapping[int, Callable[[], Mapping[str, Lazy]]]
    around: Mapping[str, Lazy]
    files: Mapping[int, tuple[Path, ...]]
    pattern: str
    tables: bool = False


def layout(path: Path, pattern: str = "") -> Layout:
    """The steps of a file, a store or a folder.

    Args:
        pattern: of the files of a folder below it, as `epoch_{step}.npz` or `{step}/{layer}.npy`; of the names in one
            file, as `step_{step}/{layer}`. Without one a file has steps where its names begin so: step_10/fc1.

    Raises:
        FileError: when nothing fits, a link leads out of the folder, or two files are of one step.
        SettingError: for a pattern that breaks its rule.
    """
    if path.is_dir() and not is_source(path):
        return _of_folder(path, pattern)
    arrays = lazy(path)
    fits = _fitted(arrays, pattern)
    if not fits and pattern:
        shown = ", ".join(list(arrays)[:6])
        raise FileError(f"{path.name} holds no name that fits pattern={pattern!r}; it holds {shown}")
    if not fits:
        return Layout({0: lambda: arrays}, {}, {0: (path,)}, "", is_table(path))
    steps: dict[int, dict[str, Lazy]] = {}
    for name, (step, layer) in fits.items():
        _put(steps.setdefault(step, {}), layer, arrays[name], f"{path.name}, step {step}")
    around = {name: one for name, one in arrays.items() if name not in fits}
    opened: dict[int, Callable[[], Mapping[str, Lazy]]] = {step: partial(dict, steps[step]) for step in sorted(steps)}
    return Layout(opened, around, dict.fromkeys(steps, (path,)), pattern or "step_{step}/{layer}")


def proposed(folder: Path) -> list[str]:
    """Patterns that the readable files of a folder fit, the one with the most files first."""
    found: Counter[str] = Counter()
    for name in itertools.islice(_names(folder), SEARCHED):
        numbers = list(re.finditer(r"\d+", name))
        numbers = [one for one in numbers if one.end() < len(name) - len(_ending(name)) + 1]
        if numbers:
            last = numbers[-1]
            found[f"{name[: last.start()]}{{step}}{name[last.end() :]}"] += 1
    return [pattern for pattern, _ in found.most_common(5)]


def _of_folder(folder: Path, pattern: str) -> Layout:
    if not pattern:
        fits = proposed(folder)
        hint = f"; its files fit pattern={fits[0]!r}" if fits else f"; readable are {', '.join(accepted())}"
        raise FileError(f"{folder} is a folder and no recording: a pattern of its files is needed{hint}")
    rule, inside = _rule(pattern), folder.resolve()
    places: dict[int, dict[str, Path]] = {}
    for path in sorted(itertools.islice(folder.glob(_wild(pattern)), MAX_FILES + 1), key=lambda one: natural(str(one))):
        match = rule.fullmatch(path.relative_to(folder).as_posix())
        if match is None:
            continue
        if not path.resolve().is_relative_to(inside):
            raise FileError(f"{path.name} is a link that leads out of {folder}; copy the file in")
        step = int(match["step"])
        layers = places.setdefault(step, {})
        _put(layers, match.groupdict().get("layer", ""), path, f"{folder.name}, step {step}")
    if not places or sum(map(len, places.values())) > MAX_FILES:
        count = "too many files that fit" if places else "no file that fits"
        raise FileError(f"{folder} holds {count} pattern={pattern!r}")
    steps = {step: partial(_arrays, places[step]) for step in sorted(places)}
    held = {step: tuple(files.values()) for step, files in places.items()}
    return Layout(steps, {}, held, pattern, "" in places[min(places)] and is_table(held[min(held)][0]))


def _arrays(files: Mapping[str, Path]) -> dict[str, Lazy]:
    """The arrays of the files of one step; the name in the pattern is that of the layer."""
    found: dict[str, Lazy] = {}
    for layer, path in files.items():
        arrays = lazy(path)
        if layer and is_table(path):
            arrays = {layer: beside(arrays, path)}
        if layer and len(arrays) > 1:
            raise FileError(f"{path.name} holds {len(arrays)} arrays; a file called by its layer must hold one")
        for name, one in arrays.items():
            _put(found, layer or (name if name != path.stem else ACTIVATIONS), one, path.name)
    return found


def beside(columns: Mapping[str, Lazy], path: Path) -> Lazy:
    """Columns of a table, each (n,), as one array (n, d).

    Raises:
        FileError: where one of them is text.
    """
    text = [name for name, one in columns.items() if one.dtype.kind not in "biuf"]
    if text or not columns:
        raise FileError(f"{path.name} holds text in {text[0]!r}" if text else f"{path.name} holds no real numbers")
    kind = np.result_type(*(one.dtype for one in columns.values()))
    shape = (next(iter(columns.values())).shape[0], len(columns))

    def take(begin: int, end: int) -> np.ndarray:
        return np.column_stack([one.read(begin, end) for one in columns.values()]).astype(kind, copy=False)

    return Lazy(shape, kind, take, path, "a table")


def _put(found: dict[str, "Lazy"] | dict[str, Path], name: str, one: "Lazy | Path", where: str) -> None:
    if name in found:
        raise FileError(f"{where}: {name or 'the step'!r} is there twice; names and numbers must differ")
    found[name] = one  # type: ignore[assignment]


def _fitted(arrays: Mapping[str, Lazy], pattern: str) -> dict[str, tuple[int, str]]:
    """Names that fit, with their step and layer; without a pattern those that begin with a word for a step."""
    if pattern and "{layer}" not in pattern:
        raise SettingError(
            f"pattern={pattern!r} is of names in one file and needs {{layer}}, as 'step_{{step}}/{{layer}}'"
        )
    words = "|".join(word for word in WORDS if word)
    usual = re.compile(rf"(?i:(?:{words})[ _.=-]?)?(?P<step>\d{{1,15}})/(?P<layer>.+)")
    rule = _rule(pattern, anything=True) if pattern else usual
    return {name: (int(m["step"]), m["layer"]) for name in arrays if (m := rule.fullmatch(name))}


def _rule(pattern: str, anything: bool = False) -> re.Pattern[str]:
    """A pattern with {step} and perhaps {layer} as a regular expression; a layer may hold "/" where `anything` does."""
    parts = re.split(r"(\{\w*\})", pattern)
    holes = [part for part in parts if part.startswith("{")]
    if holes.count("{step}") != 1 or holes.count("{layer}") > 1 or set(holes) > {"{step}", "{layer}"}:
        raise SettingError(
            f"pattern={pattern!r} needs {{step}} once and may have {{layer}} once, as 'epoch_{{step}}.npz'"
        )
    if pattern.startswith(("/", "~")) or ".." in Path(pattern).parts or "\0" in pattern:
        raise SettingError(f"pattern={pattern!r} must lie below the folder: no beginning '/' and no '..'")
    holes_as = {"{step}": r"(?P<step>\d{1,15})", "{layer}": "(?P<layer>.+)" if anything else "(?P<layer>[^/]+)"}
    return re.compile("".join(holes_as.get(part, re.escape(part)) for part in parts))


def _wild(pattern: str) -> str:
    return "".join("*" if part.startswith("{") else glob.escape(part) for part in re.split(r"(\{\w*\})", pattern))


def _names(folder: Path) -> Iterator[str]:
    """Readable files and stores below a folder, at most three folders deep."""
    for at, folders, files in os.walk(folder):
        here = Path(at)
        stores = [name for name in folders if is_source(here / name)]
        deep = len(here.relative_to(folder).parts) >= 3
        folders[:] = [] if deep else sorted(name for name in folders if name not in stores and not name.startswith("."))
        for name in sorted([*stores, *(name for name in files if _ending(name))]):
            yield (here / name).relative_to(folder).as_posix()


def _ending(name: str) -> str:
    fits = [ending for ending in accepted() if name.lower().endswith(ending)]
    return max(fits, key=len, default="")
