"""Models in a local folder of Hugging Face."""

import inspect
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

from explorer.errors import FileError, MissingExtraError
from explorer.models.base import Encoded, Loaded, opening
from explorer.sources._limits import check_size, size

folder = "config.json"
"""A folder with this file is one of these."""
MAX_CONFIG = 2**20
MAX_LAYERS = 10_000
PLAIN = (None, "eager", "sdpa")
"""Implementations of attention that come with the library; others are code to be fetched."""
FOREIGN = {"auto_map": "code of its own", "quantization_config": "quantised weights"}


def load(path: str, *, head: bool = False) -> Loaded:
    """A local folder of Hugging Face with safetensors, by the library's own classes; no remote code, no network.

    Attention is computed plainly ("eager"), weights in float32. The usual layers are the blocks and what stands beside
    them; texts are made into tokens by the folder's own tokeniser.

    Args:
        head: the network with the head that config.json names, such as a classifier, instead of the body alone.

    Raises:
        FileError: for a folder without safetensors, with code of its own, or one that is damaged or too large.
        MissingExtraError: without transformers.
    """
    where = Path(path)
    config = _config(where)
    transformers = _transformers()
    with opening(where / "config.json", "a model of Hugging Face"), _still(transformers):
        chosen = _head(transformers, config, where) if head else transformers.AutoModel
        _fits(transformers, chosen, where)
        model, report = chosen.from_pretrained(
            str(where), local_files_only=True, use_safetensors=True, trust_remote_code=False, dtype=torch.float32,
            attn_implementation="eager", output_loading_info=True,
        )  # fmt: skip
    drawn = sorted(report["missing_keys"])
    if hasattr(model.config, "use_cache"):
        model.config.use_cache = False
    text = "input_ids" in inspect.signature(model.forward).parameters
    return Loaded(
        model.eval(),
        layers=tuple(name for name in blocks(model) if not any(one.startswith(f"{name}.") for one in drawn)),
        pool="masked_mean" if text else "tokens",
        notes=tuple(_notes(drawn, sorted(report["unexpected_keys"]))),
        encode=(lambda texts, most: encoded(where, model, texts, most)) if text else None,
    )


def blocks(model: nn.Module, prefix: str = "") -> Iterator[str]:
    """Names of the modules in a list of modules, and of those that stand beside such a list."""
    for name, child in model.named_children():
        if isinstance(child, nn.ModuleList):
            yield from (f"{prefix}{name}.{place}" for place in range(len(child)))
        elif any(isinstance(one, nn.ModuleList) for one in child.modules()):
            yield from blocks(child, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}"


def encoded(where: Path, model: nn.Module, texts: Sequence[str], most: int) -> Encoded:
    """Tokens of texts by the folder's own tokeniser, filled up to the longest; how many were cut is said.

    Raises:
        FileError: when the folder has no tokeniser that can be read.
    """
    transformers = _transformers()
    with opening(where / "config.json", "a model with a tokeniser"), _still(transformers):
        tokenizer = transformers.AutoTokenizer.from_pretrained(
            str(where), local_files_only=True, trust_remote_code=False
        )
        most = min(most, getattr(model.config, "max_position_embeddings", None) or most)
        notes = [f"Texts are made of at most {most} tokens by {type(tokenizer).__name__} of the folder."]
        if tokenizer.pad_token is None:
            tokenizer.pad_token = tokenizer.eos_token
            notes.append("The tokeniser fills with its end token, since it has none for that.")
        lengths = [len(ids) for ids in tokenizer(list(texts), truncation=False, verbose=False)["input_ids"]]
        found = tokenizer(list(texts), truncation=True, max_length=most, padding=True, return_tensors="np")
    cut = sum(length > most for length in lengths)
    notes += [f"{cut} of {len(texts)} texts are longer, up to {max(lengths)} tokens, and were cut."] if cut else []
    taken = inspect.signature(model.forward).parameters
    return {name: np.asarray(one, np.int64) for name, one in found.items() if name in taken}, tuple(notes)


