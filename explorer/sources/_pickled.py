"""Tensors of a torch file, read as data: no class but a tensor's is made, and nothing in the file is run.

A file says in its pickle which classes it rebuilds. They are listed first, without unpickling; a file with any other
class than those of tensors and plain containers is refused before torch is asked, and torch is asked with
weights_only=True.
"""

import pickletools
import re
import sys
import zipfile
from _compat_pickle import IMPORT_MAPPING
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from explorer.errors import FileError
from explorer.sources._limits import check_size, cut_archive, readable, size

if TYPE_CHECKING:
    import torch

MAX_NAMES = 100_000
"""Entries that are looked at for tensors; one list may stand in another many times over."""
MAX_PICKLE = 8 * 2**20
"""Bytes of a file that may describe its tensors; 50 000 tensors take about 8 MB."""
LEGACY = 5
"""Pickles before the numbers in a file of torch before 1.6: magic, protocol, system, objects, keys."""
SAFE = re.compile(
    r"collections (OrderedDict|Counter)|(builtins|__builtin__) (set|complex)|torch\.nn\.parameter Parameter|"
    r"torch (Size|device|bool|(bfloat|float|uint|int|complex)\d+|[A-Za-z0-9]+Storage)|"
    r"torch\.storage (Unt|T)ypedStorage|torch\._utils _rebuild_(tensor|tensor_v2|parameter|parameter_with_state)"
)

HELD = re.compile(
    r"torch\.(nn\.modules\.\w+|optim\.\w+)\.[A-Z]\w*|torch\.(nn\.parameter\.\w+|_utils\._rebuild_\w+|Size|device|[a-z]+\d+|\w+Storage)|"
    r"numpy\.(dtype|ndarray|_?core\.multiarray\.(scalar|_reconstruct))|_codecs\.encode|argparse\.Namespace|"
    r"collections\.\w+|pathlib\.\w*Path|datetime\.\w+|(builtins|__builtin__)\."
    r"(set|complex|frozenset|slice|bytearray|dict|list|tuple|int|float|bool|str|bytes|object)"
)
"""Names that a whole network, an optimiser or the settings of a training leave in a file and that run nothing of it."""
ALONE = "save the weights alone where you have the network, torch.save(model.state_dict(), 'weights.pt')"


def read(path: Path, mapped: bool = False) -> Any:
    """What torch.save wrote, with weights_only=True: tensors on the CPU, plain containers and numbers.

    Args:
        mapped: leave the numbers in the file until they are used, where the file is a zip archive.

    Raises:
        FileError: for a file with any other class, a TorchScript program, or one that is damaged or too large.
    """
    import torch

    with readable(path, "a torch file"):
        if cut_archive(path):
            raise zipfile.BadZipFile
        zipped = zipfile.is_zipfile(path)
        if not (mapped and zipped):
            check_size(path, path.stat().st_size)
        _refuse(path, set(_archived(path) if zipped else _plain(path)))
        found = torch.load(path, weights_only=True, map_location="cpu", mmap=mapped and zipped)
        _held(path, found)
        for name, tensor in tensors(found):
            _check(path, name, tensor)
    return found


def tensors(found: Any, depth: int = 4) -> list[tuple[str, "torch.Tensor"]]:
    """Every tensor within `depth` mappings and lists, with its path.

    Raises:
        ValueError: when there are more entries than MAX_NAMES.
    """
    import torch

    left, taken, seen = [("", found, depth)], [], 0
    while left:
        name, one, deeper = left.pop()
        if isinstance(one, torch.Tensor):
            taken.append((name, one))
        elif isinstance(one, Mapping | list | tuple) and deeper:
            inner = list(one.items() if isinstance(one, Mapping) else enumerate(one))
            left += [(f"{name}.{key}" if name else str(key), part, deeper - 1) for key, part in reversed(inner)]
            seen += len(inner)
        if seen > MAX_NAMES:
            raise ValueError(f"it holds more than {MAX_NAMES} entries")
    return taken


