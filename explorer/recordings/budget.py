"""How many bytes of disk a recording may take."""

import re
import warnings
from pathlib import Path
from typing import Any

import numpy as np

from explorer.errors import SettingError
from explorer.recordings.manifest import recorded_steps, step_path
from explorer.recordings.schedule import whole
from explorer.sources._limits import size

UNITS = {"": 1, "k": 10**3, "M": 10**6, "G": 10**9, "T": 10**12}


def bytes_of(budget: Any) -> int | None:
    """A budget as a number of bytes: 2000000000, or a text such as "2 GB", where a kB is 1000 bytes.

    Raises:
        SettingError: for anything else, and for nothing at all.
    """
    if budget is None:
        return None
    match = (
        re.fullmatch(r"(\d+(?:\.\d+)?) *([kMGT]?)B", budget.strip().replace("K", "k"))
        if isinstance(budget, str)
        else None
    )
    number = int(float(match[1]) * UNITS[match[2]]) if match else whole(budget) if not isinstance(budget, str) else None
    if number is None or number < 1:
        raise SettingError(f"budget={budget!r} must be a number of bytes, or a text such as '2 GB'")
    return number


def stored(column: np.ndarray) -> int:
    """Bytes of a column (n, ...) of the probe on disk; texts are kept as the numbers of their words."""
    return 8 * column.size if column.dtype.kind in "OSUTMm" else column.nbytes


class Budget:
    """The bytes that a recording may fill, and those that its steps and its probe fill.

    Args:
        limit: bytes; None for no limit.
        step: bytes of one step.
        probe: bytes of the columns that are kept once.

    Raises:
        SettingError: when not one step fits beside the probe.
    """

    def __init__(self, limit: int | None, step: int, probe: int = 0):
        if limit is not None and limit < step + probe:
            need = f"one step takes, {size(step)}" + f", and the probe, {size(probe)}" * (probe > 0)
            raise SettingError(f"budget={size(limit)} is less than {need}")
        self.limit, self.step, self.probe = limit, step, probe
        self.spent: dict[int, int] = {}
        self.full = False

    def count(self, folder: Path) -> None:
        """Count the steps that the folder holds."""
        self.spent = {step: step_path(folder, step).stat().st_size for step in recorded_steps(folder)}

    def wrote(self, step: int, taken: int) -> None:
        """The step is there, in so many bytes."""
        self.spent[step] = taken

    def fits(self, step: int, taken: int) -> bool:
        """Whether a step of so many bytes may be written, in place of one of its number; the first no is said aloud."""
        others = self.probe + sum(held for number, held in self.spent.items() if number != step)
        if self.limit is None or others + taken <= self.limit:
            return True
        if not self.full:
            warnings.warn(
                f"step {step} and what comes after it is not recorded: {size(others)} of the budget of "
                f"{size(self.limit)} are filled and a step takes {size(taken)}",
                stacklevel=4,
            )
        self.full = True
        return False
