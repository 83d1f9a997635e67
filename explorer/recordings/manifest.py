"""What a recording folder says of itself: schema 1, read by every later release.

manifest.json         this file's Manifest
probe.safetensors     x, y, factor.NAME
steps/00000042.safetensors   one array a layer, key = layer name
metrics.jsonl         one line a step: {"step": 42, "epoch": 3.0, "loss": 0.1}
"""

import json
import math
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, FailFast, Field, NonNegativeInt, ValidationError

from explorer.errors import FileError
from explorer.recordings.atomic import replacing, write_atomically, writing
from explorer.recordings.blocks import Blocks, in_blocks, write_blocks

__all__ = [
    "LayerEntry",
    "Manifest",
    "ProbeEntry",
    "read_manifest",
    "read_metrics",
    "recorded_steps",
    "step_path",
    "write_atomically",
    "write_manifest",
    "write_step",
    "writing",
]

MAX_MANIFEST = 16 * 2**20

# a list of a million wrong entries is one error, not a million
Numbers = Annotated[list[NonNegativeInt], FailFast()]
Texts = Annotated[list[str], FailFast()]


class LayerEntry(BaseModel):
    """One recorded layer: the shape (n, d) of its array, how it is stored and how it was pooled."""

    shape: Numbers = Field(min_length=1, max_length=32)
    dtype: str = "float32"
    pool: str = "flatten"

    @property
    def nbytes(self) -> int | None:
        """Bytes of the array at one step; None for a type that is no number."""
        kind = re.fullmatch(r"bool|(?:u?int|b?float|complex)(\d{1,3})", self.dtype)
        return kind and math.prod(self.shape) * int(kind[1] or 8) // 8


class ProbeEntry(BaseModel):
    """The probe: how many samples, the shape and type that were fed, and the words behind codes in a column.

    `batch` rows pass at a time, and `seed` draws the places that the pool "channels" looks at; None where not used.
    """

    model_config = ConfigDict(extra="allow")

    n: NonNegativeInt | None = None
    shape: Numbers = Field(default_factory=list)
    fed: str = "float32"
    categories: dict[str, Texts] = Field(default_factory=dict)
    batch: NonNegativeInt | None = None
    seed: NonNegativeInt | None = None


class Manifest(BaseModel):
    """manifest.json; unknown keys of later minor versions are kept.

    `skipped` layers come with the reason; `left_out` are the steps that did not fit into `budget` bytes.
    """

    model_config = ConfigDict(extra="allow", populate_by_name=True)

    schema_version: Literal[1] = Field(validation_alias="schema", serialization_alias="schema")
    layers: dict[str, LayerEntry] = Field(default_factory=dict)
    steps: Numbers = Field(default_factory=list)
    probe: ProbeEntry = Field(default_factory=ProbeEntry)
    provenance: dict[str, Any] = Field(default_factory=dict)
    complete: bool = False
    skipped: dict[str, str] = Field(default_factory=dict)
    budget: NonNegativeInt | None = None
    left_out: Numbers = Field(default_factory=list)

    @property
    def notes(self) -> list[str]:
        """Sentences on how the recording came about."""
        notes = self.provenance.get("notes")
        return list(map(str, notes)) if isinstance(notes, list) else [str(notes)] if notes else []


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


def write_step(folder: Path, step: int, layers: Mapping[str, np.ndarray | Blocks]) -> None:
    """Write the activations of a step atomically, with their digest in the file's header.

    Args:
        layers: arrays, or their type, shape and blocks of rows.

    Raises:
        FileError: when the disk is full or the folder cannot be written.
    """
    with replacing(step_path(folder, step)) as temporary:
        write_blocks(temporary, {name: in_blocks(layer) for name, layer in layers.items()})


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
