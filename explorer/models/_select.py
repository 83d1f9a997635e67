"""From a path to a network: which form it has."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from explorer.catalogue import models
from explorer.errors import FileError, SettingError
from explorer.settings import checked_settings

if TYPE_CHECKING:
    from explorer.models.base import Loaded

ELSEWHERE = {
    ".h5": "of Keras: export it to ONNX with tf2onnx",
    ".keras": "of Keras: export it to ONNX with tf2onnx",
    ".pb": "of TensorFlow: export it to ONNX with tf2onnx",
    ".tflite": "of TensorFlow Lite: export it to ONNX with tf2onnx",
    ".gguf": "of llama.cpp: take the Hugging Face folder that it was made of",
    ".pkl": "a pickle, and opening one can run any program: save model.state_dict() with safetensors",
    ".pickle": "a pickle, and opening one can run any program: save model.state_dict() with safetensors",
    ".joblib": "a pickle, and opening one can run any program: export it to ONNX with skl2onnx",
}
"""Files of networks that are not read, and what to do."""


def form_of(path: str) -> str:
    """The form of network that a file or folder holds, by its suffix or by what lies in it.

    Raises:
        FileError: when there is nothing, or nothing that is known.
    """
    where = Path(path)
    cards = [models.card(name) for name in models]
    if where.is_dir():
        for card in cards:
            if (where / str(card.constants.get("folder", "\0"))).is_file():
                return card.name
        raise FileError(f"{where} is a folder without config.json; a file, or a local Hugging Face model is needed")
    if not where.is_file():
        raise FileError(f"{path!r} does not exist")
    suffix = where.suffix.lower()
    known = {one: card.name for card in cards for one in card.constants.get("suffixes", ())}
    if suffix in ELSEWHERE:
        raise FileError(f"{where.name} is {ELSEWHERE[suffix]}")
    if suffix not in known:
        raise FileError(f"{where.name} has the suffix {suffix!r}; networks are read from {', '.join(sorted(known))}")
    return known[suffix]


def check_class(path: str, form: str) -> None:
    """Refuse a class of a network for a file that holds the network itself.

    Raises:
        SettingError: naming the file.
        UnknownNameError: for a form that is not there.
    """
    if all(setting.name != "network" for setting in models.card(form).settings):
        raise SettingError(f"{Path(path).name} holds the network itself, with its weights; leave network= away")


def load(path: str, form: str = "auto", **settings: Any) -> "Loaded":
    """The network in a file or folder.

    Args:
        form: an entry of the catalogue, or "auto": by the suffix.
        settings: of the form.

    Raises:
        FileError: for a file that is refused, damaged, too large or of no known form.
        SettingError: for a setting that the form lacks.
        UnknownNameError: for a form that is not there.
    """
    name = form_of(path) if form == "auto" else form
    if "network" in settings:
        check_class(path, name)
    return models[name](path, **checked_settings(models.card(name).settings, settings, name))
