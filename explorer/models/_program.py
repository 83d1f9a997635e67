"""A torch.export archive without anything that could run: what is left is weights as numbers and a graph of aten.

`torch.export.load` unpickles sample inputs, objects and some weights, opens compiled libraries, evaluates expressions
of sizes as Python, looks operators up by any dotted name below torch and imports modules that containers name. So the
archive is not given to it. A new one is written in memory: sample inputs are empty, weights and constants are raw
numbers of the size that is there, and every name, size, container and operator in the graph is on a list.
"""

import io
import json
import re
import zipfile
from collections.abc import Iterator
from math import prod
from pathlib import Path
from typing import Any

import torch

from explorer.errors import FileError
from explorer.sources._limits import check_size

NAME = re.compile(r"[\w.\-/: ,<>@=()+*]{0,500}")
"""A name or a plain text; without quotes and backslashes no code can be made of it."""
OPERATOR = re.compile(
    r"torch\.ops\.(aten|prims)\.(?!__)\w+\.(?!_)\w+|torch\.ops\.aten\.__(and|or|xor|lshift|rshift)__\.(?!_)\w+|"
    r"torch\.ops\.higher_order\.(wrap_with_set_grad_enabled|wrap_with_autocast|cond)|torch\.sym_(?!_)\w+|"
    r"_operator\.(getitem|add|sub|mul|neg|floordiv|truediv|mod|pow|lt|le|gt|ge|eq|ne|and_|or_|not_)|"
    r"torch\._C\._set_grad_enabled|math\.(ceil|floor|trunc|sqrt)"
)
FILES = re.compile(r"torch\.ops\.\w+\.(from_file|save|load|warn|_print)\b.*")
SYMBOL = r"'[a-z]{1,2}\d{1,9}'"
SIZE = re.compile(
    rf"({SYMBOL}|\b(Symbol|Integer|Rational|Add|Mul|Pow|Mod|PythonMod|FloorDiv|CleanDiv|Max|Min|IntTrueDiv|ToFloat|"
    r"Equality|Unequality|StrictLessThan|LessThan|StrictGreaterThan|GreaterThan|Not|And|Or|positive|nonnegative|integer|"
    r"True|False|[su]\d{1,9}|\d{1,18})\b|(?<!\*)\*(?!\*)|[ ,()=+-]){1,400}"
)
POWER = re.compile(r"Pow\(Symbol\('[a-z]{1,2}\d+'(, \w+=True)*\), Integer\(\d{1,2}\)\)")
CONTAINERS = {None, "builtins.tuple", "builtins.list", "builtins.dict", "collections.OrderedDict"}
OBJECTS = ("as_custom_obj", "custom_obj", "as_operator", "as_complex", "token")
STORED = re.compile(r"(weight|tensor)_\d+")


def cleaned(path: Path) -> io.BytesIO:
    """An archive for `torch.export.load` that holds nothing of the file but numbers and listed names.

    Raises:
        FileError: when the file needs anything else, is damaged or too large.
    """
    with zipfile.ZipFile(path) as archive:
        entries = _entries(archive, path)
        graph = json.loads(_text(archive, entries, "models/model.json", path))
        parts = {name: _payload(archive, entries, name, path) for name in ("weights", "constants")}
        clean = io.BytesIO()
        with zipfile.ZipFile(clean, "w", zipfile.ZIP_STORED) as target:
            for name in ("archive_format", "archive_version", "byteorder", ".data/version"):
                target.writestr(f"model/{name}", _text(archive, entries, name, path))
            target.writestr("model/models/model.json", json.dumps(_graph(graph, path)))
            target.writestr("model/data/sample_inputs/model.pt", _no_inputs())
            for folder, config in parts.items():
                target.writestr(f"model/data/{folder}/model_{folder}_config.json", json.dumps(config))
                for place in {one["path_name"] for one in config["config"].values()}:
                    target.writestr(
                        f"model/data/{folder}/{place}", archive.read(entries[f"data/{folder}/{place}"].filename)
                    )
    clean.seek(0)
    return clean


