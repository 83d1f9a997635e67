"""Pictures from the decoder of a model file, which is looked through before a network is made of it."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors import SafetensorError, safe_open

from explorer.device import one_thread, resolve, rows_per_chunk
from explorer.errors import ExplorerError, FileError
from explorer.jobs.progress import nothing
from explorer.networks import kinds
from explorer.networks.autoencoder import Autoencoder
from explorer.sources._limits import check_size

LARGEST = 1 << 16
"""The largest number that a model file may give for any size of its network."""


def decoded(
    path: Path, codes: np.ndarray, side: int, device: str = "auto", progress: Callable[..., None] = nothing
) -> np.ndarray:
    """What the decoder of a model file draws of codes (n, d): (n, side, side) uint8, the mean of every pixel.

    Raises:
        FileError: for a file that is damaged, of another network, or whose weights give no numbers.
    """
    where = resolve(device)
    model = trusted(path, codes.shape[1], side).to(where)
    given = torch.as_tensor(codes, dtype=next(model.parameters()).dtype, device=where)
    found: list[torch.Tensor] = []
    with one_thread(), torch.inference_mode():
        for rows in given.split(rows_per_chunk(400 * side**2, where)):
            found.append(_grey(model, rows, path).cpu())
            progress(sum(map(len, found)), len(given), "pictures")
    return torch.cat(found).reshape(-1, side, side).numpy()


def trusted(path: Path, latents: int, side: int) -> Autoencoder:
    """The network of a model file; its header must say that it has these latents and images, and fit its weights.

    Nothing of the size that the header names is made before the shapes of all weights in the file agree with it.

    Raises:
        FileError: for a file that is damaged or of another network.
    """
    check_size(path, 2 * path.stat().st_size)
    about, shapes = _header(path)
    try:
        with torch.device("meta"):
            expected = {name: tuple(one.shape) for name, one in kinds.build(**about).state_dict().items()}
    except (ExplorerError, RuntimeError, TypeError, ValueError, OverflowError) as error:
        raise _foreign(path, " ".join(str(error).split())[:160]) from error
    if expected != shapes:
        name = sorted(expected.items() ^ shapes.items())[0][0]
        raise _foreign(path, f"weights {name[:80]!r} have the shape {shapes.get(name)}, not {expected.get(name)}")
    if (about.get("latents"), about.get("size")) != (latents, side):
        said = f"{about.get('latents')} latents and {about.get('size')} pixels on a side"
        raise _foreign(path, f"it has {said}; the recording has {latents} and {side}")
    return kinds.load(path)


def _header(path: Path) -> tuple[dict[str, Any], dict[str, tuple[int, ...]]]:
    """Kind and settings of the network, and the shape of every weight, without reading one."""
    try:
        with safe_open(str(path), "pt") as file:
            about = json.loads((file.metadata() or {}).get("network", "null"))
            shapes = {name: tuple(file.get_slice(name).get_shape()) for name in file.keys()}  # noqa: SIM118
    except (SafetensorError, OSError, ValueError, RecursionError) as error:
        raise FileError(f"{path.name} cannot be read as a model: {' '.join(str(error).split())[:160]}") from error
    if not isinstance(about, dict):
        raise _foreign(path, "its header does not say which network its weights are of")
    wrong = [name for name, one in about.items() if name != "kind" and not (type(one) is int and 0 < one <= LARGEST)]
    if wrong or not isinstance(kind := about.get("kind"), str) or kind not in kinds.KINDS:
        name = wrong[0] if wrong else "kind"
        raise _foreign(path, f"its header says {name[:40]}={str(about.get(name))[:40]!r}")
    return about, shapes


def _grey(model: Autoencoder, codes: torch.Tensor, path: Path) -> torch.Tensor:
    means = model.decode(codes).sigmoid()
    if not means.isfinite().all():
        raise _foreign(path, "its weights draw NaN")
    return (255 * means).round().to(torch.uint8)


def _foreign(path: Path, why: str) -> FileError:
    return FileError(f"{path.name} holds no model of this recording: {why}")