def _config(where: Path) -> dict[str, Any]:
    """config.json, once the folder holds nothing that would be run or could not be read.

    Raises:
        FileError: naming what it holds.
    """
    path = where / "config.json"
    if not path.is_file():
        raise FileError(f"{where} has no config.json; a local folder of a Hugging Face model has one")
    with opening(path, "the configuration of a model"):
        if path.stat().st_size > MAX_CONFIG:
            raise FileError(f"{path} has {size(path.stat().st_size)}; a configuration has at most {size(MAX_CONFIG)}")
        config = json.loads(path.read_text(encoding="utf-8"))
        if not isinstance(config, dict) or not isinstance(config.get("model_type"), str):
            raise FileError(f"{path} names no model_type")
        for name, value in _entries(config):
            _allowed(path, name, value)
    if (where / "adapter_config.json").exists():
        raise FileError(f"{where} holds an adapter; merge it into its model, and save that with save_pretrained")
    _weights(where)
    return config


def _entries(part: Any) -> Iterator[tuple[str, Any]]:
    """Every key of a configuration with its value, also of those inside."""
    for name, value in part.items() if isinstance(part, dict) else ():
        yield name, value
        yield from _entries(value)


def _allowed(path: Path, name: str, value: Any) -> None:
    if value and name in FOREIGN:
        raise FileError(f"{path} asks for {FOREIGN[name]} ({name}), which is not run here")
    if name.endswith("_implementation") and value not in PLAIN:
        raise FileError(f"{path} asks for {name}={str(value)[:80]!r}, which may be code from elsewhere")
    if "layers" in name and isinstance(value, int) and value > MAX_LAYERS:
        raise FileError(f"{path} asks for {name}={value}; at most {MAX_LAYERS} are built")


def _weights(where: Path) -> None:
    """Raise unless the folder's weights are safetensors of its own.

    Raises:
        FileError: naming what is there instead.
    """
    index = where / "model.safetensors.index.json"
    if index.is_file():
        with opening(index, "an index of weights"):
            check_size(index, 10 * index.stat().st_size)
            names = {str(one) for one in json.loads(index.read_text(encoding="utf-8"))["weight_map"].values()}
        odd = sorted(name for name in names if not re.fullmatch(r"[\w.-]+\.safetensors", name))
        if odd:
            raise FileError(f"{index} names the file {odd[0][:80]!r}; weights lie in the folder itself")
    files = list(where.glob("*.safetensors"))
    if not files:
        pickles = ", ".join(sorted(one.name for one in where.glob("*.bin"))) or "no weights"
        raise FileError(
            f"{where} has {pickles} and no model.safetensors; where you trust it, save it again with "
            "model.save_pretrained(FOLDER, safe_serialization=True)"
        )
    check_size(where, 2 * sum(one.stat().st_size for one in files))


def _fits(transformers: Any, chosen: Any, where: Path) -> None:
    """Raise unless the network that the configuration describes fits into memory; it is built without numbers."""
    config = transformers.AutoConfig.from_pretrained(str(where), local_files_only=True, trust_remote_code=False)
    build = chosen.from_config if hasattr(chosen, "from_config") else chosen._from_config
    with torch.device("meta"):
        empty = build(config, attn_implementation="eager")
    check_size(where, 4 * sum(one.numel() for one in empty.parameters()))


def _head(transformers: Any, config: Mapping[str, Any], where: Path) -> Any:
    """The class that config.json names, which must be one of the library's networks."""
    name = str((config.get("architectures") or [""])[0])
    found = getattr(transformers, name, None) if name.isidentifier() else None
    if not (inspect.isclass(found) and issubclass(found, transformers.PreTrainedModel)):
        raise FileError(f"{where} names {name[:80]!r} as its architecture, which transformers does not have")
    return found


def _notes(drawn: list[str], idle: list[str]) -> Iterator[str]:
    if drawn:
        yield f"{len(drawn)} weights, such as {drawn[0]}, are not in the file and were drawn at random."
    if idle:
        yield f"{len(idle)} weights of the file, such as {idle[0]}, belong to a head that was left out."


class _still:
    """transformers without its bars and warnings: what matters of them is raised or said."""

    def __init__(self, transformers: Any):
        self.logging = transformers.utils.logging

    def __enter__(self) -> None:
        self.level, self.bar = self.logging.get_verbosity(), self.logging.is_progress_bar_enabled()
        self.logging.set_verbosity_error()
        self.logging.disable_progress_bar()

    def __exit__(self, *_: object) -> None:
        self.logging.set_verbosity(self.level)
        if self.bar:
            self.logging.enable_progress_bar()


def _transformers() -> Any:
    try:
        import transformers
    except ImportError as error:
        raise MissingExtraError("transformers", "text") from error
    return transformers
