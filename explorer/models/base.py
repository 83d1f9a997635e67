"""What every form of a trained network becomes: a module whose submodules are what can be recorded."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from torch import nn

from explorer.errors import ExplorerError, FileError
from explorer.sources._limits import BROKEN, readable

Encoded = tuple[dict[str, np.ndarray], tuple[str, ...]]
"""Arrays by argument of the network, (n, tokens), and what was cut or filled, each a sentence."""


@dataclass(frozen=True)
class Loaded:
    """A trained network in evaluation mode.

    Attributes:
        model: called as model(x), or model(**inputs).
        layers: names that are worth recording when none are asked for; none leaves the choice to the recorder.
        pool: what makes a row of each of its layers when nothing is asked for.
        notes: what was done to it that its file does not say, each a sentence.
        encode: texts and the most tokens of one to its inputs; None for a network that takes no text.
    """

    model: nn.Module
    layers: tuple[str, ...] = ()
    pool: str = "flatten"
    notes: tuple[str, ...] = ()
    encode: Callable[[Sequence[str], int], Encoded] | None = None


@contextmanager
def opening(path: Path, what: str) -> Iterator[None]:
    """Turn whatever a library says of a file that it cannot open into one sentence.

    Raises:
        FileError: naming the file, the format and what was found; also for an empty file.
    """
    with readable(path, what):
        try:
            yield
        except (ExplorerError, *BROKEN):
            raise
        except Exception as error:  # the libraries' own errors share no base
            reason = " ".join(str(error).split())[:200] or type(error).__name__
            raise FileError(f"{path.name} cannot be read as {what}: {reason}") from error
