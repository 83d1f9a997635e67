"""What a job computes, and the version of the code that computes it."""

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

import explorer
from explorer.data import digest
from explorer.errors import SettingError

HERE = Path(explorer.__file__).parent
SHOWS = ("_app", "ui", "app.py", "asgi.py", "cli.py", "commands", "launch.py", "handouts", "benchmark")
"""What is right under the package and shapes no result; every other source file is part of the code's version."""
OWN = ("labs", "lessons")
"""Folders whose files each shape results of their own alone: `explorer.lab_runs` looks at them one by one."""
DOTTED = re.compile(r"[A-Za-z_]\w*(\.\w+)*[.:]\w+")


def source_version() -> str:
    """The release and a digest of every source file that shapes a result, as they lie on the disk now."""
    sources = [(path.relative_to(HERE).as_posix(), path) for path in HERE.rglob("*.py")]
    named = sorted((name, path) for name, path in sources if name.split("/")[0] not in SHOWS + OWN)
    return (
        f"{explorer.__version__}+{digest(*(part for name, path in named for part in (name, path.read_bytes())))[:16]}"
    )


code_version = cache(source_version)
"""`source_version` as it was when this process first asked."""


@dataclass(frozen=True)
class Specification:
    """A job in full: equal specifications are one job, computed once.

    Attributes:
        function: dotted name, "package.module:function"; called with the arguments and `progress`.
        arguments: plain data that JSON can hold.
        data: digest of what is read.
        seed: of whatever is drawn.
        code: version of the code; results of older code are another job's.
        cost: {"seconds": ..., "bytes": ...} as foreseen, for display; no part of the identity.

    Raises:
        SettingError: for a name that is not dotted, or arguments that JSON cannot hold.
    """

    function: str
    arguments: Mapping[str, Any]
    data: str
    seed: int = 0
    code: str = field(default_factory=lambda: code_version())
    cost: Mapping[str, float] = field(default_factory=dict, compare=False)

    def __post_init__(self) -> None:
        if not DOTTED.fullmatch(self.function):
            raise SettingError(f"function={self.function!r} must be a dotted name, as package.module:function")
        try:
            json.dumps(asdict(self))
        except TypeError as error:
            raise SettingError(f"arguments of {self.function} must be plain data for JSON: {error}") from error

    @property
    def id(self) -> str:
        """Digest of all that shapes the result, 20 hexadecimal digits."""
        return digest({name: value for name, value in asdict(self).items() if name != "cost"})[:20]

    @property
    def text(self) -> str:
        """The specification as JSON."""
        return json.dumps(asdict(self))

    @classmethod
    def from_text(cls, text: str) -> "Specification":
        """The specification that `text` was made of."""
        return cls(**json.loads(text))

    @property
    def ours(self) -> bool:
        """Whether the function is of this package, so that `code` is the version of it."""
        return self.function.startswith("explorer.")

    def current(self) -> "Specification":
        """The same work by the code of this process."""
        return replace(self, code=code_version()) if self.ours else self
