"""Everything that can go wrong, as a tree. A message names the argument, its value and the rule.

ExplorerError
├── InputError             an argument breaks a rule
│   ├── SampleError        samples: length, NaN, too few, the wrong kind
│   └── SettingError       a setting of that name or value does not exist
├── UnknownNameError       no entry, layer, column or step of that name
├── FileError              a file or folder that cannot be read, or is refused
├── UnitError              nats asked of a quantity that has none
├── MissingExtraError      an optional package is not installed
└── JobError               a job failed, was cancelled, or the job service is out of reach
    └── Cancelled
"""

from collections.abc import Iterable
from difflib import get_close_matches

MOST = 12
"""Names that a message lists."""


class ExplorerError(Exception):
    """Base of every error that the product raises on purpose."""


class InputError(ExplorerError, ValueError):
    """An argument breaks a rule."""


class SampleError(InputError):
    """Samples that cannot be used: length, NaN, too few, the wrong kind."""


class SettingError(InputError):
    """A setting that does not exist or is out of its range."""


class UnknownNameError(ExplorerError, LookupError):
    """No entry, layer, column or step of that name; the message lists near names."""

    def __init__(self, what: str, name: object, known: Iterable[object]):
        super().__init__(unknown(what, name, known))


class FileError(ExplorerError, OSError):
    """A file or folder that cannot be read, or is refused."""


class UnitError(ExplorerError, TypeError):
    """Nats or bits asked of a quantity that is in neither."""


class MissingExtraError(ExplorerError, ImportError):
    """An optional package is not installed; the message says which command installs it.

    Args:
        package: what is missing; the whole sentence where no extra brings it.
        extra: of this product that brings it.
    """

    def __init__(self, package: str, extra: str = ""):
        command = f"; pip install 'information-explorer[{extra}]'"
        super().__init__(f"{package} is not installed{command}" if extra else package)


class JobError(ExplorerError, RuntimeError):
    """A job failed, was cancelled, or the job service is out of reach."""


class Cancelled(JobError):
    """Raised inside a job when somebody asked for its end."""


def unknown(what: str, name: object, known: Iterable[object]) -> str:
    """One sentence for a name that is not there, with the nearest ones that are; of numbers their range as well."""
    known = list(known)
    numbers = [one for one in known if isinstance(one, int)]
    if isinstance(name, int) and 1 < len(numbers) == len(known):
        nearest = min(numbers, key=lambda one: abs(one - name))
        among = f"of {len(numbers)} from {min(numbers)} to {max(numbers)} the nearest is {nearest}"
        return f"no {what} {str(name)!r}; {among}"
    names = [str(one) for one in known]
    near = get_close_matches(str(name), names, n=3, cutoff=0.5)
    if near:
        return f"no {what} {str(name)!r}; did you mean {' or '.join(map(repr, near))}?"
    more = f" and {len(names) - MOST} more" if len(names) > MOST else ""
    return f"no {what} {str(name)!r}; there is {', '.join(names[:MOST]) or 'none'}{more}"
