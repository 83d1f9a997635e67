"""What a recording folder says of itself: schema 1, read by every later release.

manifest.json         this file's Manifest
probe.safetensors     x, y, factor.NAME
steps/00000042.safetensors   one array a layer, key = layer name
metrics.jsonl         one line a step: {"step": 42, "epoch": 3.0, "loss": 0.1}
"""

import json
import os
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, FailFast, Field, NonNegativeInt, ValidationError
from safetensors.numpy import save

from explorer.data import digest
from explorer.errors import FileError

MAX_MANIFEST = 16 * 2**20

# a list of a million wrong entries is one error, not a million
Numbers = Annotated[list[NonNegativeInt], FailFast()]
Texts = Annotated[list[str], FailFast()]


class LayerEntry(BaseModel):
    """One recorded layer: the shape (n, d) of its array, how it is stored and how it was pooled."""

    shape: Numbers = Field(min_length=1, max_length=32)
    dtype: str = "float32"
    pool: str = "flatten"


class ProbeEntry(BaseModel):
    """The probe: how many samples, the shape and type that were fed, and the words behind codes in a column."""

    model_config = ConfigDict(extra="allow")

    n: NonNegativeInt | None = None
    shape: Numbers = Field(default_factory=list)
    fed: str = "float32"
    categories: dict[str, Texts] = Field(default_factory=dict)


class Manifest(BaseModel):
    """manifest.json; unknown keys of later minor versions are kept."""

    model_config = ConfigDict(extra="allow", populate_by_name=True)

    schema_version: Literal[1] = Field(validation_alias="schema", serialization_alias="schema")
    layers: dict[str, LayerEntry] = Field(default_factory=dict)
    steps: Numbers = Field(default_factory=list)
    probe: ProbeEntry = Field(default_factory=ProbeEntry)
    provenance: dict[str, Any] = Field(default_factory=dict)
    complete: bool = False
    skipped: dict[str, str] = Field(default_factory=dict)


def read_manifest(folder: Path) -> Manifest:
    """The manifest of a recording folder.

    Raises:
        FileError: when the folder is none, or its manifest is damaged or of a later schema.
    """
    path = folder / "manifest.json"
    if not folder.is_dir() or not path.is_file():
        raise FileError(f"{folder} is no recording: a folder with manifest.json and steps/ is needed")
    if path.stat().st_size > MAX_MANIFEST:
        raise FileError(f"{path} has {path.stat().st_size} bytes; a manifest has at most {MAX_MANIFEST}")
    try:
        return Manifest.model_validate_json(path.read_bytes())
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        where = " ".join(".".join(map(str, first["loc"])).split())[:100] or "the file"
        raise FileError(f"{path} is no manifest of schema 1: {where}: {first['msg']}") from error
    except OSError as error:
        raise FileError(f"{path} cannot be read: {error.strerror}") from error


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Write manifest.json atomically.

    Raises:
        FileError: when it is too large to be read again, or cannot be written.
    """
    content = manifest.model_dump_json(by_alias=True).encode()
    if len(content) > MAX_MANIFEST:
        raise FileError(
            f"{folder} would have a manifest of {len(content)} bytes, and {MAX_MANIFEST} are allowed; "
            "give columns of many different texts as numbers"
        )
    write_atomically(folder / "manifest.json", content)


def write_step(folder: Path, step: int, arrays: Mapping[str, np.ndarray]) -> None:
    """Write the activations of a step atomically, with their digest in the file's header."""
    content = save(dict(arrays), metadata={"digest": digest(*(part for pair in arrays.items() for part in pair))})
    write_atomically(step_path(folder, step), content)


def write_atomically(path: Path, content: bytes) -> None:
    """Write to a temporary name beside `path` and rename, so that no reader sees half a file.

    Raises:
        FileError: when the disk is full or the folder cannot be written.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}-{threading.get_ident()}.part")
    with writing(path):
        temporary.write_bytes(content)
        temporary.replace(path)


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """One sentence for whatever the system says when `path` cannot be written."""
    try:
        yield
    except (OSError, ValueError) as error:  # ValueError: a path with a zero byte
        raise FileError(f"{path} cannot be written: {getattr(error, 'strerror', None) or error}") from error


def step_path(folder: Path, step: int) -> Path:
    """Where the activations of a step lie."""
    return folder / "steps" / f"{step:08d}.safetensors"


def recorded_steps(folder: Path) -> list[int]:
    """Steps whose file is there, ascending; a file is there whole or not at all."""
    numbers = (path.stem for path in (folder / "steps").glob("*.safetensors"))
    return sorted(int(stem) for stem in numbers if stem.isascii() and stem.isdecimal() and f"{int(stem):08d}" == stem)


def read_metrics(folder: Path) -> list[dict[str, Any]]:
    """The metrics of every step, ascending; a step noted twice has the later values.

    A last line that a killed training left half written is dropped. None stands for NaN and infinity.

    Raises:
        FileError: naming the first line that is damaged.
    """
    path = folder / "metrics.jsonl"
    try:
        lines = path.read_text(encoding="utf-8").split("\n") if path.is_file() else []
    except (OSError, UnicodeDecodeError) as error:
        raise FileError(f"{path} cannot be read as text: {error}") from error
    found: dict[int, dict[str, Any]] = {}
    for number, line in enumerate(lines, 1):
        values = _metrics(line)
        if values is not None:
            found.setdefault(values["step"], {}).update(values)
        elif number < len(lines):
            raise FileError(f"{path}, line {number}, is no JSON object with a whole 'step': {line[:40]!r}")
    return [found[step] for step in sorted(found)]


def _metrics(line: str) -> dict[str, Any] | None:
    try:
        values = json.loads(line, parse_constant=lambda _: None)
    except (ValueError, RecursionError):
        return None
    return values if isinstance(values, dict) and type(values.get("step")) is int else None