def _archived(path: Path) -> Iterator[str]:
    """The classes that the pickle in a zip archive rebuilds."""
    with zipfile.ZipFile(path) as archive:
        entries = archive.infolist()
        names = [entry.filename.split("/", 1)[-1] for entry in entries]
        if "constants.pkl" in names or any(name.startswith("code/") for name in names):
            raise FileError(
                f"{path.name} is a TorchScript program, which has no layers to record; where you trust it, save its "
                "weights with torch.save(torch.jit.load(FILE).state_dict(), 'weights.pt') and give the class"
            )
        if names.count("data.pkl") != 1:
            raise FileError(f"{path.name} holds {names.count('data.pkl')} entries data.pkl; a file of weights has one")
        for entry in entries:
            if entry.compress_type != zipfile.ZIP_STORED or entry.file_size > path.stat().st_size:
                raise FileError(f"{path.name}: {entry.filename[:80]!r} is compressed, as torch.save never does")
        entry = entries[names.index("data.pkl")]
        if entry.file_size > MAX_PICKLE:
            raise FileError(f"{path.name} describes its tensors in {size(entry.file_size)}; {size(MAX_PICKLE)} may be")
        with archive.open(entry) as stream:
            yield from _classes(stream, path)


def _plain(path: Path) -> Iterator[str]:
    """The classes that the pickles at the start of a file of torch before 1.6 rebuild."""
    with path.open("rb") as stream:
        for _ in range(LEGACY):
            yield from _classes(stream, path)


def _classes(stream: IO[bytes], path: Path) -> Iterator[str]:
    """Names of classes in the next pickle, "module name" each; nothing is unpickled."""
    for opcode, argument, place in pickletools.genops(stream):
        if opcode.name == "GLOBAL":
            yield str(argument)
        elif opcode.name in ("STACK_GLOBAL", "INST", "EXT1", "EXT2", "EXT4"):
            raise FileError(f"{path.name} is a pickle that torch.save did not write; {ALONE}")
        if (place or 0) > MAX_PICKLE:
            raise FileError(f"{path.name} describes its tensors in more than {size(MAX_PICKLE)}")


def _refuse(path: Path, classes: set[str]) -> None:
    other = sorted(one.replace(" ", ".") for one in classes if not SAFE.fullmatch(one))
    if other:
        shown = ", ".join(name[:80] for name in other[:3]) + (f" and {len(other) - 3} more" if len(other) > 3 else "")
        raise FileError(
            f"{path.name} holds objects of {shown}; rebuilding such an object can run any program; "
            f"{_instead(path, other)}"
        )


def _instead(path: Path, classes: list[str]) -> str:
    """What to do instead; a file with names that no trained network needs is never to be loaded whole."""
    if any(_acts(name) for name in classes):
        return f"no network needs {next(filter(_acts, classes))[:80]}, so do not load the file otherwise; {ALONE}"
    whole = any(name.startswith(("torch.nn.modules.", "__main__.")) for name in classes)
    part = ".state_dict()" if whole else "['state_dict']"
    where = "" if whole else ", or whichever entry holds the weights"
    return (
        f"{ALONE}, or, where you trust the file, torch.save(torch.load({path.name!r}, weights_only=False){part}, "
        f"'weights.pt'){where}"
    )


def _acts(name: str) -> bool:
    """Whether a name is none that saved networks and checkpoints hold: of Python, torch or NumPy, or no class."""
    root = name.partition(".")[0]
    own = root in sys.stdlib_module_names or root in IMPORT_MAPPING or root in ("torch", "numpy")
    plain = name.rpartition(".")[2][:1].isupper() and (not own or root == "__main__")
    return not plain and not HELD.fullmatch(name)


def _held(path: Path, found: Any) -> None:
    """Raise unless the numbers that a file declares fit into it; none of them is read."""
    storages = {one.untyped_storage()._cdata: one.untyped_storage().nbytes() for _, one in tensors(found)}
    if sum(storages.values()) > path.stat().st_size:
        declared = size(sum(storages.values()))
        raise FileError(f"{path.name} declares {declared} of numbers and has {size(path.stat().st_size)}")


def _check(path: Path, name: str, tensor: "torch.Tensor") -> None:
    import torch

    if tensor.layout != torch.strided or tensor.is_quantized:
        raise FileError(f"{path.name}: {name[:80]!r} is sparse or quantised; dense tensors are needed")
    held = tensor.untyped_storage().nbytes()
    if tensor.numel() * tensor.element_size() > held:
        raise FileError(
            f"{path.name}: {name[:80]!r} claims shape {tuple(tensor.shape)} from {size(held)}; save it contiguous"
        )