def _entries(archive: zipfile.ZipFile, path: Path) -> dict[str, zipfile.ZipInfo]:
    """The entries by the name below the archive's own folder, all of them stored as they are."""
    found: dict[str, zipfile.ZipInfo] = {}
    for entry in archive.infolist():
        name = entry.filename.partition("/")[2]
        if name in found or entry.compress_type != zipfile.ZIP_STORED or entry.file_size > path.stat().st_size:
            raise FileError(f"{path.name}: {entry.filename[:80]!r} is compressed or there twice")
        if name.startswith("data/aotinductor/"):
            raise FileError(f"{path.name} holds a compiled library, which would be run; save it with torch.export.save")
        found[name] = entry
    check_size(path, 2 * sum(entry.file_size for entry in found.values()))
    return found


def _text(archive: zipfile.ZipFile, entries: dict[str, zipfile.ZipInfo], name: str, path: Path) -> bytes:
    if name not in entries:
        raise FileError(f"{path.name} has no {name}; it must be written by torch.export.save of torch 2.8 or later")
    return archive.read(entries[name].filename)


def _no_inputs() -> bytes:
    stream = io.BytesIO()
    torch.save(((), {}), stream)
    return stream.getvalue()


def _payload(archive: zipfile.ZipFile, entries: dict[str, zipfile.ZipInfo], folder: str, path: Path) -> dict[str, Any]:
    """Where the weights or constants lie, each of them raw numbers that are there."""
    config = json.loads(_text(archive, entries, f"data/{folder}/model_{folder}_config.json", path))
    for name, one in config["config"].items():
        place = one["path_name"]
        if one["use_pickle"] or not STORED.fullmatch(place) or not NAME.fullmatch(name):
            raise FileError(f"{path.name}: {name[:80]!r} is stored as a pickle or object, which is not opened")
        entry, sizes = entries.get(f"data/{folder}/{place}"), [side["as_int"] for side in one["tensor_meta"]["sizes"]]
        if entry is None or any(side < 0 for side in sizes) or prod(sizes) > entry.file_size:
            raise FileError(f"{path.name}: {name[:80]!r} claims shape {tuple(sizes)}, which its numbers do not fill")
    return {"config": {name: _graph(one, path) for name, one in config["config"].items()}}


def _graph(part: Any, path: Path, key: str = "") -> Any:
    """The same plain data with every text checked, on the CPU, and no trace of the source.

    Raises:
        FileError: for what is on no list.
    """
    if isinstance(part, list):
        return [_graph(one, path, key) for one in part]
    if isinstance(part, str):
        return _checked(part, key, path)
    if not isinstance(part, dict):
        return part
    found = {}
    for name, one in part.items():
        if name in OBJECTS and one is not None:
            raise FileError(f"{path.name} holds an object in its graph ({name}), which is not opened")
        if name == "metadata" and isinstance(one, dict):
            one = {"nn_module_stack": one["nn_module_stack"]} if "nn_module_stack" in one else {}
        _checked(name, "", path)
        found[name] = [] if name == "guards_code" else _graph(one, path, name)
    return found | ({"type": "cpu", "index": None} if set(found) == {"type", "index"} else {})


def _checked(text: str, key: str, path: Path) -> str:
    what = {"target": "the operator", "expr_str": "the size", "in_spec": "the container", "out_spec": "the container"}
    tests = {"target": _is_operator, "expr_str": _is_size, "in_spec": _is_container, "out_spec": _is_container}
    stack = key == "nn_module_stack"
    plain = text.replace(";", "").replace("[", "").replace("]", "").replace("'", "") if stack else text
    if not tests.get(key, NAME.fullmatch)(plain):
        raise FileError(
            f"{path.name} has {what.get(key, 'the name')} {text[:80]!r}, which is not on the list of safe ones"
        )
    return text


def _is_operator(text: str) -> bool:
    return bool(OPERATOR.fullmatch(text)) and not FILES.fullmatch(text)


def _is_size(text: str) -> bool:
    return bool(SIZE.fullmatch(text)) and "Pow" not in POWER.sub("", text)


def _is_container(text: str) -> bool:
    try:
        return "__" not in text and set(_types(json.loads(text))) <= CONTAINERS
    except (ValueError, TypeError, RecursionError):
        return text == ""


def _types(part: Any) -> Iterator[Any]:
    """The kinds of container in a description, and the texts in it as they are."""
    if isinstance(part, dict):
        yield part.get("type")
    for one in part.values() if isinstance(part, dict) else part if isinstance(part, list) else ():
        yield from _types(one)
